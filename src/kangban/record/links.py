"""A link of the audit as a flat row, so that what is read back is what was written, to the byte."""

from __future__ import annotations

import msgspec

from kangban.clinical.audit import AuditEvent, ChainedEvent
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import InvalidInput
from kangban.record.chain import as_written
from kangban.record.rows import microseconds, moment_of, storable_id

_EVENT: msgspec.json.Decoder[AuditEvent] = msgspec.json.Decoder(AuditEvent)
UNREADABLE = "audit.unreadable"


class LinkRow(msgspec.Struct, frozen=True):
    """One row: `at` in microseconds since 1970 UTC, `body` the canonical JSON of the event."""

    family_id: str
    number: int
    id: str
    at: int
    body: str
    previous: str
    hash: str


def check_event(event: AuditEvent) -> None:
    """Raises InvalidInput for an event that no store can hold."""
    if not storable_id(event.id):
        raise InvalidInput("an id is empty, too long or not text", field="id")
    if event.family_id and not storable_id(event.family_id):
        raise InvalidInput("an id is too long or not text", field="family_id")
    canonical_json(event)


def link_row(link: ChainedEvent) -> LinkRow:
    """Flatten a link."""
    event = as_written(link.event)
    return LinkRow(
        event.family_id, link.number, event.id, microseconds(event.at), canonical_json(event), link.previous, link.hash
    )


def link_of(row: LinkRow) -> ChainedEvent:
    """Build the link back. A row that is not as it was written comes back as an unreadable event, whose hash is wrong.

    So a walk over the chain names its number, whatever was done to it.
    """
    try:
        event = _EVENT.decode(row.body)
        link = ChainedEvent(row.number, row.previous, row.hash, event)
        if link_row(link) == row:
            return link
    except (msgspec.DecodeError, UnicodeError, InvalidInput, OverflowError, RecursionError, ValueError):
        pass
    return ChainedEvent(row.number, row.previous, row.hash, _unreadable(row))


def _unreadable(row: LinkRow) -> AuditEvent:
    try:
        at = moment_of(row.at)
    except OverflowError:
        at = moment_of(0)
    return AuditEvent(
        id=row.id, at=at, family_id=row.family_id, account_id="", role="", door="", action="R", what=UNREADABLE,
        outcome="failed",
    )  # fmt: skip
