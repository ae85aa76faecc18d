"""Trying an agent in the browser: pictures in and files out, a draft, stopping, a new talk, and who may not come in."""

from __future__ import annotations

import io
import wave

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.test_workshop import ask, made, opened, part
from tests.support.model_server import ModelServer
from tests.support.settled import source_of
from tests.support.web_guest import Guest, administrator, invited, lend_cookies
from tests.support.web_server import WebServer, running_server
from tests.support.workshop_model import calls, says

pytestmark = pytest.mark.browser
REPORT = {"title": "喝水", "to": "docx", "sections": [{"heading": "结论", "bullets": ["口渴了就喝。"]}]}

PLAYS = """(one) => new Promise((done) => {
  one.onloadedmetadata = () => done(one.duration); one.onerror = () => done(-1); one.preload = "metadata"; one.load();
})"""


def wav() -> bytes:
    """Half a second of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 40, 40)).save(out, "PNG")
    return out.getvalue()


def test_a_picture_goes_in_a_file_comes_out_and_only_its_owner_gets_it(
    somebody: BrowserContext, browser: Browser, server: WebServer, model: ModelServer
) -> None:
    page = somebody.new_page()
    base = model.plays("writer", calls("write_report", REPORT), says("写好了。"))
    made(page, server, "writer", base)
    part(page, "工具")
    page.get_by_role("searchbox").fill("write_report")
    page.locator("[data-tool=write_report] [name=tools]").check()
    page.get_by_role("button", name="不保存，先试聊").click()
    talk = somebody.wait_for_event("page")
    talk.wait_for_function("window.socket && window.socket.connected")
    expect(talk.locator(".talk-with")).to_contain_text("草稿：writer")
    files = talk.locator(".hide-up input[type=file]")
    files.set_input_files({"name": "图.png", "mimeType": "image/png", "buffer": png()})
    expect(talk.locator(".held .chip")).to_contain_text("图.png")
    files.set_input_files({"name": "声.wav", "mimeType": "audio/wav", "buffer": wav()})
    expect(talk.locator(".held .chip")).to_have_count(2)
    exchange = ask(talk, "写一页喝水的报告")
    expect(exchange.locator(".brought img")).to_have_js_property("naturalWidth", 40)
    assert exchange.locator(".brought audio").evaluate(PLAYS) == pytest.approx(0.5, abs=0.05)
    expect(exchange.locator(".body")).to_contain_text("写好了")
    asked = model.seen("writer")["requests"][0]["body"]["messages"][-1]
    assert "media:" in str(asked["content"])
    file = exchange.locator(".body > .made a")
    expect(file).to_have_count(1)
    address = f"{server.address}{file.get_attribute('href')}"
    exchange.locator("summary", has_text="过程").click()
    exchange.locator(".trace > .k-tool summary").first.click()
    expect(exchange.locator(".trace > .k-tool .made a")).to_have_count(1)
    got = somebody.request.get(address)
    assert got.body().startswith(b"PK")
    assert got.headers["content-disposition"].startswith("attachment")
    stranger = browser.new_context()
    assert stranger.request.get(address).status == 404
    stranger.close()
    kept = opened(somebody.new_page(), server, "/workshop/agents/writer")
    expect(kept.locator("[data-tool=write_report] [name=tools]")).not_to_be_checked()


def test_a_run_is_stopped_refused_and_forgotten_by_a_new_talk(
    somebody: BrowserContext, server: WebServer, model: ModelServer
) -> None:
    page = somebody.new_page()
    made(page, server, "slow", model.plays("slow", calls("calculator", {"expression": "1+1"}), says("好的。")))
    opened(page, server, "/workshop/try?agent=slow")
    exchange = ask(page, "一加一")
    exchange.locator(".approve").get_by_role("button", name="不可以").click()
    expect(exchange.locator(".foot")).to_be_visible()
    told = model.seen("slow")["requests"][-1]["body"]["messages"]
    assert "not_permitted" in str(told[-1]["content"])
    exchange.locator(".body summary", has_text="过程").click()
    expect(exchange.locator(".trace .mark.no").first).to_be_visible()

    model.plays("slow", says("不该看到", before_s=60))
    exchange = ask(page, "再来")
    expect(exchange.locator(".steps li").first).to_be_visible()
    exchange.get_by_role("button", name="停止").click()
    expect(exchange.locator(".a")).to_be_visible()
    expect(exchange.locator(".a")).to_contain_text("已停止")
    expect(exchange).not_to_contain_text("不该看到")
    opened(page, server, "/workshop/runs")
    expect(page.locator(".rows > li").first).to_contain_text("已停止")

    opened(page, server, "/workshop/try?agent=slow")
    model.plays("slow", says("第一句。"))
    expect(ask(page, "第一问").locator(".foot")).to_be_visible()
    page.get_by_role("button", name="新的对话").click()
    expect(page.locator(".talk .x")).to_have_count(0)
    expect(ask(page, "第二问").locator(".foot")).to_be_visible()
    assert "第一" not in str(model.seen("slow")["requests"][-1]["body"]["messages"])


def test_two_people_at_once_answer_their_own(browser: Browser, server: WebServer, model: ModelServer) -> None:
    contexts = [browser.new_context(locale="zh-CN") for _ in range(2)]
    pages = [one.new_page() for one in contexts]
    for number, page in enumerate(pages):
        script = (calls("calculator", {"expression": f"{number}+100"}), says(f"等于 {number + 100}。"))
        made(page, server, "same-name", model.plays(f"two{number}", *script))
        opened(page, server, "/workshop/try?agent=same-name")
    exchanges = [ask(page, "算一下") for page in pages]
    for number, exchange in enumerate(exchanges):
        expect(exchange.locator(".approve")).to_contain_text(f"{number}+100")
    exchanges[1].locator(".approve").get_by_role("button", name="可以", exact=True).click()
    expect(exchanges[1].locator(".body")).to_contain_text("等于 101")
    expect(exchanges[0].locator(".approve")).to_be_visible()
    exchanges[0].locator(".approve").get_by_role("button", name="可以", exact=True).click()
    expect(exchanges[0].locator(".body")).to_contain_text("等于 100")
    for page, context in zip(pages, contexts, strict=True):
        opened(page, server, "/workshop/runs")
        expect(page.locator(".rows > li")).to_have_count(1)
        context.close()


def test_words_of_a_prescription_are_not_shown_and_neither_are_those_of_a_hostile_model(
    somebody: BrowserContext, server: WebServer, model: ModelServer
) -> None:
    page = somebody.new_page()
    wicked = "每天吃三次华法林，每次 5 毫克，连吃七天。<img src=x onerror=document.title='owned'>"
    made(page, server, "wicked", model.plays("wicked", says(wicked)))
    opened(page, server, "/workshop/try?agent=wicked")
    exchange = ask(page, "头疼吃什么？")
    expect(exchange.locator(".foot")).to_be_visible()
    expect(exchange).not_to_contain_text("5 毫克")
    assert exchange.locator("img").count() == 0
    assert page.title() != "owned"
    page.get_by_role("link", name="看这次记录").click()
    expect(page.locator(".trace")).to_be_visible()
    page.evaluate("document.querySelectorAll('.trace details').forEach((one) => { one.open = true; })")
    expect(page.locator(".sheet")).not_to_contain_text("5 毫克")


def test_who_may_not_come_in_is_told_so_and_accounts_have_their_own(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_server(tmp_path_factory.mktemp("accounts")) as own:
        mama = administrator(own)
        helper, adult = invited(mama, "aunt", "helper"), invited(mama, "uncle", "adult", "叔叔")
        for guest, may in ((helper, False), (adult, True), (mama, True)):
            context = browser.new_context(locale="zh-CN")
            page = context.new_page()
            lend_cookies(page, guest)
            page.goto(f"{own.address}/workshop")
            if not may:
                expect(page.locator(".empty")).to_contain_text("不能用工坊")
                expect(page.locator(".benches")).to_have_count(0)
                assert context.request.get(f"{own.address}/workshop/export?name=companion").status == 403
            elif guest is adult:
                made_for(page, own)
                expect(page.locator("[data-agent=mine]")).to_have_count(1)
            else:
                expect(page.locator("[data-agent=companion]")).to_have_count(1)
                expect(page.locator("[data-agent=mine]")).to_have_count(0)
            context.close()
        _secrets_are_the_operators(browser, own, adult, mama)


def made_for(page: object, own: WebServer) -> None:
    """A small agent of one's own."""
    opened(page, own, "/workshop/new?copy=companion")  # type: ignore[arg-type]
    page.locator("[name=name]").fill("mine")  # type: ignore[attr-defined]
    page.get_by_role("button", name="保存", exact=True).click()  # type: ignore[attr-defined]
    page.wait_for_url("**/agents/mine")  # type: ignore[attr-defined]
    opened(page, own, "/workshop")  # type: ignore[arg-type]


def _secrets_are_the_operators(browser: Browser, own: WebServer, adult: Guest, mama: Guest) -> None:
    for guest in (adult, mama):
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        lend_cookies(page, guest)
        opened(page, own, "/workshop/tools")
        keys = page.locator("section[aria-labelledby=secrets]")
        if guest is adult:
            expect(keys).to_contain_text("由管理服务器的人设置")
            expect(keys.locator("input")).to_have_count(0)
        else:
            keys.locator("[name=secret]").fill("serpapi_key")
            keys.locator("[name=value]").fill("top-secret-value")
            keys.get_by_role("button", name="保存").click()
            expect(keys.locator("li")).to_contain_text("serpapi_key")
            expect(keys.locator("[name=value]")).to_have_value("")
            opened(page, own, "/workshop/tools")
            expect(page.locator("[data-tool=google_scholar] .mark").first).to_contain_text("已设")
            assert "top-secret-value" not in source_of(page)
            keys.get_by_role("button", name="删除 serpapi_key").click()
            keys.get_by_role("button", name="真的删除？").click()
            expect(keys.locator("li")).to_have_count(0)
        context.close()
