"""What the core tells every face: typed events of one request. Faces translate and add nothing."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kangban.clinical.citation import Citation
from kangban.clinical.draft import Decision
from kangban.clinical.finding import Finding
from kangban.clinical.urgency import Lang, Urgency
from kangban.journeys.workshop.running import RunDone
from kangban.kernel.texts import t
from kangban.ports.chat_model import ToolCall

# A sentence with the numbers of its sources and the line's end behind it.
_SENTENCE = re.compile(r".+?(?:(?:[。！？!?；;]|\.(?=[\s\[]))(?:\[\d+\])*\n*|\n+|$)", re.DOTALL)


class About(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an answer rests on, in the extension field `kangban`. `run` names the trace, which the owner can open."""

    run: str
    agent: str
    version: int
    brain: str
    decision: Decision
    urgency: Urgency
    stopped_by: str
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()
    failed_checks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Counted(msgspec.Struct, frozen=True):
    """Tokens, as the model's server counts them; `estimated` where it does not."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False

    def plus(self, other: Counted) -> Counted:
        """Both together."""
        return Counted(
            self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens, self.estimated or other.estimated,
        )  # fmt: skip


class Begun(msgspec.Struct, frozen=True):
    """The request was taken up; `created` is in seconds since 1970."""

    id: str
    created: int
    model: str


class Working(msgspec.Struct, frozen=True):
    """Something goes on, and nothing may be shown yet."""


class Piece(msgspec.Struct, frozen=True):
    """Text that the guard has released, of choice `index`."""

    index: int
    text: str


class CallsMade(msgspec.Struct, frozen=True):
    """Calls of the client's tools, which end the choice."""

    index: int
    calls: tuple[ToolCall, ...]


class ChoiceEnded(msgspec.Struct, frozen=True):
    """The end of one choice. `reason`: stop, length, tool_calls, or content_filter where the guard held the answer."""

    index: int
    reason: str
    about: About


class Over(msgspec.Struct, frozen=True):
    """The end of the request, with the tokens of all its choices."""

    counted: Counted


Event = Begun | Working | Piece | CallsMade | ChoiceEnded | Over


class ModelLine(msgspec.Struct, frozen=True):
    """One agent as a model. `created` is 0 for one that comes with the program."""

    id: str
    created: int
    owned_by: str
    title: str = ""
    description: str = ""
    version: int = 0


def about(done: RunDone, lang: Lang, notes: tuple[str, ...]) -> About:
    """What a run rests on; notes are told in words."""
    told = tuple(t(key, lang) for key in dict.fromkeys((*done.notes, *notes)))
    failed = tuple(one.name for one in done.checks if one.outcome in ("fail", "error"))
    return About(
        done.run.id, done.run.agent, done.run.version, done.brain, done.decision, done.urgency,
        done.run.stopped_by or "", done.citations, done.findings, failed, told,
    )  # fmt: skip


def counted(done: RunDone) -> Counted:
    """A run's tokens."""
    usage = done.run.usage
    return Counted(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.estimated)


def reason_of(done: RunDone) -> str:
    """How a choice ended, in the words clients know."""
    if done.calls:
        return "tool_calls"
    if done.decision in ("hold", "refuse"):
        return "content_filter"
    return "length" if done.run.stopped_by in ("length", "tokens") else "stop"


def sentences_of(text: str) -> list[str]:
    """Pieces that joined are the text again, cut behind sentences."""
    return _SENTENCE.findall(text)


def plain(value: Any) -> Any:
    """A struct as JSON holds it."""
    return msgspec.to_builtins(value)
