"""What agents wish to know next time, each to be read and erased; and what models came to, by day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from kangban.journeys.workshop.metering import booked
from kangban.journeys.workshop.noting import erase_note, notes
from kangban.web.elements import Tag
from kangban.web.sure import sure_button
from kangban.web.workshop.room import Seat

DAYS = 30


class Notes:
    """Every note of the owner; nothing where there is none."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._place = Tag("div", classes="inner wide")

    async def draw(self) -> None:
        """As they are now."""
        found = await notes(self._seat.workshop, self._seat.owner)
        self._place.clear()
        if not found:
            return
        words = self._seat.words
        with self._place, Tag("section", classes="sec", aria_labelledby="notes"):
            Tag("h2", words("notes", n=len(found)), id="notes")
            Tag("p", words("notes_why"), "small")
            with Tag("ul", classes="rows"):
                for one in found:
                    with Tag("li"):
                        with Tag("span", classes="w"):
                            Tag("b", one.text)
                            Tag("small", f"{one.agent} · {one.written_at.astimezone().strftime('%Y-%m-%d %H:%M')}")
                        sure_button(
                            self._seat.visit, words("remove"), words("remove_sure"), self._eraser(one.id),
                            aria_label=words("remove_of", name=one.text[:40]),
                        )  # fmt: skip

    def _eraser(self, note_id: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await erase_note(self._seat.workshop, note_id, self._seat.owner)
            await self.draw()

        return work


async def draw_book(seat: Seat) -> None:
    """Tokens and money of the last days, by model; nothing where no model was asked."""
    since = (seat.visit.house.clock.now() - timedelta(days=DAYS)).date().isoformat()
    workshop = seat.workshop
    book = await booked(workshop.shelf, workshop.meter, seat.owner, since)
    if not book.rows:
        return
    words = seat.words
    with Tag("section", classes="sec", aria_labelledby="book"):
        Tag("h2", words("book", n=DAYS), id="book")
        with Tag("div", classes="scroll"), Tag("table", classes="book"):
            with Tag("thead"), Tag("tr"):
                for key in ("day", "model", "messages", "tokens", "money"):
                    Tag("th", words(f"book.{key}"), scope="col")
            with Tag("tbody"):
                for one in reversed(book.rows):
                    money = f"{one.money:.4g} {book.currency}" if book.currency else "–"
                    tokens = one.prompt_tokens + one.completion_tokens
                    with Tag("tr"):
                        for cell in (one.day, one.model, str(one.messages), f"{tokens:,}", money):
                            Tag("td", cell)
