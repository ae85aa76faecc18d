"""Services of the internet as they answer, played by one process of this machine; nothing here reaches the internet.

Each module names the documentation it was read from and when. `words` in a query bring out the bad days of a service:
"slow down" 429, "fall over" 500, "garbage" an answer in no shape at all.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec


class Asked(msgspec.Struct):
    """A request as a stub sees it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes


class Told(msgspec.Struct):
    """An answer: bytes as they are, anything else as JSON."""

    body: Any
    status: int = 200
    kind: str = "application/json"


Answer = Callable[[Asked], Told]
BAD_DAYS: Mapping[str, Told] = {
    "slow down": Told({"error": "rate"}, 429),
    "fall over": Told(b"<h1>oops KEY-SECRET</h1>", 500, "text/html"),
    "garbage": Told(b'{"half": ', 200),
}


@contextmanager
def serving() -> Iterator[int]:
    """The stubs in a process of their own; its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.web_stubs"], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()  # it ends when nobody listens any more
