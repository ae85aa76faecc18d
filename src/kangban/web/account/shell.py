"""The bones of account pages: a small one before the login, the family's own after it."""

from __future__ import annotations

from datetime import datetime

from kangban.kernel.texts import t
from kangban.web.account.call import Call
from kangban.web.account.markup import Inside, Safe, el, joined
from kangban.web.elements import drawing_paths
from kangban.web.names import role_name
from kangban.web.places import pages_for, tabs_for

THEMES = ("light", "dark")
SHARING_ROLES = ("manager", "adult", "elder", "teen")


def small_page(call: Call, title: str, *inside: Inside) -> str:
    """Login and links: one card on paper."""
    head = el("div", _logo(), el("span", t("web.brand", call.lang)), class_="brand")
    card = el("div", el("h1", title), *inside, class_="sec door")
    return _whole(call, title, el("main", head, card, _preferences(call), class_="gate"))


def full_page(call: Call, title: str, here: str, *inside: Inside) -> str:
    """A page of somebody who is logged in; `here` is its address."""
    skip = el("a", t("web.skip", call.lang), class_="skip", href="#matter")
    middle = el(
        "div",
        el("header", el("h1", title), _bell(call), class_="top named"),
        el("main", el("div", *inside, class_="inner"), class_="sheet", id="matter", tabindex="-1"),
        class_="mid",
    )
    veil = el(
        "button", type="button", class_="veil", data_do="shut", tabindex="-1", aria_label=t("web.close", call.lang)
    )
    toasts = el("div", id="toasts", role="status", aria_live="polite")
    return _whole(
        call, title, skip, el("div", _side(call, here), middle, class_="app two"), _tabs(call), veil, toasts
    )  # fmt: skip


def _bell(call: Call) -> Safe | None:
    """The way to one's notices; who is in no family has none."""
    told = t("web.bell", call.lang)
    in_family = bool(call.actor.family_id)
    return el("a", _icon("bell"), href="/notices", class_="ic bell", aria_label=told, title=told) if in_family else None


def section(title: str, *inside: Inside, id_: str | None = None) -> Safe:
    """A card with a heading."""
    return el("section", el("header", el("h2", title)), *inside, class_="sec", id=id_)


def note(text: str) -> Safe:
    """What has just been done, read aloud."""
    return el("p", text, class_="said", role="status")


def once(call: Call, why: str, secret: str) -> Safe:
    """Something that is shown this one time, ready to be copied."""
    field = el("input", type="text", value=secret, readonly=True, class_="field", aria_label=why, id="once")
    copy = el(
        "button", call.word("copy"), type="button", class_="btn", data_do="copy", data_arg=secret,
        data_said=call.word("copied"),
    )  # fmt: skip
    return el("section", el("p", why, role="status"), el("div", field, copy, class_="row"), class_="sec once")


def press(text: str, look: str = "btn p", **attributes: str) -> Safe:
    """A button that sends its form."""
    return el("button", text, type="submit", class_=look, **attributes)


def _side(call: Call, here: str) -> Safe:
    say = {key: t(f"web.{key}", call.lang) for key in ("nav", "brand")}
    brand = el("a", _logo(), el("span", say["brand"]), class_="brand", href="/")
    links = [_link(t(f"web.page.{key}", call.lang), path, key, here) for key, path in pages_for(call.actor.role)]
    if call.actor.role in SHARING_ROLES:
        links.append(_link(t("web.page.sharing", call.lang), "/sharing", "share", here))
    links.append(_link(t("web.page.account", call.lang), "/account", "key", here))
    if call.actor.role in ("manager", "operator"):
        links.append(_link(t("web.page.people", call.lang), "/people", "people", here))
    me = el(
        "div",
        _who(call),
        call.form("/logout", press(t("web.log_out", call.lang), "btn flat"), class_=None),
        class_="me",
    )
    return el(
        "nav", brand, el("div", *links, class_="links"), me, _preferences(call), class_="side", aria_label=say["nav"]
    )


def _who(call: Call) -> Safe:
    actor = call.actor
    words = el("span", el("b", actor.name), el("small", role_name(actor.role, call.lang)))
    return el("div", el("span", actor.name[:1], class_="av", aria_hidden="true"), words, class_="m")


def _link(text: str, path: str, icon: str, here: str) -> Safe:
    return el("a", _icon(icon), el("span", text), href=path, aria_current="page" if path == here else None)


def _icon(name: str, size: int = 22) -> Safe:
    paths = [el("path", d=one) for one in drawing_paths(name)]
    return el(
        "svg", *paths, aria_hidden="true", width=size, height=size, viewBox="0 0 24 24", fill="none",
        stroke="currentColor", stroke_width="1.8", stroke_linecap="round", stroke_linejoin="round",
    )  # fmt: skip


def _tabs(call: Call) -> Safe:
    links = [
        el("a", _icon(key, 20), el("span", t(f"web.page.{key}", call.lang)), href=path)
        for key, path in tabs_for(call.actor.role)
    ]  # fmt: skip
    menu = el("button", _icon("menu", 20), el("span", t("web.menu", call.lang)), type="button", data_do="side")
    return el("nav", *links, menu, class_="tabs", aria_label=t("web.pages", call.lang))


def _logo() -> Safe:
    heart = "M17 26C9 20 8 15 10.5 12.4c2-2 5-1.3 6.5 1.2 1.5-2.5 4.5-3.2 6.5-1.2C26 15 25 20 17 26z"
    round_ = el("circle", cx=17, cy=17, r=17, fill="#1f6f5c")
    return el(
        "svg", round_, el("path", d=heart, fill="#faf7f2"), aria_hidden="true", width=34, height=34, viewBox="0 0 34 34"
    )


def _preferences(call: Call) -> Safe:
    other = "en" if call.lang == "zh" else "zh"
    back = call.request.url.path if call.request.method == "GET" else "/"
    language = el("input", type="hidden", name="to", value=other)
    words = press(t("web.other_language", call.lang), "", lang="en" if other == "en" else "zh-CN")
    query = el(
        "input",
        type="hidden",
        name="back",
        value=f"{back}?{call.request.url.query}" if call.request.url.query else back,
    )
    theme = el("button", t("web.theme", call.lang), type="button", data_do="theme")
    return el("div", call.form("/language", language, query, words, class_=None), theme, class_="prefs")


def _whole(call: Call, title: str, *body: Inside) -> str:
    lang = "zh-CN" if call.lang == "zh" else "en"
    theme = call.request.cookies.get("kangban_theme", "")
    head = joined(
        el("meta", charset="utf-8"), el("meta", name="viewport", content="width=device-width,initial-scale=1"),
        el("meta", name="kangban-lang", content=lang), el("meta", name="referrer", content="same-origin"),
        el("title", f"{title} · {t('web.brand', call.lang)}"), el("link", rel="stylesheet", href="/static/kangban.css"),
        el("link", rel="icon", href="/static/icon.svg"), el("script", src="/static/kangban.js", defer=True),
        el("script", src="/static/passkey.js", defer=True),
    )  # fmt: skip
    html = el("html", el("head", head), el("body", *body), lang=lang, data_theme=theme if theme in THEMES else None)
    return f"<!doctype html>{html}"


def when(moment: datetime) -> str:
    """A moment as people where the server stands read it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
