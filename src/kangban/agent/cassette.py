"""Record a real model's events once, replay them without it: what the model said, never what it was asked.

The request is kept as a hash only. What the model said may repeat the record: record invented families.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kangban.agent.wrapped import WrappedModel
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import InvalidInput, KangbanError, NotFound, Unavailable
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest, Place, ReasoningDelta, TextDelta

_SECRETS = re.compile(r"\b(?:sk|pk|rk|ghp|xox[bp])[-_][A-Za-z0-9_-]{8,}|Bearer\s+\S+", re.IGNORECASE)
_REMOVED = "[removed]"


class Take(msgspec.Struct, frozen=True, omit_defaults=True):
    """One recorded answer: the request's hash, the events, and the code and key of an error that ended it."""

    request: str
    model: str
    events: tuple[ChatEvent, ...]
    error: str = ""
    error_key: str = ""


def request_hash(request: ChatRequest) -> str:
    """SHA-256 (hex) over messages, tools and sampling; `context` is left out, as it never leaves this machine."""
    asked = [request.messages, request.tools, request.temperature, request.max_tokens]
    return hashlib.sha256(canonical_json(asked).encode()).hexdigest()


class RecordingModel(WrappedModel):
    """Passes a model's events on and appends each whole answer to the cassette; one broken off is not kept.

    `secrets` (the key, names) are replaced in what is written, beside everything that looks like a key.
    """

    def __init__(self, model: ChatModel, path: Path, *, secrets: Sequence[str] = ()) -> None:
        super().__init__(model)
        self._path = path
        self._secrets = sorted((each for each in secrets if each), key=len, reverse=True)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the model's events; raises what it raises."""
        heard: list[ChatEvent] = []
        events = self._model.stream(request)
        try:
            async for event in events:
                heard.append(event)
                yield event
        except KangbanError as error:
            self._keep(request, heard, error)
            raise
        finally:
            close: Any = getattr(events, "aclose", None)
            if close is not None:
                await close()
        self._keep(request, heard)

    def _keep(self, request: ChatRequest, heard: list[ChatEvent], error: KangbanError | None = None) -> None:
        code, key = (error.code, error.key) if error else ("", "")
        take = Take(request_hash(request), self.name, tuple(_joined(heard)), code, key)
        line = msgspec.json.encode(take).decode()
        for secret in self._secrets:
            line = line.replace(msgspec.json.encode(secret).decode()[1:-1], _REMOVED)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as cassette:
            cassette.write(_SECRETS.sub(_REMOVED, line) + "\n")


class ReplayingModel:
    """Plays a cassette. Equal requests get their takes in the order recorded, then the last one again.

    Raises InvalidInput for a file that is no cassette; `stream` raises NotFound for a request that was not recorded.
    """

    def __init__(self, path: Path, *, place: Place = "this_machine") -> None:
        self._place: Place = place
        self._takes: dict[str, list[Take]] = {}
        self._name = "cassette"
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                take = msgspec.json.decode(line, type=Take)
            except (msgspec.DecodeError, UnicodeError) as error:
                raise InvalidInput(f"line {number} of the cassette is no recorded answer", field="cassette") from error
            self._takes.setdefault(take.request, []).append(take)
            self._name = take.model

    @property
    def name(self) -> str:
        """The recorded model's name."""
        return self._name

    @property
    def place(self) -> Place:
        """This machine, unless told to pretend otherwise."""
        return self._place

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Play the recorded events; raises the recorded kind of error."""
        takes = self._takes.get(request_hash(request))
        if not takes:
            raise NotFound("the cassette holds no answer to this request; record it again")
        take = takes.pop(0) if len(takes) > 1 else takes[0]
        for event in take.events:
            yield event
        if take.error == "invalid_input":
            raise InvalidInput("recorded refusal", field="model", key=take.error_key)
        if take.error:
            raise Unavailable("recorded failure", key=take.error_key)

    async def close(self) -> None:
        """Nothing to release."""


def _joined(heard: list[ChatEvent]) -> list[ChatEvent]:
    """Text in one piece where it ran on: a secret cut by the stream is whole again and can be removed."""
    joined: list[ChatEvent] = []
    for event in heard:
        last = joined[-1] if joined else None
        if isinstance(event, TextDelta) and isinstance(last, TextDelta):
            joined[-1] = TextDelta(last.text + event.text)
        elif isinstance(event, ReasoningDelta) and isinstance(last, ReasoningDelta):
            joined[-1] = ReasoningDelta(last.text + event.text)
        else:
            joined.append(event)
    return joined
