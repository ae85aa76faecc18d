"""The same bones on every page: family on the left, the matter in the middle, evidence on the right."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager

from nicegui import ui

from kangban.journeys.house import Member
from kangban.web.elements import Tag, button, icon, link, run
from kangban.web.names import age_text, call_name, important, summary
from kangban.web.visit import Visit

PAGES = (("talk", "/"), ("home", "/family"), ("box", "/cabinet"))


class Frame:
    """The places a page fills."""

    def __init__(self, main: Tag, rail: Tag) -> None:
        self.main = main
        self.rail = rail


@contextmanager
def frame(visit: Visit, title: str, *, rail_title: str, facts: bool = False) -> Generator[Frame]:
    """Draw nav, head, tabs and the right side; yields the middle and the right to fill."""
    name = call_name(visit.who) if visit.who else ""
    ui.page_title(f"{title} · {name} · {visit.say('brand')}" if name else f"{title} · {visit.say('brand')}")
    Tag("a", visit.say("skip"), "skip", href="#question" if visit.path == "/" and visit.who else "#matter")
    with Tag("div", classes="app"):
        _nav(visit)
        with Tag("div", classes="mid", id="matter", tabindex="-1") as main:
            if visit.house.demo:
                _demo_strip(visit)
            _head(visit, title, facts=facts)
        with Tag("aside", classes="rail", aria_label=rail_title) as rail:  # noqa: SIM117 - what is yielded and its head
            with Tag("h2", rail_title), button("", "ic shut", aria_label=visit.say("close"), data_do="shut"):
                icon("shut")
    _tabs(visit)
    Tag("button", "", "veil", type="button", aria_label=visit.say("close"), data_do="shut", tabindex="-1")
    Tag("div", id="toasts", role="status", aria_live="polite")
    with main:
        yield Frame(main, rail)


def _nav(visit: Visit) -> None:
    with Tag("nav", classes="side", aria_label=visit.say("nav")):
        with link("", "/", "brand"):
            _logo()
            Tag("span", visit.say("brand"))
        with Tag("div", classes="members", role="list", aria_label=visit.say("members")):
            for member in visit.people:
                with Tag("div", role="listitem"):
                    _member(visit, member)
        if not visit.people:
            link(visit.say("family.add_member"), "/family", "btn p")
        with Tag("div", classes="links"):
            for key, path in PAGES:
                here = "page" if visit.path == path else None
                with link("", visit.at(path, visit.who.id if visit.who else ""), aria_current=here):
                    icon(key)
                    Tag("span", visit.say(f"page.{key}"))
        _brain_note(visit)
        if visit.household.started_with_demo and not visit.house.demo:
            button(visit.say("back_to_demo"), "btn flat", data_do="demo", data_arg="demo")
        with Tag("div", classes="prefs"):
            other = "en" if visit.lang == "zh" else "zh"
            button(visit.say("other_language"), "", data_do="lang", data_arg=other, lang=other)
            button(visit.say("theme"), "", data_do="theme")


def _logo() -> None:
    with Tag("svg", aria_hidden="true", width="34", height="34", viewBox="0 0 34 34"):
        Tag("circle", cx="17", cy="17", r="17", fill="#1f6f5c")
        Tag(
            "path",
            d="M17 26C9 20 8 15 10.5 12.4c2-2 5-1.3 6.5 1.2 1.5-2.5 4.5-3.2 6.5-1.2C26 15 25 20 17 26z",
            fill="#faf7f2",
        )


def _member(visit: Visit, member: Member) -> None:
    here = "true" if visit.who and member.id == visit.who.id else None
    with link("", visit.at(visit.path, member.id), "m", aria_current=here):
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
        await visit.household.house("home")
        run("kangban.choose('kangban_family','home','/')")

    with Tag("div", classes="demo", role="note"):
        Tag("span", visit.say("demo"))
        button(visit.say("own_family"), "").on("click", visit.guarded(own))


def _head(visit: Visit, title: str, *, facts: bool) -> None:
    with Tag("header", classes="top"):
        name = call_name(visit.who) if visit.who else ""
        Tag("h1", f"{title} · {name}" if name else title)
        if visit.who is None:
            return
        with button("", "ph m", aria_label=visit.say("switch", name=name), data_do="side"):
            Tag("span", name[:1], "av", aria_hidden="true")
            with Tag("span"):
                Tag("b", f"{name} ▾")
                Tag("small", age_text(visit.who, visit.house.clock.now(), visit.lang))
        if facts:
            with Tag("ul", classes="facts", aria_label=visit.say("facts"), tabindex="0"):
                log = visit.logs.get(visit.who.id, [])
                for text, care in important(log, visit.facts(visit.who.id), visit.lang):
                    Tag("li", text, "tag warn" if care else "tag")


def _tabs(visit: Visit) -> None:
    who = visit.who.id if visit.who else ""
    with Tag("nav", classes="tabs", aria_label=visit.say("pages")):
        for key, path in PAGES:
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
        '<meta name="mobile-web-app-capable" content="yes"><meta name="referrer" content="no-referrer">'
        '<link rel="manifest" href="/manifest.webmanifest"><link rel="apple-touch-icon" href="/static/icon-192.png">'
        f'<link rel="stylesheet" href="/static/kangban.css?{version}">'
        f'<script src="/static/kangban.js?{version}"></script>'
    )
