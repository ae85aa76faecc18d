"""Consent given, taken back at once, also in the middle of a turn and by another program; and who was never asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kangban.agent.scripted import ScriptedModel
from kangban.app import close_house, open_doors
from kangban.clinical.access import Actor, Membership
from kangban.clinical.account import Account
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import AnswerGiven, Communication, Consent, Entry, Patient, Provenance
from kangban.journeys import consents
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.conversation import read_conversation
from kangban.journeys.family import add_member, decide_proposal, delete, export, proposals, write_fact
from kangban.journeys.house import House, as_system, get_member, members, seen_by
from kangban.journeys.outbound import brain_for, give_consent
from kangban.journeys.turn_events import SentenceReleased, StepShown, TurnDone
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted
from kangban.settings import Settings
from tests.support.houses import memory_house, person_with_account

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
GRAN = Patient("沈桂兰", "奶奶", "female", date(1950, 3, 1))
KID = Patient("李一豆", "豆豆", "male", date(2018, 3, 1))
SHARE = Consent("share", "acc-aide", True, ("medicines", "conditions"), ("view", "ask"))


async def family(model: ScriptedModel | None = None) -> tuple[House, House, str]:
    """Mum's house, the aide's, and gran's id."""
    house = memory_house(model=model, clock=FixedClock(NOW), host="model.example")
    mum = seen_by(house, await person_with_account(house, "mum", "manager"))
    aide = seen_by(house, await person_with_account(house, "aide", "helper"))
    return mum, aide, await add_member(mum, GRAN, client_id="gran", consent=True)


async def test_nobody_is_added_without_consent() -> None:
    mum, _, gran = await family()
    with pytest.raises(InvalidInput) as caught:
        await add_member(mum, KID, client_id="kid")
    assert caught.value.key == "error.consent_needed"
    assert [one.id for one in await members(mum)] == [gran]
    for _ in range(2):
        kid = await add_member(mum, KID, client_id="kid", consent=True, given_by=gran)
    words = {e.body.given_by for e in await consents.of_member(mum, kid) if isinstance(e.body, Consent)}
    assert words == {gran}
    assert await consents.missing(mum) == []


async def test_a_share_opens_and_its_withdrawal_closes_at_once() -> None:
    mum, aide, gran = await family()
    assert await members(aide) == []
    first = await consents.give(mum, gran, SHARE)
    assert await consents.give(mum, gran, SHARE) == first
    assert [one.id for one in await members(aide)] == [gran]
    await consents.withdraw(mum, gran, "share", "acc-aide")
    assert await members(aide) == []
    with pytest.raises(NotFound):
        await get_member(aide, gran)
    again = await consents.give(mum, gran, SHARE)
    assert again != first
    assert [one.id for one in await members(aide)] == [gran]
    told = [e.event.what for e in await mum.audit.chain("home") if e.event.what.startswith("consent.")]
    assert told == ["consent.given", "consent.withdrawn", "consent.given"]


async def test_a_withdrawal_with_the_clock_set_back_counts() -> None:
    mum, aide, gran = await family()
    await consents.give(mum, gran, SHARE)
    assert isinstance(mum.clock, FixedClock)
    mum.clock.move(-timedelta(days=3))
    assert [one.id for one in await members(aide)] == [gran]
    await consents.withdraw(mum, gran, "share", "acc-aide")
    assert await members(aide) == []
    mum.clock.move(timedelta(days=3))
    assert await members(aide) == []


@pytest.mark.parametrize(
    ("word", "field"),
    [
        (Consent("share", "", True), "target"),
        (Consent("share", "acc-aide", True, ("everything",)), "groups"),
        (Consent("share", "acc-aide", True, (), ("erase",)), "purposes"),
        (Consent("share", "acc-aide", True, (), ("training",)), "purposes"),
        (Consent("share", "acc-aide", True, (), ()), "purposes"),
        (Consent("share", "acc-aide", True, until=NOW), "until"),
    ],
)
async def test_words_that_make_no_sense_are_refused(word: Consent, field: str) -> None:
    mum, aide, gran = await family()
    with pytest.raises(InvalidInput) as caught:
        await consents.give(mum, gran, word)
    assert caught.value.field == field
    assert await members(aide) == []


async def test_only_who_decides_may_say_it() -> None:
    mum, aide, gran = await family()
    await consents.give(mum, gran, SHARE)
    with pytest.raises(NotPermitted):
        await consents.give(aide, gran, Consent("share", "acc-aide", True, ("measurements",)))
    with pytest.raises((NotPermitted, NotFound)):
        await consents.of_member(aide, gran)
    await person_with_account(mum, "gran", "elder", gran)
    with pytest.raises(NotFound):  # she has an account now: her record is hers
        await consents.give(mum, gran, SHARE)


async def test_a_withdrawn_record_can_only_be_exported_erased_or_agreed_to_again() -> None:
    mum, aide, gran = await family()
    await consents.give(mum, gran, SHARE)
    await consents.withdraw(mum, gran, "health_data", "record")
    assert await members(mum) == []
    assert await members(aide) == []
    with pytest.raises(NotFound):
        await write_fact(mum, gran, GRAN)
    with pytest.raises((NotPermitted, NotFound)):
        [e async for e in chat_turn(mum, Question(gran, "你好", "c1"))]
    assert "沈桂兰" in await export(mum, gran)
    with pytest.raises((NotPermitted, NotFound)):
        await export(aide, gran)
    await consents.give(mum, gran, Consent("health_data", "record", True))
    assert [one.id for one in await members(mum)] == [gran]
    await consents.withdraw(mum, gran, "health_data", "record")
    assert await delete(mum, gran) > 0


async def test_records_of_before_go_on_and_are_listed() -> None:
    mum, aide, _ = await family()
    old = Entry("old", "home", "grandpa", Patient("周德山"), NOW, NOW, Provenance("person", "person"))
    await as_system(mum).store.append([old])
    assert [one.id for one in await consents.missing(mum)] == ["grandpa"]
    done = [e async for e in chat_turn(mum, Question("grandpa", "你好", "c1"))]
    assert isinstance(done[-1], TurnDone)
    await consents.give(mum, "grandpa", Consent("share", "acc-aide", True))
    assert await members(aide) == []
    await consents.give(mum, "grandpa", Consent("health_data", "record", True))
    assert await consents.missing(mum) == []
    assert [one.id for one in await members(aide)] == ["grandpa"]


async def _until_withdrawn(mum: House, aide: House, gran: str, when: type, shown: list[object]) -> None:
    async for event in chat_turn(aide, Question(gran, "能吃布洛芬吗，发烧38.5", "c1")):
        shown.append(event)
        if isinstance(event, when):
            await consents.withdraw(mum, gran, "share", "acc-aide")


async def test_a_turn_ends_where_its_right_ends() -> None:
    mum, aide, gran = await family()
    await consents.give(mum, gran, SHARE)
    shown: list[object] = []
    with pytest.raises((NotPermitted, NotFound)):
        await _until_withdrawn(mum, aide, gran, StepShown, shown)
    assert sum(isinstance(event, StepShown) for event in shown) == 1
    assert not any(isinstance(event, (SentenceReleased, TurnDone)) for event in shown)
    left = await as_system(mum).store.entries("home", gran, kinds=["Communication", "AnswerGiven"])
    assert [type(e.body) for e in left] == [Communication]
    with pytest.raises((NotPermitted, NotFound)):
        await read_conversation(aide, gran)


async def test_nothing_more_is_released_in_the_middle_of_an_answer() -> None:
    mum, aide, gran = await family()
    await consents.give(mum, gran, SHARE)
    shown: list[object] = []
    with pytest.raises((NotPermitted, NotFound)):
        await _until_withdrawn(mum, aide, gran, SentenceReleased, shown)
    assert sum(isinstance(event, SentenceReleased) for event in shown) == 1
    assert not isinstance(shown[-1], TurnDone)


async def test_who_helps_asks_and_sees_their_own_talk_only() -> None:
    mum, aide, gran = await family()
    await consents.give(mum, gran, SHARE)
    for house, text in ((mum, "奶奶能吃鱼吗"), (aide, "布洛芬能吃吗")):
        async for _ in chat_turn(house, Question(gran, text, text)):
            pass
    assert [x.message.text for x in await read_conversation(aide, gran)] == ["布洛芬能吃吗"]
    await consents.give(mum, gran, Consent("share", "acc-aide", True, ("conversations",), ("view", "ask")))
    assert len(await read_conversation(aide, gran)) == 2
    assert {e.provenance.actor for e in await mum.store.entries("home", gran, kinds=["Communication"])} == {
        "acc-mum", "acc-aide",
    }  # fmt: skip
    answers = await mum.store.entries("home", gran, kinds=["AnswerGiven"])
    assert {e.provenance.on_behalf_of for e in answers} == {"acc-mum", "acc-aide"}
    assert all(isinstance(e.body, AnswerGiven) and e.body.draft is None for e in answers)


async def test_a_proposal_is_confirmed_by_who_may_confirm() -> None:
    mum, aide, gran = await family()
    await consents.give(mum, gran, Consent("share", "acc-aide", True, ("conclusions", "measurements"), ("view", "ask")))
    async for _ in chat_turn(mum, Question(gran, "体重50公斤，记下来", "c1")):
        pass
    waiting = await proposals(mum, gran)
    assert waiting, "the offline brain proposes what it was told to keep"
    with pytest.raises(NotPermitted):
        await decide_proposal(aide, waiting[0].id, confirm=True)
    assert await decide_proposal(mum, waiting[0].id, confirm=True)


async def test_a_model_off_this_machine_needs_the_persons_yes() -> None:
    model = ScriptedModel(lambda _: "多喝水。", place="mainland")
    mum, aide, gran = await family(model)
    facts = PersonFacts(member_id=gran)
    await consents.give(mum, gran, SHARE)
    await give_consent(mum, granted=True)
    assert (await brain_for(mum, facts))[1] == ""
    assert (await brain_for(aide, facts))[0] is aide.offline  # asking was lent, sending on was not
    lent = Consent("share", "acc-aide", True, ("medicines",), ("view", "ask", "model"))
    await consents.give(mum, gran, lent)
    assert (await brain_for(aide, facts))[1] == ""
    target = f"model.example|{model.name}|mainland"
    await consents.give(mum, gran, Consent("model_endpoint", target, granted=False))  # gran herself does not want it
    assert (await brain_for(mum, facts))[0] is mum.offline
    own = seen_by(mum, await person_with_account(mum, "dad", "adult", "dad"))
    word = Entry(
        "dad", "home", "dad", Patient("爸爸", born_on=date(1980, 1, 1)), NOW, NOW, Provenance("system", "system")
    )
    await as_system(mum).store.append([word])
    await consents.give(own, "dad", Consent("health_data", "record", True))
    assert (await brain_for(own, PersonFacts(member_id="dad")))[0] is own.offline  # the family's yes is not his
    await give_consent(own, granted=True)
    assert (await brain_for(own, PersonFacts(member_id="dad")))[1] == ""


@pytest.fixture
async def two_programs(tmp_path: Path) -> AsyncIterator[tuple[House, House]]:
    """The same directory opened twice: mum in one program, the aide in the other."""
    settings = Settings(data_dir=tmp_path)
    first, second = await open_doors(settings), await open_doors(settings)
    for name, role in (("mum", "manager"), ("aide", "helper")):
        await first.gate.accounts.add_account(Account(f"acc-{name}", name, name))
        await first.gate.accounts.put_membership(Membership(f"p-{name}", f"acc-{name}", "home", role))  # pyright: ignore[reportArgumentType]
    yield (
        seen_by(first.house, Actor("acc-mum", "mum", "home", "manager")),
        seen_by(second.house, Actor("acc-aide", "aide", "home", "helper")),
    )
    await close_house(first.house)
    await close_house(second.house)


async def test_a_revocation_by_another_program_counts_on_the_next_call(two_programs: tuple[House, House]) -> None:
    mum, aide = two_programs
    gran = await add_member(mum, GRAN, client_id="gran", consent=True)
    for _ in range(5):
        await consents.give(mum, gran, SHARE)
        assert [one.id for one in await members(aide)] == [gran]
        await consents.withdraw(mum, gran, "share", "acc-aide")
        assert await members(aide) == []
    await consents.give(mum, gran, SHARE)
    assert [one.id for one in await members(aide)] == [gran]
    await mum.accounts.put_membership(Membership("p-aide", "acc-aide", "home", "helper", until=mum.clock.now()))
    assert await members(aide) == []
