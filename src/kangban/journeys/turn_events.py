"""What a page hears while a turn is under way."""

from __future__ import annotations

import msgspec

from kangban.clinical.draft import Answer, Claim, Step
from kangban.clinical.finding import TriageOutcome


class Stored(msgspec.Struct, frozen=True, tag="stored"):
    """The message is kept; from here on nothing is lost."""

    message_id: str


class UrgencyJudged(msgspec.Struct, frozen=True, tag="urgency"):
    """The red flags of the question, before any model."""

    outcome: TriageOutcome


class StepShown(msgspec.Struct, frozen=True, tag="step"):
    """One visible step, done."""

    step: Step


class SentenceReleased(msgspec.Struct, frozen=True, tag="sentence"):
    """One checked sentence, in order."""

    number: int
    claim: Claim


class TurnDone(msgspec.Struct, frozen=True, tag="done"):
    """The whole answer as stored."""

    message_id: str
    answer: Answer


TurnEvent = Stored | UrgencyJudged | StepShown | SentenceReleased | TurnDone
