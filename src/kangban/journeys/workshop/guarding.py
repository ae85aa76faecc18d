"""A run's words pass the same guard as the family chat: what is held or refused is replaced before anybody sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import msgspec

from kangban.agent.draft import draft_of, without_footnotes
from kangban.agent.paradigms.run import Outcome
from kangban.clinical.citation import Citation
from kangban.clinical.draft import Check, Decision, Draft, Verdict
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang
from kangban.clinical.utterance import Utterance
from kangban.guard import review
from kangban.journeys.asked_back import check_with_question
from kangban.journeys.house import House
from kangban.journeys.other_names import names_of_others
from kangban.journeys.own_words import own_words
from kangban.journeys.render import cited_only, claims_after, plain_text, urgency_line
from kangban.journeys.workshop.tool_words import are_judged, released_words, without_repeats
from kangban.kernel.texts import t
from kangban.ports.agents import RunStep


class Question(msgspec.Struct, frozen=True):
    """What was asked, read and judged by rules before any model."""

    text: str
    said: Utterance
    outcome: TriageOutcome
    lang: Lang


class Released(msgspec.Struct, frozen=True):
    """What may be shown of a run."""

    text: str
    decision: Decision
    citations: tuple[Citation, ...]
    checks: tuple[Check, ...]
    steps: tuple[RunStep, ...]


async def release(house: House, question: Question, outcome: Outcome, brain: str) -> Released:
    """The text after the guard, with urgency first and the label last, and steps without words that nobody checked."""
    citations = [one for result in outcome.results for one in result.citations]
    draft, offers = draft_of(without_footnotes(outcome.text), citations, outcome.traces, brain)
    judge = await _judge(house, question, outcome)
    checked = await asyncio.to_thread(check_with_question, draft, offers, judge)
    verdict = checked.verdict
    claims = claims_after(draft, verdict)
    cited = cited_only(claims, draft.citations)
    first = urgency_line(question.outcome.urgency, question.outcome, question.lang)
    if verdict.text is not None and first and verdict.text.startswith(first.rstrip("。.")):
        first = ""
    text = plain_text(claims, cited, first, checked.question, question.lang, brain)
    catalogue = house.bench.tools() if house.bench is not None else ()
    trusted = frozenset(one.name for one in catalogue if not are_judged(one))
    steps = await asyncio.to_thread(_steps, outcome.steps, draft, judge, question.lang, trusted)
    return Released(text, verdict.decision, cited, verdict.checks, steps)


async def judged(
    house: House, question: Question, outcome: Outcome, texts: Sequence[str], brain: str
) -> list[Verdict]:  # fmt: skip
    """What the guard says of texts that leave as they are: a call's arguments, the words of a JSON object."""
    judge = await _judge(house, question, outcome)
    citations = [one for result in outcome.results for one in result.citations]

    def decided() -> list[Verdict]:
        return [judge(draft_of(text, citations, outcome.traces, brain)[0]) for text in texts]

    return await asyncio.to_thread(decided)


async def _judge(house: House, question: Question, outcome: Outcome) -> partial[Verdict]:
    others = await names_of_others(house, "", question.text)
    return partial(
        review, question=question.text, person=UNKNOWN_PERSON, said=question.said, triage=question.outcome,
        own_words=own_words(outcome.traces, question.outcome), others=others, lang=question.lang,
    )  # fmt: skip


def without_words(step: RunStep) -> RunStep:
    """A step as it may be shown before the guard has seen the whole: no word of the model's, nor of what it was told.

    What a person is asked about is the exception: nobody can agree to what is not shown.
    """
    if step.kind == "approval":
        return msgspec.structs.replace(step, text="", reasoning="")
    return msgspec.structs.replace(step, text="", reasoning="", arguments={}, result=None)


def _steps(
    steps: Sequence[RunStep], draft: Draft, judge: partial[Verdict], lang: Lang, trusted: frozenset[str]
) -> tuple[RunStep, ...]:
    """`trusted`: tools whose results are no model's words. Arguments are always a model's."""
    withheld = t("workshop.withheld", lang)

    def checked(words: str) -> str:
        if not words.strip():
            return ""
        shown, _ = draft_of(words, draft.citations, draft.trace, draft.brain)
        return words if judge(shown).decision == "release" else withheld

    def shown(step: RunStep) -> RunStep:
        arguments = released_words(step.arguments, lang, judge)
        if step.kind == "tool" and step.name in trusted:
            result = without_repeats(step.result, step.arguments, lang, judge)
        else:
            result = released_words(step.result, lang, judge)
        return msgspec.structs.replace(
            step, text=checked(step.text), reasoning=checked(step.reasoning), arguments=arguments, result=result
        )

    return tuple(shown(step) for step in steps)
