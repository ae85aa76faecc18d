"""What stands on the libraries: licence, pages, how far it was read; and taking one away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from kangban.clinical.library import LibraryDocument, Shelf
from kangban.journeys.library.shelves import documents, remove
from kangban.web.elements import Tag
from kangban.web.sure import sure_button
from kangban.web.visit import Visit

AT_ONCE = 100


class Listing:
    """The list; drawn again after every change, whoever made it."""

    def __init__(self, visit: Visit, view: Sequence[Shelf], write: Sequence[Shelf], erase: Sequence[Shelf]) -> None:
        self._visit, self._view, self._write, self._erase = visit, view, write, erase
        self._drawn: list[LibraryDocument] | None = None
        self._most = AT_ONCE
        self._place: Tag

    async def draw(self) -> None:
        """Draw it where the page is now."""
        self._place = Tag("div", classes="inner")
        await self.draw_again()

    async def draw_again(self) -> None:
        """As it is now."""
        self._drawn = None
        await self.look()

    async def look(self) -> None:
        """Draw what there is, if it is something else than what stands there."""
        found = await documents(self._visit.house)
        if found == self._drawn:
            return
        self._drawn = found
        self._place.clear()
        with self._place:
            for shelf in self._view:
                self._shelf(shelf, [one for one in found if one.shelf == shelf])

    def _shelf(self, shelf: Shelf, some: list[LibraryDocument]) -> None:
        text = self._visit.text
        with Tag("section", classes="sec", aria_labelledby=f"shelf-{shelf}"):
            Tag("h2", text(f"web_library.shelf.{shelf}", n=len(some)), id=f"shelf-{shelf}")
            Tag("p", text(f"web_library.who.{shelf}"), "small")
            if not some:
                Tag("p", text("web_library.none"), "small")
            with Tag("ul", classes="rows"):
                for one in some[: self._most]:
                    self._row(one)
            if len(some) > self._most:
                Tag("p", text("web_library.more", n=len(some) - self._most), "small")

    def _row(self, one: LibraryDocument) -> None:
        text = self._visit.text
        with Tag("li"):
            with Tag("span", classes="w"):
                Tag("b", one.title)
                kept = text("library.licence", licence=one.licence) if one.licence else text("library.licence_unknown")
                size = [text("web_library.pages", n=one.pages)] if one.pages else []
                size += [text("web_library.passages", n=one.stored)] if one.stored else []
                Tag("small", " · ".join([text(f"web_library.kind.{one.kind}"), *size, kept]))
                if one.state == "unreadable":
                    Tag("small", text(one.reason or "library.unreadable"), "wrong")
            if one.tradition:
                Tag("span", text("library.tradition"), "mark soon")
            if one.state in ("waiting", "reading"):
                Tag("span", text(f"web_library.state.{one.state}"), "mark quiet")
            own = one.added_by == self._visit.house.actor.account_id
            if one.shelf in (self._write if own else self._erase):
                word = text("web_library.remove")
                sure_button(
                    self._visit, word, text("web_library.remove_sure"), self._remover(one),
                    aria_label=f"{word} {one.title}",
                )  # fmt: skip

    def _remover(self, one: LibraryDocument) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await remove(self._visit.house, one.id)
            await self.draw_again()

        return work
