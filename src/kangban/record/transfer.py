"""One member's whole log as a document, and back again. Bringing it back twice changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from kangban.clinical.record import AnswerGiven, Body, Entry, Provenance, ReviewItem
from kangban.kernel.canonical import canonical_json
from kangban.kernel.clock import aware
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.ports.records import RecordStore

FORMAT: Final = "kangban-member/1"
_GENERATED: Final = (AnswerGiven, ReviewItem)  # bodies that hold text a brain wrote


class AiLabel(msgspec.Struct, frozen=True):
    """The sentence that says a text was made by AI, and the one that says what kind of talk it is."""

    label: str
    kind_note: str


class _Provenance(msgspec.Struct, rename={"occurred": "occurredDateTime"}):
    """R4 Provenance: occurredDateTime is when it was true, recorded when it was learnt."""

    occurred: datetime
    recorded: datetime
    agent: str
    source: str
    document_id: str | None = None
    page: int | None = None
    note: str = ""


class _Line(msgspec.Struct, rename={"resource_type": "resourceType"}, omit_defaults=True):
    """One entry of the log."""

    id: str
    resource_type: str
    resource: dict[str, Any]
    provenance: _Provenance
    supersedes: str | None = None
    retracted: bool = False
    ai_label: str | None = None
    kind_note: str | None = None


class _Bundle(msgspec.Struct, rename={"resource_type": "resourceType"}):
    """The document. `patient` is the member id."""

    resource_type: str
    type: str
    format: str
    timestamp: datetime
    patient: str
    entry: list[_Line]


async def export_member(
    store: RecordStore, family_id: str, member_id: str, *, exported_at: datetime, ai_label: AiLabel
) -> str:
    """Write every entry of a member, superseded ones included, as JSON; raises NotFound when there is none.

    Kept files are named by their SHA-256 and not contained. The label stands only on generated texts.
    """
    entries = await store.entries(family_id, member_id, include_superseded=True)
    if not entries:
        raise NotFound("no entry of this member", field="member_id")
    bundle = _Bundle(
        resource_type="Bundle",
        type="collection",
        format=FORMAT,
        timestamp=aware(exported_at),
        patient=member_id,
        entry=[_line(entry, ai_label) for entry in entries],
    )
    return canonical_json(bundle)


async def import_member(store: RecordStore, family_id: str, document: str | bytes) -> int:
    """Write an exported member into a family; returns how many entries were new.

    Raises InvalidInput for what is no such document and Conflict when an id is taken, also by
    another family; then nothing is written.
    """
    return await store.append(read_export(family_id, document))


def read_export(family_id: str, document: str | bytes) -> list[Entry]:
    """Read an exported document into entries of `family_id`, the superseded before what supersedes them."""
    try:
        bundle = msgspec.json.decode(document, type=_Bundle)
        if bundle.resource_type != "Bundle" or bundle.format != FORMAT:
            raise InvalidInput("not a member exported by Kangban", field="format")
        entries = [_entry(family_id, bundle.patient, line) for line in bundle.entry]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # The decoder's message may quote the document.
        raise InvalidInput("not a member exported by Kangban", field="document") from error
    return _in_writing_order(entries)


def _line(entry: Entry, ai_label: AiLabel) -> _Line:
    generated = isinstance(entry.body, _GENERATED)
    resource = msgspec.to_builtins(entry.body)
    resource.pop("type")
    return _Line(
        id=entry.id,
        resource_type=entry.kind,
        resource=resource,
        provenance=_Provenance(
            occurred=entry.true_at,
            recorded=entry.known_at,
            agent=entry.provenance.actor,
            source=entry.provenance.source,
            document_id=entry.provenance.document_id,
            page=entry.provenance.page,
            note=entry.provenance.note,
        ),
        supersedes=entry.supersedes,
        retracted=entry.retracted,
        ai_label=ai_label.label if generated else None,
        kind_note=ai_label.kind_note if generated else None,
    )


def _entry(family_id: str, member_id: str, line: _Line) -> Entry:
    told = line.provenance
    body: Body = msgspec.convert({**line.resource, "type": line.resource_type}, Body)
    provenance = {
        "actor": told.agent,
        "source": told.source,
        "document_id": told.document_id,
        "page": told.page,
        "note": told.note,
    }
    return Entry(
        id=line.id,
        family_id=family_id,
        member_id=member_id,
        body=body,
        true_at=aware(told.occurred),
        known_at=aware(told.recorded),
        provenance=msgspec.convert(provenance, Provenance),
        supersedes=line.supersedes,
        retracted=line.retracted,
    )


def _in_writing_order(entries: list[Entry]) -> list[Entry]:
    """Order each chain of corrections from its oldest link; raises InvalidInput for a chain that bites its tail."""
    by_id = {entry.id: entry for entry in entries}
    if len(by_id) != len(entries):
        raise InvalidInput("an entry stands twice in the document", field="entry")
    ordered: dict[str, Entry] = {}
    for entry in entries:
        chain: list[Entry] = []
        link: Entry | None = entry
        while link is not None and link.id not in ordered:
            if len(chain) > len(entries):
                raise InvalidInput("corrections go in a circle", field="supersedes")
            chain.append(link)
            link = by_id.get(link.supersedes) if link.supersedes is not None else None
        for each in reversed(chain):
            ordered[each.id] = each
    return list(ordered.values())
