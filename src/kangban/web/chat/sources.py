"""The right side: the passages an answer rests on."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.citation import Citation
from kangban.web.elements import Tag, button, run
from kangban.web.visit import Visit

_OWN_LIBRARY = "library#"  # passages that a family put in itself: nobody of ours read them


class Sources:
    """The list of sources in view; one answer's at a time."""

    def __init__(self, visit: Visit, rail: Tag) -> None:
        self._visit = visit
        self._shown: tuple[str, ...] = ()
        self._cards: dict[str, Tag] = {}
        with rail:
            self._list = Tag("div")
        self.show(())

    def show(self, citations: Sequence[Citation], current: str = "") -> None:
        """List citations in their order; `current` is marked and brought into view."""
        ids = tuple(c.id for c in citations)
        if ids != self._shown or not ids:
            self._shown = ids
            self._list.clear()
            with self._list:
                if not ids:
                    Tag("p", self._visit.say("sources.none"), "small")
                self._cards = {c.id: self._card(n, c) for n, c in enumerate(citations, 1)}
        for one, card in self._cards.items():
            if one == current:
                card.props["aria-current"] = "true"
            else:
                card.props.pop("aria-current", None)
            card.update()
        if current:
            run(f"kangban.source('source-{ids.index(current) + 1}')")

    def _card(self, number: int, one: Citation) -> Tag:
        say = self._visit.say
        with Tag("article", classes="src", id=f"source-{number}", tabindex="-1") as card:
            Tag("b", f"{number} · {one.title}")
            Tag("blockquote", one.passage)
            with Tag("span", classes="small"):
                own = one.id.startswith(_OWN_LIBRARY)
                Tag(
                    "span", self._visit.text("web_library.evidence") if own else say(f"evidence.{one.evidence}"), "kind"
                )
                facts = [one.publisher, str(one.year) if one.year else say("no_year"), one.place, one.jurisdiction]
                Tag("span", " · " + " · ".join(f for f in facts if f))
            if one.accessed_on is not None:
                Tag("span", say("opened_on", day=one.accessed_on.isoformat()), "small")
            if one.address.startswith(("https://", "http://")):
                Tag("a", one.address, "", href=one.address, target="_blank", rel="noopener noreferrer")
        return card


def cite_buttons(visit: Visit, ids: Sequence[str], citations: Sequence[Citation], sources: Sources) -> None:
    """A numbered button for each source of a sentence."""
    order = {c.id: n for n, c in enumerate(citations, 1)}
    numbers = [(order[one], one) for one in ids if one in order]
    if not numbers:
        return
    with Tag("span", classes="cites"):
        for number, one in numbers:
            button(str(number), "cite", aria_label=visit.say("open_source", n=number)).on(
                "click", lambda _, c=one: sources.show(citations, c), js_handler="() => emit()"
            )
