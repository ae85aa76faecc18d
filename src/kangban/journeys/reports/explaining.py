"""A report in plain words, beside what the record holds from before; only what was confirmed or is sure counts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from kangban.clinical.kept_report import Reading
from kangban.clinical.record import Entry, Observation
from kangban.clinical.report import PrintedReport, Report
from kangban.clinical.report_explanation import EarlierResult, Explanation
from kangban.clinical.urgency import Lang
from kangban.journeys.house import House, get_member
from kangban.journeys.reports import reading as parts
from kangban.journeys.reports.understanding import family_of
from kangban.kernel.errors import InvalidInput
from kangban.reasoning.labs.explain import explain_report
from kangban.record.timeline import FACT_KINDS


def as_decided(reading: Reading) -> Report:
    """The report as people left it: accepted rows count, open ones keep their doubts, rejected ones are gone."""
    rows = [
        msgspec.structs.replace(row, needs_confirm=False, doubts=()) if state == "accepted" else row
        for n in range(len(reading.body.report.rows))
        if (state := reading.state(f"row:{n}")) != "rejected"
        for row in (reading.row(n),)
    ]
    printed = msgspec.structs.replace(reading.body.report.printed, rows=tuple(row.printed for row in rows))
    return msgspec.structs.replace(reading.body.report, printed=printed, rows=tuple(rows))


async def explained(house: House, reading: Reading, lang: Lang) -> Explanation:
    """A report in plain words for its member; raises InvalidInput before it was said whose it is."""
    if reading.body.whose.verdict == "differs":
        raise InvalidInput("first say whose report it is", field="id", key="report.whose_first")
    return await explained_for(house, reading.member_id, as_decided(reading), lang, reading)


async def explained_file(house: House, member_id: str, printed: PrintedReport, lang: Lang) -> Explanation:
    """A document that is not kept, in plain words for a member; raises InvalidInput where it names somebody else."""
    family = await family_of(house, member_id)
    if family.whose(printed).verdict == "differs":
        raise InvalidInput("the document names somebody else", field="person", key="report.whose_first")
    at = parts.taken_at(printed)
    log = await house.store.entries(house.family_id, member_id, kinds=FACT_KINDS)
    person = parts.person_then(log, house.clock.now(), at)
    report = await parts.settled(printed, person, parts.earlier_values(log, at))
    return await explained_for(house, member_id, report, lang)


async def explained_for(
    house: House, member_id: str, report: Report, lang: Lang, reading: Reading | None = None
) -> Explanation:
    """A report, kept or not, in plain words for a member, beside what the record holds from before."""
    await get_member(house, member_id)
    log = await house.store.entries(house.family_id, member_id, kinds=FACT_KINDS)
    at = parts.taken_at(report.printed, reading.body.sampled_at if reading else None)
    own = {id_ for d in reading.body.decisions for id_ in d.entries} if reading else set[str]()
    before = [e for e in log if e.id not in own]
    person = parts.person_then(log, house.clock.now(), at)
    return await asyncio.to_thread(explain_report, report, person, earlier_results(before, at), lang)


def earlier_results(log: Sequence[Entry], before: datetime | None) -> tuple[EarlierResult, ...]:
    """Results on the record from before a moment (None: all), oldest first; bounds like "<0.5" are no values."""
    return tuple(
        EarlierResult(e.body.code, e.body.value, e.true_at, e.body.low, e.body.high)
        for e in sorted(log, key=lambda e: (e.true_at, e.id))
        if isinstance(e.body, Observation) and e.body.value is not None and e.body.comparator is None
        and (before is None or e.true_at < before)
    )  # fmt: skip
