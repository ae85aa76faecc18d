"""What was sent to a model off this machine, exactly as it was sent."""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec
from starlette.responses import Response

from kangban.clinical.record import Entry, Transmission
from kangban.journeys.house import get_member, members
from kangban.journeys.transmissions import of_member
from kangban.kernel.errors import NotPermitted
from kangban.kernel.texts import has_text, t
from kangban.web.account.call import Call
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import full_page, section, when
from kangban.web.names import call_name

SHOWN = 50
_MARK = re.compile(r"(〔[A-Z]+\d+〕)")


async def show_sent(call: Call) -> Response:
    """The newest, of one member; raises NotFound and NotPermitted."""
    if call.visitor is None or call.visitor.demo or not call.actor.family_id:
        raise NotPermitted("in no family")
    house = await call.household.house(call.visitor)
    people = await members(house)
    wanted = call.request.query_params.get("member", "") or (people[0].id if people else "")
    title = t("web_privacy.sent", call.lang)
    links = [
        el("a", call_name(one), href=f"/account/sent?member={one.id}",
           aria_current="true" if one.id == wanted else None)
        for one in people
    ]  # fmt: skip
    choices = el("p", *links, class_="ways-of")
    if not wanted:
        return call.answer(full_page(call, title, "/sharing", _nothing(call)))
    member = await get_member(house, wanted)
    found = await of_member(house, wanted, limit=SHOWN)
    rows = [row for entry in found if (row := _row(call, entry)) is not None]
    why = el("p", t("web_privacy.sent_why", call.lang), class_="small")
    listed = el("ul", *rows, class_="rows") if rows else _nothing(call)
    return call.answer(full_page(call, title, "/sharing", choices, section(call_name(member), why, listed)))


def _nothing(call: Call) -> Safe:
    return el("p", t("web_privacy.sent_none", call.lang), class_="small")


def _row(call: Call, entry: Entry) -> Safe | None:
    body = entry.body
    if not isinstance(body, Transmission):
        return None
    place = t(f"web.place.{body.place}", call.lang) if has_text(f"web.place.{body.place}") else body.place
    head = t("web_privacy.sent_line", call.lang, model=body.model, host=body.host, place=place)
    open_ = el("summary", t("web_privacy.sent_show", call.lang))
    told = el("details", open_, *(_message(call, one) for one in _messages(body.sent)), class_="more")
    return el("li", el("span", head, el("small", when(entry.true_at)), told, class_="w"))


def _messages(sent: str) -> list[dict[str, Any]]:
    """The messages of what was sent; a text of another shape is shown as it stands."""
    try:
        told = msgspec.json.decode(sent)
        found = cast("list[dict[str, Any]]", told["messages"])
        return [one for one in found if isinstance(one, dict)]  # pyright: ignore[reportUnnecessaryIsInstance]
    except (msgspec.DecodeError, KeyError, TypeError):
        return [{"role": "", "content": sent}]


def _message(call: Call, one: dict[str, Any]) -> Safe:
    key = f"web_privacy.role_{one.get('role', '')}"
    name = t(key, call.lang) if has_text(key) else str(one.get("role", ""))
    text = str(one.get("content", "")) or "…"
    pieces = [el("mark", part, class_="id") if _MARK.fullmatch(part) else part for part in _MARK.split(text)]
    return el("div", el("b", name, class_="small"), el("div", *pieces, class_="pre"))
