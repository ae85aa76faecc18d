"""Making entries. Ids come from content or from the client, so the same fact from two places is one entry."""

from __future__ import annotations

from datetime import datetime

from kangban.clinical.record import Body, Entry, Provenance
from kangban.kernel.canonical import canonical_json
from kangban.kernel.clock import aware
from kangban.kernel.errors import InvalidInput
from kangban.kernel.ids import derived_id


def fact_entry(
    family_id: str,
    member_id: str,
    body: Body,
    *,
    true_at: datetime,
    known_at: datetime,
    provenance: Provenance,
    client_id: str | None = None,
) -> Entry:
    """Make a new entry.

    The id is derived from family, member, kind, body and true_at; with `client_id` from family,
    member, kind and that id instead, so that a repeated submit with other content is a Conflict.
    """
    kind = type(body).__name__
    content = ("client", client_id) if client_id is not None else ("content", canonical_json(body), _written(true_at))
    return Entry(
        id=derived_id("entry", family_id, member_id, kind, *content),
        family_id=family_id,
        member_id=member_id,
        body=body,
        true_at=aware(true_at),
        known_at=aware(known_at),
        provenance=provenance,
    )


def correct(
    entry: Entry, new_body: Body, *, known_at: datetime, provenance: Provenance, true_at: datetime | None = None
) -> Entry:
    """Make the entry that supersedes `entry`; `true_at` only where the old moment was wrong too.

    Raises InvalidInput when the body is of another kind: that is a retraction and a new fact.
    """
    if type(new_body) is not type(entry.body):
        raise InvalidInput("a correction keeps the kind of the entry", field="body")
    moment = entry.true_at if true_at is None else aware(true_at)
    return Entry(
        id=derived_id("entry", entry.family_id, entry.id, "correct", canonical_json(new_body), _written(moment)),
        family_id=entry.family_id,
        member_id=entry.member_id,
        body=new_body,
        true_at=moment,
        known_at=aware(known_at),
        provenance=provenance,
        supersedes=entry.id,
    )


def retract(entry: Entry, *, known_at: datetime, provenance: Provenance) -> Entry:
    """Make the entry that withdraws `entry` without a new value; the old body stays readable in the log."""
    return Entry(
        id=derived_id("entry", entry.family_id, entry.id, "retract"),
        family_id=entry.family_id,
        member_id=entry.member_id,
        body=entry.body,
        true_at=entry.true_at,
        known_at=aware(known_at),
        provenance=provenance,
        supersedes=entry.id,
        retracted=True,
    )


def _written(moment: datetime) -> str:
    return aware(moment).isoformat(timespec="microseconds")
