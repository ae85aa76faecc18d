"""One held answer, laid open: what was asked, what stands against the answer, and what both rest on."""

from __future__ import annotations

from datetime import datetime

from kangban.clinical.citation import Citation
from kangban.clinical.draft import Check
from kangban.clinical.record import ReviewEvent
from kangban.clinical.urgency import Lang
from kangban.journeys.reviewing.viewing import OnDesk, Sentence
from kangban.journeys.reviewing.words import moment
from kangban.kernel.texts import has_text, t
from kangban.retrieval.cite import library
from kangban.review.clock import OPEN
from kangban.review.reasons import reasons_for
from kangban.web.chat.sources import Sources, cite_buttons
from kangban.web.desk.facts import findings, person_facts
from kangban.web.elements import URGENCY_LOOK, Tag, icon
from kangban.web.visit import Visit

# Who answers where nobody has an account.
UNNAMED = {"local": "audit.local", "demo": "audit.demo"}


def time_left(due: datetime | None, now: datetime, lang: Lang) -> str:
    """How long until the safe text goes out instead."""
    minutes = 0 if due is None else max(0, int((due - now).total_seconds() // 60))
    if minutes < 1:
        return t("web_desk.left_soon", lang)
    if minutes < 60:
        return t("web_desk.left_minutes", lang, n=minutes)
    return t("web_desk.left_hours", lang, h=minutes // 60, m=minutes % 60)


def pill(visit: Visit, urgency: str) -> None:
    """How soon somebody has to act: a drawing, words and a colour."""
    look, drawing = URGENCY_LOOK.get(urgency, ("u0", "clock"))
    with Tag("span", classes=f"pill {look}"):
        icon(drawing, 16)
        Tag("span", visit.text(f"triage.level.{urgency}" if urgency in URGENCY_LOOK else "web_desk.unknown"))


def draw_head(visit: Visit, shown: OnDesk) -> Tag:
    """The question with how urgent and how old it is; returns the element that tells the time left."""
    item = shown.waiting.item
    with Tag("section", classes="sec", aria_labelledby="desk-asked"):
        with Tag("div", classes="row"):
            pill(visit, item.urgency)
            left = Tag("span", "", "tag")
            for topic in item.topics:
                Tag("span", visit.text(f"review.topic.{topic}"), "tag")
            Tag("span", visit.text(f"review.status.{item.status}"), "tag")
        Tag("h2", visit.text("web_desk.asked"), id="desk-asked")
        Tag("blockquote", item.question, "said-by")
        for event in item.events:
            _event(visit, event)
    tell_time(visit, shown, left)
    return left


def tell_time(visit: Visit, shown: OnDesk, left: Tag) -> None:
    """Put the time left into its place; nothing where nobody waits any more."""
    is_open = shown.waiting.item.status in OPEN
    left.set_text(time_left(shown.waiting.due_at, visit.house.clock.now(), visit.lang) if is_open else "")
    left.set_visibility(is_open)


def _event(visit: Visit, event: ReviewEvent) -> None:
    if event.what not in ("claimed", "asked", "answered"):
        return
    key = f"review.role.{event.role}"
    role = visit.text(key) if event.role and has_text(key, visit.lang) else ""
    name = visit.text(UNNAMED[event.account_id]) if event.account_id in UNNAMED else event.name
    who = visit.text("web_desk.named", name=name, role=role) if role else name
    with Tag("p", classes="event"):
        Tag("b", visit.text(f"web_desk.event.{event.what}", who=who))
        if event.note:
            Tag("span", event.note)
        Tag("small", moment(event.at), "small")


def draw_result(visit: Visit, shown: OnDesk) -> None:
    """What became of it, where it is decided: by whom, why, and what the family reads."""
    item = shown.waiting.item
    if item.status in OPEN or not item.events:
        return
    last = item.events[-1]
    mine = last.account_id == visit.house.actor.account_id
    with Tag("section", classes="sec result", role="status", id="desk-result", tabindex="-1"):
        if last.what == "expired":
            Tag("h2", visit.text("web_desk.result.expired"))
        else:
            role = visit.text(f"review.role.{last.role}")
            who = visit.text("web_desk.you") if mine else visit.text("web_desk.named", name=last.name, role=role)
            key = "web_desk.result.mine" if mine else "web_desk.result.other"
            Tag("h2", visit.text(key, who=who, did=visit.text(f"review.status.{item.status}")))
            if has_text(f"review.reason.{last.reason}", visit.lang):
                Tag("p", visit.text("web_desk.because", reason=visit.text(f"review.reason.{last.reason}")), "small")
        Tag("h3", visit.text("web_desk.family_reads"))
        Tag("div", item.final_text, "pre")


def answerable(shown: OnDesk) -> frozenset[str]:
    """Checks that a decision of this reviewer may go against."""
    return frozenset[str]().union(*(r.answers_for for r in reasons_for("approve", shown.role)))


def never(shown: OnDesk) -> tuple[str, ...]:
    """What stands against the text as it is and is nobody's to answer for: then it can only be changed or kept back."""
    named = (*shown.waiting.item.reasons, *(c.name for c in shown.faults))
    allowed = answerable(shown)
    return tuple(dict.fromkeys(name for name in named if name not in allowed))


def fault_name(name: str, lang: Lang) -> str:
    """A check in a few words."""
    key = f"web_desk.fault.{name}"
    return t(key if has_text(key, lang) else "web_desk.fault.error", lang)


def draw_draft(visit: Visit, shown: OnDesk, citations: tuple[Citation, ...], sources: Sources) -> None:
    """The held text sentence by sentence; a faulty one has a bar, a sign and the reason in words."""
    item = shown.waiting.item
    with Tag("section", classes="sec", aria_labelledby="desk-draft"):
        with Tag("header"):
            Tag("h2", visit.text("web_desk.draft"), id="desk-draft")
            brain = visit.text("web_desk.brain_offline") if item.draft.brain == "offline" else item.draft.brain
            Tag("span", visit.text("web_desk.by", brain=brain), "tag")
        with Tag("ol", classes="held-text"):
            for one in shown.sentences:
                _sentence(visit, one, citations, sources)
            if item.draft.question:
                with Tag("li"):
                    Tag("span", visit.say("asks", question=item.draft.question))
        if shown.faults:
            Tag("h3", visit.text("web_desk.against"))
            with Tag("ul", classes="finds"):
                for check in shown.faults:
                    _fault(visit, check, answerable(shown))


def _sentence(visit: Visit, one: Sentence, citations: tuple[Citation, ...], sources: Sources) -> None:
    with Tag("li", classes="bad" if one.faults else ""):
        text = one.text.removeprefix("## ")
        Tag("mark" if one.faults else "span", text, "heading" if text != one.text else "")
        cite_buttons(visit, one.citations, citations, sources)
        for name in one.faults:
            with Tag("span", classes="why"):
                icon("alarm", 16)
                Tag("span", fault_name(name, visit.lang))


def _fault(visit: Visit, check: Check, allowed: frozenset[str]) -> None:
    with Tag("li", classes="find"):
        Tag("i", fault_name(check.name, visit.lang))
        with Tag("div"):
            Tag("span", (check.why if visit.lang == "zh" else check.why_en) or visit.text("guard.error"))
            yours = check.name in allowed and check.outcome == "fail"
            Tag("span", visit.text("web_desk.answerable" if yours else "web_desk.never"), "small")


def draw_evidence(visit: Visit, shown: OnDesk, citations: tuple[Citation, ...], sources: Sources) -> None:
    """The person, and what rules and tools found."""
    with Tag("section", classes="sec", aria_labelledby="desk-person"):
        Tag("h2", visit.text("web_desk.person"), id="desk-person")
        person_facts(visit, shown)
    with Tag("section", classes="sec", aria_labelledby="desk-found"):
        Tag("h2", visit.text("web_desk.findings"), id="desk-found")
        findings(visit, shown, citations, sources)


def citations_of(shown: OnDesk, lang: Lang) -> tuple[Citation, ...]:
    """Those of the sentences in their order, then of the findings, then what else the turn had read."""
    item = shown.waiting.item
    had = {c.id: c for c in item.draft.citations}
    named = [c for s in shown.sentences for c in s.citations] + [c for f in item.findings for c in f.citations]
    first = [had[one] for one in dict.fromkeys(named) if one in had]
    missing = [one for one in dict.fromkeys(named) if one not in had]
    rest = [c for c in item.draft.citations if c.id not in set(named)]
    return (*first, *library().cite(missing, lang), *rest)
