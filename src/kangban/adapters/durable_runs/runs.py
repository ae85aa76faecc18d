"""`DurableRuns` on DBOS: each attempt at a run is one workflow, each effect of it one step.

DBOS knows a step by its number. Tools of a run work side by side and end in any order, so the numbers of a second
attempt would not fit the first one's. An attempt is therefore a workflow of its own, RUN~1, RUN~2 …, and looks its
steps up by name among those of all attempts before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from kangban.kernel.errors import Conflict, KangbanError, NotFound, Unavailable
from kangban.ports.durable import Journal

if TYPE_CHECKING:
    import sqlalchemy as sa

_ENTERING_S = 30.0

_T = TypeVar("_T")


class DbosRuns:
    """Journals in the database of an engine; `address` says which, so that two users of it share one DBOS."""

    def __init__(self, address: str, make_engine: Callable[[], sa.Engine]) -> None:
        self._address, self._make_engine = address, make_engine
        self._launching = asyncio.Lock()
        self._launched = False

    def attempt(self, run_id: str, papers: str) -> AbstractAsyncContextManager[Journal]:
        """See DurableRuns.attempt."""
        return self._attempt(run_id, papers)

    @asynccontextmanager
    async def _attempt(self, run_id: str, papers: str) -> AsyncGenerator[Journal]:
        await self._ready()
        from dbos import SetWorkflowID

        from kangban.adapters.durable_runs.workflow import Visit, begin

        before = await self._attempts(run_id)
        known = await _journalled(before)
        number = len(before) + 1
        visit = Visit()
        with SetWorkflowID(_attempt_id(run_id, number)):
            handle = await _kept(begin(_attempt_id(run_id, number), papers, visit))
        try:
            async with asyncio.timeout(_ENTERING_S):
                context = await visit.entered
        except TimeoutError:
            raise Conflict("somebody else takes this run up", field="run") from None
        try:
            yield _Journal(number, known, context)
        finally:
            visit.left.set_result("left")
            # A run that was erased meanwhile has no row left to end; every step of another one is on the disk already.
            with contextlib.suppress(Unavailable):
                await asyncio.shield(_kept(handle.get_result()))

    async def papers_of(self, run_id: str) -> str:
        """See DurableRuns.papers_of."""
        await self._ready()
        from dbos import DBOS

        found = await _kept(DBOS.list_workflows_async(workflow_ids=[_attempt_id(run_id, 1)]))
        for one in found:
            given: Any = one.input
            if isinstance(given, dict) and "args" in given:
                return str(cast("dict[str, Any]", given)["args"][1])
        raise NotFound("this run has no journal", field="run", key="workshop.no_run")

    async def forget(self, run_id: str) -> None:
        """See DurableRuns.forget."""
        await self._ready()
        from dbos import DBOS

        if attempts := await self._attempts(run_id):
            await _kept(DBOS.delete_workflows_async(attempts))

    async def close(self) -> None:
        """See DurableRuns.close."""
        async with self._launching:
            if not self._launched:
                return
            self._launched = False
            from kangban.adapters.durable_runs.launching import leave

            await leave()

    async def _ready(self) -> None:
        """DBOS costs half a second of a start and some threads: they are paid with the first durable run."""
        async with self._launching:
            if self._launched:
                return
            from kangban.adapters.durable_runs.launching import launch

            await launch(self._address, self._make_engine)
            self._launched = True

    async def _attempts(self, run_id: str) -> list[str]:
        from dbos import DBOS

        prefix = _attempt_id(run_id, "")
        found = await _kept(DBOS.list_workflows_async(workflow_id_prefix=prefix, load_input=False, load_output=False))
        return sorted((one.workflow_id for one in found), key=lambda id_: int(id_.rpartition("~")[2]))


class _Journal:
    """A `Journal` of one attempt."""

    def __init__(self, attempt: int, known: dict[str, str], context: contextvars.Context) -> None:
        self.attempt = attempt
        self._known, self._context = known, context

    def knows(self, key: str) -> bool:
        """See Journal.knows."""
        return key in self._known

    async def once(self, key: str, work: Callable[[], Awaitable[str]]) -> str:
        """See Journal.once."""
        if key in self._known:
            return self._known[key]
        from kangban.adapters.durable_runs.workflow import step

        # In the workflow's context, whoever calls; a copy each, because steps run side by side.
        done = asyncio.create_task(step(key, work), context=self._context.copy())
        return await _kept(done)


async def _journalled(attempts: list[str]) -> dict[str, str]:
    from dbos import DBOS

    from kangban.adapters.durable_runs.workflow import OURS

    known: dict[str, str] = {}
    for attempt in attempts:
        for one in await _kept(DBOS.list_workflow_steps_async(attempt)):
            output: Any = one["output"]
            if isinstance(output, str) and output.startswith(OURS):
                known.setdefault(one["function_name"], output.removeprefix(OURS))
    return known


async def _kept(work: Awaitable[_T]) -> _T:
    """Errors of ours pass; those of DBOS and of the database become one of ours, without their words."""
    try:
        return await work
    except (KangbanError, msgspec.MsgspecError, asyncio.CancelledError):
        raise
    except Exception as error:
        if not _is_foreign(error):
            raise
        raise Unavailable(f"durable runs cannot be kept: {type(error).__name__}", field="durable") from None


def _is_foreign(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in ("dbos", "sqlalchemy", "sqlite3", "sqlcipher3", "psycopg")


def _attempt_id(run_id: str, number: int | str) -> str:
    return f"{run_id}~{number}"
