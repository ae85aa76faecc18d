"""“What of what we have may she take?”: the household's box, this person's record, and the guard stays content."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from kangban.app import close_house, open_house
from kangban.clinical.draft import Answer
from kangban.clinical.record import MedicationStatement
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.doses_taken import took_it
from kangban.journeys.family import write_fact
from kangban.journeys.house import House
from kangban.journeys.shared_box import box_of, kept_at_home
from kangban.journeys.turn_events import TurnDone
from kangban.settings import Settings


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    opened = await open_house(Settings(data_dir=tmp_path, demo=True))
    yield opened
    await close_house(opened)


async def ask(house: House, member: str, text: str, client_id: str = "c1", lang: str = "zh") -> Answer:
    question = Question(member, text, client_id, conversation_id=client_id, lang=lang)  # type: ignore[arg-type]
    (done,) = [e async for e in chat_turn(house, question) if isinstance(e, TurnDone)]
    return done.answer


def part(answer: Answer, head: str) -> str:
    """The lines under one heading."""
    found = re.search(rf"^{head}\n(.*?)(?:\n\n|\Z)", answer.text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize(
    "text",
    ["家里的药奶奶头疼能吃哪个", "奶奶头痛，药箱里有什么药能吃", "家里有布洛芬和对乙酰氨基酚，奶奶头疼吃哪种好？"],
)
async def test_paracetamol_and_never_ibuprofen_beside_warfarin(house: House, text: str) -> None:
    answer = await ask(house, "nainai", text)
    assert answer.verdict == "release"
    offered, refused = part(answer, "家里能用的"), part(answer, "现在不要用的")
    assert "对乙酰氨基酚" in offered
    assert "布洛芬" not in offered
    assert "布洛芬" in refused
    assert "阿莫西林" in refused


@pytest.mark.parametrize(
    "text",
    [
        "What of what we have at home may grandma take for a headache?",
        "Grandma has a headache. Which of the medicines at home can she take?",
    ],
)
async def test_the_same_in_english(house: House, text: str) -> None:
    answer = await ask(house, "nainai", text, lang="en")
    assert answer.verdict == "release"
    assert "对乙酰氨基酚片 may be used" in part(answer, "What may be used")
    assert "布洛芬缓释胶囊" in part(answer, "Not now")


async def test_a_missing_fact_that_could_forbid_it_is_asked_for(house: House) -> None:
    answer = await ask(house, "doudou", "家里有布洛芬和泰诺林，豆豆发烧38.5，能吃哪个？")
    assert answer.verdict == "release"
    assert part(answer, "家里能用的") == ""
    assert answer.question is not None
    assert "吃哪些药" in answer.question


async def test_an_emergency_offers_nothing(house: House) -> None:
    answer = await ask(house, "nainai", "胸口疼出冷汗，家里有什么药能吃")
    assert answer.urgency == "emergency"
    assert "家里能用的" not in answer.text


async def test_a_name_in_no_catalogue_is_said_and_not_offered(house: House) -> None:
    answer = await ask(house, "nainai", "家里有神灵片，奶奶头疼能吃哪个")
    assert [n.name for n in answer.not_in_catalogue] == ["神灵片"]
    assert "神灵片" not in part(answer, "家里能用的")


async def test_what_was_taken_an_hour_ago_is_not_offered_again(house: House) -> None:
    await took_it(house, "nainai", "对乙酰氨基酚", "500 mg", house.clock.now() - timedelta(hours=1))
    answer = await ask(house, "nainai", "家里的药奶奶头疼能吃哪个")
    assert answer.verdict == "release"
    assert "对乙酰氨基酚" not in part(answer, "家里能用的")
    assert "1 小时前刚吃过" in part(answer, "现在不要用的")


async def test_drops_opened_too_long_have_run_out(house: House) -> None:
    opened = house.clock.now().date() - timedelta(days=60)
    drops = MedicationStatement(
        "羟丙甲纤维素滴眼液", status="in_cabinet", expires_on=date(2099, 1, 1), opened_on=opened
    )
    await write_fact(house, "yeye", drops)
    (kept,) = [item for item in await box_of(house) if item.name == drops.name]
    assert kept.expires_on == opened + timedelta(days=28)


async def test_the_box_is_one_whoever_noted_it(house: House) -> None:
    before = await box_of(house)
    await write_fact(house, "yeye", MedicationStatement("蒙脱石散", status="in_cabinet", expires_on=date(2030, 1, 1)))
    await write_fact(house, "nainai", MedicationStatement("蒙脱石散", status="in_cabinet", expires_on=date(2030, 1, 1)))
    after = await box_of(house)
    assert len(after) == len(before) + 1
    assert len(await kept_at_home(house)) == len(before) + 2
