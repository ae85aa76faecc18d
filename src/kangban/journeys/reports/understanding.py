"""Documents of one file as reports of one member: whose they are is asked, then each is settled for that person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from kangban.clinical.kept_report import lines_of
from kangban.clinical.reading import Whose
from kangban.clinical.record import DiagnosticReport, Entry
from kangban.clinical.report import PrintedMedicine, PrintedReport
from kangban.journeys.house import House, Member, as_system, get_member, members
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.facts import is_over
from kangban.journeys.reports.shelf import KIND, live
from kangban.journeys.reports.whose import whose
from kangban.kernel.errors import InvalidInput
from kangban.record.policy import DAYS
from kangban.record.timeline import FACT_KINDS

# A table of home measurements or a medicine box names nobody, and nobody expects it to.
Status = Literal["registered", "preliminary", "final"]


class Family(msgspec.Struct, frozen=True):
    """What telling people apart needs: who there is, and what documents have called them before."""

    chosen: Member
    everybody: tuple[Member, ...]
    also_called: Mapping[str, Sequence[str]]
    now: datetime

    def whose(self, printed: PrintedReport) -> Whose:
        """Whose one document is."""
        at = parts.taken_at(printed) or self.now
        return whose(printed.patient, at.astimezone(DAYS).date(), self.chosen, self.everybody, self.also_called)


async def family_of(house: House, member_id: str) -> Family:
    """The family as far as the actor may see it; raises NotFound for a member who is not there for them.

    What papers called them is asked as Kangban itself: only ids of members whom the actor sees come out of it.
    """
    chosen = await get_member(house, member_id)
    everybody = await members(house)
    reports = await as_system(house).store.entries(house.family_id, kinds=[KIND], include_superseded=True)
    return Family(chosen, tuple(everybody), also_called(reports), house.clock.now())


def also_called(reports: Sequence[Entry]) -> dict[str, list[str]]:
    """Names on documents that a person said were a member's, by member id."""
    found: dict[str, list[str]] = {}
    for one in live(reports):
        name = one.body.report.printed.patient.name
        if one.body.whose.verdict == "kept" and "name" in one.body.whose.differs and name:
            found.setdefault(one.member_id, []).append(name)
    return found


async def understood(
    house: House, family: Family, printed: PrintedReport, *, document_id: str, number: int, count: int
) -> DiagnosticReport:
    """One document for the chosen member; raises InvalidInput for a table with more lines than a record keeps."""
    if len(printed.rows) + len(printed.medicines) > parts.MOST_LINES:
        raise InvalidInput("more lines than a report keeps", field="file", key="report.too_many_lines")
    at = parts.taken_at(printed)
    if at is not None:
        printed = msgspec.structs.replace(printed, medicines=_aged(printed.medicines, family.now - at))
    facts = await house.store.entries(house.family_id, family.chosen.id, kinds=FACT_KINDS)
    report = await parts.settled(
        printed, parts.person_then(facts, family.now, at), parts.earlier_values(facts, at)
    )  # fmt: skip
    body = DiagnosticReport(document_id, number, count, "preliminary", report, family.whose(printed))
    return msgspec.structs.replace(body, status=status_of(body))


def _aged(medicines: Sequence[PrintedMedicine], age: timedelta) -> tuple[PrintedMedicine, ...]:
    """Orders that have run out say so: nobody should start them again by a tap."""
    return tuple(
        msgspec.structs.replace(one, doubts=(*one.doubts, "old"))
        if is_over(one, age) and "old" not in one.doubts
        else one
        for one in medicines
    )


def status_of(body: DiagnosticReport) -> Status:
    """Asked whose it is, waiting for words on its lines, or done."""
    if body.whose.verdict == "differs":
        return "registered"
    decided = {one.line for one in body.decisions if one.state != "open"}
    return "final" if decided >= set(lines_of(body)) else "preliminary"


def day_of(moment: datetime) -> date:
    """The day as the family lives it."""
    return moment.astimezone(DAYS).date()
