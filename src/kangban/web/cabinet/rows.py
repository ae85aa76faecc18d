"""One thing of the box: what is inside, how long it keeps, and what to do with it on one tap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, cast

import msgspec

from kangban.clinical.record import Entry, MedicationStatement
from kangban.journeys.family import correct_fact
from kangban.journeys.house import Member
from kangban.kernel.errors import InvalidInput
from kangban.reasoning.medication.keeping import kept_until
from kangban.reasoning.medication.resolve import resolver
from kangban.toolbox.contract import resolve_object
from kangban.web.elements import Tag, button
from kangban.web.family.forms import day
from kangban.web.names import call_name
from kangban.web.visit import Visit

LATEST = date(2100, 1, 1)
_TAKE = "(e) => { e.preventDefault(); const words = kangban.form(e.target); words.key = kangban.mint(); emit(words); }"


def keeping_of(fields: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    """(expires_on, opened_on) of a form; raises InvalidInput. An opening may not lie in the future."""
    raw = fields.get("expires_on", "").strip()
    try:
        expires_on = date.fromisoformat(raw) if raw else None
    except ValueError:
        raise InvalidInput("not a date", field="expires_on", key="web.error.date") from None
    if expires_on is not None and not 1990 <= expires_on.year < LATEST.year:
        raise InvalidInput("no day a box can name", field="expires_on", key="web.error.date")
    return expires_on, day(fields, "opened_on", today)


class BoxRow:
    """A row of the list."""

    def __init__(
        self,
        visit: Visit,
        member: Member,
        entry: Entry,
        choose: Callable[[str, bool], None],
        remove: Callable[[str], Awaitable[None]],
        take: Callable[[Entry, str, str], Awaitable[None]],
        changed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._visit, self._member, self._entry = visit, member, entry
        self._body = cast("MedicationStatement", entry.body)
        self._choose, self._remove, self._take, self._changed = choose, remove, take, changed

    def draw(self) -> None:
        """Name, contents, days; then a dose on one tap, opened today, taken away."""
        say, name = self._visit.say, self._body.name
        with Tag("li"):
            with Tag("label", classes="w"):
                box = Tag("input", type="checkbox", checked=True, aria_label=say("cabinet.choose", name=name))
                with Tag("span", name):
                    Tag("small", _inside(self._visit, name))
                    more = [self._body.strength, self._body.batch, self._body.approval]
                    Tag("small", " · ".join(one for one in more if one))
                    self._days()
            box.on(
                "change",
                lambda e: self._choose(self._entry.id, bool(e.args)),
                js_handler="(e) => emit(e.target.checked)",
            )
            with Tag("div", classes="row acts"):
                self._took()
                self._opened()
                button(say("cabinet.remove"), "btn flat", aria_label=f"{say('cabinet.remove')} {name}").on(
                    "click",
                    self._visit.guarded(lambda: self._remove(self._entry.id)),
                    js_handler="() => emit()",
                )

    def _days(self) -> None:
        visit, body = self._visit, self._body
        today = visit.house.clock.now().astimezone().date()
        kept = kept_until(body.name, body.expires_on, body.opened_on, today)
        if kept.last_on is not None:
            key = "web_cabinet.kept" if kept.state == "fine" else f"web_cabinet.{kept.why}_{kept.state}"
            look = {"over": "mark no", "soon": "mark soon"}.get(kept.state, "small")
            Tag("span", visit.text(key, day=kept.last_on.isoformat()), look)
        if kept.opened_days is not None and body.opened_on is None:
            Tag("small", visit.text("web_cabinet.opened_life", days=kept.opened_days))

    def _took(self) -> None:
        """A field for the dose, filled with what was taken last, and one tap."""
        visit, name = self._visit, self._body.name
        last = next(
            (d.dose for d in reversed(visit.facts(self._member.id).taken) if d.name == name and d.dose),
            self._body.dose or "",
        )
        spoken = visit.text("web_cabinet.took_spoken", name=name, who=call_name(self._member))
        with Tag("form", classes="took") as form:
            Tag(
                "input", "", "field", name="dose", value=last, maxlength="40", autocomplete="off",
                placeholder=visit.text("web_cabinet.dose"), aria_label=visit.text("web_cabinet.dose_of", name=name),
            )  # fmt: skip
            button(visit.text("web_cabinet.took_it"), "btn", type="submit", aria_label=spoken)

        async def take(fields: dict[str, str]) -> None:
            await self._take(self._entry, fields.get("dose", ""), fields.get("key", ""))

        async def submitted(event: Any) -> None:
            await visit.guarded(lambda: take(cast("dict[str, str]", event.args)))()

        form.on("submit", submitted, js_handler=_TAKE)

    def _opened(self) -> None:
        visit, body = self._visit, self._body
        if body.opened_on is not None:
            return
        word = visit.text("web_cabinet.open_now")

        async def open_now() -> None:
            today = visit.house.clock.now().astimezone().date()
            await correct_fact(visit.house, self._entry.id, msgspec.structs.replace(body, opened_on=today))
            await self._changed(visit.text("web_cabinet.opened", name=body.name))

        button(word, "btn flat", aria_label=f"{word} {body.name}").on(
            "click", visit.guarded(open_now), js_handler="() => emit()"
        )


def _inside(visit: Visit, name: str) -> str:
    """What is in it, or that it is not in the catalogue."""
    say, zh = visit.say, visit.lang == "zh"
    found = resolve_object(resolver().resolve(name))
    if found["match"] is None or found["match"] == "misspelt":
        near = "、".join(cast("list[str]", found["suggestions"]))
        return say("not_in_catalogue_near", near=near) if near else say("not_in_catalogue")
    rows = cast("list[dict[str, Any]]", found["ingredients"])
    names = [" ".join(p for p in (r["name"] if zh else r["name_en"], r["amount"] or "") if p) for r in rows]
    text = say("cabinet.inside", names="、".join(names)) if names else say("cabinet.inside_unknown")
    herbs = cast("list[str]", found["herbs"])
    return f"{text} {say('cabinet.herbs', names='、'.join(herbs))}" if herbs else text
