"""The pure rooms read no clock and wait for nothing; everywhere the moment comes from a Clock."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, parsed, python_files, shown

SOURCE = ROOT / "src" / "kangban"
CLOCK_READERS = {"src/kangban/kernel/clock.py", "src/kangban/kernel/ids.py"}
PURE_ROOMS = {"kernel", "clinical", "rules", "perception", "reasoning", "guard"}

# (module, name) that tell the time of day; monotonic clocks measure durations and are banned in pure rooms only.
WALL = {
    ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "ctime"),
}  # fmt: skip
STOPWATCHES = {("time", "monotonic"), ("time", "monotonic_ns"), ("time", "perf_counter"), ("time", "perf_counter_ns")}


def clock_reads(tree: ast.Module, banned: set[tuple[str, str]]) -> list[int]:
    """Return the lines that reach a banned name: `datetime.now`, `datetime.datetime.now`, `from time import time`, aliases too."""
    aliases: dict[str, str] = {}
    lines: list[int] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {name.asname or name.name: name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            aliases |= {name.asname or name.name: name.name for name in node.names}
            if node.module == "time" and any(("time", name.name) in banned for name in node.names):
                lines.append(node.lineno)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (aliases.get(owner, owner), node.attr) in banned:
                lines.append(node.lineno)
    return lines


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def _ours() -> list[Path]:
    return [path for path in python_files() if path.is_relative_to(SOURCE)]


def test_only_the_kernel_reads_the_clock() -> None:
    reads = [
        f"{shown(path)}:{line}"
        for path in _ours()
        if shown(path) not in CLOCK_READERS
        for line in clock_reads(parsed(path), WALL | STOPWATCHES if _room(path) in PURE_ROOMS else WALL)
    ]
    assert not reads, "take a Clock instead:\n" + "\n".join(reads)


def test_pure_rooms_are_synchronous() -> None:
    waits = [
        f"{shown(path)}:{node.lineno}"
        for path in _ours()
        if _room(path) in PURE_ROOMS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
    ]
    assert not waits, "decide here, wait in a journey:\n" + "\n".join(waits)


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now()",
        "import datetime as dt\ndt.datetime.utcnow()",
        "from datetime import date as day\nclock = day.today",
        "import time\ntime.time()",
        "import time as t\nt.time_ns()",
        "from time import time\ntime()",
    ],
)
def test_the_check_bites(code: str) -> None:
    assert clock_reads(ast.parse(code), WALL)


def test_the_check_lets_other_names_be() -> None:
    assert not clock_reads(ast.parse("def f(clock):\n    return clock.now()"), WALL)
