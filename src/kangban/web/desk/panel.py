"""What a reviewer does with the open item: the four ways, a reason, their words, and a second look before release."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from kangban.agent.draft import ASKS
from kangban.journeys.reviewing import deciding
from kangban.journeys.reviewing.judging import GuardRefused
from kangban.journeys.reviewing.viewing import OnDesk
from kangban.kernel.errors import Conflict, KangbanError
from kangban.review.clock import OPEN
from kangban.review.deciding import MOST_WORDS
from kangban.review.reasons import ReviewDecision, reasons_for
from kangban.web.desk.diff import diff
from kangban.web.desk.item import fault_name, never
from kangban.web.elements import Tag, button, run, toast
from kangban.web.visit import Visit

KEYS: Final[dict[ReviewDecision, str]] = {"approve": "a", "edit": "e", "reject": "r", "ask": "q"}
RELEASES: Final = frozenset({"approve", "edit"})
_SUBMIT = "(e) => { e.preventDefault(); emit(kangban.form(e.target)); }"
_TYPED = "(e) => emit(e.target.value)"
Fields = dict[str, str]


class Panel:
    """The actions under one item. What was typed is kept for as long as the page, also while another item is open."""

    def __init__(self, visit: Visit, kept: dict[str, str], moved: Callable[[], Awaitable[None]]) -> None:
        self._visit, self._kept, self._moved = visit, kept, moved
        self._shown: OnDesk | None = None
        self._decision: ReviewDecision | None = None
        self._asked: Fields | None = None  # what the second look is about
        self._place = Tag("section", classes="sec act", aria_label=visit.text("web_desk.actions"))
        with self._place:
            self._buttons = Tag("div", classes="row", role="group", aria_label=visit.text("web_desk.actions"))
            self._form_place = Tag("div")
        self._diff: Tag | None = None
        self._said: Tag | None = None

    @property
    def busy(self) -> bool:
        """Whether somebody is in the middle of something here."""
        return self._decision is not None

    def show(self, shown: OnDesk) -> None:
        """Another item, or another version of it; an open form and its words stay."""
        other = self._shown is None or self._shown.waiting.item.message_id != shown.waiting.item.message_id
        self._shown = shown
        if other:
            self._put_away()
        self._draw_buttons(shown)
        gone = shown.waiting.item.status not in OPEN
        if gone and self._decision is not None and self._said is not None:
            self._tell_gone()
        self._place.set_visibility(not gone or self._decision is not None)

    def leave(self) -> None:
        """The item is no longer the reviewer's to see."""
        self._put_away()
        self._buttons.clear()
        self._kept.clear()
        self._shown = None
        self._place.set_visibility(False)

    def _draw_buttons(self, shown: OnDesk) -> None:
        self._buttons.clear()
        if shown.waiting.item.status not in OPEN:
            return
        waits = shown.waiting.item.status == "asked"
        against = never(shown)
        with self._buttons:
            for decision, key in KEYS.items():
                shut = (decision == "approve" and bool(against)) or (decision == "ask" and waits)
                look = "btn p" if decision == "edit" and against else "btn"
                with button("", look, data_key=key, aria_keyshortcuts=key, disabled=True if shut else None) as one:
                    Tag("span", self._visit.text(f"review.decision.{decision}"))
                    Tag("kbd", key, aria_hidden="true")
                one.on("click", lambda _, d=decision: self._open(d), js_handler="() => emit()")
            claimed = shown.waiting.claimed
            if claimed is None or claimed.account_id != self._visit.house.actor.account_id:
                with button("", "btn flat", data_key="c", aria_keyshortcuts="c") as mine:
                    Tag("span", self._visit.text("web_desk.claim"))
                    Tag("kbd", "c", aria_hidden="true")
                mine.on("click", self._claimed, js_handler="() => emit()")
            if against:
                why = " · ".join(fault_name(name, self._visit.lang) for name in against)
                Tag("small", self._visit.text("web_desk.not_as_it_is", why=why), "small")

    async def _claimed(self) -> None:
        with self._place:
            await self._visit.guarded(self._claim)()

    async def _claim(self) -> None:
        if self._shown is None:
            return
        try:
            await deciding.claim(self._visit.house, self._shown.waiting.entry.id)
        finally:
            await self._moved()

    # --- the form --------------------------------------------------------------------------------

    def _open(self, decision: ReviewDecision) -> None:
        shown = self._shown
        if shown is None or (decision == "approve" and never(shown)):
            return
        visit = self._visit
        self._decision, self._asked, self._diff = decision, None, None
        self._form_place.clear()
        self._place.classes("open")
        with self._form_place, Tag("form", classes="form", novalidate=True) as form:
            Tag("h3", visit.text(f"web_desk.do.{decision}"))
            self._reason(decision)
            if decision == "edit":
                self._words("text", visit.text("web_desk.text"), self._before(), rows="8")
                self._diff = Tag("p", "", "diff", aria_label=visit.text("web_desk.diff"), role="region")
                self._draw_diff()
            note = "question" if decision == "ask" else "note"
            self._words("note", visit.text(f"web_desk.{note}"), "", rows="2")
            self._said = Tag("div", "", "told", role="alert")
            self._confirm = Tag("div", classes="told", role="status")
            with Tag("div", classes="row") as self._send:
                button(visit.text(f"web_desk.send.{decision}"), "btn p", type="submit")
                button(visit.say("cancel"), data_key="escape").on("click", self._close, js_handler="() => emit()")
        form.on("submit", self._submitted, js_handler=_SUBMIT)
        run("kangban.focus('act-reason')")

    def _reason(self, decision: ReviewDecision) -> None:
        shown = self._shown
        offered = reasons_for(decision, shown.role) if shown is not None else ()
        with Tag("label", self._visit.text("web_desk.reason")), Tag("select", name="reason", id="act-reason"):
            if len(offered) > 1:
                Tag("option", self._visit.text("web_desk.choose"), value="")
            for one in offered:
                Tag("option", self._visit.text(f"review.reason.{one.code}"), value=one.code)

    def _words(self, name: str, label: str, before: str, **more: str) -> None:
        key = self._key(name)
        with Tag("label", label):
            field = Tag("textarea", self._kept.get(key, before), "field", name=name, maxlength=str(MOST_WORDS), **more)

        def typed(event: Any) -> None:
            self._kept[key] = str(event.args)[:MOST_WORDS]
            if name == "text":
                self._draw_diff()

        field.on("input", typed, js_handler=_TYPED, throttle=0.25)

    def _key(self, name: str) -> str:
        message = self._shown.waiting.item.message_id if self._shown is not None else ""
        return f"{message}/{self._decision}/{name}"

    def _before(self) -> str:
        item = self._shown.waiting.item if self._shown is not None else None
        if item is None:
            return ""
        asks = ASKS[item.lang == "en"] + item.draft.question if item.draft.question else ""
        return f"{item.draft.text}\n{asks}" if asks else item.draft.text

    def _draw_diff(self) -> None:
        """Taken out: struck, in brackets. Put in: underlined, with a plus. Neither needs its colour."""
        if self._diff is None:
            return
        before = self._before()
        after = self._kept.get(self._key("text"), before)
        self._diff.clear()
        with self._diff:
            if after == before:
                Tag("span", self._visit.text("web_desk.unchanged"), "small")
                return
            for change in diff(before, after):
                if change.how == "same":
                    Tag("span", change.text)
                    continue
                with Tag("del" if change.how == "gone" else "ins"):
                    Tag("span", self._visit.text(f"web_desk.{change.how}"), "unseen")
                    Tag("span", change.text)

    def _put_away(self) -> None:
        self._decision = self._asked = None
        self._form_place.clear()
        self._place.classes(remove="open")

    def _close(self) -> None:
        self._put_away()
        if self._shown is not None:
            self.show(self._shown)

    # --- sending ---------------------------------------------------------------------------------

    async def _submitted(self, event: Any) -> None:
        with self._place:  # the form that was sent may be gone before the work is done
            await self._visit.guarded(lambda: self._send_it(cast("Fields", event.args)))()

    async def _send_it(self, fields: Fields) -> None:
        shown, decision = self._shown, self._decision
        if shown is None or decision is None or self._said is None:
            return
        self._said.clear()
        if not fields.get("reason"):
            self._tell(self._visit.text("web_desk.reason_first"))
            return
        if decision in RELEASES and self._asked != fields:
            self._ask_again(fields)
            return
        try:
            await deciding.decide(
                self._visit.house, shown.waiting.entry.id, decision=decision, reason=fields["reason"],
                text=fields.get("text", ""), note=fields.get("note", ""),
            )  # fmt: skip
        except GuardRefused as error:
            self._again()
            self._tell_faults(error)
        except Conflict as error:
            self._again()
            self._tell(self._visit.words(error))
            await self._moved()
        except KangbanError as error:
            self._again()
            self._tell(self._visit.words(error))
        else:
            self._forget()
            toast(self._visit.text(f"web_desk.done.{decision}"))
            await self._moved()
            run("kangban.focus('desk-result')")

    def _forget(self) -> None:
        """Sent: the words stand in the record now."""
        for name in ("text", "note"):
            self._kept.pop(self._key(name), None)
        self._put_away()

    def _ask_again(self, fields: Fields) -> None:
        """The second look before something goes out in one's name."""
        self._asked = fields
        actor = self._visit.house.actor
        licence = actor.licence.number if actor.licence is not None else ""
        role = self._visit.text(f"review.role.{actor.role}")
        self._confirm.clear()
        with self._confirm:
            Tag("p", self._visit.text("web_desk.confirm", role=role, licence=licence))
            with Tag("div", classes="row"):
                button(self._visit.text("web_desk.confirm_do"), "btn p", type="submit", id="act-confirm")
                button(self._visit.text("web_desk.confirm_back")).on("click", self._again, js_handler="() => emit()")
        self._send.set_visibility(False)
        run("kangban.focus('act-confirm')")

    def _again(self) -> None:
        self._asked = None
        self._confirm.clear()
        self._send.set_visibility(True)

    def _tell(self, words: str) -> None:
        if self._said is not None:
            self._said.clear()
            with self._said:
                Tag("p", words, "wrong")

    def _tell_faults(self, error: GuardRefused) -> None:
        if self._said is None:
            return
        lang = self._visit.lang
        self._said.clear()
        with self._said:
            Tag("p", self._visit.words(error), "wrong")
            with Tag("ul", classes="finds"):
                for check, places in zip(error.checks, error.places, strict=True):
                    with Tag("li", classes="find"):
                        Tag("i", fault_name(check.name, lang))
                        with Tag("div"):
                            for place in places:
                                Tag("mark", place)
                            Tag("span", (check.why if lang == "zh" else check.why_en) or "", "small")

    def _tell_gone(self) -> None:
        """Somebody was first: their decision stands above; one's own words stay to be copied."""
        self._again()
        self._send.clear()
        own = self._kept.get(self._key("text")) or self._kept.get(self._key("note"), "")
        with self._send:
            if own:
                copied = self._visit.say("copied")
                button(self._visit.text("web_desk.copy_own"), data_do="copy", data_arg=own, data_said=copied)
            button(self._visit.say("close"), data_key="escape").on("click", self._close, js_handler="() => emit()")
        self._tell(self._visit.text("web_desk.too_late"))
