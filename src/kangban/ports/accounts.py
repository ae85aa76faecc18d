"""Accounts, memberships, sessions, keys and one-time links. Adapters: SQLite, PostgreSQL, memory (fake)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kangban.clinical.access import Membership
from kangban.clinical.account import Account, ApiKey, OneTimeLink, Passkey, Session, Tenant


class AccountStore(Protocol):
    """Every method may raise Unavailable. `put_` writes whole rows; ids decide what is the same row."""

    async def add_account(self, account: Account) -> None:
        """Add; raises Conflict when the login (case folded) or OIDC identity is taken."""
        ...

    async def change_account(self, account: Account) -> None:
        """Replace; `account.version` is the version seen, stored as one more; raises Conflict when it moved on.

        `failed` and `locked_until` stay as stored: `count_failure` and `clear_failures` own them. Raises Conflict
        for a login or OIDC identity that is taken, NotFound for an unknown account.
        """
        ...

    async def find_account(self, *, id: str = "", login: str = "", oidc: tuple[str, str] = ("", "")) -> Account | None:
        """By exactly one of the three; nobody is found by nothing."""
        ...

    async def accounts(self) -> list[Account]:
        """All, by login."""
        ...

    async def count_failure(self, account_id: str, at: datetime, *, lock_after: int, lock_until: datetime) -> int:
        """Count a failed login atomically, lock when it reaches `lock_after`; returns the count.

        A lock that has run out at `at` starts the count anew; a running lock is not made longer. Raises NotFound.
        """
        ...

    async def clear_failures(self, account_id: str) -> None:
        """After a login that worked."""
        ...

    async def put_membership(self, membership: Membership) -> None:
        """Write or replace."""
        ...

    async def remove_membership(self, membership_id: str) -> None:
        """End a place; idempotent."""
        ...

    async def memberships(self, *, account_id: str = "", family_id: str = "") -> list[Membership]:
        """Of an account, of a family, or of both, by id; raises InvalidInput for neither."""
        ...

    async def put_session(self, session: Session) -> None:
        """Write or replace; the account's sessions that had run out by its `created_at` are forgotten."""
        ...

    async def see_session(self, session_id: str, at: datetime) -> None:
        """Move `seen_at` forward; a session that was ended meanwhile stays ended, unlike with `put_session`."""
        ...

    async def find_session(self, session_id: str) -> Session | None:
        """One session, expired or not."""
        ...

    async def keep_session(self, session: Session) -> bool:
        """Replace a session only if it is still there, so an ended one stays ended; `seen_at` never goes back."""
        ...

    async def end_sessions(self, *, session_id: str = "", account_id: str = "") -> int:
        """End one session, or all of an account; returns how many. Neither ends none."""
        ...

    async def sessions(self, account_id: str) -> list[Session]:
        """An account's sessions, newest first."""
        ...

    async def put_key(self, key: ApiKey) -> None:
        """Write or replace; a key revoked once stays revoked."""
        ...

    async def see_key(self, key_id: str, at: datetime) -> None:
        """Move `last_used_at` forward; changes nothing else."""
        ...

    async def find_key(self, key_id: str) -> ApiKey | None:
        """One key, revoked or not."""
        ...

    async def keys(self, account_id: str = "") -> list[ApiKey]:
        """Keys of an account, or all."""
        ...

    async def put_link(self, link: OneTimeLink) -> None:
        """Keep a link; one that was used stays used."""
        ...

    async def use_link(self, link_id: str, at: datetime) -> OneTimeLink:
        """Use it, exactly once even with two at a time; raises NotFound (unknown, used) or NotPermitted (expired)."""
        ...

    async def find_link(self, link_id: str) -> OneTimeLink | None:
        """Look at a link without using it."""
        ...

    async def drop_links(self, *, purpose: str, account_id: str = "", family_id: str = "") -> int:
        """Forget the links of exactly this purpose, account and family, so that older ones die; returns how many."""
        ...

    async def links(self, *, purpose: str, account_id: str = "", family_id: str = "") -> list[OneTimeLink]:
        """Unused links of one purpose with exactly this account and this family ("" included), expired ones too."""
        ...

    async def drop_expired(self, before: datetime) -> int:
        """Forget links and sessions that expired before then; returns how many went."""
        ...

    async def put_passkey(self, passkey: Passkey) -> None:
        """Write or replace."""
        ...

    async def passkeys(self, account_id: str) -> list[Passkey]:
        """An account's passkeys."""
        ...

    async def remove_passkey(self, passkey_id: str) -> None:
        """Forget one; idempotent."""
        ...

    async def put_tenant(self, tenant: Tenant) -> None:
        """Write or replace."""
        ...

    async def tenants(self) -> Sequence[Tenant]:
        """All families and clinics, by id."""
        ...
