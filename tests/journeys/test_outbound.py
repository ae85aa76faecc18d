"""What may leave this machine: consent and place first, and never a name or an id."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from kangban.adapters.blob_files import MemoryBlobs
from kangban.adapters.memory_store import MemoryRecordStore
from kangban.agent.offline.brain import OfflineBrain
from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.app import corpus_sections, search_index
from kangban.clinical.draft import Answer
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.record import Condition, Patient
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.house import House
from kangban.journeys.outbound import (
    PrivateModel,
    Pseudonyms,
    brain_for,
    consent_given,
    give_consent,
    preview,
)
from kangban.journeys.turn_events import TurnDone
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import InvalidInput
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatRequest,
    Finished,
    Place,
    TextDelta,
    ToolCall,
    ToolCallsReady,
    say,
)

NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
NAMES = ("沈桂兰", "周德山", "欧阳晓雨", "Grace Hopper")
MARK = re.compile(r"〔[A-Z]+\d+〕")


async def family(model: ScriptedModel, host: str = "model.example") -> tuple[House, dict[str, str]]:
    house = House(
        family_id="home", demo=False, store=MemoryRecordStore(), blobs=MemoryBlobs(), search=search_index(),
        sections=corpus_sections(), model=model, offline=OfflineBrain(), clock=FixedClock(NOW), model_host=host,
    )  # fmt: skip
    ids = {n: await add_member(house, Patient(name=n, born_on=date(1950, 3, 1)), client_id=n) for n in NAMES}
    return house, ids


async def ask(house: House, member: str, text: str, client_id: str = "c1") -> Answer:
    found = [e async for e in chat_turn(house, Question(member, text, client_id)) if isinstance(e, TurnDone)]
    return found[0].answer


def sent(model: ScriptedModel) -> str:
    """Everything that went out, as bytes on a wire would hold it."""
    assert all(r.context is None for r in model.requests)
    return "\n".join(msgspec.json.encode(r.messages).decode() + repr(r.tools) for r in model.requests)


def stays_here(text: str) -> None:
    for private in (*NAMES, "桂兰", "德山", "晓雨", "Hopper"):
        assert private not in text


async def test_abroad_is_refused() -> None:
    model = ScriptedModel(["不该问到我"], place="abroad")
    house, ids = await family(model)
    await give_consent(house, granted=True)  # not even a yes lets a record out
    answer = await ask(house, ids["沈桂兰"], "我头疼")
    assert model.requests == []
    assert answer.brain == "offline"
    assert answer.steps[0].key == "step.model_abroad"
    assert not answer.steps[0].ok


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


class _Pieces:
    """Says fixed pieces."""

    name, place = "pieces", "mainland"

    def __init__(self, events: list[ChatEvent]) -> None:
        self._events = events
        self.heard: list[ChatRequest] = []
        self.closed = False

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        self.heard.append(request)
        try:
            for event in self._events:
                yield event
        finally:
            self.closed = True

    async def close(self) -> None:
        """Nothing to release."""


def asking(text: str) -> ChatRequest:
    return ChatRequest((say("user", text),), context={"lang": "zh"})


async def told(pieces: list[ChatEvent], text: str = "沈桂兰和周德山") -> list[ChatEvent]:
    return [e async for e in PrivateModel(_Pieces(pieces), NAMES).stream(asking(text))]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("cut", range(1, 12))
async def test_a_mark_cut_in_two(cut: int) -> None:
    whole = "好〔NAME1〕，你好〔NAME2〕。"
    events = await told([TextDelta(whole[:cut]), TextDelta(whole[cut:]), Finished("stop")])
    texts = [e.text for e in events if isinstance(e, TextDelta)]
    assert "".join(texts) == "好沈桂兰，你好周德山。"
    assert not any("〔" in t or "〕" in t for t in texts)
    assert isinstance(events[-1], Finished)


async def test_a_mark_letter_by_letter_and_one_never_closed() -> None:
    events = await told([TextDelta(c) for c in "请〔NAME2〕休息〔NA"])
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "请周德山休息〔NA"


async def test_an_unknown_mark_names_nobody() -> None:
    events = await told([TextDelta("〔NAME9〕好")])
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "〔NAME9〕好"


async def test_arguments_of_tool_calls_are_restored() -> None:
    raw = '{"query": "〔NAME1〕", "more": [{"〔NAME2〕": "〔NAME1〕"}, 3, null]}'
    arguments = msgspec.json.decode(raw)
    call = ToolCall("a", "search_knowledge", arguments, raw)
    broken = ToolCall("b", "search_knowledge", None, '{"query": "〔NAME2〕')
    events = await told([ToolCallsReady((call, broken)), Finished("tool_calls")])
    (ready,) = [e for e in events if isinstance(e, ToolCallsReady)]
    whole, cut = ready.calls
    assert whole.arguments == {"query": "沈桂兰", "more": [{"周德山": "沈桂兰"}, 3, None]}
    assert msgspec.json.decode(whole.raw_arguments) == whole.arguments
    assert (cut.arguments, cut.raw_arguments) == (None, '{"query": "周德山')


async def test_calls_of_earlier_rounds_are_hidden_again() -> None:
    model = _Pieces([Finished("stop")])
    call = ToolCall("a", "search_knowledge", {"query": "沈桂兰 13812345678"}, '{"query": "沈桂兰 13812345678"}')
    messages = (
        say("user", "沈桂兰头疼"),
        ChatMessage("assistant", tool_calls=(call,)),
        ChatMessage("tool", '{"name":"沈桂兰"}', tool_call_id="a", name="search_knowledge"),
    )
    _ = [e async for e in PrivateModel(model, NAMES).stream(ChatRequest(messages, context=object()))]  # pyright: ignore[reportArgumentType]
    (heard,) = model.heard
    assert heard.context is None
    out = msgspec.json.encode(heard.messages).decode()
    stays_here(out)
    assert "13812345678" not in out
    assert heard.messages[1].tool_calls[0].arguments == {"query": "〔NAME1〕 〔TEL2〕"}
    assert heard.messages[2].tool_call_id == "a"


async def test_stopping_stops_the_model() -> None:
    model = _Pieces([TextDelta("一"), TextDelta("二")])
    events = PrivateModel(model, NAMES).stream(asking("你好"))  # pyright: ignore[reportArgumentType]
    assert await anext(events) == TextDelta("一")
    await events.aclose()
    assert model.closed


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("电话13812345678", "13812345678"), ("电话 138-1234-5678。", "138-1234-5678"), ("+86 13812345678", "13812345678"),
        ("座机010-62345678", "62345678"), ("身份证11010519491231002X", "11010519491231002X"), ("110105 19491231 002x", "19491231"),
        ("老证110105491231002", "110105491231002"), ("卡号6222020200012345678", "6222020200012345678"),
        ("写信给shen.gl@example.com吧", "shen.gl@example.com"), ("病案号000123456", "000123456"), ("沈桂兰的报告", "沈桂兰"),
        ("桂兰今天好些", "桂兰"), ("GRACE HOPPER asked", "HOPPER"), ("Hopper asked", "Hopper"),
    ],
)  # fmt: skip
def test_phone_and_id_numbers(text: str, private: str) -> None:
    veil = Pseudonyms(NAMES)
    hidden = veil.hide(text)
    assert private not in hidden
    assert MARK.search(hidden)
    assert veil.show(hidden) == text


@pytest.mark.parametrize(
    "text", ["血压138/78，eGFR 48.5，体重56公斤", "2026-05-03 体温38.5", "布洛芬0.3g每日2次", "gracefully", "肌酐88.123456789", "拨打120"],
)  # fmt: skip
def test_what_a_model_needs_stays(text: str) -> None:
    assert Pseudonyms([*NAMES, "", " ", "桂"]).hide(text) == text


def test_one_name_one_mark() -> None:
    veil = Pseudonyms(["张三", "张三丰"])
    hidden = veil.hide("张三丰和张三，张三丰")
    assert hidden == "〔NAME1〕和〔NAME2〕，〔NAME1〕"
    many = Pseudonyms([f"测试{n}" for n in range(12)])
    text = "，".join(f"测试{n}" for n in range(12))
    assert many.show(many.hide(text)) == text


@pytest.mark.parametrize("of", [str, lambda t: f"“{t}”"])
async def test_preview_shows_what_would_be_sent(of: Callable[[str], str]) -> None:
    house, _ = await family(ScriptedModel([], place="mainland"))
    shown = await preview(house, of("沈桂兰，电话13812345678，头疼"))
    assert shown == of("〔NAME1〕，电话〔TEL2〕，头疼")
