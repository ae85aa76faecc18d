"""What follows from new results: medicines are checked again, and whoever may know hears of a critical value."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from kangban.clinical.kept_report import Reading
from kangban.clinical.notice import Notice
from kangban.clinical.record import DetectedIssue, DiagnosticReport, Entry
from kangban.journeys.conclusions import FUNCTIONS
from kangban.journeys.house import House, as_system, by_kangban
from kangban.journeys.reopen import accounts_told
from kangban.kernel.ids import derived_id
from kangban.record.timeline import FACT_KINDS, facts_at
from kangban.rules.compiled import shipped

CRITICAL_KEY: Final = "report.critical_notice"


def path_of(member_id: str) -> str:
    """The page that shows what was confirmed."""
    return f"/family?who={member_id}"


async def concluded(house: House, member_id: str, report_id: str | None = None) -> str | None:
    """Check what is taken against the record as it is now and keep the conclusion; its id, None where nothing is taken.

    Kangban reads the whole record for it. The same facts and packs give the same entry, so twice is once.
    """
    whole, now = as_system(house).store, house.clock.now()
    facts = facts_at(await whole.entries(house.family_id, member_id, kinds=FACT_KINDS, known_at=now), now)
    if not facts.medicines:
        return None
    inputs: dict[str, Any] = {"medicines": []}
    output = await asyncio.to_thread(FUNCTIONS["medicine_check"], inputs, facts)
    print_ = shipped().fingerprint
    issue = DetectedIssue(
        function="medicine_check", inputs=inputs, facts_known_at=now, rules_fingerprint=print_, output=output,
        message_id=report_id,
    )  # fmt: skip
    id_ = derived_id("issue", house.family_id, member_id, report_id or "", now.isoformat(), output, print_)
    # A report erased meanwhile leaves no conclusion.
    await whole.append(
        [Entry(id_, house.family_id, member_id, issue, now, now, by_kangban(house))],
        needs=[report_id] if report_id else (),
    )
    return id_


async def critical_notices(house: House, reading: Reading, body: DiagnosticReport) -> list[Notice]:
    """One notice an account where a row newly accepted is critical; it holds no value, only where to look."""
    before = {d.line for d in reading.body.decisions if d.state == "accepted"}
    after = Reading(reading.id, reading.version, reading.member_id, body)
    fresh = [
        d.line
        for d in body.decisions
        if d.state == "accepted" and d.line not in before and d.line.startswith("row:")
        and after.row(int(d.line.partition(":")[2])).flag.startswith("critical")
    ]  # fmt: skip
    if not fresh:
        return []
    now = house.clock.now()
    accounts = await accounts_told(house, reading.member_id, now, ("Observation",))
    values = {"count": str(len(fresh))}
    return [
        Notice(
            derived_id("notice", house.family_id, account, CRITICAL_KEY, reading.id, *fresh), house.family_id, account,
            CRITICAL_KEY, now, values, path_of(reading.member_id), push=push,
        )
        for account, push in sorted(accounts.items())
    ]  # fmt: skip
