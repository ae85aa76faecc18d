"""What may leave this machine: consent and place first, and never a name or an id."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.clinical.draft import Answer
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.record import Condition, Consent, Patient, Transmission
from kangban.journeys import consents, transmissions
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.house import House, seen_by
from kangban.journeys.outbound import (
    brain_for,
    consent_given,
    consent_target,
    give_consent,
    preview,
    to_be_asked,
)
from kangban.journeys.turn_events import TurnDone
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import InvalidInput, NotPermitted
from kangban.ports.chat_model import (
    ChatRequest,
    Place,
    say,
)
from kangban.record.policy import FAMILY_WIDE
from tests.support.houses import memory_house

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
NAMES = ("沈桂兰", "周德山", "欧阳晓雨", "Grace Hopper")
MARK = re.compile(r"〔[A-Z]+\d+〕")


async def family(model: ScriptedModel, host: str = "model.example") -> tuple[House, dict[str, str]]:
    house = seen_by(memory_house(model=model, host=host), local_actor("home", "cli"))
    ids = {
        n: await add_member(house, Patient(name=n, born_on=date(1950, 3, 1)), client_id=n, consent=True) for n in NAMES
    }
    return house, ids


async def ask(house: House, member: str, text: str, client_id: str = "c1") -> Answer:
    found = [e async for e in chat_turn(house, Question(member, text, client_id)) if isinstance(e, TurnDone)]
    return found[0].answer


def sent(model: ScriptedModel) -> str:
    """Everything that went out, as bytes on a wire would hold it."""
    assert all(r.context in (None, {"lang": "zh"}, {"lang": "en"}) for r in model.requests)
    return "\n".join(msgspec.json.encode(r.messages).decode() + repr(r.tools) for r in model.requests)


def stays_here(text: str) -> None:
    for private in (*NAMES, "桂兰", "德山", "晓雨", "Hopper"):
        assert private not in text


async def test_abroad_is_refused() -> None:
    model = ScriptedModel(["不该问到我"], place="abroad")
    house, ids = await family(model)
    with pytest.raises(InvalidInput):
        await give_consent(house, granted=True)  # not for a whole family at once
    answer = await ask(house, ids["沈桂兰"], "我头疼")
    assert model.requests == []
    assert answer.brain == "offline"
    assert answer.steps[0].key == "step.model_abroad"
    assert not answer.steps[0].ok


async def test_abroad_needs_a_word_on_this_one_member() -> None:
    model = ScriptedModel(lambda _: "多喝水。", place="abroad")
    house, ids = await family(model)
    her, him = ids["沈桂兰"], ids["周德山"]
    assert await to_be_asked(house, her) == her
    # A family's word on this very place, however it was written, is not enough.
    await consents.give(house, FAMILY_WIDE, Consent("model_endpoint", consent_target(house), granted=True))
    assert (await ask(house, her, "我头疼")).brain == "offline"
    await give_consent(house, granted=True, member_id=her)
    assert await to_be_asked(house, her) == ""
    assert (await ask(house, her, "我头疼", "c2")).brain == "scripted"
    assert (await ask(house, him, "我头疼", "c3")).brain == "offline"
    assert len(model.requests) == 1


async def test_consent_comes_first() -> None:
    model = ScriptedModel(lambda _: "多喝水。", place="mainland")
    house, ids = await family(model)
    her = ids["沈桂兰"]
    assert await consent_given(house) is None
    assert (await ask(house, her, "我头疼")).steps[0].key == "step.model_needs_consent"
    clock = house.clock
    assert isinstance(clock, FixedClock)
    await give_consent(house, granted=False)
    assert await consent_given(house) is False
    assert (await ask(house, her, "我头疼", "c2")).brain == "offline"
    assert model.requests == []
    clock.move(timedelta(minutes=1))
    await give_consent(house, granted=True)
    assert await consent_given(house) is True
    assert (await ask(house, her, "我头疼", "c3")).brain == "scripted"
    assert len(model.requests) == 1
    clock.move(timedelta(minutes=1))
    await give_consent(house, granted=False)  # the newest word counts
    assert (await ask(house, her, "我头疼", "c4")).brain == "offline"
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("name", "place", "host"), [("other", "mainland", "model.example"), ("scripted", "mainland", "b.example")]
)
async def test_consent_is_for_one_endpoint(name: str, place: Place, host: str) -> None:
    house, _ = await family(ScriptedModel([], place="mainland"))
    await give_consent(house, granted=True)
    moved = msgspec.structs.replace(house, model=ScriptedModel([], name=name, place=place), model_host=host)
    assert await consent_given(moved) is None
    brain, why = await brain_for(moved, UNKNOWN_PERSON)
    assert (brain, why) == (house.offline, "step.model_needs_consent")


async def test_this_machine_needs_no_consent() -> None:
    model = ScriptedModel(["x"])
    house, _ = await family(model)
    assert await brain_for(house, UNKNOWN_PERSON) == (model, "")
    with pytest.raises(InvalidInput):
        await give_consent(house, granted=True)


async def test_names_never_leave() -> None:
    """Question, system prompt, record, tool results, earlier turns and the model's own tool calls of round two."""
    seen: list[str] = []

    def script(request: ChatRequest) -> ScriptedMessage:
        text = "".join(m.content for m in request.messages)
        seen.append(text)
        mark = MARK.search(text)
        assert mark
        if request.messages[-1].role == "user":
            return ScriptedMessage(
                calls=(
                    ScriptedCall("look_up_record"),
                    ScriptedCall("search_knowledge", {"query": f"{mark.group()}头疼"}),
                )
            )
        return ScriptedMessage(text=f"{mark.group()}请多喝水。")

    model = ScriptedModel(script, place="mainland", piece=1)
    house, ids = await family(model)
    await give_consent(house, granted=True)
    her = ids["沈桂兰"]
    await write_fact(house, her, Condition("随周德山就诊，电话13812345678，高血压"))
    asked = "我是沈桂兰，老伴周德山、孙女欧阳晓雨（晓雨）和 grace hopper 都在。身份证110105194912310021，我头疼"
    first = await ask(house, her, asked)
    await ask(house, her, "桂兰还是头疼", "c2")
    assert first.brain == "scripted"
    assert len(model.requests) == 4
    out = sent(model)
    stays_here(out)
    for private in ("13812345678", "110105194912310021"):
        assert private not in out
    assert re.search("grace hopper", out, re.IGNORECASE) is None
    assert "〔NAME" in out
    assert "〔TEL" in out
    assert "〔ID" in out
    assert "高血压" in out  # what is needed goes
    assert "〔" not in first.text  # and comes back with its names
    assert any(name in first.text for name in NAMES)


@pytest.mark.parametrize("of", [str, lambda t: f"“{t}”"])
async def test_preview_shows_what_would_be_sent(of: Callable[[str], str]) -> None:
    house, _ = await family(ScriptedModel([], place="mainland"))
    shown = await preview(house, of("沈桂兰，电话13812345678，头疼"))
    assert shown == of("〔NAME1〕，电话〔TEL2〕，头疼")


async def test_everything_that_leaves_is_kept_first() -> None:
    model = ScriptedModel(lambda _: "多喝水。", place="mainland")
    house, ids = await family(model)
    await give_consent(house, granted=True)
    her = ids["沈桂兰"]
    await ask(house, her, "我是沈桂兰，电话13812345678，头疼")
    (kept,) = await transmissions.of_member(house, her)
    assert isinstance(kept.body, Transmission)
    stays_here(kept.body.sent)
    assert "13812345678" not in kept.body.sent
    assert "头疼" in kept.body.sent
    assert (kept.body.host, kept.body.place, kept.body.model) == ("model.example", "mainland", "scripted")
    assert msgspec.json.decode(kept.body.sent)["messages"] == msgspec.json.decode(
        msgspec.json.encode(model.requests[0].messages)
    )
    events = [link.event for link in await house.audit.chain("home") if link.event.what == "model.sent"]
    assert [e.entries for e in events] == [(kept.id,)]
    assert await transmissions.of_member(house, ids["周德山"]) == []


async def test_consent_taken_back_in_the_middle_stops_the_next_request() -> None:
    homes: list[House] = []
    model = ScriptedModel([], place="mainland")

    async def now_no() -> None:
        clock = homes[0].clock
        assert isinstance(clock, FixedClock)
        clock.move(timedelta(minutes=1))
        await give_consent(homes[0], granted=False)

    house, ids = await family(model)
    homes.append(house)
    await give_consent(house, granted=True)
    brain, why = await brain_for(house, msgspec.structs.replace(UNKNOWN_PERSON, member_id=ids["沈桂兰"]), "m1")
    assert why == ""
    await now_no()
    with pytest.raises(NotPermitted):
        _ = [e async for e in brain.stream(ChatRequest((say("user", "你好"),)))]
    assert model.requests == []
    assert await transmissions.of_member(house, ids["沈桂兰"]) == []


async def test_the_models_own_words_of_a_round_are_not_kept_for_people() -> None:
    """They went back to the model that wrote them; no guard has read them."""

    def script(request: ChatRequest) -> ScriptedMessage:
        if any(m.role == "tool" for m in request.messages):
            return ScriptedMessage(text="多喝水。")
        return ScriptedMessage(
            text="没人核对过的话", calls=(ScriptedCall("search_knowledge", {"query": "没人核对过的词"}),)
        )

    model = ScriptedModel(script, place="mainland")
    house, ids = await family(model)
    await give_consent(house, granted=True)
    await ask(house, ids["沈桂兰"], "我头疼")
    kept = await transmissions.of_member(house, ids["沈桂兰"])
    assert len(kept) == len(model.requests) == 2
    assert "没人核对过" not in "".join(e.body.sent for e in kept if isinstance(e.body, Transmission))
