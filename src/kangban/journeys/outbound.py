"""Which brain may answer: consent and place decide, and names leave the text before it leaves the machine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

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
    ("ID", re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")),
    ("TEL", re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")),
    ("MAIL", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("NUM", re.compile(r"(?<![\d.])\d{9,}(?![\d.])")),
)


class Pseudonyms:
    """Replaces names and ids by marks, and marks by names again. One per turn."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = sorted({n for n in names if len(n) >= 2}, key=len, reverse=True)
        self._mark_of: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """Text without names and ids."""
        for name in self._names:
            if name in text:
                text = text.replace(name, self._mark("NAME", name))
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

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """Hide, ask, show. Text is held back while a mark may be cut in two."""
        veil = Pseudonyms(self._names)
        hidden = msgspec.structs.replace(
            request, messages=tuple(_hidden(m, veil) for m in request.messages), context=None
        )
        waiting = ""
        async for event in self._model.stream(hidden):
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


def _hidden(message: ChatMessage, veil: Pseudonyms) -> ChatMessage:
    return msgspec.structs.replace(message, content=veil.hide(message.content))


def _shown(event: ChatEvent, veil: Pseudonyms) -> ChatEvent:
    if isinstance(event, ReasoningDelta):
        return ReasoningDelta(veil.show(event.text))
    if isinstance(event, ToolCallsReady):
        return ToolCallsReady(tuple(_shown_call(c, veil) for c in event.calls))
    return event


def _shown_call(call: ToolCall, veil: Pseudonyms) -> ToolCall:
    raw = veil.show(call.raw_arguments)
    try:
        arguments = msgspec.json.decode(raw, type=dict[str, Any]) if call.arguments is not None else None
    except msgspec.DecodeError:
        arguments = call.arguments
    return ToolCall(call.id, call.name, arguments, raw)


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
