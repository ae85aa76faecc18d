"""What the journeys of accounts are handed: everything at the door, and of the record only birth dates."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import msgspec

from kangban.clinical.urgency import Lang
from kangban.journeys.accounts.throttle import Throttle
from kangban.kernel.clock import Clock
from kangban.ports.accounts import AccountStore
from kangban.ports.audit import AuditTrail
from kangban.ports.factors import IdentityProvider, OneTimeCodes, PasskeyChecks
from kangban.ports.notices import NoticeStore
from kangban.ports.passwords import Passwords


class Births(Protocol):
    """How old a member is decides whether they may have an account, and which."""

    async def born_on(self, family_id: str, member_id: str) -> date | None:
        """The date, None where the record has none; raises NotFound for no such member."""
        ...


class Forget(Protocol):
    """What an account made for itself, beside the record, goes with it."""

    async def __call__(self, account_id: str, family_id: str) -> None:
        """Agents, runs, notes and costs of an account in one family. Idempotent."""
        ...


class Gate(msgspec.Struct, frozen=True):
    """The doors of one data directory or database. Built once: the throttle's memory lives as long as it.

    What is None is not offered: without `births` nobody is invited as a member, without `codes` no second factor.
    """

    accounts: AccountStore
    audit: AuditTrail
    notices: NoticeStore
    passwords: Passwords
    clock: Clock
    lang: Lang = "zh"
    base_url: str = ""  # what links begin with, e.g. http://127.0.0.1:8000
    throttle: Throttle = msgspec.field(default_factory=Throttle)
    births: Births | None = None
    codes: OneTimeCodes | None = None
    passkeys: PasskeyChecks | None = None
    identities: IdentityProvider | None = None
    forget: Forget | None = None
