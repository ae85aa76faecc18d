"""Line by line into the record: doubtful ones alone, twice is once, two at a time, taken back, and what follows."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.blob_files import MemoryBlobs
from kangban.agent.offline.brain import OfflineBrain
from kangban.app import corpus_sections, search_index
from kangban.clinical.kept_report import Reading
from kangban.clinical.record import (
    DetectedIssue,
    Entry,
    MedicationRequest,
    Observation,
    Patient,
    Proposal,
    Provenance,
)
from kangban.journeys.attachments import Upload
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.house import House, as_system, nobody, seen_by
from kangban.journeys.replay import replay_case
from kangban.journeys.reports.confirm import LineChange, accept_sure, decide
from kangban.journeys.reports.shelf import get_reading
from kangban.journeys.reports.upload import ReadingDone, upload
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kangban.record.merge import correct
from kangban.record.timeline import facts_at
from tests.support.houses import NOW, memory_house, person_with_account
from tests.support.papers import BLOOD, KIDNEY, Papers, Row, paper
from tests.support.stores import opened_doors

POTASSIUM = ("钾", "6.9", "mmol/L", "3.5-5.3", "↑")
SAMPLED = datetime(2026, 4, 20, 0, 12, tzinfo=UTC)


class Home(msgspec.Struct):
    """A house of a mother, and her husband's reports."""

    mum: House
    dad: str
    papers: Papers
    clock: FixedClock

    async def read(self, *rows: Row, label: str = "a", **printed: str) -> Reading:
        content = self.papers.put(paper(rows or BLOOD, **printed), label=label)  # type: ignore[arg-type]
        done = [e async for e in upload(self.mum, self.dad, Upload("r.pdf", content))][-1]
        assert isinstance(done, ReadingDone)
        return done.reports[0]

    async def observed(self) -> dict[str, float | str | None]:
        found = await self.mum.store.entries("home", self.dad, kinds=["Observation"])
        bodies = [e.body for e in found if isinstance(e.body, Observation)]
        return {b.code: b.value if b.value is not None else b.text for b in bodies}

    async def told(self) -> list[str]:
        found = await self.mum.notices.of_account("acc-mum", "home", self.clock.now() + timedelta(seconds=1))
        return [n.notice.key for n in found]


async def furnished(house: House, papers: Papers, clock: FixedClock) -> Home:
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    dad = await add_member(mum, Patient("沈建国", "爸爸", "male", date(1980, 1, 5)), client_id="dad", consent=True)
    return Home(mum, dad, papers, clock)


@pytest.fixture
async def home() -> Home:
    clock, papers = FixedClock(NOW), Papers()
    house = msgspec.structs.replace(memory_house(clock=clock), readers=(papers,))
    return await furnished(house, papers, clock)


async def test_sure_rows_enter_at_once_with_page_document_and_the_day_of_the_sample(home):
    one = await home.read()
    done = await accept_sure(home.mum, one.id, version=one.version)
    assert done.body.status == "final"
    assert await home.observed() == {"wbc": 6.2, "hemoglobin": 118.0, "platelets": 210.0}
    found = await home.mum.store.entries("home", home.dad, kinds=["Observation"])
    for entry in found:
        assert entry.true_at == SAMPLED
        assert (entry.provenance.source, entry.provenance.document_id) == ("document", one.body.document_id)
        assert (entry.provenance.page, entry.provenance.actor) == (1, "acc-mum")
    hb = next(e.body for e in found if isinstance(e.body, Observation) and e.body.code == "hemoglobin")
    assert (hb.printed, hb.low, hb.high, hb.unit) == ("118 g/L (130-175)", 130.0, 175.0, "g/L")


async def test_a_doubtful_row_is_never_accepted_with_the_others(home):
    one = await home.read(*BLOOD, ("星辰指数", "5", "mg/L", "1-9", ""), ("尿酸", "310", "umol/L", "208-428", "↑"))
    doubtful = [n for n, row in enumerate(one.body.report.rows) if row.needs_confirm]
    assert doubtful == [3, 4]
    done = await accept_sure(home.mum, one.id, version=one.version)
    assert done.body.status == "preliminary"
    assert set(await home.observed()) == {"wbc", "hemoglobin", "platelets"}
    done = await decide(home.mum, one.id, [LineChange("row:3", "accept")], version=done.version)
    assert (await home.observed())["printed:星辰指数"] == 5.0


async def test_an_impossible_unit_is_put_right_before_it_counts(home):
    one = await home.read(("尿酸", "310", "U/L", "208-428", ""))
    assert "unit_impossible" in one.body.report.rows[0].doubts
    with pytest.raises(InvalidInput) as refused:
        await decide(home.mum, one.id, [LineChange("row:0", "accept")], version=one.version)
    assert refused.value.key == "report.unit_impossible"
    done = await decide(home.mum, one.id, [LineChange("row:0", "accept", unit="umol/L")], version=one.version)
    assert done.row(0).flag == "normal"
    assert (await home.observed())["uric_acid"] == 310.0
    assert done.body.report.rows[0].printed.unit == "U/L", "what was read stays as it was read"


@pytest.mark.parametrize(
    ("result", "value", "comparator", "text"),
    [("7.4", 7.4, None, ""), ("<0.5", 0.5, "<", ""), ("≥ 12", 12.0, ">=", ""), ("阴性", None, None, "阴性")],
)
async def test_a_row_is_put_right_as_it_stands_on_the_paper(home, result, value, comparator, text):
    one = await home.read(("C反应蛋白", "74", "mg/L", "0-10", ""))
    await decide(home.mum, one.id, [LineChange("row:0", "accept", result=result)], version=one.version)
    (entry,) = await home.mum.store.entries("home", home.dad, kinds=["Observation"])
    assert isinstance(entry.body, Observation)
    assert (entry.body.value, entry.body.comparator, entry.body.text) == (value, comparator, text)


async def test_said_twice_it_is_there_once(home):
    one = await home.read()
    change = [LineChange("row:0", "accept"), LineChange("row:1", "reject")]
    first = await decide(home.mum, one.id, change, version=one.version)
    log = await as_system(home.mum).store.entries("home", include_superseded=True)
    home.clock.move(timedelta(minutes=3))
    for version in (one.version, first.version):
        assert (await decide(home.mum, one.id, change, version=version)).version == first.version
    assert await as_system(home.mum).store.entries("home", include_superseded=True) == log


async def test_taken_back_and_accepted_again(home):
    one = await home.read()
    seen = one
    for _ in range(3):
        seen = await decide(home.mum, one.id, [LineChange("row:0", "accept")], version=seen.version)
        assert (await home.observed()) == {"wbc": 6.2}
        home.clock.move(timedelta(minutes=1))
        seen = await decide(home.mum, one.id, [LineChange("row:0", "undo")], version=seen.version)
        assert (await home.observed()) == {}
    assert seen.body.status == "preliminary"


async def test_taking_back_withdraws_what_it_was_corrected_to(home):
    one = await home.read()
    seen = await decide(home.mum, one.id, [LineChange("row:0", "accept")], version=one.version)
    (entry,) = await home.mum.store.entries("home", home.dad, kinds=["Observation"])
    assert isinstance(entry.body, Observation)
    better = msgspec.structs.replace(entry.body, value=6.3)
    said = Provenance("acc-mum", "person")
    await home.mum.store.append([correct(entry, better, known_at=home.clock.now(), provenance=said)])
    await decide(home.mum, one.id, [LineChange("row:0", "reject")], version=seen.version)
    assert await home.observed() == {}


async def test_two_people_on_different_lines_both_count(home):
    one = await home.read()
    both = await asyncio.gather(
        decide(home.mum, one.id, [LineChange("row:0", "accept")], version=one.version),
        decide(home.mum, one.id, [LineChange("row:1", "accept")], version=one.version),
    )
    assert {d.line for d in (await get_reading(home.mum, one.id)).body.decisions} == {"row:0", "row:1"}
    assert len(both) == 2
    assert set(await home.observed()) == {"wbc", "hemoglobin"}


async def test_two_people_on_one_line_hear_of_it(home):
    one = await home.read()
    await decide(home.mum, one.id, [LineChange("row:0", "reject")], version=one.version)
    with pytest.raises(Conflict):
        await decide(home.mum, one.id, [LineChange("row:0", "accept")], version=one.version)
    with pytest.raises(Conflict):
        await decide(home.mum, one.id, [LineChange("row:0", "accept", result="9.9")], version=one.version)
    with pytest.raises(Conflict):
        await decide(home.mum, one.id, [LineChange("row:1", "accept")], version="no such version")
    assert await home.observed() == {}


async def test_what_is_not_there_is_not_found(home):
    one = await home.read()
    for line in ("row:9", "row:-1", "medicine:0", "row", "row:x", ""):
        with pytest.raises(NotFound):
            await decide(home.mum, one.id, [LineChange(line, "accept")], version=one.version)
    with pytest.raises(NotFound):
        await decide(home.mum, "no such report", [], version="x")
    twice = [LineChange("row:0", "accept"), LineChange("row:0", "reject")]
    with pytest.raises(InvalidInput):
        await decide(home.mum, one.id, twice, version=one.version)


async def test_without_a_day_on_the_paper_a_person_says_it(home):
    one = await home.read(sampled="")
    with pytest.raises(InvalidInput) as refused:
        await accept_sure(home.mum, one.id, version=one.version)
    assert refused.value.key == "report.undated"
    with pytest.raises(InvalidInput):
        await accept_sure(home.mum, one.id, version=one.version, sampled_at=NOW + timedelta(days=9))
    said = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
    await accept_sure(home.mum, one.id, version=one.version, sampled_at=said)
    assert {e.true_at for e in await home.mum.store.entries("home", home.dad, kinds=["Observation"])} == {said}


async def test_creatinine_brings_its_egfr_and_takes_it_along(home):
    one = await home.read(*KIDNEY)
    seen = await decide(home.mum, one.id, [LineChange("row:0", "accept")], version=one.version)
    found = await home.mum.store.entries("home", home.dad, kinds=["Observation"])
    derived = next(e for e in found if isinstance(e.body, Observation) and e.body.code == "egfr")
    assert (derived.provenance.source, derived.provenance.note) == ("tool", "CKD-EPI 2021")
    assert isinstance(derived.body, Observation)
    assert derived.body.value == pytest.approx(105, abs=6)
    await decide(home.mum, one.id, [LineChange("row:0", "undo")], version=seen.version)
    assert await home.observed() == {}


async def test_no_egfr_where_the_paper_has_one_or_sex_is_unknown(home):
    one = await home.read(*KIDNEY, ("肾小球滤过率", "88", "mL/min/1.73m2", ">90", "↓"))
    await decide(home.mum, one.id, [LineChange("row:0", "accept")], version=one.version)
    assert "egfr" not in await home.observed()


async def test_the_same_result_from_another_photograph_is_not_written_twice(home):
    one = await home.read()
    await accept_sure(home.mum, one.id, version=one.version)
    other = await home.read(label="second photograph")
    assert other.id != one.id
    done = await accept_sure(home.mum, other.id, version=other.version)
    found = await home.mum.store.entries("home", home.dad, kinds=["Observation"])
    assert len(found) == 3
    assert all(d.shared for d in done.body.decisions)
    await decide(home.mum, other.id, [LineChange("row:0", "undo")], version=done.version)
    assert "wbc" in await home.observed()


async def test_a_critical_value_is_told_at_once_without_its_number(home):
    one = await home.read(*BLOOD, POTASSIUM)
    assert one.body.report.rows[3].flag == "critical_high"
    assert "report.critical_notice" not in await home.told()
    await decide(home.mum, one.id, [LineChange("row:3", "accept")], version=one.version)
    assert (await home.told()).count("report.critical_notice") == 1
    (state,) = [
        n.notice
        for n in await home.mum.notices.of_account("acc-mum", "home", home.clock.now() + timedelta(seconds=1))
        if n.notice.key == "report.critical_notice"
    ]
    assert "6.9" not in str(state)
    assert state.path == f"/family?who={home.dad}"


async def test_what_is_taken_is_checked_again_and_can_be_replayed(home):
    await write_fact(home.mum, home.dad, MedicationRequest("螺内酯", "20 mg", 1))
    await write_fact(home.mum, home.dad, MedicationRequest("二甲双胍", "0.5 g", 2))
    one = await home.read(("肌酐", "420", "umol/L", "57-97", "↑"), POTASSIUM)
    seen = one
    for n in range(2):
        seen = await decide(home.mum, one.id, [LineChange(f"row:{n}", "accept")], version=seen.version)
    issues = [
        e.body
        for e in await home.mum.store.entries("home", home.dad, kinds=["DetectedIssue"])
        if isinstance(e.body, DetectedIssue)
    ]
    assert issues
    assert all(i.message_id == one.id and i.function == "medicine_check" for i in issues)
    assert any("二甲双胍" in i.output for i in issues)
    assert "reopen.notice" in await home.told()
    replayed = await replay_case(home.mum, home.dad)
    assert replayed.conclusions
    assert all(c.same for c in replayed.conclusions)


async def test_who_may_not_write_may_not_confirm(home):
    one = await home.read()
    for role in ("helper", "nurse", "doctor", "reviewer", "operator", "child"):
        actor = await person_with_account(home.mum, role, role)
        with pytest.raises((NotFound, NotPermitted)):
            await accept_sure(seen_by(home.mum, actor), one.id, version=one.version)
    assert await home.observed() == {}


@pytest.mark.parametrize("kind", ["sqlite", "sqlcipher"])
async def test_on_a_database_it_is_the_same(kind: str, tmp_path: Path):
    async with opened_doors(kind, tmp_path) as doors:
        clock, papers, offline = FixedClock(NOW), Papers(), OfflineBrain()
        house = House(
            family_id="home", demo=False, store=doors.records, blobs=MemoryBlobs(), search=search_index(),
            sections=corpus_sections(), model=offline, offline=offline, clock=clock, actor=nobody("home"),
            accounts=doors.accounts, audit=doors.audit, notices=doors.notices, readers=(papers,),
        )  # fmt: skip
        home = await furnished(seen_by(house, nobody("home")), papers, clock)
        one = await home.read(*BLOOD, POTASSIUM)
        seen = await accept_sure(home.mum, one.id, version=one.version)
        both = await asyncio.gather(
            *(decide(home.mum, one.id, [LineChange(f"row:{n}", "undo")], version=seen.version) for n in range(3)),
            return_exceptions=True,
        )
        assert all(isinstance(x, Reading) for x in both), both
        assert set(await home.observed()) <= {"potassium"}
        entries: list[Entry] = await home.mum.store.entries("home", home.dad, kinds=["DiagnosticReport"])
        assert len(entries) == 1
        assert not any(isinstance(e.body, Proposal) for e in entries)


def test_a_bound_lies_beyond_its_number_for_the_rules() -> None:
    def egfr(comparator: str) -> float | None:
        body = Observation("egfr", 15.0, "mL/min/{1.73_m2}", comparator=comparator)  # type: ignore[arg-type]
        return facts_at([Entry("e", "home", "m", body, NOW, NOW, Provenance("x", "person"))], NOW).egfr

    assert egfr("<") < 15 < egfr(">")  # type: ignore[operator]
    assert egfr("<=") == egfr("~") == 15.0
