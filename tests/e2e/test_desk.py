"""The desk in a browser: by keyboard, by two at once, and live in the family's browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kangban.journeys.demo.brain import examples
from tests.e2e.test_look import CONTRAST, SMALL
from tests.support.settled import source_of
from tests.support.web_held import NUMBER, PLANTED, QUESTION, Held, add_member, held_family
from tests.support.web_server import WebServer
from tests.support.web_talk import answered, ask, open_talk

pytestmark = pytest.mark.browser
ZH = next(one for one in examples() if one.lang == "zh")
BETTER = "补液盐小口慢喝，一天喝多少先问医生。"


@pytest.fixture
def held(tmp_path: Path, browser: Browser) -> Iterator[Held]:
    with held_family(tmp_path, browser) as one:
        yield one


def _as(browser: Browser, server: WebServer, role: str, *, width: int = 1280, lang: str = "zh") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    context.set_default_timeout(20_000)
    for name, value in (("kangban_demo_as", role), ("kangban_lang", lang)):
        context.add_cookies([{"name": name, "value": value, "url": server.address}])
    return context.new_page()


def _open_desk(page: Page, server: WebServer) -> None:
    page.goto(f"{server.address}/desk")
    expect(page.locator(".held-text")).to_be_visible()
    page.wait_for_function("window.socket && window.socket.connected")


def _seconds_until(work: object) -> float:
    start = time.monotonic()
    work()  # type: ignore[operator]
    return time.monotonic() - start


def test_the_whole_way_of_a_held_answer_by_keyboard(browser: Browser, demo: WebServer) -> None:
    family = _as(browser, demo, "manager")
    open_talk(family, demo.address)
    exchange = answered(ask(family, ZH.question))
    expect(exchange.locator(".urg.u0")).to_contain_text("医生正在看")
    expect(exchange.locator(".urg.u0")).to_contain_text("最晚")
    assert "180毫升" not in source_of(family)

    desk = _as(browser, demo, "doctor")
    _open_desk(desk, demo)
    bad = desk.locator(".held-text .bad")
    expect(bad).to_have_count(1)
    expect(bad).to_contain_text("180毫升")
    expect(bad.locator(".why")).to_contain_text("数字没有出处")
    expect(desk.locator(".sec .facts-of")).to_contain_text("华法林 3 mg")
    expect(desk.locator(".sec .facts-of")).to_contain_text("起）")
    expect(desk.locator(".src").first).to_be_visible()

    desk.keyboard.press("?")
    expect(desk.locator("#desk-keys")).to_be_visible()
    desk.keyboard.press("e")
    expect(desk.locator("#act-reason")).to_have_count(0)
    desk.keyboard.press("Escape")
    desk.keyboard.press("c")
    expect(exchange.locator(".urg.u0")).to_contain_text("演示医生（医生）在看")

    desk.keyboard.press("e")
    expect(desk.locator("#act-reason")).to_be_focused()
    desk.locator("#act-reason").select_option("corrected")
    words = desk.locator("textarea[name=text]")
    before = words.input_value()
    words.press_sequentially("jk")  # typing is typing
    expect(words).to_have_value(f"jk{before}")
    expect(desk.locator(".diff ins")).to_contain_text("jk")
    words.fill(before)
    desk.get_by_role("button", name="发出改过的").click()
    desk.locator("#act-confirm").press("Enter")
    expect(desk.locator(".act .wrong")).to_contain_text("没有通过核对")
    expect(desk.locator(".act mark")).to_contain_text("180毫升")
    expect(words).to_have_value(before)

    words.fill(before.replace("口服补液盐一次喝180毫升。", BETTER))
    expect(desk.locator(".diff del").last).to_contain_text("180毫升")
    expect(desk.locator(".diff ins").last).to_contain_text("小口慢喝")
    desk.get_by_role("button", name="发出改过的").click()
    expect(desk.locator("#act-confirm")).to_be_focused()
    assert BETTER not in source_of(family), "nothing goes out before the second look"
    desk.keyboard.press("Enter")
    waited = _seconds_until(lambda: expect(exchange.locator(".urg.u4")).to_contain_text("演示医生（医生）看过并改过"))
    assert waited <= 5
    expect(exchange.locator(".body")).to_contain_text(BETTER)
    expect(exchange.locator(".foot")).not_to_contain_text("内容未经医生审核")
    expect(desk.locator("#desk-result")).to_contain_text("改过后发出")
    expect(desk.locator(".case")).to_have_count(0)
    assert "180毫升" not in source_of(family)
    expect(family.locator(".bell .count")).to_have_text("1")


def test_a_reviewer_asks_the_family_answers_and_it_is_released_as_it_is(browser: Browser, held: Held) -> None:
    mama = held.window(held.mama)
    who = add_member(mama, held.server, "奶奶", "1948-03-02")
    open_talk(mama, held.server.address, who)
    exchange = answered(ask(mama, QUESTION))
    expect(exchange.locator(".urg.u0")).to_contain_text("医生正在看")
    assert PLANTED not in source_of(mama)
    desk = held.desk(held.doctors[0])
    desk.keyboard.press("q")
    desk.locator("#act-reason").select_option("fact_missing")
    desk.locator("textarea[name=note]").fill("奶奶今天排尿几次？")
    desk.get_by_role("button", name="发给家里").click()
    expect(exchange.locator(".asks")).to_contain_text("奶奶今天排尿几次？")
    exchange.locator(".asks textarea").fill("五六次")
    exchange.locator(".asks").get_by_role("button", name="发送").click()
    expect(desk.locator(".event").last).to_contain_text("五六次")
    expect(exchange.locator(".asks")).to_have_count(0)
    desk.keyboard.press("a")
    desk.locator("#act-reason").select_option("source_checked")
    desk.get_by_role("button", name="发出", exact=True).click()
    desk.locator("#act-confirm").click()
    expect(exchange.locator(".urg.u4")).to_contain_text("王医生（医生）看过并同意")
    expect(exchange.locator(".urg.u4")).to_contain_text("…0042")
    expect(exchange.locator(".body")).to_contain_text(NUMBER)


def test_of_two_reviewers_the_second_is_told_and_keeps_their_words(browser: Browser, held: Held) -> None:
    mama = held.window(held.mama)
    who = add_member(mama, held.server, "奶奶", "1948-03-02")
    open_talk(mama, held.server.address, who)
    exchange = answered(ask(mama, QUESTION))
    first, second = (held.desk(one) for one in held.doctors)
    second.keyboard.press("e")
    second.locator("#act-reason").select_option("clearer")
    second.locator("textarea[name=text]").fill("今天去看医生。我自己写的一句话。")
    expect(second.locator(".diff ins").first).to_be_visible()

    first.keyboard.press("c")  # a claim moves the version; what the other types stays
    expect(second.locator(".event")).to_contain_text("王医生（医生）在看")
    expect(second.locator("textarea[name=text]")).to_have_value("今天去看医生。我自己写的一句话。")

    first.keyboard.press("r")
    first.locator("#act-reason").select_option("needs_visit")
    first.get_by_role("button", name="不发").last.click()
    expect(exchange.locator(".urg.u0")).to_contain_text("没有发出原来的回答")
    expect(second.locator("#desk-result")).to_contain_text("王医生（医生）先决定了")
    expect(second.locator(".act .wrong")).to_contain_text("已经有人先决定了")
    expect(second.locator("textarea[name=text]")).to_have_value("今天去看医生。我自己写的一句话。")
    expect(second.get_by_role("button", name="复制我写的")).to_be_visible()
    expect(second.get_by_role("button", name="发出改过的")).to_have_count(0)
    assert "我自己写的一句话" not in source_of(mama)
    assert PLANTED not in source_of(mama)


def test_what_the_family_takes_back_leaves_the_open_desk(browser: Browser, held: Held) -> None:
    mama = held.window(held.mama)
    who = add_member(mama, held.server, "奶奶", "1948-03-02")
    open_talk(mama, held.server.address, who)
    answered(ask(mama, QUESTION))
    desk = held.desk(held.doctors[0])
    desk.keyboard.press("e")
    expect(desk.locator("textarea[name=text]")).to_be_visible()
    mama.goto(f"{held.server.address}/sharing")
    kept = mama.locator(f"#m-{who} li").filter(has_text="记录和使用健康信息")
    kept.get_by_role("button", name="收回").click()
    expect(desk.locator(".desk .empty")).to_contain_text("现在没有等着看的回答", timeout=5_000)
    assert PLANTED not in source_of(desk)
    assert desk.locator("textarea").count() == 0


def test_the_desk_is_the_reviewers_alone(held: Held) -> None:
    assert held.mama.get("/desk").status == 403
    assert held.mama.get("/desk/answer-of-somebody").status == 403
    page = held.window(held.doctors[0])
    page.goto(f"{held.server.address}/desk/answer-of-somebody")
    expect(page.locator(".desk .empty")).to_contain_text("现在没有等着看的回答")


@pytest.mark.parametrize(("width", "lang"), [(360, "zh"), (1280, "en")])
def test_it_fits_and_can_be_read_at_every_width(browser: Browser, demo: WebServer, width: int, lang: str) -> None:
    family = _as(browser, demo, "manager", lang=lang)
    example = next(one for one in examples() if one.lang == lang)
    open_talk(family, demo.address)
    answered(ask(family, example.question))
    assert family.evaluate(CONTRAST) == []
    page = _as(browser, demo, "doctor", width=width, lang=lang)
    for path in ("/desk", "/notices", "/emergency"):
        page.goto(demo.address + path)
        expect(page.locator(".case, .sec").first).to_be_visible()
        if path == "/desk":
            page.wait_for_function("window.socket && window.socket.connected")
            page.locator(".case").last.click()
            expect(page.locator(".case").last).to_have_attribute("aria-current", "true")
            expect(page.locator(".held-text")).to_be_visible()
            page.locator("[data-key=e]").click()
            page.locator("textarea[name=text]").fill("See a doctor today. 今天去看医生。")
            expect(page.locator(".diff ins").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = "[...document.querySelectorAll('.sheet,.mid,.queue')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
        assert page.evaluate(wide) == []
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(SMALL) == []
        unnamed = "[...document.querySelectorAll('button,a,input:not([type=hidden]),select,textarea')].filter(e => e.checkVisibility() && !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).map(e => e.outerHTML)"
        assert page.evaluate(unnamed) == []
