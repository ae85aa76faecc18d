"""The clock of a held answer: reminders in steps, the safe text at the end, and nothing twice however it jumps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from kangban.clinical.record import ReviewItem
from kangban.journeys.chat_turn import find_answer
from kangban.journeys.reviewing import asking, clocks, deciding, queue
from kangban.kernel.errors import Conflict
from kangban.review.clock import DEADLINES
from tests.support.reviews import GOOD, PLACES, PLANTED, Practice, minutes, practice


@pytest.fixture(params=["memory", "sqlite"])
async def family(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(request.param, tmp_path) as made:
        yield made


async def tick(family: Practice) -> int:
    return await clocks.tick(family.system, family.clock.now())


async def told(family: Practice) -> dict[str, list[str]]:
    """Who was told what, oldest first."""
    later = family.clock.now() + timedelta(days=400)
    found = {who: await family.doors.notices.of_account(who, "home", later) for who in PLACES}
    return {who: [s.notice.key.removeprefix("review.notice.") for s in reversed(all_)] for who, all_ in found.items()}


async def states(family: Practice) -> list[ReviewItem]:
    found = await family.system.store.entries("home", kinds=["ReviewItem"])
    return [e.body for e in found if isinstance(e.body, ReviewItem)]


async def releases(family: Practice) -> int:
    found = await family.system.store.entries("home", kinds=["AnswerGiven"], include_superseded=True)
    return len([e for e in found if e.supersedes is not None])


async def test_the_steps_tell_more_and_more_people(family: Practice) -> None:
    await family.held()
    assert await tick(family) == 0
    assert await told(family) == {who: ["held"] if who in ("dr", "dr2") else [] for who in PLACES}
    family.clock.move(minutes(20))
    await tick(family)
    assert (await told(family))["dr"] + (await told(family))["dr2"] in (
        ["held", "again", "held"],
        ["held", "held", "again"],
    )
    family.clock.move(minutes(40))
    await tick(family)
    after = await told(family)
    assert all("all" in after[who] for who in ("dr", "dr2", "ph", "nu"))
    assert "all" not in after["old"], "a licence that ran out is told nothing"
    assert "managers" not in after["ma"]
    family.clock.move(minutes(30))
    await tick(family)
    assert "managers" in (await told(family))["ma"]
    family.clock.move(minutes(30))
    assert await tick(family) == 1
    assert "expired" in (await told(family))["ma"]


async def test_ticking_often_tells_once(family: Practice) -> None:
    await family.held()
    family.clock.move(minutes(100))
    for _ in range(5):
        await tick(family)
        family.clock.move(minutes(1))
    after = await told(family)
    assert all(len(keys) == len(set(keys)) for keys in after.values()), after
    events = [link.event.what for link in await family.doors.audit.chain("home")]
    assert events.count("review.escalated") == 3


async def test_a_reminder_does_not_move_the_version(family: Practice) -> None:
    seen = await family.held()
    family.clock.move(minutes(95))
    await tick(family)
    await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=GOOD)


async def test_who_is_looking_is_not_reminded_first(family: Practice) -> None:
    seen = await family.held()
    await deciding.claim(family.as_("dr"), seen.entry.id)
    family.clock.move(minutes(20))
    await tick(family)
    after = await told(family)
    assert "again" in after["dr2"]
    assert "again" not in after["dr"]


async def test_when_time_runs_out_the_safe_text_takes_its_place(family: Practice) -> None:
    seen = await family.held()
    family.clock.move(minutes(120))
    assert await tick(family) == 1
    answer = await find_answer(family.as_("ma"), seen.item.message_id)
    assert answer is not None
    assert (answer.verdict, answer.review) == ("refuse", "done")
    assert answer.reviewed is not None
    assert answer.reviewed.decision == "expired"
    assert "今天去看医生" in answer.text
    assert "华法林 + 布洛芬" in answer.text
    assert "内容未经医生审核" in answer.text
    assert PLANTED not in answer.text
    assert [s.status for s in await states(family)] == ["expired"]
    assert await queue.waiting(family.as_("dr")) == []


async def test_after_the_end_nothing_is_released(family: Practice) -> None:
    seen = await family.held()
    family.clock.move(minutes(120))
    await tick(family)
    for back in (0, 119, 200):
        family.clock.move(-minutes(back))
        with pytest.raises(Conflict) as caught:
            await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=GOOD)
        assert caught.value.key == "review.refused.expired"
    assert await releases(family) == 1


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-3650), timedelta(hours=-3), timedelta(hours=3)])
async def test_a_clock_that_jumps(family: Practice, jump: timedelta) -> None:
    seen = await family.held()
    family.clock.move(jump)
    await tick(family)
    family.clock.move(-jump)
    await tick(family)
    family.clock.move(minutes(121))
    await tick(family)
    await tick(family)
    assert await releases(family) == 1
    after = await told(family)
    assert after["ma"].count("expired") == 1
    answer = await find_answer(family.as_("ma"), seen.item.message_id)
    assert answer is not None
    assert answer.reviewed is not None


async def test_two_clocks_at_once_and_a_decision_between(family: Practice) -> None:
    seen = await family.held()
    family.clock.move(minutes(119))
    late = family.clock.now() + minutes(2)
    await asyncio.gather(
        clocks.tick(family.system, late),
        deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=GOOD),
        clocks.tick(family.system, late),
        return_exceptions=True,
    )
    assert await releases(family) == 1
    assert len(await states(family)) == 1


async def test_while_the_family_is_asked_no_reviewer_is_pressed(family: Practice) -> None:
    seen = await family.held()
    asked = await deciding.decide(
        family.as_("dr"), seen.entry.id, decision="ask", reason="fact_missing", note="体温最高到多少度？"
    )
    family.clock.move(minutes(95))
    await tick(family)
    after = await told(family)
    assert "again" not in after["dr"] + after["dr2"]
    assert "all" not in after["ph"]
    back = await asking.answer_back(family.as_("ma"), asked.id, "38度")
    item = back.body
    assert isinstance(item, ReviewItem)
    assert item.due_at == family.clock.now() + minutes(60), "half the time again"
    family.clock.move(minutes(40))
    assert await tick(family) == 0


async def test_an_answer_that_comes_too_late(family: Practice) -> None:
    seen = await family.held()
    asked = await deciding.decide(family.as_("dr"), seen.entry.id, decision="ask", reason="unclear", note="谁在发烧？")
    family.clock.move(minutes(121))
    with pytest.raises(Conflict) as caught:
        await asking.answer_back(family.as_("ma"), asked.id, "奶奶")
    assert caught.value.key == "review.refused.expired"
    assert [s.status for s in await states(family)] == ["expired"]


async def test_an_erased_member_leaves_the_clock_in_peace(family: Practice) -> None:
    await family.held()
    await family.system.store.delete_member("home", family.member)
    family.clock.move(minutes(500))
    assert await tick(family) == 0


def test_every_urgency_has_steps_that_come_before_the_end() -> None:
    for urgency, row in DEADLINES.items():
        afters = [s.after for s in row.steps]
        assert afters == sorted(afters), urgency
        assert afters[-1] < row.within, urgency
        assert [s.whom for s in row.steps] == ["next", "all", "managers"]
