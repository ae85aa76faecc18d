"""Runs in each framework's own environment: `python measure.py FRAMEWORK BASE_URL` prints milliseconds as JSON.

Jobs: "plain" one answer, "tool" one tool call and the answer, "stream" one answer of 300 pieces. A framework's module
has `jobs(base_url)`: async functions by name that return the answer's text. Best of several repeats, CPU and wall time.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

RUNS = {"plain": 100, "tool": 60, "stream": 12}
REPEATS = 7


async def timed(job: Callable[[], Awaitable[str]], runs: int) -> dict[str, float]:
    """Milliseconds a run: {"cpu", "wall"}, each the best of REPEATS."""
    for _ in range(max(3, runs // 10)):
        await job()
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(REPEATS):
        started, used = time.perf_counter(), time.process_time()
        for _ in range(runs):
            await job()
        cpu.append((time.process_time() - used) / runs * 1000)
        wall.append((time.perf_counter() - started) / runs * 1000)
    return {"cpu": min(cpu), "wall": min(wall)}


async def measure(framework: str, base_url: str) -> dict[str, dict[str, float]]:
    """All jobs of one framework; raises AssertionError when an answer is not the stub's."""
    found: dict[str, dict[str, float]] = {}
    for name, job in importlib.import_module(framework).jobs(base_url).items():
        text = await job()
        kind = name.split("_", 1)[0]
        assert text.split() == ["word"] * (300 if kind == "stream" else 5), (framework, name, text[:80])
        found[name] = await timed(job, RUNS[kind])
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    # Only the answer goes to stdout: some frameworks print.
    out, sys.stdout = sys.stdout, sys.stderr
    result = asyncio.run(measure(sys.argv[1], sys.argv[2]))
    out.write(json.dumps(result) + "\n")
    out.flush()
    os._exit(0)  # some frameworks leave threads behind
