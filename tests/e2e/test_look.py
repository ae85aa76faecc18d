"""How it looks and what it asks the world for: nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.web_server import WebServer
from tests.support.web_talk import MAIN_QUESTION, answered, ask, open_talk

pytestmark = pytest.mark.browser

# The contrast of every text against what lies behind it, by the WCAG formula; returns those that fall short.
CONTRAST = """() => {
  const lum = ([r, g, b]) => { const f = (c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = (node) => { for (let n = node; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor); if (c.length && (c.length < 4 || c[3] > .99)) return c; } return [255, 255, 255]; };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, box = node.parentElement;
    if (!node.textContent.trim() || !box.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) || box.closest("[disabled],script,style,.nicegui-error-popup,option")) continue;
    const style = getComputedStyle(box), a = lum(parse(style.color)), b = lum(behind(box));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), size = parseFloat(style.fontSize);
    const need = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < need) bad.push(`${ratio.toFixed(2)} ${style.color} on ${behind(box)}: ${node.textContent.trim().slice(0, 20)}`);
    if (size < 14) bad.push(`${size}px: ${node.textContent.trim().slice(0, 20)}`);
  }
  return bad;
}"""
SMALL = """() => [...document.querySelectorAll("button:not(.cite):not(.veil):not(.gloss):not(.spot),a.btn,a.call,.tabs a,.links a,input,select,textarea")]
  .filter((e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !e.closest(".hide-up") && e.type !== "checkbox" && e.type !== "hidden")
  .filter((e) => e.getBoundingClientRect().height < 43.5).map((e) => `${e.tagName} ${e.textContent} ${e.getBoundingClientRect().height}`)"""
PAGES = ("/?who=nainai", "/family?who=nainai", "/cabinet?who=nainai", "/reports?who=nainai", "/library")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_and_every_button_is_big_enough(browser: Browser, demo: WebServer, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    open_talk(page, demo.address)
    answered(ask(page, MAIN_QUESTION))
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(SMALL) == []
    for path in PAGES[1:]:
        page.goto(demo.address + path)
        expect(page.locator(".sec").first).to_be_visible()
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(SMALL) == []
    context.close()


def test_the_toggle_turns_light_into_dark_and_it_stays(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="浅色 / 深色").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    expect(page.locator("#question")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@pytest.mark.parametrize("width", [360, 720, 1100])
def test_no_page_scrolls_sideways(browser: Browser, demo: WebServer, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 780})
    page = context.new_page()
    open_talk(page, demo.address)
    answered(ask(page, MAIN_QUESTION))
    for path in (None, *PAGES[1:]):
        if path:
            page.goto(demo.address + path)
            expect(page.locator(".sec").first).to_be_visible()
        wide = page.evaluate(
            "[...document.querySelectorAll('.mid,.talk,.sheet')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert wide == []
    context.close()


def test_on_a_phone_members_and_sources_are_drawers(browser: Browser, demo: WebServer) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True)
    page = context.new_page()
    open_talk(page, demo.address)
    answer = answered(ask(page, MAIN_QUESTION))
    expect(page.locator(".rail")).not_to_be_visible()
    answer.locator(".cite").first.click()
    expect(page.locator(".src[aria-current]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".rail")).not_to_be_visible()
    page.locator(".ph").click()
    expect(page.locator(".side .m").first).to_be_visible()
    page.locator(".side .m").filter(has_text="豆豆").click()
    expect(page.locator(".ph")).to_contain_text("豆豆")
    expect(page.locator(".tabs a").first).to_be_visible()
    context.close()


def test_nothing_is_asked_of_the_outside(browser: Browser, demo: WebServer) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    open_talk(page, demo.address)
    answered(ask(page, MAIN_QUESTION))
    for path in PAGES[1:]:
        page.goto(demo.address + path)
        expect(page.locator(".sec").first).to_be_visible()
    own = (demo.address, demo.address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert refused == []
    assert any("_nicegui_ws" in url for url in asked)
    context.close()


def test_it_can_be_installed(page: Page, demo: WebServer) -> None:
    page.goto(demo.address)
    manifest = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(r => r.json())")
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    sizes = page.evaluate("icons => Promise.all(icons.map(i => fetch(i.src).then(r => r.ok)))", manifest["icons"])
    assert all(sizes)
    assert demo.get("/nope")[0] == 404
    assert "没有这一页" in demo.get("/nope")[2]
    assert "There is no such page" in demo.get("/nope", {"Accept-Language": "en"})[2]
