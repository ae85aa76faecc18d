"""What can happen, as a table: our code → FHIR action, AuditEvent type and subtype.

`dcm` codes are DICOM PS3.16 CID 400/401, `iso` codes the record lifecycle of ISO 21089, `rest` FHIR interactions;
HL7 FHIR R4B value sets audit-event-type and audit-event-sub-type take them all.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Action = Literal["C", "R", "U", "D", "E"]


class Coding(msgspec.Struct, frozen=True):
    """A code and where it is defined; the URLs of the systems stand in adapters/fhir_audit.py."""

    system: Literal["dcm", "iso", "rest", "type"]
    code: str


class Happening(msgspec.Struct, frozen=True):
    """One row of the table."""

    action: Action
    type: Coding
    subtype: Coding | None = None


_REST = Coding("type", "rest")
_LOGIN = Coding("dcm", "110114")  # User Authentication
_ALERT = Coding("dcm", "110113")  # Security Alert
_ACTIVITY = Coding("dcm", "110100")  # Application Activity
_EXPORT = Coding("dcm", "110106")
_AUDIT_USED = Coding("dcm", "110101")


def _rest(action: Action, interaction: str) -> Happening:
    return Happening(action, _REST, Coding("rest", interaction))


def _life(action: Action, event: str) -> Happening:
    return Happening(action, Coding("iso", event))


def _security(action: Action, subtype: str) -> Happening:
    return Happening(action, _ALERT, Coding("dcm", subtype))


_USER_ATTRIBUTES, _ROLES, _CONFIGURATION, _RESTRICTED, _EMERGENCY = "110137", "110136", "110129", "110132", "110127"

HAPPENINGS: Final[dict[str, Happening]] = {
    "entry.seen": _rest("R", "read"),
    "entry.written": _rest("C", "create"),
    "entry.corrected": _rest("U", "update"),
    "entry.withdrawn": _life("U", "deprecate"),
    "entry.confirmed": _life("U", "attest"),
    "entry.dismissed": _life("U", "deprecate"),
    "entry.erased": _life("D", "destroy"),
    "access.refused": _security("R", _RESTRICTED),
    "chat.asked": _life("C", "originate"),
    "answer.released": _life("E", "report"),
    "answer.amended": _life("E", "report"),
    "answer.held": _life("E", "originate"),
    "answer.refused": _life("E", "report"),
    "review.opened": _life("C", "originate"),
    "review.claimed": _life("U", "amend"),
    "review.escalated": _life("U", "amend"),
    "review.asked": _life("U", "amend"),
    "review.answered": _life("U", "amend"),
    "review.approved": _life("U", "attest"),
    "review.edited": _life("U", "attest"),
    "review.rejected": _life("U", "attest"),
    "review.expired": _life("U", "deprecate"),
    "review.decided": _life("U", "attest"),
    "model.sent": _life("E", "transmit"),
    "model.refused": _life("E", "transmit"),
    "notice.sent": _life("E", "transmit"),
    "calendar.seen": _life("R", "disclose"),
    "export.made": Happening("R", _EXPORT),
    "import.made": Happening("C", Coding("dcm", "110107")),
    "library.added": _rest("C", "create"),
    "library.removed": _life("D", "destroy"),
    "consent.given": _rest("C", "create"),
    "consent.withdrawn": _rest("U", "update"),
    "break_glass.opened": _security("E", _EMERGENCY),
    "rules.recalled": _life("R", "disclose"),
    "retention.applied": _life("D", "destroy"),
    "audit.seen": Happening("R", _AUDIT_USED),
    "audit.exported": Happening("R", _AUDIT_USED),
    "audit.accepted": _security("U", _CONFIGURATION),
    "audit.dropped": _life("D", "destroy"),
    "login.done": Happening("E", _LOGIN, Coding("dcm", "110122")),
    "login.failed": Happening("E", _LOGIN, Coding("dcm", "110122")),
    "login.locked": Happening("E", _LOGIN, Coding("dcm", "110122")),
    "login.ended": Happening("E", _LOGIN, Coding("dcm", "110123")),
    "account.made": _security("C", _USER_ATTRIBUTES),
    "account.changed": _security("U", _USER_ATTRIBUTES),
    "account.closed": _security("U", _USER_ATTRIBUTES),
    "account.opened": _security("U", _USER_ATTRIBUTES),
    "account.password": _security("U", _USER_ATTRIBUTES),
    "account.reset": _security("U", _USER_ATTRIBUTES),
    "account.totp_on": _security("U", _USER_ATTRIBUTES),
    "account.totp_off": _security("U", _USER_ATTRIBUTES),
    "account.passkey_added": _security("U", _USER_ATTRIBUTES),
    "account.passkey_removed": _security("U", _USER_ATTRIBUTES),
    "account.invited": _security("C", _ROLES),
    "membership.made": _security("C", _ROLES),
    "membership.changed": _security("U", _ROLES),
    "membership.ended": _security("D", _ROLES),
    "key.made": _security("C", _USER_ATTRIBUTES),
    "key.revoked": _security("U", _USER_ATTRIBUTES),
    "key.refused": Happening("E", _LOGIN, Coding("dcm", "110126")),
    "settings.changed": _security("U", _CONFIGURATION),
    "vault.encrypted": _life("E", "encrypt"),
    "vault.rotated": _security("U", _CONFIGURATION),
    "backup.made": Happening("R", _EXPORT),
    "backup.restored": _life("E", "restore"),
    "server.started": Happening("E", _ACTIVITY, Coding("dcm", "110120")),
    "server.stopped": Happening("E", _ACTIVITY, Coding("dcm", "110121")),
}
