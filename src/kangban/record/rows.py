"""An entry as a flat row, and the one decision about what an append writes.

Every store keeps rows and asks `plan_append`, so the in-memory fake and the databases cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from kangban.clinical.record import Body, Entry, Provenance
from kangban.kernel.canonical import canonical_json
from kangban.kernel.clock import aware
from kangban.kernel.errors import Broken, Conflict, InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_ID = 200
_BODY: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)
_PROVENANCE: msgspec.json.Decoder[Provenance] = msgspec.json.Decoder(Provenance)


class EntryRow(msgspec.Struct, frozen=True):
    """One row: times are whole microseconds since 1970 UTC, body and provenance canonical JSON."""

    id: str
    family_id: str
    member_id: str
    kind: str
    body: str
    true_at: int
    known_at: int
    provenance: str
    supersedes: str | None
    retracted: bool

    @property
    def order(self) -> tuple[int, int, str]:
        """The sort key of every listing."""
        return (self.true_at, self.known_at, self.id)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC; integers order alike on every engine."""
    return (aware(moment) - _EPOCH) // _MICROSECOND


def moment_of(count: int) -> datetime:
    """The aware UTC moment of `microseconds`."""
    return _EPOCH + timedelta(microseconds=count)


def storable_id(text: str) -> bool:
    """Whether a text may be an id: 1 to 200 characters that every engine can hold (no NUL, no half surrogates)."""
    return 0 < len(text) <= _LONGEST_ID and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def row_of(entry: Entry) -> EntryRow:
    """Flatten an entry; raises InvalidInput for an id or text that no store can hold."""
    for field in ("id", "family_id", "member_id", "supersedes"):
        value: str | None = getattr(entry, field)
        if value is not None and not storable_id(value):
            raise InvalidInput("an id is empty, too long or not text", field=field)
    return EntryRow(
        id=entry.id,
        family_id=entry.family_id,
        member_id=entry.member_id,
        kind=entry.kind,
        body=canonical_json(entry.body),
        true_at=microseconds(entry.true_at),
        known_at=microseconds(entry.known_at),
        provenance=canonical_json(entry.provenance),
        supersedes=entry.supersedes,
        retracted=entry.retracted,
    )


def entry_of(row: EntryRow) -> Entry:
    """Build the entry back; raises Broken for a body this program does not know."""
    try:
        body, provenance = _BODY.decode(row.body), _PROVENANCE.decode(row.provenance)
    except (msgspec.DecodeError, RecursionError):
        # `from None`: the decoder's message may quote the record.
        raise Broken("a stored entry cannot be read", field="body") from None
    return Entry(
        id=row.id,
        family_id=row.family_id,
        member_id=row.member_id,
        body=body,
        true_at=moment_of(row.true_at),
        known_at=moment_of(row.known_at),
        provenance=provenance,
        supersedes=row.supersedes,
        retracted=row.retracted,
    )


def same_content(first: EntryRow, second: EntryRow) -> bool:
    """Whether two rows say the same, whatever their times and provenance."""
    return (
        first.body == second.body
        and first.kind == second.kind
        and first.family_id == second.family_id
        and first.member_id == second.member_id
        and first.supersedes == second.supersedes
        and first.retracted == second.retracted
    )


def plan_append(
    rows: Iterable[EntryRow], stored: Mapping[str, EntryRow], superseders: Mapping[str, str]
) -> list[EntryRow]:
    """Return the rows to write, in order; raises Conflict where the port says so.

    `stored` holds at least every stored row that `rows` name by id or by supersedes; `superseders`
    maps a superseded id to the id that superseded it. An entry may supersede one that stands
    earlier in the same call.
    """
    new: dict[str, EntryRow] = {}
    taken = dict(superseders)
    for row in rows:
        twin = new.get(row.id) or stored.get(row.id)
        if twin is not None:
            if not same_content(twin, row):
                raise Conflict("the id is taken by an entry with other content", field="id")
            continue
        if row.supersedes is not None:
            target = new.get(row.supersedes) or stored.get(row.supersedes)
            if target is None or (target.family_id, target.member_id) != (row.family_id, row.member_id):
                raise Conflict("the superseded entry does not exist", field="supersedes")
            if row.supersedes in taken:
                raise Conflict("the entry is already superseded", field="supersedes")
            taken[row.supersedes] = row.id
        new[row.id] = row
    return list(new.values())
