"""What a turn leaves behind: the answer, its conclusions for replay, proposals, and a review item when held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from kangban.clinical.audit import AuditEvent
from kangban.clinical.draft import Answer, Draft, Verdict
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.notice import Notice
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import AnswerGiven, Body, DetectedIssue, Entry, Provenance
from kangban.clinical.urgency import Lang
from kangban.clinical.utterance import Utterance
from kangban.journeys.auditing.turns import answered
from kangban.journeys.conclusions import FUNCTIONS
from kangban.journeys.entry_ids import entry_id
from kangban.journeys.house import House
from kangban.journeys.own_words import own_words
from kangban.journeys.reviewing.opening import Opening, Withheld
from kangban.ports.tool import ToolResult
from kangban.rules.compiled import shipped


class Turn(msgspec.Struct, frozen=True):
    """The facts of one turn. `at` is the moment the person's facts were read, as known and of that moment."""

    message_id: str
    conversation_id: str
    lang: Lang
    question: str
    person: PersonFacts
    said: Utterance
    outcome: TriageOutcome
    at: datetime


class Closing(msgspec.Struct, frozen=True):
    """What is appended in one commit, and the answer with the ids of its proposals."""

    entries: list[Entry]
    answer: Answer
    events: tuple[AuditEvent, ...] = ()
    notices: tuple[Notice, ...] = ()


def closing_entries(
    house: House,
    member_id: str,
    turn: Turn,
    results: Sequence[ToolResult],
    draft: Draft,
    verdict: Verdict,
    answer: Answer,
    opening: Opening | None = None,
) -> Closing:
    """Make the entries; ids derive from the message, so a turn that ran twice leaves one of each.

    Of a draft that may not be shown, nothing is written but in the review item of `opening`.
    """
    source = Provenance(actor="kangban", source="system", on_behalf_of=house.actor.account_id)
    withheld = None
    if verdict.decision in ("hold", "refuse"):
        withheld = Withheld(draft, turn.question, own_words(draft.trace, turn.outcome))
    # Nothing may be known before the facts it rests on, whatever the clock did since.
    now = max(house.clock.now(), turn.at)

    def entry(kind: str, body: Body) -> Entry:
        return Entry(entry_id(kind, turn.message_id), house.family_id, member_id, body, now, now, source)

    made: list[Entry] = []
    for number, (function, inputs, rules) in enumerate(_conclusions(turn, draft, results)):
        if withheld is not None and withheld.has(inputs):
            continue
        issue = DetectedIssue(
            function=function,  # pyright: ignore[reportArgumentType]
            inputs=inputs,
            facts_known_at=turn.at,
            rules_fingerprint=shipped().fingerprint,
            output=FUNCTIONS[function](inputs, turn.person),
            rules=rules,
            message_id=turn.message_id,
        )
        made.append(entry(f"issue-{number}", issue))
    proposed = [p for r in results for p in r.proposals if withheld is None or not withheld.has(p)]
    proposal_entries = [entry(f"proposal-{n}", p) for n, p in enumerate(proposed)]
    answer = msgspec.structs.replace(answer, proposals=tuple(e.id for e in proposal_entries))
    made += proposal_entries
    if withheld is not None:
        answer = withheld.without(answer)
    kept = draft if withheld is None else None
    made.append(entry("answer", AnswerGiven(turn.conversation_id, turn.message_id, answer, kept)))
    if opening is None:
        return Closing(made, answer, (answered(house, made, verdict, answer, now),))
    if opening.item is not None:
        made.append(entry("review", opening.item))
    return Closing(made, answer, opening.events, opening.notices)


def _conclusions(
    turn: Turn, draft: Draft, results: Sequence[ToolResult]
) -> list[tuple[str, dict[str, Any], tuple[str, ...]]]:
    found: list[tuple[str, dict[str, Any], tuple[str, ...]]] = []
    if turn.outcome.urgency != "unknown":
        found.append(("triage", {"text": turn.question}, tuple(r.id for r in turn.outcome.rules)))
    for trace, result in zip(draft.trace, results, strict=False):
        if trace.name == "check_medication" and trace.ok:
            inputs = {k: trace.arguments[k] for k in ("medicines", "also_taking") if trace.arguments.get(k)}
            if "medicines" in inputs:
                rules = dict.fromkeys(r for f in result.findings for r in (f.rule, *f.also_rules))
                found.append(("medicine_check", inputs, tuple(rules)))
        if trace.name == "advise_from_box" and trace.ok:
            inputs = {k: trace.arguments[k] for k in ("complaint", "also_taking") if trace.arguments.get(k)}
            found.append(("medicine_advice", inputs | result.rests_on, ()))
    return found
