"""Two hundred runs at once against one after another: CPU a run, and what memory is left behind.

Each run is our agent loop with one tool call over our adapter, against the stub server without latency, in a process of
its own. Runs are in memory; nothing is kept.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.compare_agents import stub

AT_ONCE = 200
CROWDS = 4
ROOT = Path(__file__).resolve().parent.parent


def resident_mb() -> float:
    """Memory of this process as the system counts it, after a collection; Linux only."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def cpu_ms(job: Callable[[], Awaitable[None]], runs: int) -> float:
    used = time.process_time()
    await job()
    return (time.process_time() - used) / runs * 1000


async def measured(base_url: str) -> dict[str, float]:
    """CPU in ms a run and memory in MB, of this process."""
    from benchmarks.agents.kangban_agent import jobs

    ask = jobs(base_url)["tool"]

    async def one() -> None:
        text = await ask()
        assert text.split() == ["word"] * 5, text[:80]

    async def in_turn() -> None:
        for _ in range(AT_ONCE):
            await one()

    async def together() -> None:
        await asyncio.gather(*(one() for _ in range(AT_ONCE)))

    await in_turn()
    await together()  # fills the pools once: what is kept for the next crowd is no leak
    before = resident_mb()
    alone = min([await cpu_ms(in_turn, AT_ONCE) for _ in range(CROWDS)])
    crowd = min([await cpu_ms(together, AT_ONCE) for _ in range(CROWDS)])
    return {"alone": alone, "crowd": crowd, "left_mb": resident_mb() - before}


def run() -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with stub() as base_url:
        command = [sys.executable, "-m", "benchmarks.bench_crowd", base_url]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=600, env=environment, check=True, cwd=ROOT
        )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return {
        "a run, one after another": {"value": round(found["alone"], 3), "unit": "ms CPU"},
        f"a run, {AT_ONCE} at once": {"value": round(found["crowd"], 3), "unit": "ms CPU"},
        f"{AT_ONCE} at once, of one after another": {"value": round(found["crowd"] / found["alone"], 3), "limit": 2.5},
        "memory left behind": {"value": round(found["left_mb"], 2), "unit": "MB", "limit": 10},
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(sys.argv[1]))))
