"""A held answer waits, is decided by a named person, and goes out once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.clinical.access import Licence
from kangban.clinical.draft import Answer
from kangban.clinical.record import AllergyIntolerance, Consent, Entry
from kangban.journeys.chat_turn import find_answer
from kangban.journeys.consents import give
from kangban.journeys.conversation import read_conversation
from kangban.journeys.family import write_fact
from kangban.journeys.reviewing import asking, clocks, deciding, queue, watching
from kangban.journeys.reviewing.judging import GuardRefused
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from tests.support.reviews import GOOD, HELD, NUMBERS, PLACES, PLANTED, Practice, minutes, practice

EMERGENCY = "奶奶胸口疼，出冷汗半小时了"


@pytest.fixture(params=["memory", "sqlite"])
async def family(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(request.param, tmp_path) as made:
        yield made


async def answer_now(family: Practice, message_id: str, who: str = "ma") -> Answer:
    found = await find_answer(family.as_(who), message_id)
    assert found is not None
    return found


async def told(family: Practice, who: str) -> list[str]:
    return [s.notice.key for s in await family.doors.notices.of_account(who, "home", family.clock.now())]


async def happened(family: Practice) -> list[str]:
    return [link.event.what for link in await family.doors.audit.chain("home")]


async def releases(family: Practice) -> list[Entry]:
    found = await family.system.store.entries("home", kinds=["AnswerGiven"], include_superseded=True)
    return [e for e in found if e.supersedes is not None]


async def test_a_hold_waits_and_tells_whoever_may_review_it(family: Practice) -> None:
    answer, _ = await family.ask()
    assert (answer.verdict, answer.review) == ("hold", "waiting")
    assert "正在看" in answer.text
    assert "今天去看医生" in answer.text
    assert "华法林 + 布洛芬" in answer.text, "what the rules allow is still told"
    assert PLANTED not in msgspec.json.encode(answer).decode()
    assert {"review.opened", "answer.held"} <= set(await happened(family))
    assert [who for who in PLACES if "review.notice.held" in await told(family, who)] == ["dr", "dr2"]


async def test_the_same_question_again_opens_no_second_review(family: Practice) -> None:
    first, _ = await family.ask()
    second, _ = await family.ask()
    assert first == second
    found = await family.system.store.entries("home", kinds=["ReviewItem"])
    assert len(found) == 1


async def test_an_emergency_is_answered_at_once(family: Practice) -> None:
    answer, _ = await family.ask(f"是胃胀气，{PLANTED}吃布洛芬就行。", text=EMERGENCY)
    assert answer.urgency == "emergency"
    assert "120" in answer.text
    if answer.review == "waiting":
        assert "不要等" in answer.text


async def test_an_edit_is_released_with_name_and_role(family: Practice) -> None:
    seen = await family.held()
    await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=GOOD)
    answer = await answer_now(family, seen.item.message_id)
    assert (answer.verdict, answer.review) == ("release", "done")
    assert answer.reviewed is not None
    assert (answer.reviewed.name, answer.reviewed.role, answer.reviewed.licence) == ("王医生", "doctor", "D-110")
    assert answer.reviewed.decision == "edited"
    assert "它和华法林一起会增加出血风险" in answer.text
    assert "王医生" in answer.text
    assert "内容未经医生审核" not in answer.text
    assert PLANTED not in answer.text
    shown = await read_conversation(family.as_("ma"), family.member)
    assert [x.answer for x in shown] == [answer]
    assert "review.notice.released" in await told(family, "ma")
    assert {"review.edited", "answer.released"} <= set(await happened(family))
    links = await family.doors.audit.chain("home")
    event = next(x.event for x in links if x.event.what == "answer.released")
    assert (event.account_id, event.model, event.reason) == ("dr", "scripted", "corrected")
    assert "guard.unsafe_medicine" in event.rules


async def test_approving_needs_a_reason_that_answers_for_the_hold(family: Practice) -> None:
    seen = await family.held(NUMBERS)
    assert seen.item.reasons == ("numbers",)
    with pytest.raises(InvalidInput):
        await deciding.decide(family.as_("dr"), seen.entry.id, decision="approve", reason="clearer")
    await deciding.decide(family.as_("dr"), seen.entry.id, decision="approve", reason="source_checked")
    answer = await answer_now(family, seen.item.message_id)
    assert answer.reviewed is not None
    assert answer.reviewed.decision == "approved"
    assert "180毫升" in answer.text


@pytest.mark.parametrize("reason", ["source_checked", "own_judgement"])
async def test_a_contraindication_is_nobodys_to_release(family: Practice, reason: str) -> None:
    seen = await family.held()
    with pytest.raises(GuardRefused) as caught:
        await deciding.decide(family.as_("dr"), seen.entry.id, decision="approve", reason=reason)
    assert "unsafe_medicine" in {c.name for c in caught.value.checks}
    assert not await releases(family)


@pytest.mark.parametrize(
    "text", [HELD, "布洛芬完全安全，可以放心吃。", "奶奶可以吃布洛芬，今天去看医生。", "华法林停三天，今天去看医生。"]
)
async def test_an_edit_passes_the_guard_again(family: Practice, text: str) -> None:
    seen = await family.held()
    with pytest.raises(GuardRefused) as caught:
        await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="own_judgement", text=text)
    assert caught.value.checks
    assert all(c.why for c in caught.value.checks)
    assert (await queue.find_item(family.as_("dr"), seen.entry.id)).entry.id == seen.entry.id, "nothing has changed"
    assert (await answer_now(family, seen.item.message_id)).review == "waiting"


async def test_what_was_learnt_since_counts(family: Practice) -> None:
    seen = await family.held(NUMBERS)
    await write_fact(family.as_("ma"), family.member, AllergyIntolerance("对乙酰氨基酚"))
    text = "今天去看医生。退烧可以吃对乙酰氨基酚。"
    with pytest.raises(GuardRefused):
        await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=text)


async def test_a_rejection_says_what_to_do_next(family: Practice) -> None:
    seen = await family.held()
    await deciding.decide(
        family.as_("dr"), seen.entry.id, decision="reject", reason="needs_visit", note="请带上正在吃的药。"
    )
    answer = await answer_now(family, seen.item.message_id)
    assert (answer.verdict, answer.review) == ("refuse", "done")
    for piece in ("王医生", "要当面看过才能说", "请带上正在吃的药", "今天去看医生"):
        assert piece in answer.text
    assert PLANTED not in answer.text
    assert "review.notice.rejected" in await told(family, "ma")


async def test_a_note_passes_the_guard_too(family: Practice) -> None:
    seen = await family.held()
    with pytest.raises(GuardRefused):
        await deciding.decide(
            family.as_("dr"), seen.entry.id, decision="reject", reason="unsafe", note="吃布洛芬完全安全。"
        )
    assert not await releases(family)


async def test_asking_and_answering_back(family: Practice) -> None:
    seen = await family.held()
    asked = await deciding.decide(
        family.as_("dr"), seen.entry.id, decision="ask", reason="fact_missing", note="体温最高到多少度？"
    )
    state = await watching.state_of(family.as_("ma"), seen.item.answer_id)
    assert state is not None
    assert (state.status, state.question, state.asked_by) == ("asked", "体温最高到多少度？", ("王医生", "doctor"))
    assert PLANTED not in msgspec.json.encode(state).decode()
    assert "review.notice.asked" in await told(family, "ma")
    family.clock.move(minutes(10))
    back = await asking.answer_back(family.as_("ma"), asked.id, "38度2，精神还好")
    again = await queue.find_item(family.as_("dr"), back.id)
    assert again.item.status == "open"
    assert "38度2" in again.item.events[-1].note
    assert "review.notice.answered" in await told(family, "dr")
    await deciding.decide(family.as_("dr"), back.id, decision="edit", reason="corrected", text=GOOD)
    assert len(await releases(family)) == 1


async def test_danger_in_the_familys_words_is_not_left_waiting(family: Practice) -> None:
    seen = await family.held()
    asked = await deciding.decide(
        family.as_("dr"), seen.entry.id, decision="ask", reason="fact_missing", note="还有别的不舒服吗？"
    )
    back = await asking.answer_back(family.as_("ma"), asked.id, "胸口压着疼，出冷汗半小时了")
    again = await queue.find_item(family.as_("dr"), back.id)
    assert again.item.urgency == "emergency"
    assert again.due_at is not None
    assert again.due_at <= family.clock.now() + minutes(15)
    assert "review.notice.urgent" in await told(family, "ma")
    assert "review.notice.held.emergency" in await told(family, "dr")
    state = await watching.state_of(family.as_("ma"), seen.item.answer_id)
    assert state is not None
    assert any("120" in line for line in state.allowed)


async def test_others_may_not_answer_for_the_family(family: Practice) -> None:
    seen = await family.held()
    asked = await deciding.decide(
        family.as_("dr"), seen.entry.id, decision="ask", reason="unclear", note="是今天发烧的吗？"
    )
    for who in ("he", "ba", "op", "dr2"):
        with pytest.raises((NotFound, NotPermitted)):
            await asking.answer_back(family.as_(who), asked.id, "是的")


async def test_two_at_once_release_one(family: Practice) -> None:
    seen = await family.held()
    results = await asyncio.gather(
        deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=GOOD),
        deciding.decide(family.as_("dr2"), seen.entry.id, decision="reject", reason="unsafe"),
        deciding.decide(family.as_("dr2"), seen.entry.id, decision="edit", reason="clearer", text="今天去看医生。"),
        return_exceptions=True,
    )
    assert len([r for r in results if isinstance(r, Entry)]) == 1
    assert all(
        isinstance(r, Conflict) and r.key == "review.refused.decided" for r in results if not isinstance(r, Entry)
    )
    assert len(await releases(family)) == 1


async def test_a_claim_moves_the_version_on(family: Practice) -> None:
    seen = await family.held()
    taken = await deciding.claim(family.as_("dr"), seen.entry.id)
    with pytest.raises(Conflict) as caught:
        await deciding.decide(family.as_("dr2"), seen.entry.id, decision="reject", reason="unsafe")
    assert caught.value.key == "review.refused.moved"
    state = await watching.state_of(family.as_("ma"), seen.item.answer_id)
    assert state is not None
    assert state.looking == ("王医生", "doctor")
    await deciding.decide(family.as_("dr2"), taken.id, decision="reject", reason="unsafe")


NOT_THEIRS = [
    ("ma", "role"),
    ("ba", "role"),
    ("he", "role"),
    ("op", "role"),
    ("ph", "scope"),
    ("nu", "scope"),
    ("old", "licence"),
]


@pytest.mark.parametrize(("who", "why"), NOT_THEIRS)
async def test_nobody_else_decides(family: Practice, who: str, why: str) -> None:
    seen = await family.held()
    with pytest.raises((NotPermitted, NotFound)):
        await deciding.decide(family.as_(who), seen.entry.id, decision="reject", reason="unsafe")
    with pytest.raises((NotPermitted, NotFound)):
        await queue.find_item(family.as_(who), seen.entry.id)
    if why == "scope":
        assert await queue.waiting(family.as_(who)) == []
    else:
        with pytest.raises(NotPermitted) as caught:
            await queue.waiting(family.as_(who))
        assert why in caught.value.key
    assert not await releases(family)


async def test_a_licence_that_ran_out_since_the_page_opened(family: Practice) -> None:
    seen = await family.held()
    page = family.as_("dr")
    place = PLACES["dr"]
    assert place.licence is not None
    over = msgspec.structs.replace(place.licence, expires_on=family.clock.now().date() - timedelta(days=1))
    await family.doors.accounts.put_membership(msgspec.structs.replace(place, licence=over))
    with pytest.raises(NotPermitted) as caught:
        await deciding.decide(page, seen.entry.id, decision="reject", reason="unsafe")
    assert caught.value.key == "review.refused.licence_over"
    await family.doors.accounts.put_membership(place)
    family.clock.move(timedelta(days=900))
    with pytest.raises(NotPermitted):
        await deciding.decide(page, seen.entry.id, decision="reject", reason="unsafe")


async def test_a_place_taken_away_counts_at_once(family: Practice) -> None:
    seen = await family.held()
    page = family.as_("dr")
    await family.doors.accounts.remove_membership("m-dr")
    with pytest.raises((NotPermitted, NotFound)):
        await deciding.decide(page, seen.entry.id, decision="reject", reason="unsafe")


async def test_scope_opens_what_it_covers(family: Practice) -> None:
    wider = Licence("P-7", ("medicines", "triage"), PLACES["dr"].licence.expires_on)  # type: ignore[union-attr]
    await family.doors.accounts.put_membership(msgspec.structs.replace(PLACES["ph"], licence=wider))
    seen = await family.held()
    assert seen.item.topics == ("medicines", "triage")
    widened = family.as_("ph", licence=wider)
    assert [w.entry.id for w in await queue.waiting(widened)] == [seen.entry.id]
    await deciding.decide(widened, seen.entry.id, decision="reject", reason="unsafe")


async def test_who_asked_does_not_review(family: Practice) -> None:
    share = Consent(
        "share", "dr", granted=True, groups=("medicines", "conversations"), purposes=("view", "ask", "write")
    )
    await give(family.as_("ma"), family.member, share)
    answer, _ = await family.ask(who="dr")
    assert answer.review == "waiting"
    assert await queue.waiting(family.as_("dr")) == []
    [item] = await queue.waiting(family.as_("dr2"))
    with pytest.raises(NotPermitted) as caught:
        await deciding.decide(family.as_("dr"), item.entry.id, decision="reject", reason="unsafe")
    assert caught.value.key == "review.refused.own"
    assert "review.notice.held" not in await told(family, "dr")


async def test_nobody_reviews_what_is_about_themselves(family: Practice) -> None:
    seen = await family.held()
    own = msgspec.structs.replace(PLACES["dr2"], member_id=family.member)
    await family.doors.accounts.put_membership(own)
    page = family.as_("dr2", member_id=family.member)
    assert await queue.waiting(page) == []
    with pytest.raises(NotPermitted) as caught:
        await deciding.decide(page, seen.entry.id, decision="reject", reason="unsafe")
    assert caught.value.key == "review.refused.own"


async def test_too_late_is_too_late(family: Practice) -> None:
    seen = await family.held()
    family.clock.move(minutes(121))
    with pytest.raises(Conflict) as caught:
        await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=GOOD)
    assert caught.value.key == "review.refused.expired"
    answer = await answer_now(family, seen.item.message_id)
    assert answer.reviewed is not None
    assert answer.reviewed.decision == "expired"
    assert PLANTED not in answer.text
    assert await clocks.tick(family.system, family.clock.now()) == 0
    assert len(await releases(family)) == 1
