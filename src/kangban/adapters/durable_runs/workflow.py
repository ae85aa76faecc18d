"""The one workflow there is: it stands for an attempt at a run for as long as that is under way."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import Final

from dbos import DBOS, WorkflowHandleAsync

from kangban.kernel.errors import Broken

OURS: Final = "="  # before every value: what cannot be read comes back from DBOS as the bare text of its row


class Visit:
    """An attempt of this process: the workflow's context once it is entered, and its end."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.entered: asyncio.Future[contextvars.Context] = loop.create_future()
        self.left: asyncio.Future[str] = loop.create_future()


_visits: dict[str, Visit] = {}


@DBOS.workflow(name="kangban.attempt")
async def _attempt(attempt_id: str, papers: str) -> str:  # noqa: ARG001  kept with the workflow, read by papers_of
    visit = _visits.pop(attempt_id, None)
    if visit is None:
        raise Broken("an attempt is begun by whoever carries the run on, and by nobody else")
    visit.entered.set_result(contextvars.copy_context())
    return await visit.left


async def begin(attempt_id: str, papers: str, visit: Visit) -> WorkflowHandleAsync[str]:
    """Start the workflow of an attempt; its id was set by the caller."""
    _visits[attempt_id] = visit
    try:
        return await DBOS.start_workflow_async(_attempt, attempt_id, papers)
    except BaseException:
        _visits.pop(attempt_id, None)
        raise


async def step(key: str, work: Callable[[], Awaitable[str]]) -> str:
    """One effect, written down under its key when it is done."""

    async def done() -> str:
        return f"{OURS}{await work()}"

    return (await DBOS.run_step_async({"name": key}, done)).removeprefix(OURS)
