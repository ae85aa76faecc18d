"""The same run in memory and durable, in one process: what writing every effect down costs a step.

Ten steps of a tool and its message, over a scripted model, so that nothing but the journal differs. Durable runs are
never part of the comparison with other frameworks.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

CALLS = 10
RUNS = 5
ROOT = Path(__file__).resolve().parent.parent


async def timed(job: Callable[[int], Awaitable[None]]) -> dict[str, float]:
    """Milliseconds an effect (a message or a tool call): the best of RUNS, CPU and wall."""
    cpu: list[float] = []
    wall: list[float] = []
    await job(-1)
    for number in range(RUNS):
        started, used = time.perf_counter(), time.process_time()
        await job(number)
        cpu.append((time.process_time() - used) * 1000 / (2 * CALLS + 1))
        wall.append((time.perf_counter() - started) * 1000 / (2 * CALLS + 1))
    return {"cpu": min(cpu), "wall": min(wall)}


async def measured(folder: Path) -> dict[str, dict[str, float]]:
    from kangban.adapters.durable_runs import DbosRuns
    from kangban.adapters.store import sqlite_url
    from kangban.adapters.store.journal_engine import journal_engine
    from kangban.agent.journalled import Effects
    from kangban.agent.paradigms.run import Outcome, run_paradigm
    from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
    from kangban.clinical.person import UNKNOWN_PERSON
    from kangban.kernel.clock import SystemClock
    from kangban.ports.agents import AgentDefinition, Limits
    from kangban.ports.chat_model import say
    from kangban.ports.tool import ToolContext, tool

    @tool(name="double")
    async def double(number: int) -> dict[str, int]:
        """Doubles a number."""
        return {"twice": number * 2}

    agent = AgentDefinition("bench", tools=("double",), limits=Limits(rounds=CALLS + 2, tool_calls=CALLS))
    script = [ScriptedMessage(calls=(ScriptedCall("double", {"number": n}),)) for n in range(CALLS)]

    async def once(effects: Effects | None) -> None:
        context = ToolContext("f", "", UNKNOWN_PERSON, "en")
        model = ScriptedModel([*script, "done"])
        async for event in run_paradigm(
            agent, model, [double], context, [say("user", "go")], SystemClock(), effects=effects
        ):
            if isinstance(event, Outcome):
                assert event.usage.tool_calls == CALLS, event

    url = sqlite_url(folder / "runs.sqlite3", "5a" * 32)
    runs = DbosRuns(url, lambda: journal_engine(url))

    async def durable(number: int) -> None:
        async with runs.attempt(f"run-{number}", "papers") as journal:
            await once(Effects(f"run-{number}", journal))

    async def in_memory(_number: int) -> None:
        await once(None)

    found = {"in memory": await timed(in_memory), "durable": await timed(durable)}
    await runs.close()
    return found


def run() -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.bench_durable", "child"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True, cwd=ROOT)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return {
        f"an effect, {kind}, {clock}": {"value": round(found[kind][clock], 3), "unit": "ms"}
        for kind in ("in memory", "durable") for clock in ("wall", "cpu")
    }  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measured(Path(folder)))))
