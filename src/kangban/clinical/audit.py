"""One line of the audit: who did what to whose record, by which rule and model. It never holds a record value."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Outcome = Literal["ok", "refused", "failed"]


class AuditEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened. `what` is a code such as "entry.seen", "chat.asked", "answer.released", "login.failed".

    `family_id` is "" for the server's own chain. `action` is FHIR's C, R, U, D or E. `reason` is a code.
    """

    id: str
    at: datetime
    family_id: str
    account_id: str
    role: str
    door: str
    action: Literal["C", "R", "U", "D", "E"]
    what: str
    member_id: str = ""
    kinds: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    purpose: str = ""
    outcome: Outcome = "ok"
    rules: tuple[str, ...] = ()
    model: str = ""
    reason: str = ""


class ChainedEvent(msgspec.Struct, frozen=True):
    """An event in its chain: `number` from 1 per family, hash = SHA-256 over previous hash and canonical event."""

    number: int
    previous: str
    hash: str
    event: AuditEvent
