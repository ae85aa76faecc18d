"""The talk as stored, a message asked again, and one word on each answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kangban.app import close_house, open_house
from kangban.clinical.record import Feedback
from kangban.journeys.attachments import Upload
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.conversation import ask_again, read_conversation
from kangban.journeys.feedback import find_feedback, give_feedback
from kangban.journeys.house import House
from kangban.journeys.turn_events import Stored, TurnDone
from kangban.kernel.errors import NotFound
from kangban.settings import read_settings

WHO = "nainai"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    one = await open_house(read_settings(data_dir=tmp_path, demo=True, environ={}))
    yield one
    await close_house(one)


async def _broken_off(house: House, question: Question) -> str:
    events = chat_turn(house, question)
    async for event in events:
        if isinstance(event, Stored):
            await events.aclose()
            return event.message_id
    raise AssertionError("never stored")


async def test_a_turn_broken_off_stays_and_is_asked_again_as_it_was(house: House) -> None:
    file = Upload("药盒.png", b"\x89PNG\r\n\x1a\n" + b"1" * 20)
    message_id = await _broken_off(house, Question(WHO, "能吃布洛芬吗", "c1", uploads=(file,)))
    (told,) = await read_conversation(house, WHO)
    assert (told.answer, told.files, told.message.text) == (None, ("药盒.png",), "能吃布洛芬吗")
    again = await ask_again(house, WHO, message_id)
    assert again == Question(WHO, "能吃布洛芬吗", "c1", uploads=(file,))
    for _ in range(2):
        done = [event async for event in chat_turn(house, again)][-1]
        assert isinstance(done, TurnDone)
    (told,) = await read_conversation(house, WHO)
    assert told.answer is not None


async def test_another_members_message_is_not_asked_again(house: House) -> None:
    message_id = await _broken_off(house, Question(WHO, "能吃布洛芬吗", "c2"))
    with pytest.raises(NotFound):
        await ask_again(house, "doudou", message_id)
    assert await read_conversation(house, "doudou") == []


async def test_feedback_is_one_per_answer_and_can_be_changed(house: House) -> None:
    first = await give_feedback(house, WHO, "answer-1", useful=True)
    assert await give_feedback(house, WHO, "answer-1", useful=True) == first
    second = await give_feedback(house, WHO, "answer-1", useful=False, text="太长")
    assert second != first
    said = await find_feedback(house, WHO, "answer-1")
    assert said is not None
    assert said.body == Feedback("answer-1", False, "太长")
    assert await find_feedback(house, WHO, "answer-2") is None
    with pytest.raises(NotFound):
        await give_feedback(house, "nobody", "answer-1", useful=True)
