"""A kept file read afresh: better rows take the place of worse ones, and what people decided is never lost."""

from __future__ import annotations

import pytest

from kangban.journeys.house import seen_by
from kangban.journeys.reports.confirm import LineChange, decide
from kangban.journeys.reports.reread import reread
from kangban.journeys.reports.shelf import readings_of
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted
from tests.journeys.reports.test_upload import everything, home, read
from tests.support.houses import person_with_account
from tests.support.papers import BLOOD, KIDNEY, Papers, Row, paper

MISREAD: tuple[Row, ...] = (BLOOD[0], ("血红蛋白", "11.8", "g/L", "130-175", "↓"), BLOOD[2])


async def test_a_fresh_reading_takes_the_place_of_the_first_and_keeps_its_id():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper(MISREAD))
    (one,) = (await read(mum, ids["dad"], content)).reports
    papers.put(paper())
    (fresh,) = await reread(mum, one.id)
    assert fresh.id == one.id
    assert [row.printed.text for row in fresh.body.report.rows] == ["6.2", "118", "210"]
    assert (await reread(mum, one.id))[0].version == fresh.version, "the same again changes nothing"


async def test_decisions_stay_and_a_decided_line_that_reads_otherwise_is_refused():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper(MISREAD))
    (one,) = (await read(mum, ids["dad"], content)).reports
    seen = await decide(
        mum, one.id, [LineChange("row:0", "accept"), LineChange("row:1", "accept")], version=one.version
    )
    papers.put(paper())
    with pytest.raises(InvalidInput) as refused:
        await reread(mum, one.id)
    assert refused.value.key == "report.reread_decided"
    assert (await readings_of(mum, ids["dad"]))[0].version == seen.version
    await decide(mum, one.id, [LineChange("row:1", "undo")], version=seen.version)
    (fresh,) = await reread(mum, one.id)
    assert (fresh.state("row:0"), fresh.state("row:1")) == ("accepted", "open")
    done = await decide(mum, one.id, [LineChange("row:1", "accept")], version=fresh.version)
    assert done.row(1).printed.text == "118"


async def test_documents_that_appear_and_vanish():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper())
    (one,) = (await read(mum, ids["dad"], content)).reports
    papers.put(paper(), paper(KIDNEY, sampled="2026-05-02 08:00", number=2))
    assert len(await reread(mum, one.id)) == 2
    papers.put(paper())
    (left,) = await reread(mum, one.id)
    assert (left.id, left.body.count) == (one.id, 1)


async def test_a_blank_reading_and_a_stranger_change_nothing():
    papers = Papers()
    mum, ids = await home(papers)
    content = papers.put(paper())
    (one,) = (await read(mum, ids["dad"], content)).reports
    before = await everything(mum)
    papers.put(paper(()), label="a")
    papers.papers[content] = ()
    with pytest.raises(InvalidInput):
        await reread(mum, one.id)
    helper = await person_with_account(mum, "helper", "helper")
    with pytest.raises((NotFound, NotPermitted)):
        await reread(seen_by(mum, helper), one.id)
    assert await everything(mum) == before
