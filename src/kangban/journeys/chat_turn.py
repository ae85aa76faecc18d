"""One chat turn: message kept → red flags, no model → agent with tools → draft → guard → one commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial

import msgspec

from kangban.agent.draft import draft_of, says_something, without_footnotes
from kangban.agent.events import Budget, Ended, StepDone
from kangban.agent.loop import run_agent
from kangban.agent.offline.plan import whole_question
from kangban.agent.prompts import system_prompt
from kangban.clinical.advice import BoxItem
from kangban.clinical.draft import Answer, Draft, Step, ToolTrace, Verdict
from kangban.clinical.kept_report import Reading
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import AnswerGiven, Communication, Entry
from kangban.clinical.urgency import Lang, Urgency
from kangban.guard import review
from kangban.journeys.asked_back import Checked, check_with_question, names_to_show
from kangban.journeys.attachments import Upload, keep
from kangban.journeys.auditing.turns import asked as asked_event
from kangban.journeys.conclude import Turn, closing_entries
from kangban.journeys.entry_ids import answer_entry_id, released_entry_id
from kangban.journeys.house import House, as_system, for_purpose, get_member, require, signed
from kangban.journeys.library.searching import LibraryReader
from kangban.journeys.other_names import names_of_others
from kangban.journeys.outbound import brain_for
from kangban.journeys.own_words import own_words
from kangban.journeys.render import cited_only, claims_after, plain_text, urgency_line
from kangban.journeys.reports.attached import read_attached
from kangban.journeys.reports.shelf import readings_of
from kangban.journeys.reviewing.opening import Doubt, Opening, open_review
from kangban.journeys.shared_box import box_of
from kangban.journeys.step_values import told_value
from kangban.journeys.turn_events import SentenceReleased, StepShown, Stored, TurnDone, TurnEvent, UrgencyJudged
from kangban.kernel.errors import InvalidInput, KangbanError, NotFound
from kangban.kernel.ids import derived_id
from kangban.perception.language.plain import MOST_CHARACTERS
from kangban.perception.language.read import read
from kangban.ports.chat_model import ChatMessage, ChatModel, say
from kangban.ports.tool import ToolContext, ToolResult
from kangban.reasoning.triage import triage
from kangban.record.timeline import FACT_KINDS, facts_at
from kangban.toolbox.catalog import TOOLS
from kangban.toolbox.services import Services

LONGEST_TURN = timedelta(minutes=3)
HISTORY = 8  # messages of the conversation a brain sees


class Question(msgspec.Struct, frozen=True):
    """What a person sends. `client_id` is minted by the client, so that a repeated submit is one turn."""

    member_id: str
    text: str
    client_id: str
    conversation_id: str = "main"
    lang: Lang = "zh"
    uploads: tuple[Upload, ...] = ()


class _Run(msgspec.Struct):
    """What the agent gave."""

    text: str = ""
    brain: str = "offline"
    urgency: Urgency = "unknown"
    results: list[ToolResult] = []
    traces: list[ToolTrace] = []
    steps: list[Step] = []


_under_way: dict[str, asyncio.Lock] = {}


async def chat_turn(house: House, question: Question) -> AsyncGenerator[TurnEvent, None]:
    """Run a turn; raises InvalidInput and NotFound before anything is stored.

    The same client id again gives the stored answer. Closing the generator stops the model and keeps the message.
    """
    if not question.text.strip() and not question.uploads:
        raise InvalidInput("the text is empty", field="text", key="error.empty")
    if len(question.text) > MOST_CHARACTERS:
        raise InvalidInput("the text is too long", field="text", key="error.too_long")
    house = for_purpose(house, "ask")
    whose = await get_member(house, question.member_id)
    message_id = derived_id("message", house.family_id, question.member_id, question.client_id)
    lock = _under_way.setdefault(message_id, asyncio.Lock())
    try:
        async with lock:
            done = await find_answer(house, message_id)
            if done is not None:
                yield TurnDone(message_id, done)
                return
            async with aclosing(_turn(house, question, message_id, whose.entry.id)) as events:
                async for event in events:
                    # A right taken away in the middle ends the turn: nothing more of it is shown.
                    await require(house, question.member_id, "AnswerGiven", "ask", house.actor.account_id)
                    yield event
    finally:
        if not lock.locked():
            _under_way.pop(message_id, None)


async def find_answer(house: House, message_id: str) -> Answer | None:
    """The stored answer to a message, or None."""
    try:
        entry = await house.store.get(house.family_id, answer_entry_id(message_id))
        if isinstance(entry.body, AnswerGiven) and entry.body.answer.review == "waiting":
            entry = await _released(house, message_id) or entry
    except NotFound:
        return None
    return entry.body.answer if isinstance(entry.body, AnswerGiven) else None


async def _released(house: House, message_id: str) -> Entry | None:
    try:
        return await house.store.get(house.family_id, released_entry_id(message_id))
    except NotFound:
        return None


async def _turn(house: House, question: Question, message_id: str, patient_id: str) -> AsyncGenerator[TurnEvent, None]:
    kept = await keep(house, question.member_id, question.uploads)
    now = house.clock.now()
    message = Communication(
        question.conversation_id, question.client_id, question.text, tuple(one.entry.id for one in kept), question.lang
    )
    entry = Entry(
        message_id,
        house.family_id,
        question.member_id,
        message,
        now,
        now,
        signed(house),
    )
    history = await _history(house, question)
    fresh = [one.entry for one in kept if one.fresh]
    await house.store.append([*fresh, entry], events=[asked_event(house, entry, fresh)], needs=[patient_id])
    yield Stored(message_id)
    file_steps, said_in_files = [Step("step.attachment_kept", {"name": one.body.name}) for one in kept], list[str]()
    for step in file_steps:
        yield StepShown(step)
    for one in kept:
        attached = await read_attached(house, question.member_id, one, question.lang)
        if attached.entries:
            await house.store.append(attached.entries, needs=[message_id])
        file_steps.append(attached.step)
        said_in_files += [attached.words] if attached.words else []
        yield StepShown(attached.step)
    words = "\n".join(said_in_files)
    asked = whole_question([*history, say("user", question.text)])
    full = f"{asked}\n{words}" if words else asked
    at = house.clock.now()
    facts = await house.store.entries(house.family_id, question.member_id, kinds=FACT_KINDS, known_at=at)
    person = facts_at(facts, at)
    said = read(full[:MOST_CHARACTERS])
    outcome = triage(said, person)
    yield UrgencyJudged(outcome)
    if outcome.urgency != "unknown":
        yield StepShown(Step("step.judged_question"))
    messages = [*history, say("user", f"{question.text}\n{words}" if words else question.text)]
    reports = tuple(await readings_of(house, question.member_id))
    context = _context(house, question, person, facts, await box_of(house), reports)
    run = _Run(steps=[*file_steps], urgency=outcome.urgency)
    async for step in _think(house, run, context, messages, message_id):
        yield StepShown(step)
    turn = Turn(message_id, question.conversation_id, question.lang, full, person, said, outcome, at)
    answer, draft, verdict, opening = await _answer(house, question, run, turn)
    closing = closing_entries(house, question.member_id, turn, run.results, draft, verdict, answer, opening)
    await house.store.get(house.family_id, message_id)  # access taken away meanwhile ends the turn here
    # It is Kangban that answers; who asked may neither write a review nor read one.
    # A person erased meanwhile stays erased.
    await as_system(house).store.append(
        closing.entries, events=closing.events, notices=closing.notices, needs=[message_id]
    )
    answer = closing.answer
    for number, claim in enumerate(answer.claims):
        yield SentenceReleased(number, claim)
    yield TurnDone(message_id, answer)


async def _history(house: House, question: Question) -> list[ChatMessage]:
    """The last messages of this conversation, oldest first."""
    found = await house.store.entries(
        house.family_id,
        question.member_id,
        kinds=["Communication", "AnswerGiven"],
        newest_first=True,
        limit=HISTORY * 2,
    )
    texts: list[ChatMessage] = []
    for entry in reversed(found):
        body = entry.body
        if isinstance(body, Communication) and body.conversation_id == question.conversation_id:
            texts.append(say("user", body.text))
        elif isinstance(body, AnswerGiven) and body.conversation_id == question.conversation_id:
            words = "\n".join(c.text for c in body.answer.claims)
            texts.append(say("assistant", f"{words}\n{body.answer.question}" if body.answer.question else words))
    return texts[-HISTORY:]


def _context(
    house: House,
    question: Question,
    person: PersonFacts,
    facts: Sequence[Entry],
    box: tuple[BoxItem, ...],
    reports: tuple[Reading, ...],
) -> ToolContext:
    services = Services(
        house.search, house.sections, tuple(facts), house.clock.now(), box, LibraryReader(house), reports
    )  # fmt: skip
    return ToolContext(house.family_id, question.member_id, person, question.lang, services)


async def _think(
    house: House, run: _Run, context: ToolContext, messages: Sequence[ChatMessage], message_id: str
) -> AsyncGenerator[Step, None]:
    """Run the configured brain; when it fails, say so and let the offline brain answer."""
    model, refusal = await brain_for(house, context.person, message_id)
    if refusal:
        step = Step(refusal, {}, ok=False)
        run.steps.append(step)
        yield step
    try:
        async for step in _agent(house, model, run, context, messages):
            yield step
    except KangbanError:
        if model is house.offline:
            raise
        run.text = ""
    if model is house.offline or says_something(run.text):
        return
    step = Step("step.model_failed", {}, ok=False)
    run.steps.append(step)
    run.results.clear()
    run.traces.clear()
    yield step
    async for step in _agent(house, house.offline, run, context, messages):
        yield step


async def _agent(
    house: House, model: ChatModel, run: _Run, context: ToolContext, messages: Sequence[ChatMessage]
) -> AsyncGenerator[Step, None]:
    run.brain = model.name
    whose = context.person.name or ""
    names = [tool.name for tool in TOOLS]
    prompt = say(
        "system", system_prompt(context.lang, whose, house.clock.now().date(), urgency=run.urgency, tools=names)
    )
    asked = list(messages) if model is house.offline else [prompt, *messages]
    async with aclosing(
        run_agent(
            model, TOOLS, context, asked, house.clock, budget=Budget(deadline_at=house.clock.now() + LONGEST_TURN)
        )
    ) as events:
        async for event in events:
            if isinstance(event, StepDone):
                run.results.append(event.result)
                run.traces.append(event.trace)
                # A page shows no words of the model's that nobody checked, not even as a tool's name.
                called = event.trace.name if event.trace.name in names else "?"
                failed = Step("step.tool_failed", {"name": called}, ok=False)
                values = {k: told_value(v, event.trace, messages) for k, v in event.result.step_values.items()}
                step = Step(event.result.step, values) if event.result.step else None
                shown = step if event.result.ok and step else failed
                run.steps.append(shown)
                yield shown
            elif isinstance(event, Ended):
                run.text = without_footnotes(event.text) if event.reason == "answered" else ""


async def _answer(
    house: House, question: Question, run: _Run, turn: Turn
) -> tuple[Answer, Draft, Verdict, Opening | None]:
    citations = [c for r in run.results for c in r.citations]
    draft, offers = draft_of(run.text, citations, run.traces, run.brain)
    others = await names_of_others(house, question.member_id, turn.question)
    judge = partial(
        review,
        question=turn.question,
        person=turn.person,
        said=turn.said,
        triage=turn.outcome,
        own_words=own_words(run.traces, turn.outcome),
        others=others,
        lang=question.lang,
    )
    checked = await asyncio.to_thread(check_with_question, draft, offers, judge)
    if checked.verdict.decision != "hold":
        return _compose(run, turn, draft, checked), draft, checked.verdict, None
    findings = tuple(f for r in run.results for f in r.findings)
    doubt = Doubt(
        turn.message_id, question.member_id, house.actor.account_id, turn.question, turn.person, turn.said,
        turn.outcome, turn.lang, draft, findings, checked.verdict.checks,
    )  # fmt: skip
    opening = await open_review(house, doubt, max(house.clock.now(), turn.at))
    told = Checked(opening.verdict, None, ())
    answer = _compose(run, turn, draft, told)
    answer = msgspec.structs.replace(answer, review="waiting" if opening.item is not None else "nobody")
    return answer, draft, opening.verdict, opening


def _compose(run: _Run, turn: Turn, draft: Draft, checked: Checked) -> Answer:
    verdict, question = checked.verdict, checked.question
    claims = claims_after(draft, verdict)
    citations = cited_only(claims, draft.citations)
    findings = tuple({(f.rule, f.medicines): f for r in run.results for f in r.findings}.values())
    first = urgency_line(turn.outcome.urgency, turn.outcome, turn.lang)
    if verdict.text is not None and first and verdict.text.startswith(first.rstrip("。.")):
        first = ""  # the guard has put it there already
    return Answer(
        id=derived_id("answer", turn.message_id),
        brain=run.brain,
        urgency=turn.outcome.urgency,
        verdict=verdict.decision,
        text=plain_text(claims, citations, first, question, turn.lang, run.brain),
        claims=claims,
        question=question,
        citations=citations,
        findings=findings,
        unknown=tuple({u.fact: u for r in run.results for u in r.unknown}.values()),
        not_in_catalogue=names_to_show([n for r in run.results for n in r.not_in_catalogue], turn.question),
        proposals=(),
        steps=(*run.steps, Step("step.guarded", {"count": str(len(verdict.checks))})),
        checks=verdict.checks,
        call=turn.outcome.call,
        options=checked.options,
    )
