"""All checks over one draft, then one decision. Fails closed: what breaks, holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kangban.clinical.draft import Check, Draft, Verdict
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.person import PersonFacts
from kangban.clinical.urgency import Lang
from kangban.clinical.utterance import Utterance
from kangban.guard import amend, decide
from kangban.guard.case import Case, plain_sentence
from kangban.guard.checks import (
    citation_support,
    crisis,
    diagnosis,
    dose_limit,
    false_reassurance,
    injection,
    numbers,
    ordered_medicine,
    other_member,
    prescription,
    unread_language,
    unsafe_medicine,
    urgency,
)
from kangban.guard.fault import Result
from kangban.kernel.texts import t
from kangban.perception.language.read import read
from kangban.reasoning import triage as triage_of

CHECKS: tuple[tuple[str, Callable[[Case], Result]], ...] = tuple(
    (module.NAME, module.check)
    for module in (
        urgency, crisis, unsafe_medicine, ordered_medicine, dose_limit, prescription, diagnosis, numbers,
        citation_support, other_member, false_reassurance, injection, unread_language,
    )
)  # fmt: skip
MOST_ROUNDS = 3
# What our own tools said word for word needs no second proof here. Whether it fits this person still does.
SAID_BY_TOOLS = frozenset(
    {m.NAME for m in (citation_support, diagnosis, dose_limit, numbers, prescription, false_reassurance)}
)


def review(
    draft: Draft,
    question: str,
    person: PersonFacts,
    *,
    said: Utterance | None = None,
    triage: TriageOutcome | None = None,
    others: Sequence[str] = (),
    lang: Lang = "zh",
    bare: bool = False,
    own_words: Sequence[str] = (),
) -> Verdict:
    """Decide whether a draft may be shown. `others`: names and words peculiar to other members.

    `own_words`: sentences of our own tools' results of this turn, from the caller and never from the model.
    `said` and `triage` are of the question, and are made here when not given. Never raises for a fault of
    the draft: an exception in a check is the outcome "error" and holds.
    """
    words = said if said is not None else read(question)
    outcome = triage if triage is not None else triage_of.triage(words, person)
    own = frozenset(plain_sentence(s) for s in own_words)
    case = Case(draft, question, person, words, outcome, tuple(others), lang, bare, own=own)
    first = run_checks(case)
    decision = decide.decide(first)
    checks = tuple(r.check for r in first)
    if decision == "release":
        return Verdict("release", checks)
    if decision == "amend":
        text = _amended(case, first)
        if text is not None:
            return Verdict("amend", checks, text)
        decision = "hold"
    return Verdict(decision, checks, _withheld(case, first, refused=decision == "refuse"))


def what_rules_allow(
    question: str,
    person: PersonFacts,
    *,
    said: Utterance | None = None,
    triage: TriageOutcome | None = None,
    lang: Lang = "zh",
) -> tuple[str, ...]:
    """What may be told without any draft: how soon to act, the crisis line, grave findings of the medicines named."""
    try:
        words = said if said is not None else read(question)
        outcome = triage if triage is not None else triage_of.triage(words, person)
        case = Case(Draft(""), question, person, words, outcome, (), lang, False)
        lines = amend.urgency_lines(case)
        if "12356" in outcome.call or "crisis" in crisis.check(case).lines:
            lines.append(t("guard.crisis_line", lang))
        return (*lines, *amend.rules_alone(case))
    except Exception:  # noqa: BLE001 - what broke may be the findings themselves; then the caller's next step stands alone
        return ()


def run_checks(case: Case) -> list[Result]:
    """Every check; one that raises is an error."""
    return [_guarded(name, check, case.foreign if name in SAID_BY_TOOLS else case) for name, check in CHECKS]


def _guarded(name: str, check: Callable[[Case], Result], case: Case) -> Result:
    try:
        return check(case)
    except Exception:  # noqa: BLE001 - the guard fails closed, whatever breaks
        return Result(Check(name, "error", t("guard.error", "zh"), t("guard.error", "en")), "hold")


def _amended(case: Case, first: list[Result]) -> str | None:
    """The text after striking and adding, once it passes; None when it still fails or nothing is left."""
    results = first
    lines, names = decide.lines_first(first), decide.names_of(first)
    for _ in range(MOST_ROUNDS):
        struck = decide.struck(results)
        asked = [s for s in case.sentences if s.start < 0 and s.at in struck]
        if asked:
            return None  # the question asked back cannot be mended here
        head = amend.prefix(case, lines, names)
        body = amend.body_without(case, struck)
        if not body and not head:
            return None
        text = f"{head}{body}".strip()
        draft = msgspec.structs.replace(case.draft, text=text)
        case = Case(
            draft, case.question, case.record, case.said, case.outcome, case.others, case.lang, case.bare,
            trusted=min(len(head), len(text)), own=case.own,
        )  # fmt: skip
        results = run_checks(case)
        decision = decide.decide(results)
        if decision == "release":
            return text
        if decision != "amend":
            return None
        lines = tuple(dict.fromkeys((*lines, *decide.lines_first(results))))
        names = tuple(dict.fromkeys((*names, *decide.names_of(results))))
    return None


def _withheld(case: Case, results: list[Result], *, refused: bool) -> str:
    try:
        return amend.withheld(case, results, refused)
    except Exception:  # noqa: BLE001 - even the findings may be what broke; the plain text never is
        return "\n".join(
            (
                t("guard.held", case.lang, reasons=t("guard.reason.error", case.lang)),
                t("guard.where_emergency", case.lang),
            )
        )
