"""The in-memory account and notice stores: same semantics as the databases, for tests, the demo and trying out.

No method awaits anything, so each one is a transaction by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from kangban.clinical.access import Membership
from kangban.clinical.account import Account, ApiKey, OneTimeLink, Passkey, Session, Tenant
from kangban.clinical.notice import Notice, NoticeState
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.record.doors import after_failure, after_use, kept_text, over_stored_key, over_stored_link

_changed = msgspec.structs.replace


class MemoryAccounts:
    """An `AccountStore` that forgets everything when the program ends."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._memberships: dict[str, Membership] = {}
        self._sessions: dict[str, Session] = {}
        self._keys: dict[str, ApiKey] = {}
        self._links: dict[str, OneTimeLink] = {}
        self._passkeys: dict[str, Passkey] = {}
        self._tenants: dict[str, Tenant] = {}

    async def add_account(self, account: Account) -> None:
        """See AccountStore.add_account."""
        if account.id in self._accounts:
            raise Conflict("the account is there already", field="id")
        self._check_free(account)
        kept_text(account)
        self._accounts[account.id] = account

    async def change_account(self, account: Account) -> None:
        """See AccountStore.change_account."""
        stored = self._accounts.get(account.id)
        if stored is None:
            raise NotFound("no such account", field="account")
        if stored.version != account.version:
            raise Conflict("somebody else changed the account at the same time", field="version")
        self._check_free(account)
        self._accounts[account.id] = _changed(
            account, version=stored.version + 1, failed=stored.failed, locked_until=stored.locked_until
        )

    def _check_free(self, account: Account) -> None:
        for other in self._accounts.values():
            if other.id == account.id:
                continue
            if other.login.casefold() == account.login.casefold():
                raise Conflict("the login is taken", field="login")
            if account.oidc_subject and _oidc(other) == _oidc(account):
                raise Conflict("the outside identity is taken", field="oidc")

    async def find_account(self, *, id: str = "", login: str = "", oidc: tuple[str, str] = ("", "")) -> Account | None:
        """See AccountStore.find_account."""
        if sum((bool(id), bool(login), oidc != ("", ""))) > 1:
            raise InvalidInput("an account is found by one thing at a time", field="account")
        for account in self._accounts.values():
            if (id and account.id == id) or (login and account.login.casefold() == login.casefold()):
                return account
            if oidc[1] and _oidc(account) == oidc:
                return account
        return None

    async def accounts(self) -> list[Account]:
        """See AccountStore.accounts."""
        return sorted(self._accounts.values(), key=lambda account: account.login.casefold())

    async def count_failure(self, account_id: str, at: datetime, *, lock_after: int, lock_until: datetime) -> int:
        """See AccountStore.count_failure."""
        account = self._accounts.get(account_id)
        if account is None:
            raise NotFound("no such account", field="account")
        failed, locked_until = after_failure(
            account.failed, account.locked_until, at, lock_after=lock_after, lock_until=lock_until
        )
        self._accounts[account_id] = _changed(account, failed=failed, locked_until=locked_until)
        return failed

    async def clear_failures(self, account_id: str) -> None:
        """See AccountStore.clear_failures."""
        account = self._accounts.get(account_id)
        if account is not None:
            self._accounts[account_id] = _changed(account, failed=0, locked_until=None)

    async def put_membership(self, membership: Membership) -> None:
        """See AccountStore.put_membership."""
        kept_text(membership)
        self._memberships[membership.id] = membership

    async def remove_membership(self, membership_id: str) -> None:
        """See AccountStore.remove_membership."""
        self._memberships.pop(membership_id, None)

    async def memberships(self, *, account_id: str = "", family_id: str = "") -> list[Membership]:
        """See AccountStore.memberships."""
        if not (account_id or family_id):
            raise InvalidInput("memberships are listed by account or family", field="account")
        found = [
            each
            for each in self._memberships.values()
            if account_id in ("", each.account_id) and family_id in ("", each.family_id)
        ]
        return sorted(found, key=lambda each: each.id)

    async def put_session(self, session: Session) -> None:
        """See AccountStore.put_session."""
        kept_text(session)
        over = [
            each.id
            for each in self._sessions.values()
            if each.account_id == session.account_id and each.expires_at <= session.created_at and each.id != session.id
        ]
        for each in over:
            del self._sessions[each]
        self._sessions[session.id] = session

    async def see_session(self, session_id: str, at: datetime) -> None:
        """See AccountStore.see_session."""
        session = self._sessions.get(session_id)
        if session is not None and session.seen_at < at:
            self._sessions[session_id] = _changed(session, seen_at=at)

    async def find_session(self, session_id: str) -> Session | None:
        """See AccountStore.find_session."""
        return self._sessions.get(session_id)

    async def keep_session(self, session: Session) -> bool:
        """See AccountStore.keep_session."""
        stored = self._sessions.get(session.id)
        if stored is None:
            return False
        self._sessions[session.id] = _changed(session, seen_at=max(stored.seen_at, session.seen_at))
        return True

    async def end_sessions(self, *, session_id: str = "", account_id: str = "") -> int:
        """See AccountStore.end_sessions."""
        gone = [
            each.id
            for each in self._sessions.values()
            if (session_id or account_id) and session_id in ("", each.id) and account_id in ("", each.account_id)
        ]
        for each in gone:
            del self._sessions[each]
        return len(gone)

    async def sessions(self, account_id: str) -> list[Session]:
        """See AccountStore.sessions."""
        mine = [each for each in self._sessions.values() if each.account_id == account_id]
        return sorted(mine, key=lambda each: (each.created_at, each.id), reverse=True)

    async def put_key(self, key: ApiKey) -> None:
        """See AccountStore.put_key."""
        kept_text(key)
        self._keys[key.id] = over_stored_key(key, self._keys.get(key.id))

    async def see_key(self, key_id: str, at: datetime) -> None:
        """See AccountStore.see_key."""
        key = self._keys.get(key_id)
        if key is not None and (key.last_used_at is None or key.last_used_at < at):
            self._keys[key_id] = _changed(key, last_used_at=at)

    async def find_key(self, key_id: str) -> ApiKey | None:
        """See AccountStore.find_key."""
        return self._keys.get(key_id)

    async def keys(self, account_id: str = "") -> list[ApiKey]:
        """See AccountStore.keys."""
        found = [each for each in self._keys.values() if account_id in ("", each.account_id)]
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def put_link(self, link: OneTimeLink) -> None:
        """See AccountStore.put_link."""
        kept_text(link)
        self._links[link.id] = over_stored_link(link, self._links.get(link.id))

    async def use_link(self, link_id: str, at: datetime) -> OneTimeLink:
        """See AccountStore.use_link."""
        used = after_use(self._links.get(link_id), at)
        self._links[link_id] = used
        return used

    async def find_link(self, link_id: str) -> OneTimeLink | None:
        """See AccountStore.find_link."""
        return self._links.get(link_id)

    async def drop_links(self, *, purpose: str, account_id: str = "", family_id: str = "") -> int:
        """See AccountStore.drop_links."""
        gone = [
            each.id
            for each in self._links.values()
            if (each.purpose, each.account_id, each.family_id) == (purpose, account_id, family_id)
        ]
        for each in gone:
            del self._links[each]
        return len(gone)

    async def links(self, *, purpose: str, account_id: str = "", family_id: str = "") -> list[OneTimeLink]:
        """See AccountStore.links."""
        wanted = (purpose, account_id, family_id)
        found = [each for each in self._links.values() if (each.purpose, each.account_id, each.family_id) == wanted]
        return sorted((each for each in found if each.used_at is None), key=lambda each: (each.expires_at, each.id))

    async def drop_expired(self, before: datetime) -> int:
        """See AccountStore.drop_expired."""
        links = [each.id for each in self._links.values() if each.expires_at < before]
        sessions = [each.id for each in self._sessions.values() if each.expires_at < before]
        for each in links:
            del self._links[each]
        for each in sessions:
            del self._sessions[each]
        return len(links) + len(sessions)

    async def put_passkey(self, passkey: Passkey) -> None:
        """See AccountStore.put_passkey."""
        kept_text(passkey)
        self._passkeys[passkey.id] = passkey

    async def passkeys(self, account_id: str) -> list[Passkey]:
        """See AccountStore.passkeys."""
        mine = [each for each in self._passkeys.values() if each.account_id == account_id]
        return sorted(mine, key=lambda each: (each.created_at, each.id))

    async def remove_passkey(self, passkey_id: str) -> None:
        """See AccountStore.remove_passkey."""
        self._passkeys.pop(passkey_id, None)

    async def put_tenant(self, tenant: Tenant) -> None:
        """See AccountStore.put_tenant."""
        kept_text(tenant)
        self._tenants[tenant.family_id] = tenant

    async def tenants(self) -> list[Tenant]:
        """See AccountStore.tenants."""
        return sorted(self._tenants.values(), key=lambda tenant: tenant.family_id)


def _oidc(account: Account) -> tuple[str, str]:
    return (account.oidc_issuer, account.oidc_subject)


class _Kept(msgspec.Struct):
    state: NoticeState
    leased_until: datetime | None = None


class MemoryNotices:
    """A `NoticeStore` that forgets everything when the program ends."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    async def put(self, notices: list[Notice]) -> int:
        """See NoticeStore.put."""
        before = len(self._kept)
        families = {kept.state.notice.id: kept.state.notice.family_id for kept in self._kept.values()}
        for notice in notices:
            kept_text(notice)
            if families.setdefault(notice.id, notice.family_id) != notice.family_id:
                raise Conflict("the id is taken", field="id")
        for notice in notices:
            self._kept.setdefault(notice.id, _Kept(NoticeState(notice)))
        return len(self._kept) - before

    async def lease(self, now: datetime, for_: timedelta, limit: int) -> list[NoticeState]:
        """See NoticeStore.lease."""
        due = [
            kept
            for kept in self._kept.values()
            if kept.state.notice.push
            and kept.state.sent_at is None
            and kept.state.notice.due_at <= now
            and (kept.leased_until is None or kept.leased_until <= now)
        ]
        due.sort(key=lambda kept: (kept.state.notice.due_at, kept.state.notice.id))
        for kept in due[: max(limit, 0)]:
            kept.state = _changed(kept.state, sending_at=now, attempts=kept.state.attempts + 1)
            kept.leased_until = now + for_
        return [kept.state for kept in due[: max(limit, 0)]]

    async def mark_sent(self, notice_id: str, at: datetime) -> None:
        """See NoticeStore.mark_sent."""
        kept = self._kept.get(notice_id)
        if kept is not None and kept.state.sent_at is None:
            kept.state, kept.leased_until = _changed(kept.state, sent_at=at), None

    async def mark_failed(self, notice_id: str, again_at: datetime) -> None:
        """See NoticeStore.mark_failed."""
        kept = self._kept.get(notice_id)
        if kept is not None and kept.state.sent_at is None:
            kept.state, kept.leased_until = _changed(kept.state, sending_at=None), again_at

    async def of_account(self, account_id: str, family_id: str, now: datetime, limit: int = 50) -> list[NoticeState]:
        """See NoticeStore.of_account."""
        mine = [
            kept.state
            for kept in self._kept.values()
            if (kept.state.notice.account_id, kept.state.notice.family_id) == (account_id, family_id)
            and kept.state.notice.due_at <= now
        ]
        mine.sort(key=lambda state: (state.notice.due_at, state.notice.id), reverse=True)
        return mine[: max(limit, 0)]

    async def mark_read(self, account_id: str, notice_id: str, at: datetime) -> None:
        """See NoticeStore.mark_read."""
        kept = self._kept.get(notice_id)
        if kept is not None and kept.state.notice.account_id == account_id and kept.state.read_at is None:
            kept.state = _changed(kept.state, read_at=at)

    async def drop(self, family_id: str, *, before: datetime | None = None, about: str = "") -> int:
        """See NoticeStore.drop."""
        gone = [
            id_
            for id_, kept in self._kept.items()
            if kept.state.notice.family_id == family_id
            and (
                (before is not None and kept.state.notice.due_at < before)
                or (about != "" and about in canonical_json(kept.state.notice))
            )
        ]
        for each in gone:
            del self._kept[each]
        return len(gone)
