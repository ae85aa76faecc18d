"""What one was told: newest first, with what became of it on its way out of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from kangban.clinical.notice import NoticeState
from kangban.journeys import noticing
from kangban.journeys.delivering import LEASED_FOR, text_of
from kangban.web.elements import Tag, button, quoted, run
from kangban.web.frame import frame
from kangban.web.visit import Visit

_SAFE = ("/desk", "/account", "/family", "/cabinet", "/sharing", "/people", "/notices", "/reports")


async def notices_page(visit: Visit) -> None:
    """Draw the list; it grows by itself."""
    visit.general = True
    with frame(visit, visit.text("web_privacy.notices")) as places:
        with Tag("div", classes="sheet"), Tag("div", classes="inner"):
            notices = Notices(visit)
            await notices.look()
        places.live.add(notices.look)


class Notices:
    """The list in the middle."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._drawn: list[tuple[NoticeState, str]] | None = None
        self._place = Tag("section", classes="sec", aria_label=visit.text("web_privacy.notices"))

    async def look(self) -> None:
        """Draw what there is, if it is something else than what stands there."""
        house = self._visit.house
        now, out = house.clock.now(), await noticing.has_way_out(house)
        told = [(one, state_of(one, now) if out else "") for one in await noticing.mine(house)]
        if told != self._drawn:
            self._drawn = told
            self._draw(told)

    def _draw(self, told: list[tuple[NoticeState, str]]) -> None:
        visit = self._visit
        self._place.clear()
        with self._place:
            if not told:
                Tag("div", visit.text("web_privacy.notices_none"), "empty")
                return
            with Tag("header"):
                Tag("p", visit.text("web_privacy.notices_why"), "small")
                if any(one.read_at is None for one, _ in told):
                    button(visit.text("web_privacy.notices_read_all")).on(
                        "click", visit.guarded(self._read_all), js_handler="() => emit()"
                    )
            with Tag("ul", classes="rows"):
                for one, state in told:
                    self._row(one, state)

    def _row(self, one: NoticeState, state: str) -> None:
        visit = self._visit
        text = text_of(one, visit.lang)
        with Tag("li"):
            with Tag("span", classes="w"):
                Tag("span" if one.read_at else "b", text)
                when = one.notice.due_at.astimezone().strftime("%Y-%m-%d %H:%M")
                more = visit.text(f"web_privacy.notices_{state}") if state else ""
                Tag("small", " · ".join(part for part in (when, more) if part))
            if one.read_at is None:
                Tag("span", visit.text("web_privacy.notices_new"), "mark no")
            path = safe_path(one.notice.path)
            word = visit.text("web_privacy.notices_open" if path else "web_privacy.notices_read")
            if path or one.read_at is None:
                button(word, "btn", aria_label=f"{word} {text}").on(
                    "click", self._open(one, path), js_handler="() => emit()"
                )

    def _open(self, one: NoticeState, path: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await noticing.read(self._visit.house, one.notice.id)
            if path:
                run(f"location.assign({quoted(path)})")
            await self.look()

        return self._visit.guarded(work)

    async def _read_all(self) -> None:
        await noticing.read_all(self._visit.house)
        await self.look()


def state_of(one: NoticeState, now: datetime) -> str:
    """What became of the push: "" none was wanted, else going, sent, maybe, again."""
    if one.sent_at is not None and one.attempts:
        return "sent"
    if not one.notice.push or one.sent_at is not None or not one.attempts:
        return ""
    if one.sending_at is None:
        return "again"
    # Still marked as being sent long after: whoever sent it died, and nobody knows how far it got.
    return "going" if timedelta(0) <= now - one.sending_at < LEASED_FOR and one.attempts == 1 else "maybe"


def safe_path(path: str) -> str:
    """Where a notice leads, if that is a page of this house."""
    return path if path == "/" or path.startswith(_SAFE) else ""
