"""An agent as it is defined, kept and run: definition, limits, and the one trace every paradigm writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from kangban.ports.chat_model import Place
from kangban.ports.durable import RunClaims
from kangban.ports.notes import NoteShelf, SpendBook

ParadigmName = Literal["react", "rewoo", "autogpt", "plan_execute", "sequence", "graph", "reflexion"]
ProtocolName = Literal["native", "react_text", "internlm2", "json_object", "auto"]
StoppedBy = Literal[
    "answered", "rounds", "tool_calls", "tokens", "time", "money", "cancelled", "waiting", "empty", "length",
    "filtered", "failed",
]  # fmt: skip


class ModelChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which model an agent talks to. Empty url: the model the program is configured with, else the offline brain.

    `secret` names an entry of the secrets file, never the key itself. `fallback` are tried in order when one fails.
    `at_once` and `per_minute` are the most requests to this model; None is no limit. `cache` asks a server that offers
    it to keep what requests begin with, by a key that names nobody.
    `images`: it sees, as `kangban models probe` found out; pictures of a run go to no other.
    """

    url: str = ""
    name: str = ""
    secret: str = ""
    place: Place = "this_machine"
    protocol: ProtocolName = "auto"
    temperature: float | None = None
    images: bool = False
    fallback: tuple[ModelChoice, ...] = ()
    at_once: int | None = None
    per_minute: int | None = None
    cache: bool = False


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one run may spend; None is no limit of its own. `per_tool` is the most calls of one tool."""

    rounds: int = 8
    tool_calls: int = 16
    tokens: int | None = 60_000
    seconds: float | None = 180.0
    money: float | None = None  # in the currency of the price list
    per_tool: dict[str, int] = {}


class MemoryChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of earlier messages a run sees: a window, a summary of the rest, and notes kept for a person."""

    window: int = 12
    summarise: bool = False
    notes: bool = False


class AgentDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """An agent. `name` is a slug; `prompt` is added to the house rules, which no definition can take away.

    `parts` are agents of a sequence or graph by name; `edges` of a graph are (from, to, condition), where a condition
    is a word the part must end with, or "". `durable` runs are resumed after a kill. `approve` lists tools asked
    about first beside those that act; `policy` is for AutoGPT: "each_step" asks before every step.
    """

    name: str
    title: str = ""
    description: str = ""
    paradigm: ParadigmName = "react"
    model: ModelChoice = ModelChoice()
    prompt: str = ""
    tools: tuple[str, ...] = ()
    limits: Limits = Limits()
    memory: MemoryChoice = MemoryChoice()
    parts: tuple[str, ...] = ()
    edges: tuple[tuple[str, str, str], ...] = ()
    durable: bool = False
    approve: tuple[str, ...] = ()
    policy: Literal["each_step", "acts_only", "free"] = "acts_only"


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens as the servers count them (estimated where they do not), calls, seconds and money."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    rounds: int = 0
    tool_calls: int = 0
    seconds: float = 0.0
    money: float = 0.0


StepKind = Literal["model", "tool", "plan", "critique", "memory", "approval", "part", "note"]


class RunStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a trace. `at_ms` and `took_ms` count from the start of the run; `parent` is the number of a step.

    `status`: "may_have_happened" is a foreign effect broken off midway; it waits for a person.
    """

    number: int
    kind: StepKind
    at_ms: float
    took_ms: float = 0.0
    name: str = ""
    arguments: dict[str, Any] = {}
    result: Any = None
    text: str = ""
    reasoning: str = ""
    status: Literal["ok", "error", "repeated", "refused", "running", "may_have_happened"] = "ok"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    money: float = 0.0
    parent: int | None = None
    media: tuple[str, ...] = ()  # refs


class AgentRun(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run as kept: what was asked, every step, what came out, and why it stopped. Holds no secret."""

    id: str
    agent: str
    version: int
    asked: str
    started_at: datetime
    owner: str = ""  # account id, or a browser session where nobody has an account
    steps: tuple[RunStep, ...] = ()
    text: str = ""
    usage: Usage = Usage()
    stopped_by: StoppedBy | None = None  # None while it runs
    ended_at: datetime | None = None


class AgentVersion(msgspec.Struct, frozen=True):
    """A saved definition. Versions count from 1 and are never changed."""

    definition: AgentDefinition
    version: int
    saved_at: datetime
    owner: str = ""


class AgentShelf(RunClaims, NoteShelf, SpendBook, Protocol):
    """Definitions with versions, runs with who carries them on, notes and costs, by owner."""

    async def save(self, definition: AgentDefinition, owner: str, at: datetime, expected: int | None) -> AgentVersion:
        """Keep as the next version; raises Conflict when the newest version is not `expected`."""
        ...

    async def versions(self, name: str, owner: str) -> Sequence[AgentVersion]:
        """All versions, oldest first; [] for an unknown name."""
        ...

    async def newest(self, owner: str) -> Sequence[AgentVersion]:
        """The newest version of every agent of an owner, by name."""
        ...

    async def remove(self, name: str, owner: str) -> None:
        """Forget an agent and its versions; its runs stay. Idempotent."""
        ...

    async def put_run(self, run: AgentRun) -> None:
        """Keep or replace a run by id."""
        ...

    async def get_run(self, run_id: str, owner: str) -> AgentRun:
        """A run; raises NotFound, also for somebody else's."""
        ...

    async def runs(self, owner: str, agent: str = "", limit: int = 50) -> Sequence[AgentRun]:
        """Newest first."""
        ...

    async def erase_run(self, run_id: str, owner: str) -> None:
        """Forget a run. Idempotent."""
        ...

    async def erase_owner(self, owner: str) -> None:
        """Forget everything of an owner: agents, runs, notes, claims, words and costs. Idempotent."""
        ...
