"""What goes on without anybody asking: notices leave the outbox, held answers meet their clock, reading goes on.

Durable runs of agents whose process is gone are taken up again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import msgspec

from kangban.app import Opened, in_family
from kangban.journeys import delivering
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, as_system
from kangban.journeys.library import adding
from kangban.journeys.reviewing import clocks
from kangban.journeys.workshop import resuming
from kangban.kernel.clock import Clock
from kangban.kernel.errors import KangbanError
from kangban.ports.durable import Claim
from kangban.ports.notices import Messenger

SEND_EVERY_S, CLOCKS_EVERY_S, RUNS_EVERY_S = 1.0, 5.0, 5.0
MOST_UNDER_WAY, MOST_RESUMED = 64, 32

_T = TypeVar("_T")

_log = logging.getLogger("kangban.worker")


class Round(msgspec.Struct, frozen=True):
    """What one round did."""

    sent: int
    ran_out: int


async def once(opened: Opened, clock: Clock, messenger: Messenger | None = None) -> Round:
    """One round over all families, and everything due is sent; what fails in one keeps none of the others waiting."""
    ran_out = await _look_at_clocks(opened, clock)
    try:
        sent = await delivering.deliver(_gate(opened, clock), messenger or _way_out(opened))
    except KangbanError as error:
        _log.warning("notices wait: %s", error.code)
        sent = 0
    return Round(sent, ran_out)


async def _look_at_clocks(opened: Opened, clock: Clock) -> int:
    ran_out = 0
    try:
        families = await _families(opened)
    except KangbanError as error:
        _log.warning("clocks wait: %s", error.code)
        return 0
    for family_id in families:
        house = as_system(msgspec.structs.replace(in_family(opened.house, family_id), clock=clock))
        try:
            ran_out += await clocks.tick(house, clock.now())
        except KangbanError as error:
            _log.warning("the clock of a family waits: %s", error.code)
    return ran_out


@asynccontextmanager
async def running(opened: Opened, clock: Clock, messenger: Messenger | None = None) -> AsyncGenerator[None]:
    """Work beside something else for as long as the block lasts."""
    task = asyncio.create_task(forever(opened, clock, messenger))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def forever(opened: Opened, clock: Clock, messenger: Messenger | None = None) -> None:
    """All loops until cancelled. Apart, so that neither a slow service nor a long queue keeps the other waiting."""
    async with asyncio.TaskGroup() as loops:
        loops.create_task(_send_on(_gate(opened, clock), messenger or _way_out(opened)))
        loops.create_task(_watch_clocks(opened, clock))
        loops.create_task(_survive(read_on(opened)))
        loops.create_task(_take_up(opened, clock))


async def _take_up(opened: Opened, clock: Clock) -> None:
    """Look for durable runs that nobody carries on any more, and carry on a few at a time."""
    async with asyncio.TaskGroup() as carrying:
        under_way: dict[str, asyncio.Task[object]] = {}
        while True:
            for house, claim in await _survive(_lapsed(opened, clock)) or ():
                if claim.run_id not in under_way and len(under_way) < MOST_RESUMED:
                    task = carrying.create_task(_survive(_carried_on(house, _gate(opened, clock), claim)))
                    under_way[claim.run_id] = task
                    task.add_done_callback(lambda _, run_id=claim.run_id: under_way.pop(run_id, None))
            await asyncio.sleep(RUNS_EVERY_S)


async def _lapsed(opened: Opened, clock: Clock) -> list[tuple[House, Claim]]:
    houses = [msgspec.structs.replace(in_family(opened.house, one), clock=clock) for one in await _families(opened)]
    return [(house, claim) for house in houses for claim in await resuming.lapsed(house)]


async def _carried_on(house: House, gate: Gate, claim: Claim) -> None:
    async for _ in resuming.resumed(house, gate, claim):
        pass


async def read_on(opened: Opened) -> int:
    """Documents of the libraries that were kept, but not read to their end before the last stop; how many now are."""
    done = 0
    for family_id in await _families(opened):
        house = as_system(in_family(opened.house, family_id))
        if house.library is None:
            return done
        try:
            async for step in adding.resume(house):
                done += step.step == "ready"
        except KangbanError as error:
            _log.warning("a library waits: %s", error.code)
    return done


async def _families(opened: Opened) -> list[str]:
    return sorted({one.family_id for one in await opened.gate.accounts.tenants()} | {opened.house.family_id})


async def _watch_clocks(opened: Opened, clock: Clock) -> None:
    while True:
        await _survive(_look_at_clocks(opened, clock))
        await asyncio.sleep(CLOCKS_EVERY_S)


async def _send_on(gate: Gate, messenger: Messenger) -> None:
    """Take what is due each second and send it without waiting for what is being sent already."""
    async with asyncio.TaskGroup() as sending:
        under_way: set[asyncio.Task[object]] = set()
        while True:
            leased = await _survive(delivering.take_due(gate, MOST_UNDER_WAY - len(under_way)))
            for one in leased or ():
                task = sending.create_task(_survive(delivering.send(gate, messenger, one)))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            if not leased:
                await asyncio.sleep(SEND_EVERY_S)


async def _survive(work: Awaitable[_T]) -> _T | None:
    """A fault costs one round: whatever broke, the next held answer must still be told."""
    try:
        return await work
    except KangbanError as error:
        _log.warning("a round waits: %s", error.code)
    except Exception as error:  # noqa: BLE001 - as above
        _log.error("a round broke: %s", type(error).__name__)
    return None


def _gate(opened: Opened, clock: Clock) -> Gate:
    return msgspec.structs.replace(opened.gate, clock=clock)


def _way_out(opened: Opened) -> Messenger:
    if opened.house.messenger is not None:
        return opened.house.messenger
    from kangban.adapters.apprise_messenger import AppriseMessenger

    return AppriseMessenger()
