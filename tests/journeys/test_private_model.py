"""The veil before a model off this machine: what goes out has marks, what comes back has names again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import msgspec
import pytest

from kangban.journeys.private_model import PrivateModel
from kangban.journeys.pseudonyms import Pseudonyms
from kangban.kernel.errors import NotPermitted
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatRequest,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    ToolCallsReady,
    say,
)

NAMES = ("沈桂兰", "周德山", "欧阳晓雨", "Grace Hopper")
MARK = re.compile(r"〔[A-Z]+\d+〕")


def stays_here(text: str) -> None:
    for private in (*NAMES, "桂兰", "德山", "晓雨", "Hopper"):
        assert private not in text


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


async def test_marks_last_for_all_rounds_of_a_message() -> None:
    model = _Pieces([TextDelta("〔NAME2〕好")])
    private = PrivateModel(model, NAMES)  # pyright: ignore[reportArgumentType]
    for text in ("周德山和沈桂兰", "沈桂兰和周德山"):
        said = [e.text async for e in private.stream(asking(text)) if isinstance(e, TextDelta)]
        assert "".join(said) == "沈桂兰好"
    assert [r.messages[0].content for r in model.heard] == ["〔NAME1〕和〔NAME2〕", "〔NAME2〕和〔NAME1〕"]


async def test_thought_that_comes_in_pieces_is_restored() -> None:
    events = await told([ReasoningDelta("想〔NA"), ReasoningDelta("ME1〕的事"), TextDelta("好"), Finished("stop")])
    assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == "想沈桂兰的事"
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "好"


async def test_a_mark_in_the_question_is_nobody() -> None:
    """Somebody who writes 〔NAME1〕 is not shown the first name of the family."""
    events = await told([TextDelta("〔MARK1〕和〔NAME2〕")], "〔NAME1〕和沈桂兰")
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "〔NAME1〕和沈桂兰"


async def test_an_invented_mark_is_never_given_to_somebody_later() -> None:
    veil = Pseudonyms(NAMES)
    assert veil.show("〔NAME1〕") == "〔NAME1〕"
    hidden = veil.hide("沈桂兰")
    assert hidden != "〔NAME1〕"
    assert veil.show(f"〔NAME1〕{hidden}") == "〔NAME1〕沈桂兰"


@pytest.mark.parametrize(
    "mangled", ["[NAME1]", "〔NAME 1〕", "〔name1〕", "NAME1", "〔NAME01〕", "〔NAME12〕", "〔TEL1〕", "〔NAME1"]
)
async def test_a_mangled_mark_is_shown_as_it_is(mangled: str) -> None:
    events = await told([TextDelta(mangled)])
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == mangled


def test_what_comes_out_is_not_read_again() -> None:
    veil = Pseudonyms(["A〔NAME2〕", "沈桂兰"])
    hidden = veil.hide("沈桂兰")
    assert veil.show(hidden) == "沈桂兰"


async def test_what_cannot_be_kept_does_not_leave() -> None:
    async def full(_: ChatRequest) -> None:
        raise NotPermitted("no")

    model = _Pieces([TextDelta("好")])
    with pytest.raises(NotPermitted):
        _ = [e async for e in PrivateModel(model, NAMES, full).stream(asking("你好"))]  # pyright: ignore[reportArgumentType]
    assert model.heard == []
