"""Accounts, sessions, keys and links over SQLAlchemy. No wall here: these tables say who may stand before which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kangban.adapters.store import tables
from kangban.adapters.store.kept import KeptRows
from kangban.adapters.store.tables import account as table
from kangban.adapters.store.work import Work
from kangban.clinical.access import Membership
from kangban.clinical.account import Account, ApiKey, OneTimeLink, Passkey, Session, Tenant
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.record.doors import (
    after_failure,
    after_use,
    findable,
    kept_text,
    over_stored_key,
    over_stored_link,
    read_back,
)
from kangban.record.rows import microseconds, moment_of


class SqlAccountStore:
    """An `AccountStore` on a database."""

    def __init__(self, work: Work) -> None:
        self._work, self._kept = work, KeptRows(work)

    async def add_account(self, account: Account) -> None:
        """See AccountStore.add_account."""
        values = _account_values(account)

        async def write() -> None:
            async with self._work.writing() as connection:
                if await _account_row(connection, table.c.id == account.id) is not None:
                    raise Conflict("the account is there already", field="id")
                await _check_free(connection, values)
                more = {"failed": account.failed, "locked_until": _count(account.locked_until)}
                await connection.execute(sa.insert(table).values(**values, **more, version=account.version))

        await self._work.asked(write)

    async def change_account(self, account: Account) -> None:
        """See AccountStore.change_account."""
        values = _account_values(account)
        this = table.c.id == account.id

        async def write() -> None:
            async with self._work.writing() as connection:
                stored = await _account_row(connection, this, lock=True)
                if stored is None:
                    raise NotFound("no such account", field="account")
                if stored.version != account.version:
                    raise Conflict("somebody else changed the account at the same time", field="version")
                await _check_free(connection, values)
                await connection.execute(sa.update(table).where(this).values(**values, version=account.version + 1))

        await self._work.asked(write)

    async def find_account(self, *, id: str = "", login: str = "", oidc: tuple[str, str] = ("", "")) -> Account | None:
        """See AccountStore.find_account."""
        if sum((bool(id), bool(login), oidc != ("", ""))) > 1:
            raise InvalidInput("an account is found by one thing at a time", field="account")
        key = id or login or oidc[1]
        if not (findable(key) and (findable(oidc[0]) or not oidc[0])):
            self._work.check_open()
            return None
        if id or login:
            wanted = table.c.id == id if id else table.c.login == login.casefold()
        else:
            wanted = table.c.oidc == _oidc(*oidc)

        async def read() -> Account | None:
            async with self._work.reading(None) as connection:
                return await _account_row(connection, wanted)

        return await self._work.asked(read)

    async def accounts(self) -> list[Account]:
        """See AccountStore.accounts."""

        async def read() -> list[Account]:
            async with self._work.reading(None) as connection:
                query = sa.select(table).order_by(table.c.login)
                return [_account(row) for row in (await connection.execute(query)).mappings()]

        return await self._work.asked(read)

    async def count_failure(self, account_id: str, at: datetime, *, lock_after: int, lock_until: datetime) -> int:
        """See AccountStore.count_failure."""
        this = table.c.id == account_id

        async def write() -> int:
            async with self._work.writing() as connection:
                stored = await _account_row(connection, this, lock=True)
                if stored is None:
                    raise NotFound("no such account", field="account")
                failed, locked = after_failure(
                    stored.failed, stored.locked_until, at, lock_after=lock_after, lock_until=lock_until
                )
                change = sa.update(table).where(this).values(failed=failed, locked_until=_count(locked))
                await connection.execute(change)
                return failed

        return await self._work.asked(write)

    async def clear_failures(self, account_id: str) -> None:
        """See AccountStore.clear_failures."""
        this = table.c.id == account_id
        change = sa.update(table).where(this, table.c.failed > 0)
        await self._kept.write(change.values(failed=0, locked_until=None))

    async def put_membership(self, membership: Membership) -> None:
        """See AccountStore.put_membership."""
        await self._kept.put(tables.membership, membership)

    async def remove_membership(self, membership_id: str) -> None:
        """See AccountStore.remove_membership."""
        await self._kept.write(sa.delete(tables.membership).where(tables.membership.c.id == membership_id))

    async def memberships(self, *, account_id: str = "", family_id: str = "") -> list[Membership]:
        """See AccountStore.memberships."""
        if not (account_id or family_id):
            raise InvalidInput("memberships are listed by account or family", field="account")
        wanted = {name: value for name, value in (("account_id", account_id), ("family_id", family_id)) if value}
        return await self._kept.all_of(tables.membership, Membership, **wanted)

    async def put_session(self, session: Session) -> None:
        """See AccountStore.put_session."""
        rows = tables.session.c
        mine = (rows.account_id == session.account_id) & (rows.id != session.id)
        over = mine & (rows.expires_at <= microseconds(session.created_at))
        await self._kept.put(tables.session, session, gone=over, expires_at=microseconds(session.expires_at))

    async def see_session(self, session_id: str, at: datetime) -> None:
        """See AccountStore.see_session."""

        def seen(stored: Session) -> Session:
            return msgspec.structs.replace(stored, seen_at=max(stored.seen_at, at))

        await self._kept.change(tables.session, Session, session_id, seen)

    async def find_session(self, session_id: str) -> Session | None:
        """See AccountStore.find_session."""
        return await self._kept.find(tables.session, Session, session_id)

    async def keep_session(self, session: Session) -> bool:
        """See AccountStore.keep_session."""

        def kept(stored: Session) -> Session:
            return msgspec.structs.replace(session, seen_at=max(stored.seen_at, session.seen_at))

        return await self._kept.change(tables.session, Session, session.id, kept) is not None

    async def end_sessions(self, *, session_id: str = "", account_id: str = "") -> int:
        """See AccountStore.end_sessions."""
        wanted = [tables.session.c.id == session_id] if session_id else []
        wanted += [tables.session.c.account_id == account_id] if account_id else []
        return await self._kept.write(sa.delete(tables.session).where(*wanted)) if wanted else 0

    async def sessions(self, account_id: str) -> list[Session]:
        """See AccountStore.sessions."""
        found = await self._kept.all_of(tables.session, Session, account_id=account_id)
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    async def put_key(self, key: ApiKey) -> None:
        """See AccountStore.put_key."""
        await self._kept.put(tables.api_key, key, over=over_stored_key)

    async def see_key(self, key_id: str, at: datetime) -> None:
        """See AccountStore.see_key."""

        def seen(stored: ApiKey) -> ApiKey:
            return msgspec.structs.replace(stored, last_used_at=max(stored.last_used_at or at, at))

        await self._kept.change(tables.api_key, ApiKey, key_id, seen)

    async def find_key(self, key_id: str) -> ApiKey | None:
        """See AccountStore.find_key."""
        return await self._kept.find(tables.api_key, ApiKey, key_id)

    async def keys(self, account_id: str = "") -> list[ApiKey]:
        """See AccountStore.keys."""
        wanted = {"account_id": account_id} if account_id else {}
        found = await self._kept.all_of(tables.api_key, ApiKey, **wanted)
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def put_link(self, link: OneTimeLink) -> None:
        """See AccountStore.put_link."""
        await self._kept.put(tables.link, link, over=over_stored_link)

    async def use_link(self, link_id: str, at: datetime) -> OneTimeLink:
        """See AccountStore.use_link."""
        used = await self._kept.change(tables.link, OneTimeLink, link_id, lambda stored: after_use(stored, at))
        return after_use(None, at) if used is None else used

    async def find_link(self, link_id: str) -> OneTimeLink | None:
        """See AccountStore.find_link."""
        return await self._kept.find(tables.link, OneTimeLink, link_id)

    async def drop_links(self, *, purpose: str, account_id: str = "", family_id: str = "") -> int:
        """See AccountStore.drop_links."""
        rows = tables.link.c
        mine = (rows.account_id == account_id) & (rows.family_id == family_id)

        async def write() -> int:
            async with self._work.writing() as connection:
                found = (await connection.execute(sa.select(rows.id, rows.body).where(mine))).all()
                gone = [each.id for each in found if read_back(each.body, OneTimeLink).purpose == purpose]
                return (await connection.execute(sa.delete(tables.link).where(rows.id.in_(gone)))).rowcount

        return await self._work.asked(write)

    async def links(self, *, purpose: str, account_id: str = "", family_id: str = "") -> list[OneTimeLink]:
        """See AccountStore.links."""
        rows = tables.link.c
        query = sa.select(rows.body).where(rows.account_id == account_id, rows.family_id == family_id)

        async def read() -> list[OneTimeLink]:
            async with self._work.reading(None) as connection:
                found = (await connection.execute(query)).scalars()
                return [read_back(body, OneTimeLink) for body in found]

        waiting = [each for each in await self._work.asked(read) if each.purpose == purpose and each.used_at is None]
        return sorted(waiting, key=lambda each: (each.expires_at, each.id))

    async def drop_expired(self, before: datetime) -> int:
        """See AccountStore.drop_expired."""
        rows, sessions = tables.link.c, tables.session.c

        async def write() -> int:
            async with self._work.writing() as connection:
                over = sa.delete(tables.session).where(sessions.expires_at < microseconds(before))
                went = (await connection.execute(over)).rowcount
                found = (await connection.execute(sa.select(rows.id, rows.body))).all()
                gone = [each.id for each in found if read_back(each.body, OneTimeLink).expires_at < before]
                for start in range(0, len(gone), 500):
                    wanted = rows.id.in_(gone[start : start + 500])
                    went += (await connection.execute(sa.delete(tables.link).where(wanted))).rowcount
                return went

        return await self._work.asked(write)

    async def put_passkey(self, passkey: Passkey) -> None:
        """See AccountStore.put_passkey."""
        await self._kept.put(tables.passkey, passkey, family_id="")

    async def passkeys(self, account_id: str) -> list[Passkey]:
        """See AccountStore.passkeys."""
        found = await self._kept.all_of(tables.passkey, Passkey, account_id=account_id)
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def remove_passkey(self, passkey_id: str) -> None:
        """See AccountStore.remove_passkey."""
        await self._kept.write(sa.delete(tables.passkey).where(tables.passkey.c.id == passkey_id))

    async def put_tenant(self, tenant: Tenant) -> None:
        """See AccountStore.put_tenant."""
        values = {"family_id": tenant.family_id, "body": kept_text(tenant)}
        await self._kept.put_values(tables.tenant, tables.tenant.c.family_id == tenant.family_id, values)

    async def tenants(self) -> list[Tenant]:
        """See AccountStore.tenants."""
        return sorted(await self._kept.all_of(tables.tenant, Tenant), key=lambda each: each.family_id)


def _account_values(account: Account) -> dict[str, Any]:
    oidc = _oidc(account.oidc_issuer, account.oidc_subject) if account.oidc_subject else None
    return {"id": account.id, "login": account.login.casefold(), "oidc": oidc, "body": kept_text(account)}


def _oidc(issuer: str, subject: str) -> str:
    return f"{issuer} {subject}"  # an issuer is an address: it holds no space


def _count(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _account(row: Any) -> Account:
    # The columns beside the body are the newer word: a failure is counted without rewriting the body.
    locked = row["locked_until"]
    return msgspec.structs.replace(
        read_back(row["body"], Account), version=row["version"], failed=row["failed"],
        locked_until=None if locked is None else moment_of(locked),
    )  # fmt: skip


async def _account_row(
    connection: AsyncConnection, wanted: sa.ColumnElement[bool], *, lock: bool = False
) -> Account | None:
    query = sa.select(table).where(wanted)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    return None if row is None else _account(row)


async def _check_free(connection: AsyncConnection, values: dict[str, Any]) -> None:
    for field, message in (("login", "the login is taken"), ("oidc", "the outside identity is taken")):
        same = sa.select(table.c.id).where(table.c[field] == values[field], table.c.id != values["id"])
        if values[field] is not None and (await connection.execute(same)).first() is not None:
            raise Conflict(message, field=field)
