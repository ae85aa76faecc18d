"""What the brain hands to the guard, and what the guard hands back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from kangban.clinical.citation import Citation
from kangban.clinical.finding import Finding, NotInCatalogue, UnknownFact
from kangban.clinical.urgency import Urgency

CheckOutcome = Literal["pass", "fail", "unknown", "not_applicable", "error"]
Decision = Literal["release", "amend", "hold", "refuse"]


class Claim(msgspec.Struct, frozen=True):
    """One sentence of a draft and the citation ids it rests on. `clinical`: it needs one; `line`: it opens a line."""

    text: str
    citations: tuple[str, ...] = ()
    clinical: bool = True
    line: bool = False


class ToolTrace(msgspec.Struct, frozen=True):
    """One tool call as it happened: what was asked, what came back (as JSON-able values)."""

    name: str
    arguments: dict[str, Any]
    result: Any
    ok: bool = True


class Draft(msgspec.Struct, frozen=True):
    """An answer before the guard: claims in order, with everything they may rest on."""

    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    trace: tuple[ToolTrace, ...] = ()
    question: str | None = None  # asks back
    brain: str = "offline"


class Check(msgspec.Struct, frozen=True):
    """The outcome of one guard check; `why` is a translation-free sentence per language."""

    name: str
    outcome: CheckOutcome
    why: str = ""
    why_en: str = ""
    spans: tuple[tuple[int, int], ...] = ()  # offending places in the draft's text


class Verdict(msgspec.Struct, frozen=True):
    """The guard's one decision. `text` is what may be shown: set for amend, hold and refuse."""

    decision: Decision
    checks: tuple[Check, ...]
    text: str | None = None


class Step(msgspec.Struct, frozen=True):
    """A visible step of the work, e.g. key "step.record", with counts for the sentence."""

    key: str
    values: dict[str, str] = {}
    ok: bool = True


class Reviewed(msgspec.Struct, frozen=True):
    """Who released an answer that had been held."""

    name: str
    role: str
    licence: str
    at: datetime
    decision: Literal["approved", "edited", "rejected", "expired"]


class Answer(msgspec.Struct, frozen=True):
    """A whole answer after the guard, as stored and shown."""

    id: str
    brain: str
    urgency: Urgency
    verdict: Decision
    text: str
    claims: tuple[Claim, ...]
    question: str | None
    citations: tuple[Citation, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[UnknownFact, ...]
    not_in_catalogue: tuple[NotInCatalogue, ...]
    proposals: tuple[str, ...]  # ids of proposed record entries
    steps: tuple[Step, ...]
    checks: tuple[Check, ...] = ()
    call: tuple[str, ...] = ()
    options: tuple[str, ...] = ()  # quick replies to `question`
    review: Literal["", "waiting", "done", "nobody"] = ""  # nobody: it was held and there is no reviewer
    reviewed: Reviewed | None = None
