"""A report in the talk: dropped in it is read and waits; asked about it is quoted, and what nobody confirmed says so."""

from __future__ import annotations

import msgspec
import pytest

from kangban.clinical.draft import Answer
from kangban.clinical.record import DocumentReference
from kangban.journeys.attachments import Upload
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.house import House, as_system
from kangban.journeys.reports.confirm import accept_sure
from kangban.journeys.reports.shelf import readings_of
from kangban.journeys.reports.upload import ReadingDone, read_again
from kangban.journeys.reports.viewing import shelf_of
from kangban.journeys.turn_events import StepShown, TurnDone
from kangban.kernel.clock import FixedClock
from tests.journeys.reports.test_confirm import POTASSIUM, Home, furnished
from tests.support.houses import NOW, memory_house
from tests.support.papers import BLOOD, KIDNEY, Papers, paper


@pytest.fixture
async def home() -> Home:
    clock, papers = FixedClock(NOW), Papers()
    house = msgspec.structs.replace(memory_house(clock=clock), readers=(papers,))
    return await furnished(house, papers, clock)


async def ask(house: House, who: str, text: str, key: str = "c1", *files: bytes) -> tuple[Answer, list[str]]:
    uploads = tuple(Upload("报告.pdf", one) for one in files)
    events = [e async for e in chat_turn(house, Question(who, text, key, uploads=uploads))]
    done = events[-1]
    assert isinstance(done, TurnDone)
    return done.answer, [e.step.key for e in events if isinstance(e, StepShown)]


@pytest.mark.parametrize("text", ["", "帮我看看这份报告", "哪里不正常"])
async def test_a_report_dropped_in_is_read_and_not_in_the_record(home: Home, text: str) -> None:
    answer, steps = await ask(home.mum, home.dad, text, "c1", home.papers.put(paper()))
    assert "step.report_read" in steps
    assert "血红蛋白" in answer.text
    assert "未确认" in answer.text
    assert "第 1 页" in answer.text
    kinds = [e.kind for e in await as_system(home.mum).store.entries("home", home.dad, include_superseded=True)]
    assert "DiagnosticReport" in kinds
    assert "Observation" not in kinds
    (one,) = await readings_of(home.mum, home.dad)
    assert one.body.status == "preliminary"


async def test_somebody_elses_report_says_nothing_but_that_it_is_asked(home: Home) -> None:
    content = home.papers.put(paper(name="王大力", sex="女", age="70岁"))
    answer, steps = await ask(home.mum, home.dad, "这份报告怎么样", "c1", content)
    assert "step.report_whose" in steps
    assert "118" not in answer.text
    assert "王大力" not in answer.text
    assert "确认是谁的" in answer.text
    later, _ = await ask(home.mum, home.dad, "我的血红蛋白多少", "c2")
    assert "118" not in later.text


async def test_papers_of_several_people_are_parted_on_the_reports_page_and_not_read_here(home: Home) -> None:
    content = home.papers.put(paper(), paper(KIDNEY, name="王大力", sex="女", age="70岁", number=2))
    answer, steps = await ask(home.mum, home.dad, "这份报告怎么样", "c1", content)
    assert "step.report_several_people" in steps
    assert "118" not in answer.text
    (waiting,) = (await shelf_of(home.mum, home.dad)).unread
    done = [e async for e in read_again(home.mum, home.dad, waiting.id)][-1]
    assert isinstance(done, ReadingDone)
    assert len({r.body.document_id for r in done.reports}) == 2


async def test_asked_later_the_report_is_still_in_view(home: Home) -> None:
    one = await home.read(*BLOOD, *KIDNEY)
    first, _ = await ask(home.mum, home.dad, "我的血红蛋白多少", "c1")
    assert "118 g/L" in first.text
    assert "未确认" in first.text
    await accept_sure(home.mum, one.id, version=one.version)
    second, _ = await ask(home.mum, home.dad, "我的血红蛋白多少", "c2")
    assert "118 g/L" in second.text
    assert "未确认" not in second.text
    third, _ = await ask(home.mum, home.dad, "哪一页写的", "c3")
    assert "第 1 页" in third.text
    assert "118" in third.text


async def test_what_is_out_of_range_in_the_last_report(home: Home) -> None:
    await home.read(*BLOOD, POTASSIUM)
    answer, _ = await ask(home.mum, home.dad, "上次报告哪里不正常", "c1")
    assert "血红蛋白" in answer.text
    assert "6.9" in answer.text
    assert "白细胞" not in answer.text
    none, _ = await ask(home.mum, home.dad, "报告里血小板有异常吗", "c2")
    assert "没有找到" in none.text or "未" in none.text


async def test_without_a_report_it_says_so(home: Home) -> None:
    answer, _ = await ask(home.mum, home.dad, "上次报告哪里不正常")
    assert "还没有读过的报告" in answer.text


async def test_the_same_file_dropped_in_twice_is_one_report(home: Home) -> None:
    content = home.papers.put(paper())
    await ask(home.mum, home.dad, "看看报告", "c1", content)
    await ask(home.mum, home.dad, "看看报告", "c2", content)
    assert len(await readings_of(home.mum, home.dad)) == 1
    kept = await home.mum.store.entries("home", home.dad, kinds=["DocumentReference"])
    assert len([e for e in kept if isinstance(e.body, DocumentReference)]) == 1


async def test_what_cannot_be_opened_is_kept_and_said(home: Home) -> None:
    _, steps = await ask(home.mum, home.dad, "看看报告", "c1", b"%PDF-1.4 broken")
    assert "step.attachment_unreadable" in steps
    assert not await readings_of(home.mum, home.dad)
