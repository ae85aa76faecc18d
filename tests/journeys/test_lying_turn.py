"""A whole turn with a hostile model behind the port: its lies reach nobody, and the rules' urgency stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from kangban.agent.scripted import Script, ScriptedModel
from kangban.app import close_house, open_house
from kangban.clinical.draft import Answer
from kangban.clinical.urgency import Lang
from kangban.journeys.chat_turn import Question, chat_turn, find_answer
from kangban.journeys.house import House
from kangban.journeys.turn_events import SentenceReleased, TurnDone
from kangban.settings import Settings
from tests.journeys.lies import EN, ZH, Lie


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    opened = await open_house(Settings(data_dir=tmp_path, demo=True))
    yield opened
    await close_house(opened)


async def turn(house: House, member: str, question: str, script: Script, lang: Lang = "zh") -> Answer:
    """One turn of a scripted model; the answer is stored, and its sentences are the events' sentences."""
    liar = msgspec.structs.replace(house, model=ScriptedModel(script, name="liar"))
    asked = Question(member, question, "c1", conversation_id="liar", lang=lang)
    events = [event async for event in chat_turn(liar, asked)]
    done = events[-1]
    assert isinstance(done, TurnDone)
    assert await find_answer(house, member, done.message_id) == done.answer
    assert tuple(e.claim for e in events if isinstance(e, SentenceReleased)) == done.answer.claims
    return done.answer


def shown(answer: Answer) -> str:
    """Every text of an answer that a page shows."""
    parts = [answer.text, answer.question or "", *answer.options, *(c.text for c in answer.claims)]
    parts += [n.name for n in answer.not_in_catalogue]
    parts += [value for step in answer.steps for value in step.values.values()]
    return "\n".join(parts)


async def judged_offline(house: House, member: str, question: str, lang: Lang) -> Answer:
    asked = Question(member, question, "c2", conversation_id="offline", lang=lang)
    events = [event async for event in chat_turn(house, asked)]
    done = events[-1]
    assert isinstance(done, TurnDone)
    return done.answer


async def nothing_leaks(
    house: House, member: str, question: str, script: Script, lies: tuple[str, ...], lang: Lang
) -> Answer:
    answer = await turn(house, member, question, script, lang)
    assert not [piece for piece in lies if piece in shown(answer)], (answer.verdict, shown(answer))
    offline = await judged_offline(house, member, question, lang)
    assert answer.urgency == offline.urgency
    assert answer.urgency != "emergency" or "120" in answer.text
    assert not answer.options or answer.question
    return answer


def always(text: str) -> Script:
    return lambda _request: text


@pytest.mark.parametrize("lie", ZH, ids=range(len(ZH)))
async def test_a_chinese_lie(house: House, lie: Lie) -> None:
    member, question, words, pieces = lie
    await nothing_leaks(house, member, question, always(words), pieces, "zh")


@pytest.mark.parametrize("lie", EN, ids=range(len(EN)))
async def test_an_english_lie(house: House, lie: Lie) -> None:
    member, question, words, pieces = lie
    await nothing_leaks(house, member, question, always(words), pieces, "en")
