"""Asking the libraries: sentences with their pages, each carried by a passage; or the passages alone."""

from __future__ import annotations

from typing import Any

from kangban.clinical.library import LibraryHit
from kangban.journeys.library.asking import FollowedPath, LibraryAnswer, ask
from kangban.journeys.library.searching import search
from kangban.toolbox.search_knowledge import citation_id, citation_of
from kangban.web.chat.answer import urgency_block
from kangban.web.chat.sources import Sources, cite_buttons
from kangban.web.elements import Tag, button
from kangban.web.visit import Visit

TOP, MOST_EARLIER, MOST_PATHS = 10, 6, 12
_SUBMIT = "(e) => { e.preventDefault(); emit({ ...kangban.form(e.target), how: e.submitter?.value || 'ask' }); }"


class Desk:
    """The question, its answer below it; questions before it are heard too."""

    def __init__(self, visit: Visit, sources: Sources) -> None:
        self._visit, self._sources = visit, sources
        self._earlier: list[str] = []

    def draw(self) -> None:
        """The form and the place of the answer."""
        text = self._visit.text
        with Tag("section", classes="sec", aria_labelledby="ask-library"):
            Tag("h2", text("web_library.ask_title"), id="ask-library")
            Tag("p", text("web_library.ask_why"), "small")
            with Tag("form", classes="form") as form:
                Tag(
                    "input", type="search", name="question", maxlength="500", required=True, autocomplete="off",
                    aria_label=text("web_library.question"), placeholder=text("web_library.question_example"),
                )  # fmt: skip
                with Tag("div", classes="row"):
                    button(text("web_library.ask"), "btn p", type="submit", value="ask")
                    button(text("web_library.search"), "btn", type="submit", value="search")
            form.on("submit", self._visit.guarded_with(self._submitted), js_handler=_SUBMIT)
            self._place = Tag("div", classes="found-out", role="status", aria_live="polite")

    async def _submitted(self, event: Any) -> None:
        question = str(event.args.get("question", "")).strip()
        if not question:
            return
        self._place.clear()
        with self._place:
            Tag("p", self._visit.say("thinking"), "small")
        house, lang = self._visit.house, self._visit.lang
        try:
            if event.args.get("how") == "search":
                hits = await search(house, question, TOP)
                self._show(lambda: self._hits(hits))
                return
            answer = await ask(house, question, earlier=self._earlier[-MOST_EARLIER:], lang=lang)
        except Exception:
            self._place.clear()
            raise
        self._earlier.append(question)
        self._show(lambda: self._answer(question, answer))

    def _show(self, draw: Any) -> None:
        self._place.clear()
        with self._place:
            draw()

    def _answer(self, question: str, answer: LibraryAnswer) -> None:
        text, lang = self._visit.text, self._visit.lang
        shown = list({hit.id: hit for one in (*answer.sentences, *answer.paths) for hit in one.hits}.values())
        cited = [citation_of(hit, lang) for hit in shown]
        with Tag("article", classes="a"):
            if answer.urgency in ("emergency", "same_day"):
                urgency_block(self._visit, answer.urgency, answer.lead, ())
            with Tag("div", classes="body"):
                if answer.question != question:
                    Tag("p", text("web_library.understood", question=answer.question), "small")
                if answer.lead and answer.urgency not in ("emergency", "same_day"):
                    Tag("p", answer.lead, "lead as-printed")
                if not answer.found:
                    Tag("p", text("library.nothing_found"))
                with Tag("ul", classes="say"):
                    for one in answer.sentences:
                        with Tag("li"):
                            Tag("span", one.text)
                            cite_buttons(self._visit, [citation_id(h) for h in one.hits], cited, self._sources)
                            self._marks(list(one.hits))
                    for path in answer.paths[:MOST_PATHS]:
                        self._path(path, [citation_id(h) for h in path.hits], cited)
        if answer.hits:
            with Tag("details", classes="more"):
                Tag("summary", text("web_library.passages_found", n=len(answer.hits)))
                self._hits(list(answer.hits))
        self._sources.show(cited)

    def _path(self, path: FollowedPath, ids: list[str], cited: list[Any]) -> None:
        with Tag("li"):
            Tag("span", " → ".join(path.names))
            cite_buttons(self._visit, ids, cited, self._sources)
            self._marks(list(path.hits))

    def _marks(self, hits: list[LibraryHit]) -> None:
        """Page, licence and tradition stand beside every sentence, not only behind its number."""
        words = dict.fromkeys(_where(self._visit, hit) for hit in hits)
        Tag("small", "; ".join(words), "small where-from")
        if any(hit.tradition for hit in hits):
            Tag("span", self._visit.text("library.tradition"), "mark soon")

    def _hits(self, hits: list[LibraryHit]) -> None:
        if not hits:
            Tag("p", self._visit.text("library.nothing_found"))
        for number, hit in enumerate(hits, 1):
            with Tag("article", classes="src hit"):
                Tag("b", f"{number} · {hit.title}")
                Tag("blockquote", hit.passage)
                Tag("span", _where(self._visit, hit), "small")
                if hit.tradition:
                    Tag("span", self._visit.text("library.tradition"), "mark soon")


def _where(visit: Visit, hit: LibraryHit) -> str:
    page = visit.text("library.page", page=hit.page) if hit.page is not None else ""
    kept = visit.text("library.licence", licence=hit.licence) if hit.licence else visit.text("library.licence_unknown")
    return " · ".join(part for part in (hit.title, page, hit.heading, kept) if part)
