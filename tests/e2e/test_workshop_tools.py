"""Tools in the browser: found, their class shown, and tried by a form made of their own schema."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.test_look import CONTRAST, SMALL
from tests.e2e.test_workshop import ask, opened
from tests.support.web_server import WebServer

pytestmark = pytest.mark.browser
PAGES = ("/workshop", "/workshop/new?copy=weather-health", "/workshop/agents/companion/versions",
         "/workshop/tools", "/workshop/tools/check_medication", "/workshop/runs")  # fmt: skip


def tried(page: Page) -> Locator:
    page.get_by_role("button", name="运行", exact=True).click()
    result = page.locator(".result-of")
    expect(result).to_be_visible()
    return result


def test_a_tool_is_found_by_what_it_is_for(somebody: BrowserContext, demo: WebServer) -> None:
    page = opened(somebody.new_page(), demo, "/workshop/tools")
    page.get_by_role("searchbox").fill("附近的药店")
    expect(page.locator("[data-tool=nearby]")).to_be_visible()
    expect(page.locator("[data-tool=calculator]")).to_be_hidden()
    expect(page.locator("[data-tool=nearby] .mark.no")).to_contain_text("amap_key")
    page.get_by_role("searchbox").fill("zzzz qqqq")
    expect(page.locator("[data-nothing]")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(page.locator("[data-tool=calculator]")).to_be_visible()
    page.locator("[data-tool=calculator] a").click()
    expect(page.locator("#tool-name")).to_have_text("calculator")


def test_a_form_takes_words_choices_and_json_and_says_what_is_wrong(somebody: BrowserContext, demo: WebServer) -> None:
    page = opened(somebody.new_page(), demo, "/workshop/tools/calculator")
    page.get_by_role("button", name="运行", exact=True).click()
    expect(page.locator("[data-fault='arg.expression']")).not_to_be_empty()
    page.get_by_role("button", name="例 1").click()
    expect(tried(page)).to_contain_text("300")

    opened(page, demo, "/workshop/tools/calculate")
    page.locator("[name='arg.what']").select_option("bmi")
    page.locator("[name='arg.weight_kg']").fill("60")
    page.locator("[name='arg.height_cm']").fill("170")
    expect(tried(page)).to_contain_text("20.8")

    opened(page, demo, "/workshop/tools/check_medication")
    page.locator("[name='arg.medicines']").fill('[{"name": "华法林"')
    page.get_by_role("button", name="运行", exact=True).click()
    expect(page.locator("[data-fault='arg.medicines']")).to_contain_text("JSON")
    page.locator("[name='arg.medicines']").fill('[{"nam": "华法林"}]')
    page.get_by_role("button", name="运行", exact=True).click()
    expect(page.locator("[data-fault=arguments]")).not_to_be_empty()
    page.locator("[name='arg.medicines']").fill('[{"name": "华法林"}, {"name": "布洛芬"}]')
    result = tried(page)
    expect(result.locator(".find").first).to_contain_text("华法林")
    result.locator(".cite").first.click()
    expect(page.locator(".rail .src[aria-current]")).to_be_visible()


def test_a_picture_is_given_to_a_tool_and_a_picture_comes_back(somebody: BrowserContext, demo: WebServer) -> None:
    picture = Image.new("RGB", (64, 48), "white")
    ImageDraw.Draw(picture).rectangle((10, 10, 40, 30), fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    page = opened(somebody.new_page(), demo, "/workshop/tools/edges")
    page.locator(".hide-up input[type=file]").set_input_files(
        {"name": "格.png", "mimeType": "image/png", "buffer": out.getvalue()}
    )
    expect(page.locator(".held .chip")).to_contain_text("@1 格.png")
    expect(tried(page).locator(".made img")).to_have_js_property("naturalWidth", 64)


def test_a_call_that_takes_long_is_stopped_and_a_key_that_is_missing_is_named(
    somebody: BrowserContext, demo: WebServer
) -> None:
    page = opened(somebody.new_page(), demo, "/workshop/tools/python_interpreter")
    page.locator("[name='arg.code']").fill("while True:\n    pass")
    page.get_by_role("button", name="运行", exact=True).click()
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".wrong", has_text="已停止")).to_be_visible()
    expect(page.get_by_role("button", name="停止")).to_be_hidden()

    opened(page, demo, "/workshop/tools/nearby")
    for one in page.locator("[name^='arg.'][type=text]").all():
        if one.get_attribute("name") == "arg.place":
            one.fill("北京西站")
    page.get_by_role("button", name="例 1").click()
    page.get_by_role("button", name="运行", exact=True).click()
    expect(page.locator(".wrong", has_text="amap_key")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_and_every_button_is_big_enough(browser: Browser, demo: WebServer, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for path in PAGES:
        opened(page, demo, path)
        expect(page.locator(".sec").first).to_be_visible()
        page.evaluate("document.querySelectorAll('.sheet details').forEach((one) => { one.open = true; })")
        assert page.evaluate(CONTRAST) == [], path
        assert page.evaluate(SMALL) == [], path
    opened(page, demo, "/workshop/try")
    ask(page, "华法林和布洛芬能一起吃吗？").locator(".foot").wait_for()
    page.evaluate("document.querySelectorAll('.talk details').forEach((one) => { one.open = true; })")
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(SMALL) == []
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, demo: WebServer, lang: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True)
    context.add_cookies([{"name": "kangban_lang", "value": lang, "url": demo.address}])
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    for path in (*PAGES, "/workshop/try"):
        opened(page, demo, path)
        if path.endswith("/try"):
            ask(page, "头疼").locator(".foot").wait_for()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wide = page.evaluate(
            "[...document.querySelectorAll('.mid,.talk,.sheet,.sec')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert wide == [], path
    assert refused == []
    context.close()
