"""A login that works, a wrong password, an unknown login: argon2id as shipped, over SQLite, one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from kangban.adapters.argon_passwords import ArgonPasswords
from kangban.adapters.store import open_stores, sqlite_url
from kangban.journeys.accounts.first import claim_first, first_token
from kangban.journeys.accounts.login import find_actor, log_in
from kangban.journeys.gate import Gate
from kangban.kernel.clock import SystemClock
from kangban.kernel.errors import NotPermitted

GOOD = "梧桐树下 seven herons"
TIMES = 30


async def _spent(attempt: Awaitable[object]) -> float:
    started = time.perf_counter()
    with contextlib.suppress(NotPermitted):
        await attempt
    return (time.perf_counter() - started) * 1000


async def _measure(folder: Path) -> dict[str, Any]:
    stores = await open_stores(sqlite_url(folder / "record.sqlite3"))
    gate = Gate(stores.accounts, stores.audit, stores.notices, ArgonPasswords(), SystemClock())
    token = await first_token(gate)
    assert token is not None
    account = await claim_first(gate, token, login="zhang", name="张敏", password=GOOD)
    await log_in(gate, login="zhang", password=GOOD)
    busy = time.process_time()
    right = [await _spent(log_in(gate, login="zhang", password=GOOD)) for _ in range(TIMES)]
    busy = (time.process_time() - busy) * 1000 / TIMES
    wrong: list[float] = []
    for _ in range(TIMES):
        await gate.accounts.clear_failures(account.id)
        gate.throttle.forget("zhang")
        wrong.append(await _spent(log_in(gate, login="zhang", password="not the password")))
    unknown = [await _spent(log_in(gate, login=f"nobody{n}", password="not the password")) for n in range(TIMES)]
    await gate.accounts.clear_failures(account.id)
    gate.throttle.forget("zhang")
    entered = await log_in(gate, login="zhang", password=GOOD)
    looked = [await _spent(find_actor(gate, entered.token, door="page")) for _ in range(200)]
    await stores.close()
    return {
        "login, median": {"value": statistics.median(right), "unit": "ms", "limit": 150},
        "login, processor time": {"value": busy, "unit": "ms", "limit": 150},
        "wrong password, median": {"value": statistics.median(wrong), "unit": "ms"},
        "unknown login, median": {"value": statistics.median(unknown), "unit": "ms"},
        "session to actor, median": {"value": statistics.median(looked), "unit": "ms", "limit": 10},
    }


def run() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))
