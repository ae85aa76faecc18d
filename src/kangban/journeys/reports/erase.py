"""Erasing for good: the file, what was read of it, the facts that came of it, the conclusions drawn for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kangban.clinical.kept_report import Reading
from kangban.clinical.record import DetectedIssue, DiagnosticReport, DocumentReference, Entry
from kangban.journeys.attachments import kept_elsewhere
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, access, as_system, require, signed
from kangban.journeys.reports.shelf import get_file, get_reading, readings_of, roots_of
from kangban.kernel.errors import NotPermitted
from kangban.record.shown import author_of

FACTS = ("Observation", "MedicationRequest")


async def erase_report(house: House, report_id: str) -> int:
    """Erase one report with everything that came of it, and its file with the last report of it; how many entries went.

    Whoever brought it may take it back as long as nothing of it was confirmed; else it needs the right to erase.
    Raises NotFound and NotPermitted.
    """
    reading = await get_reading(house, report_id)
    await _check(house, reading.member_id, reading.id, [reading])
    return await take_away(house, reading.member_id, reading.body.document_id, {reading.id})


async def erase_file(house: House, member_id: str, document_id: str) -> int:
    """Erase a kept file with every report read from it; raises as `erase_report` does."""
    file = await get_file(house, member_id, document_id)
    of_it = [one for one in await readings_of(house, member_id) if one.body.document_id == file.id]
    await _check(house, member_id, file.id, of_it)
    return await take_away(house, member_id, file.id, {one.id for one in of_it}, file_too=True)


async def may_take_back(house: House, entry_id: str, reports: Sequence[Reading]) -> bool:
    """Whether the actor brought it and nobody has confirmed anything of it."""
    brought = author_of(await house.store.get(house.family_id, entry_id)) == signed(house).actor
    return brought and not any(d.state == "accepted" for one in reports for d in one.body.decisions)


async def _check(house: House, member_id: str, entry_id: str, reports: Sequence[Reading]) -> None:
    rights = [await access(house, member_id, kind, "erase") for kind in ("DocumentReference", *FACTS)]
    if not all(one.allowed for one in rights) and not await may_take_back(house, entry_id, reports):
        for kind in ("DocumentReference", *FACTS):
            await require(house, member_id, kind, "erase")  # keeps the refusal in the audit
        raise NotPermitted("not to be taken back", field="id")


async def take_away(
    house: House, member_id: str, document_id: str, reports: Collection[str], *, file_too: bool = False
) -> int:
    """Drop reports by the ids of their first entries, with the file where no other report of it stays.

    The caller has checked the right. Facts that another report confirmed too stay. Broken off midway, the same call
    ends it: entries go last.
    """
    whole = as_system(house).store
    log = await whole.entries(house.family_id, member_id, include_superseded=True)
    root = roots_of(log)
    read_of_it = {root[e.id] for e in log if isinstance(e.body, DiagnosticReport) and e.body.document_id == document_id}
    file_too = file_too or read_of_it <= set(reports)
    facts, others = _facts(log, root, reports)
    if file_too:
        facts |= {e.id for e in log if e.kind in FACTS and e.provenance.document_id == document_id}
    gone = {*reports, *({document_id} if file_too else ()), *(facts - others)}
    going = [e for e in log if root[e.id] in gone or _drawn_for(e, reports)]
    if file_too:
        await _erase_bytes(house, going)
    told = event(
        house, "entry.erased", member_id=member_id, kinds=sorted({e.kind for e in going}),
        entries=[e.id for e in going], purpose="erase",
    )  # fmt: skip
    return await whole.drop(house.family_id, [e.id for e in going], events=[told])


def _facts(log: Sequence[Entry], root: dict[str, str], reports: Collection[str]) -> tuple[set[str], set[str]]:
    """First entries of the facts that these reports made, and of those that other reports rest on."""
    made: set[str] = set()
    others: set[str] = set()
    standing = set(root) - {e.supersedes for e in log}
    for one in log:
        if not isinstance(one.body, DiagnosticReport):
            continue
        ours = root[one.id] in reports
        for decision in one.body.decisions:
            ids = {root.get(id_, id_) for id_ in decision.entries}
            if ours and not decision.shared:
                made |= ids
            elif not ours and decision.state == "accepted" and one.id in standing:
                others |= ids
    return made, others


def _drawn_for(entry: Entry, reports: Collection[str]) -> bool:
    return isinstance(entry.body, DetectedIssue) and entry.body.message_id in reports


async def _erase_bytes(house: House, going: Sequence[Entry]) -> None:
    """The file itself, unless an entry that stays, of whatever family, names the same bytes."""
    ids = {e.id for e in going}
    digests = {e.body.sha256 for e in going if isinstance(e.body, DocumentReference)}
    kept = await as_system(house).store.entries(
        house.family_id, kinds=["DocumentReference"], include_superseded=True
    )  # fmt: skip
    used = {e.body.sha256 for e in kept if e.id not in ids and isinstance(e.body, DocumentReference)}
    unused = digests - used
    for digest in sorted(unused - await kept_elsewhere(house, unused)):
        await house.blobs.delete(digest)
