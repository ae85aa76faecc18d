"""Finding what was read: the live entry of a report, the file behind it, everything that came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kangban.clinical.kept_report import Reading
from kangban.clinical.record import DiagnosticReport, DocumentReference, Entry
from kangban.journeys.house import House
from kangban.kernel.errors import NotFound

KIND = "DiagnosticReport"


async def readings_of(house: House, member_id: str) -> list[Reading]:
    """A member's reports, the newest paper last."""
    found = await house.store.entries(house.family_id, member_id, kinds=[KIND], include_superseded=True)
    return live(found)


async def get_reading(house: House, report_id: str) -> Reading:
    """A report as it stands now, by its id or that of any of its versions; raises NotFound."""
    try:
        seen = await house.store.get(house.family_id, report_id)
    except NotFound:
        raise NotFound("no such report", field="id") from None
    if isinstance(seen.body, DiagnosticReport):
        for one in await readings_of(house, seen.member_id):
            if (one.body.document_id, one.body.number) == (seen.body.document_id, seen.body.number):
                return one
    raise NotFound("no such report", field="id")


def live(entries: Sequence[Entry]) -> list[Reading]:
    """Reports among entries, superseded ones included: the newest of each, under the id of its first."""
    by_id = {e.id: e for e in entries}
    replaced = {e.supersedes for e in entries}
    standing = [e for e in entries if e.id not in replaced and not e.retracted]
    return [
        Reading(_root(e, by_id), e.id, e.member_id, e.body) for e in standing if isinstance(e.body, DiagnosticReport)
    ]


def roots_of(entries: Sequence[Entry]) -> dict[str, str]:
    """The first entry of the chain of corrections that each entry stands in."""
    by_id = {e.id: e for e in entries}
    return {e.id: _root(e, by_id) for e in entries}


def _root(entry: Entry, by_id: Mapping[str, Entry]) -> str:
    while entry.supersedes is not None and entry.supersedes in by_id:
        entry = by_id[entry.supersedes]
    return entry.id


class KeptFile(msgspec.Struct, frozen=True):
    """A kept file as it stands: `id` is its first entry, which reports name; `entry` the one that counts now."""

    id: str
    entry: Entry
    body: DocumentReference


async def files_of(house: House, member_id: str) -> list[KeptFile]:
    """A member's kept files."""
    found = await house.store.entries(
        house.family_id, member_id, kinds=["DocumentReference"], include_superseded=True
    )  # fmt: skip
    by_id = {e.id: e for e in found}
    replaced = {e.supersedes for e in found}
    return [
        KeptFile(_root(e, by_id), e, e.body)
        for e in found
        if e.id not in replaced and not e.retracted and isinstance(e.body, DocumentReference)
    ]


async def get_file(house: House, member_id: str, document_id: str) -> KeptFile:
    """A kept file by the id of its first entry; raises NotFound."""
    for one in await files_of(house, member_id):
        if one.id == document_id:
            return one
    raise NotFound("no such file", field="document")
