"""Everything an owner has in the workshop of one family goes: with their account, or because they wish it."""

from __future__ import annotations

from kangban.journeys.workshop.bench import Bench


async def forget_owner(bench: Bench, family_id: str, owner: str) -> None:
    """Stop their runs, then erase agents, runs, notes, costs and the journals of durable runs. Idempotent."""
    shelf = bench.shelf_of(family_id)
    bench.live.forget(owner)
    durable = [one.run_id for one in await shelf.claims() if one.owner == owner]
    await shelf.erase_owner(owner)
    if durable and bench.durable is not None:
        runs = bench.durable()
        for run_id in durable:
            await runs.forget(run_id)
