"""Who saw and did what, for those whose audit it is."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from kangban.journeys.auditing.reading import Line, in_words, of_family, of_member
from kangban.journeys.auditing.verifying import verify
from kangban.journeys.house import House, members
from kangban.kernel.errors import NotPermitted
from kangban.kernel.texts import has_text, t
from kangban.web.account.call import Call
from kangban.web.account.markup import Safe, el
from kangban.web.account.shell import full_page, section, when

SHOWN = 200
LOOKED_THROUGH = 5000
KINDS = {
    "seen": ("entry.seen", "access.", "calendar."), "changed": ("entry.w", "entry.c", "entry.d", "entry.e", "consent."),
    "sent": ("model.", "export.", "notice."), "answers": ("chat.", "answer.", "review."), "glass": ("break_glass.",),
}  # fmt: skip


async def show_audit(call: Call) -> Response:
    """The newest lines, of one member or of all whose audit the visitor may read; raises NotFound, NotPermitted."""
    if call.visitor is None or call.visitor.demo:
        raise NotPermitted("nobody is logged in")
    house = await call.household.house(call.visitor)
    asked = call.request.query_params
    member_id, kind = asked.get("member", ""), asked.get("kind", "")
    most = LOOKED_THROUGH if kind in KINDS else SHOWN
    lines = await of_member(house, member_id, limit=most) if member_id else await of_family(house, limit=most)
    if kind in KINDS:
        lines = [line for line in lines if line.what.startswith(KINDS[kind])][:SHOWN]
    names = {member.id: member.patient.name for member in await members(house)}
    rows = [_row(call, line, names.get(line.member_id, "")) for line in lines]
    listed = el("ul", *rows, class_="rows") if rows else el("p", t("audit.empty", call.lang), class_="small")
    title = t("audit.title", call.lang)
    checked = await _checked(call, house) if asked.get("check") else _check_link(call, member_id, kind)
    inside = (_choices(call, names, kind), _kinds(call, member_id, kind), checked, listed)
    return call.answer(full_page(call, title, "/account", section(title, *inside)))


async def _checked(call: Call, house: House) -> Safe:
    """Whether the family's chain is whole, in one line."""
    found = await verify(house.audit, house.family_id)
    key = "verified" if found.ok else "broken"
    words = t(f"web_privacy.{key}", call.lang, n=found.head.number if found.ok else found.broken)
    return el("p", words, class_="said" if found.ok else "wrong", role="status" if found.ok else "alert")


def _check_link(call: Call, member_id: str, kind: str) -> Safe:
    address = f"/account/audit?{urlencode({'member': member_id, 'kind': kind, 'check': '1'})}"
    return el("p", el("a", t("web_privacy.verify", call.lang), href=address))


def _kinds(call: Call, member_id: str, here: str) -> Safe:
    """What happened, in a few groups."""
    links = [
        el("a", t(f"web_privacy.kind_{kind or 'all'}", call.lang),
           href=f"/account/audit?{urlencode({'member': member_id, 'kind': kind})}",
           aria_current="true" if kind == here else None)
        for kind in ("", *KINDS)
    ]  # fmt: skip
    return el("p", *links, class_="ways-of")


def audit_link(call: Call) -> Safe:
    """The way here from the account page."""
    title = t("audit.title", call.lang)
    return section(title, el("p", el("a", t("audit.open", call.lang), href="/account/audit")), id_="audit")


def _choices(call: Call, names: dict[str, str], kind: str) -> Safe:
    people = [("", t("audit.everybody", call.lang)), *names.items()]
    here = call.request.query_params.get("member", "")
    links = [
        el("a", name, href=f"/account/audit?{urlencode({'member': member_id, 'kind': kind})}",
           aria_current="true" if member_id == here else None)
        for member_id, name in people
    ]  # fmt: skip
    return el("p", *links, class_="ways-of")


def _row(call: Call, line: Line, whose: str) -> Safe:
    who, what = in_words(line, call.lang)
    key = f"web_account.role.{line.role}"
    role = t(key, call.lang) if has_text(key, call.lang) and line.role != "system" else ""
    facts = [when(line.at), whose, role, "" if line.outcome == "ok" else t(f"audit.{line.outcome}", call.lang)]
    return el("li", el("span", f"{who}：{what}" if call.lang == "zh" else f"{who} {what}",
                       el("small", " · ".join(filter(None, facts))), class_="w"))  # fmt: skip
