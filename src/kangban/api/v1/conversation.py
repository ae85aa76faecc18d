"""A client's conversation as the run takes it: messages, wishes, pictures."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from kangban.agent.wrapping import wrap_result
from kangban.api.v1.asked import Chat, Chosen, ImagePart, Message, RefusalPart, TextPart, Tool
from kangban.api.v1.faults import Fault
from kangban.api.v1.pictures import MOST_PICTURES, picture
from kangban.clinical.urgency import Lang
from kangban.journeys.workshop.wishes import Wishes
from kangban.kernel.texts import t
from kangban.ports.chat_model import ChatMessage, ToolCall, ToolDescription
from kangban.ports.media import Media

_MOST_SCHEMAS = 256 * 1024
_NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}


class Conversation(msgspec.Struct, frozen=True):
    """Messages oldest first, without system messages, whose words are in the wishes; pictures apart, oldest first.

    Whether a model may look at them is the run's to decide.
    """

    messages: tuple[ChatMessage, ...]
    wishes: Wishes
    pictures: tuple[Media, ...] = ()
    schema: dict[str, Any] = {}  # what a JSON answer is to fit


def conversation_of(asked: Chat, lang: Lang) -> Conversation:
    """Raises Fault 400 naming the message for tool results nobody asked for and calls that were not answered."""
    reader = _Reader(lang)
    for number, one in enumerate(asked.messages):
        reader.read(one, f"messages[{number}]")
    reader.end()
    if not any(one.role == "user" for one in reader.messages):
        raise Fault(400, "no message of the user", param="messages", code="invalid_value")
    if reader.messages[-1].role == "assistant":
        raise Fault(400, "the last message is the assistant's", param="messages", code="invalid_value")
    return Conversation(tuple(reader.messages), _wishes(asked, reader.system), tuple(reader.pictures), _schema(asked))


class _Reader:
    """Goes through the messages once."""

    def __init__(self, lang: Lang) -> None:
        self._lang: Lang = lang
        self.messages: list[ChatMessage] = []
        self.system: list[str] = []
        self._open: dict[str, str] = {}  # id of a call not answered yet → its tool
        self.pictures: list[Media] = []

    def read(self, one: Message, place: str) -> None:
        """One message; raises Fault."""
        if one.role != "tool":
            self.end(place)
        if one.role in ("system", "developer"):
            self.system.append(self._words(one, place))
        elif one.role == "user":
            self._user(one, place)
        elif one.role == "assistant":
            self._assistant(one, place)
        else:
            self._result(one, place)

    def end(self, place: str = "messages") -> None:
        """Raises Fault where calls were left without a result."""
        if self._open:
            raise Fault(
                400, "a call of the assistant has no tool message behind it", param=place, code="missing_tool_result"
            )

    def _user(self, one: Message, place: str) -> None:
        found = [part.image_url.url for part in _parts(one) if isinstance(part, ImagePart)]
        if len(self.pictures) + len(found) > MOST_PICTURES:
            raise Fault(400, f"more than {MOST_PICTURES} pictures", param=place, code="too_many_images")
        self.pictures += [picture(url, f"{place}.content") for url in found]
        words = self._words(one, place)
        if found and not words.strip():
            words = t("workshop.picture_only", self._lang)
        if not words.strip():
            raise Fault(400, "the message is empty", param=place, code="invalid_value")
        self.messages.append(ChatMessage("user", words))

    def _assistant(self, one: Message, place: str) -> None:
        calls: list[ToolCall] = []
        for each in one.tool_calls or ():
            told = each.function
            if each.id in self._open:
                raise Fault(400, "two calls of one id", param=f"{place}.tool_calls", code="invalid_value")
            self._open[each.id] = told.name
            calls.append(ToolCall(each.id, told.name, _arguments(told.arguments), told.arguments))
        self.messages.append(ChatMessage("assistant", self._words(one, place), tool_calls=tuple(calls)))

    def _result(self, one: Message, place: str) -> None:
        name = self._open.pop(one.tool_call_id or "", None)
        if name is None:
            raise Fault(400, "the result of no call", param=f"{place}.tool_call_id", code="invalid_value")
        # What a tool says is data before the model, wherever the tool runs.
        content = wrap_result(name, self._words(one, place))
        self.messages.append(ChatMessage("tool", content, tool_call_id=one.tool_call_id, name=name))

    def _words(self, one: Message, place: str) -> str:
        words: list[str] = []
        for part in _parts(one):
            if isinstance(part, ImagePart):
                if one.role != "user":
                    raise Fault(400, "only a user's message has pictures", param=place, code="invalid_value")
            else:
                words.append(part.text if isinstance(part, TextPart) else part.refusal)
        return "\n".join(words)


def _parts(one: Message) -> list[TextPart | RefusalPart | ImagePart]:
    if isinstance(one.content, str):
        return [TextPart(one.content)]
    return list(one.content or ())


def _arguments(written: str) -> dict[str, Any] | None:
    try:
        read: Any = msgspec.json.decode(written or "{}")
    except (msgspec.DecodeError, RecursionError):
        return None
    return cast("dict[str, Any]", read) if isinstance(read, dict) else None


def _wishes(asked: Chat, system: list[str]) -> Wishes:
    form, words = asked.response_format, list(system)
    as_json = form is not None and form.type != "text"
    if schema := _schema(asked):
        words.append(msgspec.json.encode(schema).decode())
    tools = tuple(_described(one) for one in asked.tools or ())
    if sum(len(msgspec.json.encode(one)) for one in tools) > _MOST_SCHEMAS:
        raise Fault(400, f"more than {_MOST_SCHEMAS} bytes of tools", param="tools", code="invalid_value")
    names = [one.name for one in tools]
    if len(set(names)) != len(names):
        raise Fault(400, "two tools of one name", param="tools", code="invalid_value")
    stop = (asked.stop,) if isinstance(asked.stop, str) else tuple(asked.stop or ())
    return Wishes(
        "\n\n".join(words), tools, _choice(asked, names), asked.temperature,
        asked.max_completion_tokens or asked.max_tokens, asked.seed, tuple(one for one in stop if one), as_json,
    )  # fmt: skip


def _schema(asked: Chat) -> dict[str, Any]:
    form = asked.response_format
    if form is None or form.type != "json_schema":
        return {}
    if form.json_schema is None:
        raise Fault(400, "json_schema is missing", param="response_format.json_schema", code="invalid_value")
    return form.json_schema.schema or {}


def _described(one: Tool) -> ToolDescription:
    told = one.function
    return ToolDescription(told.name, told.description or "", told.parameters or _NO_PARAMETERS)


def _choice(asked: Chat, names: list[str]) -> str:
    choice = asked.tool_choice
    if choice is None or choice == "auto":
        return ""
    if isinstance(choice, Chosen):
        if choice.function.name not in names:
            raise Fault(400, "tool_choice names none of the tools", param="tool_choice", code="invalid_value")
        return choice.function.name
    if choice == "required" and not names:
        raise Fault(400, "there are no tools to choose from", param="tool_choice", code="invalid_value")
    return choice
