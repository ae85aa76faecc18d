"""Which brain may answer: consent and place decide, and names leave the text before it leaves the machine."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Consent, Provenance
from kangban.journeys.house import House, members
from kangban.kernel.errors import InvalidInput
from kangban.kernel.ids import derived_id
from kangban.ports.chat_model import (
    ChatEvent,
    ChatMessage,
    ChatModel,
    ChatRequest,
    Place,
    ReasoningDelta,
    TextDelta,
    ToolCall,
    ToolCallsReady,
)
from kangban.record.merge import fact_entry

FAMILY_WIDE = "family"

# 身份证号, telephone, e-mail, long numbers as of cards and hospital files.
_IDS = (
    ("ID", re.compile(r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx](?!\d)")),
    ("TEL", re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")),
    ("TEL", re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)")),
    ("MAIL", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("NUM", re.compile(r"(?<![\d.])\d{9,}(?![\d.])")),
)


class Pseudonyms:
    """Replaces names and ids by marks, and marks by names again. One per turn."""

    def __init__(self, names: Sequence[str]) -> None:
        told = {n.strip() for n in names} | {given for n in names for given in given_names(n.strip())}
        longest_first = sorted((n for n in told if len(n) >= 2), key=lambda n: (-len(n), n))
        self._names = re.compile("|".join(map(_name_pattern, longest_first)), re.IGNORECASE) if longest_first else None
        self._mark_of: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """Text without names and ids."""
        if self._names is not None:
            text = self._names.sub(lambda m: self._mark("NAME", m.group()), text)
        for kind, pattern in _IDS:
            text = pattern.sub(lambda m, k=kind: self._mark(k, m.group()), text)
        return text

    def show(self, text: str) -> str:
        """Text with the marks turned back."""
        for original, mark in self._mark_of.items():
            text = text.replace(mark, original)
        return text

    def _mark(self, kind: str, original: str) -> str:
        return self._mark_of.setdefault(original, f"〔{kind}{len(self._mark_of) + 1}〕")


def given_names(name: str) -> list[str]:
    """The given names in a full name: 桂兰 of 沈桂兰, 晓雨 of 欧阳晓雨; Grace and Hopper of Grace Hopper."""
    if " " in name:
        return [part for part in name.split() if len(part) > 2]
    if len(name) in (3, 4) and all("\u4e00" <= c <= "\u9fff" for c in name):
        return [name[-2:]]
    return []


def _name_pattern(name: str) -> str:
    # Latin names stand as words: Al is not in Also.
    return rf"(?<![a-zA-Z]){re.escape(name)}(?![a-zA-Z])" if name.isascii() else re.escape(name)


class PrivateModel:
    """A model off this machine, behind a veil: what goes out has no names, what comes back has them again."""

    def __init__(self, model: ChatModel, names: Sequence[str]) -> None:
        self._model = model
        self._names = names

    @property
    def name(self) -> str:
        """The model's own name."""
        return self._model.name

    @property
    def place(self) -> Place:
        """Where it runs."""
        return self._model.place

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Hide, ask, show. Text is held back while a mark may be cut in two."""
        veil = Pseudonyms(self._names)
        hidden = msgspec.structs.replace(
            request, messages=tuple(_hidden(m, veil) for m in request.messages), context=None
        )
        waiting = ""
        async with _closed_after(self._model.stream(hidden)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    waiting += event.text
                    cut = waiting.rfind("〔")
                    ready = waiting if cut < 0 or "〕" in waiting[cut:] else waiting[:cut]
                    waiting = waiting[len(ready) :]
                    if ready:
                        yield TextDelta(veil.show(ready))
                    continue
                if waiting:
                    yield TextDelta(veil.show(waiting))
                    waiting = ""
                yield _shown(event, veil)
        if waiting:
            yield TextDelta(veil.show(waiting))

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()


@asynccontextmanager
async def _closed_after(events: AsyncIterator[ChatEvent]) -> AsyncGenerator[AsyncIterator[ChatEvent], None]:
    # Closing the veil must cancel the request on the wire, too.
    try:
        yield events
    finally:
        close: Any = getattr(events, "aclose", None)
        if close is not None:
            await close()


def _hidden(message: ChatMessage, veil: Pseudonyms) -> ChatMessage:
    # The calls of earlier rounds go out again, with the names that were put back into them.
    calls = tuple(_turned_call(c, veil.hide) for c in message.tool_calls)
    return msgspec.structs.replace(message, content=veil.hide(message.content), tool_calls=calls)


def _shown(event: ChatEvent, veil: Pseudonyms) -> ChatEvent:
    if isinstance(event, ReasoningDelta):
        return ReasoningDelta(veil.show(event.text))
    if isinstance(event, ToolCallsReady):
        return ToolCallsReady(tuple(_turned_call(c, veil.show) for c in event.calls))
    return event


def _turned_call(call: ToolCall, turn: Callable[[str], str]) -> ToolCall:
    if call.arguments is None:
        return ToolCall(call.id, call.name, None, turn(call.raw_arguments))
    arguments = {turn(key): _turned(value, turn) for key, value in call.arguments.items()}
    return ToolCall(call.id, call.name, arguments, msgspec.json.encode(arguments).decode())


def _turned(value: Any, turn: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return turn(value)
    if isinstance(value, list):
        return [_turned(each, turn) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {turn(key): _turned(each, turn) for key, each in cast("dict[str, Any]", value).items()}
    return value


async def consent_given(house: House) -> bool | None:
    """The family's word on the configured endpoint: True, False, or None when nobody was asked yet."""
    target = consent_target(house)
    found = await house.store.entries(house.family_id, FAMILY_WIDE, kinds=["Consent"])
    for entry in reversed(found):
        if isinstance(entry.body, Consent) and entry.body.target == target:
            return entry.body.granted
    return None


def consent_target(house: House) -> str:
    """What a consent is given for: the host, the model and the place."""
    return f"{house.model_host}|{house.model.name}|{house.model.place}"


async def give_consent(house: House, *, granted: bool) -> None:
    """Record the family's word on the configured endpoint."""
    if house.model.place == "this_machine":
        raise InvalidInput("a model on this machine needs no consent", field="granted")
    now = house.clock.now()
    target = consent_target(house)
    entry = fact_entry(
        house.family_id, FAMILY_WIDE, Consent("model_endpoint", target, granted), true_at=now, known_at=now,
        provenance=Provenance(actor="person", source="person"),
        client_id=derived_id("consent", target, str(granted), now.isoformat()),
    )  # fmt: skip
    await house.store.append([entry])


async def brain_for(house: House, person: PersonFacts) -> tuple[ChatModel, str]:
    """The brain for this turn and, when the configured one may not be used, the step key that says why.

    Record text to 境外 is refused; off this machine needs the family's consent first.
    """
    model = house.model
    if model is house.offline or model.place == "this_machine":
        return model, ""
    if model.place == "abroad":
        return house.offline, "step.model_abroad"
    if await consent_given(house) is not True:
        return house.offline, "step.model_needs_consent"
    return PrivateModel(model, await _names(house, person)), ""


async def _names(house: House, person: PersonFacts) -> list[str]:
    return [*(m.patient.name for m in await members(house)), person.name or ""]


async def preview(house: House, text: str) -> str:
    """What would be sent for a text, for the page that asks for consent."""
    return Pseudonyms([m.patient.name for m in await members(house)]).hide(text)
