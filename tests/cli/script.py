"""The real console script as a subprocess, with a data directory and an environment of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

KANGBAN = Path(sys.executable).with_name("kangban")
HAN = re.compile(r"[\u3400-\u9fff]")
# Of the tester's own settings only those of the packs reach the script.
_KEPT = {"KANGBAN_PACKS_DEV"}

CITATION = {
    "id": str, "title": str, "publisher": str, "year": (int, type(None)), "place": str, "passage": str, "evidence": str,
    "jurisdiction": str, "address": (str, type(None)), "accessed_on": (str, type(None)),
}  # fmt: skip
EVIDENCE = {"read_label", "read_guideline", "read_secondary", "recalled"}


class Ran(msgspec.Struct, frozen=True):
    """What a run gave: exit code, raw stdout, stderr."""

    code: int
    out: bytes
    err: str

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Every line of stdout, each one JSON object in UTF-8."""
        return [json.loads(line.decode("utf-8")) for line in self.out.splitlines()]

    @property
    def answer(self) -> dict[str, Any]:
        """The only line of stdout."""
        (one,) = self.answers
        return one

    @property
    def error(self) -> tuple[str, str | None]:
        """(code, field) of the only error object, whose shape is checked here."""
        return error_of(self.answer)


class Script:
    """Runs `kangban` in one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def environment(self, **more: str) -> dict[str, str]:
        """The environment without the tester's settings."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("KANGBAN_", "PYTHONIO", "LC_", "LANG"))}
        env |= {k: os.environ[k] for k in _KEPT if k in os.environ}
        return env | {"KANGBAN_DATA_DIR": str(self.data_dir), **more}

    def run(self, *words: str | bytes, stdin: bytes = b"", **env: str) -> Ran:
        """Run to the end."""
        done = subprocess.run(
            [str(KANGBAN), *words],
            input=stdin,
            capture_output=True,
            env=self.environment(**env),
            timeout=300,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return Ran(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))

    def lines(self, command: str, asked: Iterable[Any], *words: str, **env: str) -> Ran:
        """Run with --jsonl; what is bytes goes as it is, the rest as JSON."""
        raw = [a if isinstance(a, bytes) else json.dumps(a, ensure_ascii=False).encode() for a in asked]
        return self.run(*command.split(), "--jsonl", *words, stdin=b"\n".join(raw) + b"\n", **env)

    def start(self, *words: str, **env: str) -> subprocess.Popen[bytes]:
        """Start and talk with it."""
        return subprocess.Popen(
            [str(KANGBAN), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment(**env),
        )  # fmt: skip


def error_of(answer: dict[str, Any]) -> tuple[str, str | None]:
    """(code, field) of an error object of exactly the documented shape."""
    assert set(answer) == {"error"}, answer
    error = answer["error"]
    assert set(error) == {"code", "message", "field"}
    assert isinstance(error["message"], str)
    assert error["message"]
    assert error["field"] is None or isinstance(error["field"], str)
    return error["code"], error["field"]


def has_shape(value: dict[str, Any], shape: dict[str, Any]) -> None:
    """Exactly the documented keys, each of its type (bool is no int here)."""
    assert set(value) == set(shape), set(value) ^ set(shape)
    for key, kinds in shape.items():
        assert isinstance(value[key], kinds), (key, value[key])
        allowed = kinds if isinstance(kinds, tuple) else (kinds,)
        assert bool in allowed or not isinstance(value[key], bool), (key, value[key])


def are_citations(found: list[dict[str, Any]]) -> None:
    """Citations of the documented shape, with a passage to open."""
    for one in found:
        has_shape(one, CITATION)
        assert one["evidence"] in EVIDENCE
        assert one["id"]
        assert one["passage"]


def all_texts(value: Any) -> Iterable[str]:
    """Every string in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from all_texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from all_texts(each)
