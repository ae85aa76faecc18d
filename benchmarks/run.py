"""Runs every benchmarks/bench_*.py and writes results/DATE.json and .md.

A bench has `run() -> dict`: name → number, string, or {"value": number, "unit": text, "limit": number?}. A value above
its limit is marked and makes the exit code 1. `python -m benchmarks.run [--only NAME …] [--no-write]`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import re
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"

Row = tuple[str, str, str, str, str]  # bench, measure, value, limit, verdict


def machine() -> dict[str, Any]:
    """Describe the machine: processor, cores, memory in GiB, system, Python. No host name, no path."""
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "ram_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _cpu_model() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.processor() or "unknown"


def benches(only: list[str]) -> Iterator[str]:
    """Yield the names of the benches (without bench_), all of them or those asked for."""
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = set(only) - set(names)
    if unknown:
        raise SystemExit(f"no such bench: {', '.join(sorted(unknown))}; there are: {', '.join(names) or 'none'}")
    yield from (name for name in names if not only or name in only)


def measure(name: str) -> dict[str, Any]:
    """Run one bench; a bench that raises gives its error and does not stop the others."""
    started = time.perf_counter()
    try:
        answer: dict[str, Any] = {"measures": importlib.import_module(f"benchmarks.bench_{name}").run()}
    except Exception as error:  # noqa: BLE001  one broken bench must not hide the rest
        traceback.print_exc()
        answer = {"error": f"{type(error).__name__}: {error}", "measures": {}}
    answer["seconds"] = round(time.perf_counter() - started, 2)
    return answer


def rows(results: dict[str, dict[str, Any]]) -> Iterator[Row]:
    """Yield one row a measure."""
    for bench, result in results.items():
        if "error" in result:
            yield bench, "–", result["error"], "", "ERROR"
        for measured, given in result["measures"].items():
            entry = given if isinstance(given, dict) and "value" in given else {"value": given}
            value, unit, limit = entry["value"], entry.get("unit", ""), entry.get("limit")
            text = f"{value:.4g}" if isinstance(value, float) else str(value)
            verdict = "" if limit is None else "ok" if value <= limit else "OVER"
            yield (
                bench,
                measured,
                f"{text} {unit}".strip(),
                "" if limit is None else f"≤ {limit} {unit}".strip(),
                verdict,
            )


def table(lines: list[Row]) -> str:
    """Format rows as a Markdown table, columns aligned."""
    head: Row = ("bench", "measure", "value", "limit", "")
    widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
    shown = [[cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in (head, *lines)]
    shown.insert(1, ["-" * max(width, 3) for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in shown)


def write(report: dict[str, Any], shown: str) -> Path:
    """Write the report as JSON and Markdown, named after its moment; return the Markdown's path."""
    RESULTS.mkdir(exist_ok=True)
    stem = report["at"].replace(":", "").replace("+0000", "Z")
    (RESULTS / f"{stem}.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    about = "\n".join(f"- {key}: {value}" for key, value in report["machine"].items())
    text = f"# Benchmarks, {report['at']}\n\n`{report['command']}`\n\n{about}\n\n{shown}\n"
    path = RESULTS / f"{stem}.md"
    path.write_text(text, encoding="utf-8")
    return path


def main() -> int:
    """Run, print, write; return 1 if a bench broke or went over a limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Run the benchmarks.")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="run only these benches")
    parser.add_argument("--no-write", action="store_true", help="print only")
    chosen = parser.parse_args()
    results = {name: measure(name) for name in benches(chosen.only)}
    lines = list(rows(results))
    shown = table(lines)
    print(shown)
    if not chosen.no_write and results:
        report = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": " ".join(["python -m benchmarks.run", *sys.argv[1:]]),
            "machine": machine(),
            "results": results,
        }
        print(f"written to {write(report, shown).relative_to(HERE.parent)}")
    return 1 if any(line[-1] in {"OVER", "ERROR"} for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
