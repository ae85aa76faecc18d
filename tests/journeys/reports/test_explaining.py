"""A report explained beside the record: what was confirmed counts, what was left out does not, nobody else's is told."""

from __future__ import annotations

import msgspec
import pytest

from kangban.journeys.reports.confirm import LineChange, accept_sure, decide
from kangban.journeys.reports.explaining import as_decided, explained, explained_file
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.perception.reports.read import read_documents
from tests.journeys.reports.test_confirm import POTASSIUM, Home, furnished
from tests.support.houses import NOW, memory_house
from tests.support.papers import BLOOD, KIDNEY, Papers, paper


@pytest.fixture
async def home() -> Home:
    clock, papers = FixedClock(NOW), Papers()
    house = msgspec.structs.replace(memory_house(clock=clock), readers=(papers,))
    return await furnished(house, papers, clock)


async def test_what_was_decided_is_what_is_explained(home: Home) -> None:
    one = await home.read(*BLOOD, POTASSIUM)
    seen = await decide(home.mum, one.id, [LineChange("row:3", "accept", result="4.9")], version=one.version)
    seen = await decide(home.mum, one.id, [LineChange("row:1", "reject")], version=seen.version)
    rows = as_decided(seen).rows
    assert [row.printed.name for row in rows] == ["白细胞计数", "血小板计数", "钾"]
    assert (rows[2].printed.value, rows[2].flag, rows[2].needs_confirm) == (4.9, "normal", False)
    told = await explained(home.mum, seen, "zh")
    assert told.urgency == "self_care"
    assert "血红蛋白" not in told.text()


async def test_a_critical_row_comes_first_and_says_how_soon(home: Home) -> None:
    one = await home.read(*BLOOD, POTASSIUM)
    told = await explained(home.mum, one, "zh")
    assert told.urgency in ("emergency", "same_day")
    assert told.sections[0].key == "first"


async def test_since_last_time(home: Home) -> None:
    first = await home.read(*KIDNEY, sampled="2025-10-01 08:00", label="old")
    await accept_sure(home.mum, first.id, version=first.version)
    second = await home.read(("肌酐", "131", "umol/L", "57-97", "↑"), label="new")
    told = await explained(home.mum, second, "zh")
    series = next(one for one in told.series if one.analyte == "creatinine")
    assert [point.value for point in series.points] == [76.0, 131.0]
    again = await accept_sure(home.mum, second.id, version=second.version)
    told = await explained(home.mum, again, "zh")
    assert [p.value for s in told.series if s.analyte == "creatinine" for p in s.points] == [76.0, 131.0], "once"


async def test_nothing_is_told_of_what_may_be_somebody_elses(home: Home) -> None:
    one = await home.read(*BLOOD, name="王大力")
    with pytest.raises(InvalidInput):
        await explained(home.mum, one, "zh")
    (printed,) = read_documents([paper(name="王大力")])
    with pytest.raises(InvalidInput):
        await explained_file(home.mum, home.dad, printed, "zh")
    with pytest.raises(NotFound):
        await explained_file(home.mum, "nobody", printed, "zh")


async def test_a_file_is_explained_without_being_kept(home: Home) -> None:
    (printed,) = read_documents([paper()])
    told = await explained_file(home.mum, home.dad, printed, "en")
    assert told.lang == "en"
    assert told.text()
    assert not await home.mum.store.entries("home", home.dad, kinds=["DiagnosticReport", "DocumentReference"])
