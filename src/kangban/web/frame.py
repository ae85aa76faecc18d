"""The same bones on every page: family on the left, the matter in the middle, evidence on the right."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager

from nicegui import ui

from kangban.journeys.break_glass import open_now
from kangban.journeys.house import Member, rights_on
from kangban.journeys.noticing import unread
from kangban.web.cookies import form_token
from kangban.web.elements import Tag, button, icon, link, quoted, run
from kangban.web.household import DEMO_ROLES
from kangban.web.live import Live
from kangban.web.names import age_text, call_name, important, role_name, summary
from kangban.web.places import pages_for, tabs_for
from kangban.web.visit import Visit


class Frame:
    """The places a page fills, and what looks for news of it."""

    def __init__(self, main: Tag, rail: Tag, live: Live) -> None:
        self.main = main
        self.rail = rail
        self.live = live


@contextmanager
def frame(visit: Visit, title: str, *, rail_title: str = "", facts: bool = False) -> Generator[Frame]:
    """Draw nav, head, tabs and the right side (none without its title); yields the middle and the right to fill."""
    live = Live(visit)
    name = call_name(visit.who) if visit.who and not visit.general else ""
    ui.page_title(f"{title} · {name} · {visit.say('brand')}" if name else f"{title} · {visit.say('brand')}")
    Tag("a", visit.say("skip"), "skip", href="#question" if visit.path == "/" and visit.who else "#matter")
    with Tag("div", classes="app" if rail_title else "app two"):
        _nav(visit)
        with Tag("div", classes="mid", id="matter", tabindex="-1") as main:
            if visit.house.demo:
                _demo_strip(visit)
            _head(visit, title, live, facts=facts)
            _emergency(visit, live)
            _stay_true(visit, live)
        rail = _rail(visit, rail_title) if rail_title else main
    _tabs(visit)
    Tag("button", "", "veil", type="button", aria_label=visit.say("close"), data_do="shut", tabindex="-1")
    Tag("div", id="toasts", role="status", aria_live="polite")
    with main:
        yield Frame(main, rail, live)


def _rail(visit: Visit, title: str) -> Tag:
    with Tag("aside", classes="rail", aria_label=title) as rail:  # noqa: SIM117 - what is handed on, and its head
        with Tag("h2", title), button("", "ic shut", aria_label=visit.say("close"), data_do="shut"):
            icon("shut")
    return rail


def _nav(visit: Visit) -> None:
    with Tag("nav", classes="side", aria_label=visit.say("nav")):
        with link("", "/", "brand"):
            _logo()
            Tag("span", visit.say("brand"))
        with Tag("div", classes="members", role="list", aria_label=visit.say("members")):
            for member in visit.people:
                with Tag("div", role="listitem"):
                    _member(visit, member)
        if not visit.people and visit.house.actor.role == "manager":
            link(visit.say("family.add_member"), "/family", "btn p")
        with Tag("div", classes="links"):
            for key, path in pages_for(visit.house.actor.role):
                below = path != "/" and visit.path.startswith(f"{path}/")
                here = "page" if visit.path == path or below else None
                with link("", visit.at(path, visit.who.id if visit.who else ""), aria_current=here):
                    icon(key)
                    Tag("span", visit.say(f"page.{key}"))
            if visit.closed:
                with link("", "/emergency", aria_current="page" if visit.path == "/emergency" else None):
                    icon("alarm")
                    Tag("span", visit.say("page.emergency"))
            if not visit.visitor.demo:
                _account_links(visit)
        _brain_note(visit)
        if not visit.visitor.demo:
            _who_am_i(visit)
        if visit.household.started_with_demo and not visit.house.demo:
            button(visit.say("back_to_demo"), "btn flat", data_do="demo", data_arg="demo")
        with Tag("div", classes="prefs"):
            other = "en" if visit.lang == "zh" else "zh"
            button(visit.say("other_language"), "", data_do="lang", data_arg=other, lang=other)
            button(visit.say("theme"), "", data_do="theme")


def _account_links(visit: Visit) -> None:
    pages = [("key", "/account", "account")]
    if visit.house.actor.role in ("manager", "adult", "elder", "teen"):
        pages.insert(0, ("share", "/sharing", "sharing"))
    if visit.house.actor.role == "manager":
        pages.append(("people", "/people", "people"))
    for drawing, path, key in pages:
        with link("", path):
            icon(drawing)
            Tag("span", visit.say(f"page.{key}"))


def _who_am_i(visit: Visit) -> None:
    actor = visit.house.actor
    with Tag("div", classes="me"):
        with Tag("div", classes="m"):
            Tag("span", actor.name[:1], "av", aria_hidden="true")
            with Tag("span"):
                Tag("b", actor.name)
                Tag("small", role_name(actor.role, visit.lang))
        with Tag("form", method="post", action="/logout"):
            Tag("input", type="hidden", name="form", value=form_token(visit.visitor.token))
            button(visit.say("log_out"), "btn flat", type="submit")


def _logo() -> None:
    with Tag("svg", aria_hidden="true", width="34", height="34", viewBox="0 0 34 34"):
        Tag("circle", cx="17", cy="17", r="17", fill="#1f6f5c")
        Tag(
            "path",
            d="M17 26C9 20 8 15 10.5 12.4c2-2 5-1.3 6.5 1.2 1.5-2.5 4.5-3.2 6.5-1.2C26 15 25 20 17 26z",
            fill="#faf7f2",
        )


def _member(visit: Visit, member: Member) -> None:
    here = "true" if visit.who and member.id == visit.who.id and not visit.general else None
    with link("", visit.at("/family" if visit.general else visit.path, member.id), "m", aria_current=here):
        Tag("span", call_name(member)[:1], "av", aria_hidden="true")
        with Tag("span"):
            age = age_text(member, visit.house.clock.now(), visit.lang)
            Tag("b", " · ".join(p for p in (call_name(member), age) if p))
            Tag("small", summary(visit.logs.get(member.id, []), visit.facts(member.id), visit.lang))


def _brain_note(visit: Visit) -> None:
    house = visit.house
    with Tag("div", classes="brain"):
        if house.model is house.offline:
            Tag("span", visit.say("offline_note"))
            button(visit.say("connect"), "", data_do="show", data_arg="connect")
        else:
            Tag("span", visit.say("model_note", name=house.model.name, place=visit.say(f"place.{house.model.place}")))
    with Tag("dialog", id="connect", aria_labelledby="connect-title"):
        Tag("h2", visit.say("connect"), id="connect-title")
        Tag("p", visit.say("connect_how"))
        Tag(
            "pre",
            "KANGBAN_MODEL_URL=http://127.0.0.1:8080\nKANGBAN_MODEL_NAME=qwen3-8b\nKANGBAN_MODEL_KEY=…\nKANGBAN_MODEL_PLACE=this_machine",
        )
        Tag("p", visit.say("connect_then"), "small")
        with Tag("div", classes="row"):
            button(visit.say("close"), data_do="hide")


def _demo_strip(visit: Visit) -> None:
    async def own() -> None:
        await visit.household.opened("home")
        run("kangban.choose('kangban_family','home','/')")

    now = visit.house.actor.role
    with Tag("div", classes="demo", role="note"):
        Tag("span", visit.say("demo"))
        with Tag("span", classes="roles", role="group", aria_label=visit.say("demo_as")):
            for role in DEMO_ROLES:
                here = str(role == now).lower()
                button(visit.say(f"demo_as.{role}"), "as", data_do="as", data_arg=role, aria_pressed=here)
        button(visit.say("own_family"), "").on("click", visit.guarded(own))


def _head(visit: Visit, title: str, live: Live, *, facts: bool) -> None:
    name = call_name(visit.who) if visit.who and not visit.general else ""
    with Tag("header", classes="top" if name else "top named"):
        Tag("h1", f"{title} · {name}" if name else title)
        if name and visit.who is not None:
            with button("", "ph m", aria_label=visit.say("switch", name=name), data_do="side"):
                Tag("span", name[:1], "av", aria_hidden="true")
                with Tag("span"):
                    Tag("b", f"{name} ▾")
                    Tag("small", age_text(visit.who, visit.house.clock.now(), visit.lang))
        if name and facts and visit.who is not None:
            with Tag("ul", classes="facts", aria_label=visit.say("facts"), tabindex="0"):
                log = visit.logs.get(visit.who.id, [])
                for text, care in important(log, visit.facts(visit.who.id), visit.lang):
                    Tag("li", text, "tag warn" if care else "tag")
        bell(visit, live)


def bell(visit: Visit, live: Live) -> None:
    """The way to what one was told, with how much of it is new."""
    with link("", "/notices", "ic bell", aria_current="page" if visit.path == "/notices" else None) as way:
        icon("bell")
        count = Tag("b", "", "count", aria_hidden="true")
    said = ""

    def show(number: int) -> None:
        nonlocal said
        told = visit.say("bell_new", n=number) if number else visit.say("bell")
        if said != told:
            said = told
            way.props["aria-label"] = way.props["title"] = told
            way.update()
        count.set_text(str(number) if number else "")

    async def look() -> None:
        show(await unread(visit.house))

    show(visit.news)
    live.add(look)


def _emergency(visit: Visit, live: Live) -> None:
    """Says all the time that a record is open because of an emergency, and closes the page with the opening."""
    member = visit.who
    until = visit.opened.get(member.id) if member is not None and not visit.general else None
    if member is None or until is None:
        return
    with Tag("p", classes="glass", role="note"):
        icon("alarm", 18)
        Tag("span", visit.say("glass", name=call_name(member), until=until.astimezone().strftime("%H:%M")))

    async def look() -> None:
        if member.id not in await open_now(visit.house):
            run("location.assign('/')")

    live.add(look)


def _stay_true(visit: Visit, live: Live) -> None:
    """A consent taken back counts in a page that is open, too: what may not be seen any more leaves it."""
    member = visit.who
    if member is None or visit.general:
        return
    before = visit.rights

    async def look() -> None:
        now = await rights_on(visit.house, member.id)
        if "Patient" not in now:
            run(f"location.assign({quoted(visit.path)})")
        elif before - now:
            run("location.reload()")

    live.add(look)


def _tabs(visit: Visit) -> None:
    who = visit.who.id if visit.who else ""
    with Tag("nav", classes="tabs", aria_label=visit.say("pages")):
        for key, path in tabs_for(visit.house.actor.role):
            with link("", visit.at(path, who), aria_current="page" if visit.path == path else None):
                icon(key, 20)
                Tag("span", visit.say(f"page.{key}"))
        with button("", "", data_do="side"):
            icon("menu", 20)
            Tag("span", visit.say("menu"))


def head_html(version: str, lang: str) -> str:
    """What every page loads: our own style sheet, script, manifest and icons."""
    meta = json.dumps("zh-CN" if lang == "zh" else "en")
    return (
        f'<meta name="kangban-lang" content={meta}>'
        '<meta name="theme-color" media="(prefers-color-scheme:light)" content="#faf7f2">'
        '<meta name="theme-color" media="(prefers-color-scheme:dark)" content="#141a19">'
        '<meta name="mobile-web-app-capable" content="yes"><meta name="referrer" content="same-origin">'
        '<link rel="manifest" href="/manifest.webmanifest"><link rel="apple-touch-icon" href="/static/icon-192.png">'
        f'<link rel="stylesheet" href="/static/kangban.css?{version}">'
        f'<link rel="stylesheet" href="/static/reports.css?{version}">'
        f'<link rel="stylesheet" href="/static/workshop.css?{version}">'
        f'<script src="/static/kangban.js?{version}"></script><script src="/static/reports.js?{version}"></script>'
        f'<script src="/static/workshop.js?{version}"></script>'
    )
