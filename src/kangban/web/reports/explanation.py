"""A report in plain words: how soon to act first, then what stands out, what to ask, and how it went over time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

from kangban.clinical.kept_report import Reading
from kangban.clinical.report_explanation import Explanation, ExplanationSection
from kangban.journeys.reports.explaining import explained
from kangban.retrieval.cite import library
from kangban.web.chat.sources import Sources, cite_buttons
from kangban.web.elements import URGENCY_LOOK, Tag, button, icon, link
from kangban.web.reports.head import address_of, open_lines
from kangban.web.trend import draw_trends
from kangban.web.visit import Visit

EMERGENCY_NUMBER = "120"


async def draw_explanation(visit: Visit, reading: Reading, sources: Sources) -> None:
    """Draw it; sources open on the right."""
    told = await explained(visit.house, reading, visit.lang)
    citations = library().cite(told.citations, visit.lang)
    with Tag("article", classes="a told"):
        _first(visit, told)
        with Tag("div", classes="body"):
            if waiting := open_lines(reading):
                with Tag("p"):
                    Tag("span", visit.text("web_reports.unconfirmed", n=waiting))
                    link(visit.text("web_reports.go_check"), address_of(reading, "check"), "btn flat noprint")
            words = Glossed(visit, told)
            for section in told.sections:
                if section.key == "first":
                    more = [one for one in section.sentences if one != told.first]
                    words.draw_list(more)
                elif section.key == "questions":
                    _questions(visit, section)
                else:
                    Tag("h3", section.heading)
                    words.draw_list(section.sentences)
                    _beside(visit, reading, told, section)
                    with Tag("p", classes="noprint"):
                        cite_buttons(visit, _cited(told, section), citations, sources)
            if told.glossary:
                _glossary(visit, told)
    draw_trends(visit, told.series)
    sources.show(citations)


def _first(visit: Visit, told: Explanation) -> None:
    look, drawing = URGENCY_LOOK.get(told.urgency, ("u0", "clock"))
    with Tag("div", classes=f"urg {look}", role="alert" if told.urgency == "emergency" else "note"):
        icon(drawing)
        with Tag("div"):
            Tag("b", told.first)
            Tag("small", visit.text("web_reports.checked", n=told.checked))
        if told.urgency == "emergency":
            with Tag("div", classes="calls"):
                link(visit.say("call", number=EMERGENCY_NUMBER), f"tel:{EMERGENCY_NUMBER}", "call")


def _cited(told: Explanation, section: ExplanationSection) -> list[str]:
    """Sources of one part, each once."""
    of = {
        "ranges": [c for one in told.rows for c in one.citations],
        "patterns": [c for one in told.patterns for c in one.citations],
        "borderline": [c for one in told.borderline for c in one.citations],
        "medicines": [c for one in told.medicines for c in one.citations],
        "since": [c for one in told.series for c in one.citations],
    }  # fmt: skip
    return list(dict.fromkeys(of.get(section.key, [])))


def _beside(visit: Visit, reading: Reading, told: Explanation, section: ExplanationSection) -> None:
    """Which page says so: opens the paper with the box drawn."""
    rows = reading.body.report.rows
    kept = [n for n in range(len(rows)) if reading.state(f"row:{n}") != "rejected"]
    named: list[tuple[int, str, int]] = []
    if section.key == "ranges":
        named = [(one.row, one.name, one.page) for one in told.rows]
    elif section.key == "not_counted":
        named = [(one.row, one.name, rows[kept[one.row]].printed.page) for one in told.not_counted]
    if not named:
        return
    with Tag("p", classes="row noprint where"):
        Tag("span", visit.text("web_reports.which_page"), "small")
        for row, name, page in named:
            link(
                visit.text("web_reports.on_page", name=name, n=page),
                f"{address_of(reading, 'check')}#row:{kept[row]}", "chip",
            )  # fmt: skip


def _questions(visit: Visit, section: ExplanationSection) -> None:
    text = visit.text
    with Tag("section", classes="questions", aria_labelledby="questions"):
        Tag("h3", section.heading, id="questions")
        with Tag("ol", classes="say"):
            for one in section.sentences:
                Tag("li", one)
        with Tag("div", classes="row noprint"):
            words = "\n".join(f"{n}. {one}" for n, one in enumerate(section.sentences, 1))
            button(visit.say("copy"), data_do="copy", data_arg=words, data_said=visit.say("copied"))
            button(text("web_reports.print"), data_do="print")


def _glossary(visit: Visit, told: Explanation) -> None:
    with Tag("details", classes="more"):
        Tag("summary", visit.text("web_reports.glossary", n=len(told.glossary)))
        with Tag("dl", classes="facts-of"):
            for one in told.glossary:
                Tag("dt", one.word)
                Tag("dd", one.gloss)


class Glossed:
    """Sentences whose medical words can be pressed for what they mean."""

    def __init__(self, visit: Visit, told: Explanation) -> None:
        self._visit = visit
        self._gloss = {one.word: one.gloss for one in told.glossary}
        words = sorted(self._gloss, key=len, reverse=True)
        self._find = re.compile("|".join(re.escape(word) for word in words)) if words else None
        self._ids = count(1)

    def draw_list(self, sentences: Sequence[str]) -> None:
        """Sentences as a list; nothing for none."""
        if not sentences:
            return
        with Tag("ul", classes="say"):
            for one in sentences:
                with Tag("li", classes="gloss-line" if self._explains(one) else ""):
                    self._draw(one)

    def _explains(self, sentence: str) -> bool:
        """Whether a sentence is what a word means rather than something about the report."""
        return any(sentence.startswith(word) and gloss.strip("。. ") in sentence for word, gloss in self._gloss.items())

    def _draw(self, sentence: str) -> None:
        if self._explains(sentence):
            Tag("span", sentence)
            return
        if self._find is None:
            Tag("span", sentence)
            return
        at = 0
        for found in self._find.finditer(sentence):
            if found.start() > at:
                Tag("span", sentence[at : found.start()])
            self._word(found.group())
            at = found.end()
        if at < len(sentence):
            Tag("span", sentence[at:])

    def _word(self, word: str) -> None:
        id_ = f"gloss-{next(self._ids)}"
        button(word, "gloss", popovertarget=id_, aria_label=self._visit.text("web_reports.what_is", word=word))
        Tag("span", self._gloss[word], "gloss-card", popover="auto", id=id_, role="note")
