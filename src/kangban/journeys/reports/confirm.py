"""Lines of a report accepted, put right, rejected or taken back; facts enter the record in the same commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal

import msgspec

from kangban.clinical.kept_report import Reading, lines_of
from kangban.clinical.reading import LineDecision
from kangban.clinical.record import DiagnosticReport, Entry
from kangban.journeys.house import House, get_member, signed
from kangban.journeys.reopen import told_of
from kangban.journeys.reports.afterwards import concluded, critical_notices
from kangban.journeys.reports.enter import Entering, entered, put_right, taken_back
from kangban.journeys.reports.shelf import get_reading
from kangban.journeys.reports.understanding import status_of
from kangban.kernel.clock import aware
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.record.merge import correct
from kangban.record.timeline import FACT_KINDS

TRIES: Final = 4  # how often a change is put on top of what somebody else did to other lines meanwhile


class LineChange(msgspec.Struct, frozen=True):
    """What somebody says about one line ("row:0", "medicine:0"); for a row, what it should say where it was misread.

    `name`, `result` ("<0.5", "阴性"), `unit`, `taken_on`: None leaves what was read. `taking`: whether a medicine is
    still taken; None leaves it to the paper, by which an old order counts as stopped.
    """

    line: str
    say: Literal["accept", "reject", "undo"]
    name: str | None = None
    result: str | None = None
    unit: str | None = None
    taken_on: date | None = None
    taking: bool | None = None

    @property
    def edits(self) -> bool:
        """Whether the row was put right."""
        return any(x is not None for x in (self.name, self.result, self.unit, self.taken_on))


async def decide(
    house: House, report_id: str, changes: Sequence[LineChange], *, version: str, sampled_at: datetime | None = None
) -> Reading:
    """Decide on lines; all of it or nothing. Said twice, it changes nothing.

    `version` is the one that was seen: what others decided on other lines since stays, and a line they decided
    otherwise is a Conflict. `sampled_at` says when, where the paper names no day. Raises InvalidInput for a line that
    cannot be kept as it is (an impossible unit, no result, no day), NotFound, NotPermitted.
    """
    if len({one.line for one in changes}) != len(changes):
        raise InvalidInput("a line stands twice", field="changes")
    for _ in range(TRIES):
        reading = await get_reading(house, report_id)
        if reading.body.whose.verdict == "differs":
            raise InvalidInput("first say whose report it is", field="id", key="report.whose_first")
        if reading.version != version:
            await _check_seen(house, reading, version, changes)
        try:
            return await _write(house, reading, changes, sampled_at)
        except Conflict:
            if (await get_reading(house, report_id)).version == reading.version:
                raise
    raise Conflict("others keep changing this report", field="version")


async def accept_sure(house: House, report_id: str, *, version: str, sampled_at: datetime | None = None) -> Reading:
    """Accept every open row that nothing speaks against; doubtful rows and medicines wait for their own word."""
    reading = await get_reading(house, report_id)
    sure = [f"row:{n}" for n, row in enumerate(reading.body.report.rows) if not row.needs_confirm]
    changes = [LineChange(line, "accept") for line in sure if reading.state(line) == "open"]
    return await decide(house, report_id, changes, version=version, sampled_at=sampled_at) if changes else reading


async def _check_seen(house: House, now: Reading, version: str, changes: Sequence[LineChange]) -> None:
    """Raises Conflict where a line was decided otherwise since the version that was seen."""
    try:
        seen = await house.store.get(house.family_id, version)
    except NotFound:
        raise Conflict("no such version", field="version") from None
    body = seen.body
    same = isinstance(body, DiagnosticReport) and (body.document_id, body.number) == (
        now.body.document_id, now.body.number,
    )  # fmt: skip
    if not same or not isinstance(body, DiagnosticReport) or body.report != now.body.report:
        raise Conflict("another reading than the one that was seen", field="version")
    before = {one.line: one for one in body.decisions}
    after = {one.line: one for one in now.body.decisions}
    wanted = {"accept": "accepted", "reject": "rejected", "undo": "open"}
    for one in changes:
        was, is_ = before.get(one.line), after.get(one.line)
        if was != is_ and (one.edits or is_ is None or is_.state != wanted[one.say] or is_.row is not None):
            raise Conflict("somebody decided on this line meanwhile", field=one.line)


async def _write(house: House, reading: Reading, changes: Sequence[LineChange], sampled_at: datetime | None) -> Reading:
    now = house.clock.now()
    member = await get_member(house, reading.member_id)
    log = await house.store.entries(house.family_id, reading.member_id, kinds=FACT_KINDS, include_superseded=True)
    said = aware(sampled_at) if sampled_at is not None else reading.body.sampled_at
    work = Entering(house, reading, log, said, now)
    decisions = {one.line: one for one in reading.body.decisions}
    entries: list[Entry] = []
    for change in changes:
        old = decisions.get(change.line)
        new, made = await _decided(work, change, old)
        if new is not None:
            decisions[change.line] = new
            entries += made
    in_order = {line: n for n, line in enumerate(lines_of(reading.body))}
    body = msgspec.structs.replace(
        reading.body, decisions=tuple(sorted(decisions.values(), key=lambda d: in_order[d.line])),
        sampled_at=said if entries else reading.body.sampled_at,
    )  # fmt: skip
    body = msgspec.structs.replace(body, status=status_of(body))
    if body == reading.body:
        return reading
    version = await _commit(house, reading, body, entries, member.entry.id)
    return Reading(reading.id, version, reading.member_id, body)


async def _commit(house: House, reading: Reading, body: DiagnosticReport, facts: list[Entry], member_entry: str) -> str:
    old = await house.store.get(house.family_id, reading.version)
    source = msgspec.structs.replace(signed(house, "document"), document_id=reading.body.document_id)
    new = correct(old, body, known_at=house.clock.now(), provenance=source)
    notices = await told_of(house, *facts) if facts else []
    notices += await critical_notices(house, reading, body)
    await house.store.append([new, *facts], notices=notices, needs=[member_entry])
    if facts:
        await concluded(house, reading.member_id, reading.id)
    return new.id


async def _decided(
    work: Entering, change: LineChange, old: LineDecision | None
) -> tuple[LineDecision | None, list[Entry]]:
    """The decision on one line with the entries it brings; None where it says so already."""
    kind, number = _line(work.reading, change.line)
    state = old.state if old is not None else "open"
    at, by = work.now, signed(work.house).actor
    back = taken_back(work, old) if old is not None and state == "accepted" else []
    times = old.times if old is not None else 0
    if change.say == "reject":
        return (None, []) if state == "rejected" else (LineDecision(change.line, "rejected", at, by, times=times), back)
    if change.say == "undo":
        return (None, []) if state == "open" else (LineDecision(change.line, "open", at, by, times=times), back)
    row = None
    if kind == "row":
        row = work.reading.row(number)
        if change.edits:
            row = await put_right(work, number, change)
        if state == "accepted" and row == work.reading.row(number):
            return None, []
    elif state == "accepted":
        return None, []
    new, facts = entered(work, change.line, number, row, times + 1, change.taking)
    return msgspec.structs.replace(new, at=at, by=by), [*back, *facts]


def _line(reading: Reading, line: str) -> tuple[str, int]:
    kind, _, number = line.partition(":")
    if line not in lines_of(reading.body):
        raise NotFound("no such line", field="line")
    return kind, int(number)
