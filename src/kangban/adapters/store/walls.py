"""Whether PostgreSQL's row-level security stands between families for the role we connect as."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from kangban.adapters.store.tables import WALLED
from kangban.adapters.store.work import Work

# Policies add up: a second one lets more through, whatever ours says.
_POLICIES = sa.text("SELECT count(*) FROM pg_policies WHERE schemaname = current_schema() AND tablename = :name")


async def state_of_walls(work: Work) -> Literal["closed", "bypassed", "none"]:
    """See `Stores.walls`. A superuser, a role with BYPASSRLS and a table whose security was switched off bypass it."""

    async def read() -> bool:
        async with work.reading(None) as connection:
            for name in WALLED:
                active = (await connection.execute(sa.select(sa.func.row_security_active(name)))).scalar()
                policies = (await connection.execute(_POLICIES, {"name": name})).scalar()
                if not active or policies != 1:
                    return False
        return True

    if work.file is not None:
        return "none"
    return "closed" if await work.asked(read) else "bypassed"
