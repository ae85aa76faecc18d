"""The demo's doctor and its one answer that is held: told as what it is, and walked through to the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kangban.app import Opened, close_house, open_doors
from kangban.clinical.access import Membership
from kangban.clinical.account import Account
from kangban.clinical.draft import Answer
from kangban.clinical.urgency import Lang
from kangban.journeys import noticing
from kangban.journeys.accounts.local import DEMO_DOCTOR, demo_actor
from kangban.journeys.chat_turn import Question, chat_turn, find_answer
from kangban.journeys.demo.brain import example_for, examples
from kangban.journeys.house import House, members, seen_by
from kangban.journeys.reviewing import deciding, queue
from kangban.journeys.turn_events import TurnDone
from kangban.settings import read_settings


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Opened]:
    opened = await open_doors(read_settings(data_dir=tmp_path, demo=True, environ={}))
    yield opened
    await close_house(opened.house)


async def asked(house: House, text: str, lang: Lang = "zh") -> Answer:
    events = [e async for e in chat_turn(house, Question("nainai", text, f"c-{lang}-{len(text)}", lang=lang))]
    done = events[-1]
    assert isinstance(done, TurnDone)
    return done.answer


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_example_is_held_says_that_it_is_one_and_is_let_out_by_the_doctor(demo: Opened, lang: Lang) -> None:
    example = example_for("nainai", lang)
    assert example is not None
    family = seen_by(demo.house, demo_actor("demo"))
    answer = await asked(family, example.question, lang)
    assert (answer.verdict, answer.review) == ("hold", "waiting")
    assert "180" not in answer.text
    doctor = seen_by(demo.house, demo_actor("demo", "doctor"))
    (waiting,) = await queue.waiting(doctor)
    assert waiting.item.reasons == ("numbers",)
    assert waiting.item.findings
    assert ("演示" if lang == "zh" else "Demo") in waiting.item.draft.text.splitlines()[0]
    assert await noticing.unread(doctor) == 1
    await deciding.decide(doctor, waiting.entry.id, decision="approve", reason="source_checked")
    released = await find_answer(family, waiting.item.message_id)
    assert released is not None
    assert (released.verdict, released.review) == ("release", "done")
    assert "180" in released.text
    assert await noticing.unread(family) == 1
    await noticing.read_all(family)
    assert await noticing.unread(family) == 0


async def test_every_other_question_gets_the_offline_brain(demo: Opened) -> None:
    answer = await asked(seen_by(demo.house, demo_actor("demo")), "奶奶能喝酒吗？")
    assert answer.brain == "offline"
    assert not any("事先写好" in c.text for c in answer.claims)


async def test_nobody_logs_in_as_the_doctor_and_loading_twice_changes_nothing(demo: Opened, tmp_path: Path) -> None:
    account = await demo.gate.accounts.find_account(id=DEMO_DOCTOR)
    assert account is not None
    assert account.password_hash == ""
    before = await demo.gate.accounts.memberships(family_id="demo")
    again = await open_doors(read_settings(data_dir=tmp_path, demo=True, environ={}))
    assert await again.gate.accounts.memberships(family_id="demo") == before
    await close_house(again.house)


async def test_with_a_real_account_the_visitor_without_one_sees_nothing(demo: Opened) -> None:
    visitor = seen_by(demo.house, demo_actor("demo"))
    assert await members(visitor)
    await demo.gate.accounts.add_account(Account("real", "real", "谁"))
    await demo.gate.accounts.put_membership(Membership("m-real", "real", "demo", "adult"))
    assert await members(visitor) == []


def test_the_examples_are_marked_as_such() -> None:
    assert {one.lang for one in examples()} == {"zh", "en"}
    assert all(one.question.startswith(("【演示】", "[Demo]")) for one in examples())
