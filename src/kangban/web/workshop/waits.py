"""A tool that waits for a person's word: what it would do stands there, and nothing happens before."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from kangban.journeys.workshop.live import Asked
from kangban.web.elements import Tag, button
from kangban.web.workshop.room import Seat

Give = Callable[[bool], Awaitable[None]]


def draw_asked(seat: Seat, asked: Asked, give: Give) -> None:
    """Draw the question with its arguments and both answers; `give` gets the word once."""
    with Tag("div", classes="sec approve", role="group", aria_labelledby=asked.id):
        question = "may_it_again" if asked.again else "may_it"
        Tag("h3", seat.words(question, tool=asked.tool), id=asked.id)
        Tag("pre", json.dumps(asked.arguments, ensure_ascii=False, indent=1)[:8_000], "pre code")
        with Tag("div", classes="row"):
            for yes, word, look in ((True, "yes", "btn p"), (False, "no", "btn")):
                button(seat.words(word), look).on(
                    "click", seat.visit.guarded(_giver(give, yes=yes)), js_handler="() => emit()"
                )


def visible(text: str) -> str:
    """The text with what no eye sees, or what turns letters round, written out."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{{{ord(c):x}}}" for c in text)


def _giver(give: Give, *, yes: bool) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        await give(yes)

    return work
