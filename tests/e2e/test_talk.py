"""The talk in a real browser: what a family sees when it asks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.web_server import WebServer
from tests.support.web_talk import MAIN_QUESTION, answered, ask, open_talk

pytestmark = pytest.mark.browser


def test_the_main_question_gets_its_whole_answer(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address)
    answer = answered(ask(page, MAIN_QUESTION))
    first = answer.locator(".a > div").first
    expect(first.locator(".urg")).to_contain_text(re.compile("医生|120"))
    grave = answer.locator(".body > .finds").locator(".find.avoid, .find.contraindicated")
    expect(grave.filter(has_text="布洛芬").filter(has_text="华法林").first).to_be_visible()
    expect(grave.filter(has_text="布洛芬").filter(has_text="感冒灵").first).to_be_visible()
    expect(
        answer.locator(".body > .finds .find").filter(has_text="感冒灵").filter(has_text="对乙酰氨基酚").first
    ).to_be_visible()
    expect(answer.locator(".say")).to_contain_text([re.compile("对乙酰氨基酚")])
    expect(answer.locator(".find.u").first).to_contain_text("未检查")
    words = answer.locator(".find > i").all_text_contents()
    order = ["禁用", "避免", "当心", "留意"]
    ranks = [order.index(w) for w in words if w in order]
    shown = ranks[: len(answer.locator(".finds").first.locator(".find").all())]
    assert shown == sorted(shown)
    expect(answer.locator(".foot")).to_contain_text("AI 生成")
    expect(answer.locator(".foot")).to_contain_text("内容未经医生审核")


def test_a_citation_opens_the_passage_it_rests_on(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address)
    answer = answered(ask(page, MAIN_QUESTION))
    cite = answer.locator(".find .cite").first
    number = cite.text_content()
    cite.click()
    source = page.locator(".src[aria-current]")
    expect(source).to_have_count(1)
    expect(source.locator("b").first).to_contain_text(f"{number} · ")
    assert len(source.locator("blockquote").text_content() or "") > 8
    expect(source.locator(".kind")).to_contain_text(re.compile("已读|凭记忆"))
    assert source.locator("a").get_attribute("rel") == "noopener noreferrer"
    expect(source).to_contain_text("查阅于")


def test_an_emergency_comes_first_with_a_telephone(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address, "yeye")
    answer = answered(ask(page, "突然胸口剧痛，出冷汗，喘不上气"))
    expect(answer.locator(".urg.u1 b").first).to_have_text("现在打 120")
    expect(answer.locator("a.call").first).to_have_attribute("href", "tel:120")


def test_asking_about_another_member_is_another_talk(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address)
    expect(page.locator(".facts")).to_contain_text("华法林")
    page.locator(".side .m").filter(has_text="豆豆").click()
    expect(page.locator(".top h1")).to_contain_text("豆豆")
    expect(page.locator(".facts")).to_contain_text("青霉素过敏")
    expect(page.locator(".talk")).not_to_contain_text("华法林")


def test_a_question_back_is_answered_with_a_tap(page: Page, fresh: WebServer) -> None:
    page.goto(f"{fresh.address}/family")
    page.get_by_role("button", name="添加家人").click()
    page.locator("#record-form input[name=name]").fill("小红")
    page.locator("#record-form input[name=health_consent]").check()
    page.locator("#record-form input[name=born_on]").fill("1996-05-01")
    page.locator("#record-form select[name=sex]").select_option("female")
    page.locator("#record-form button[type=submit]").click()
    expect(page.locator(".sec h2").first).to_contain_text("小红")
    page.locator(".links a").first.click()
    expect(page.locator("#question")).to_be_visible()
    answer = answered(ask(page, "发烧能吃布洛芬吗？"))
    expect(answer.locator(".asks p")).to_contain_text("先问一句")
    option = answer.locator(".asks .btn:not(.flat)").first
    words = option.text_content()
    option.click()
    expect(page.locator(".talk .x")).to_have_count(2)
    expect(page.locator(".talk .x").nth(1).locator(".q")).to_have_text(words or "")
    answered(page.locator(".talk .x").nth(1))


def test_a_double_submit_is_one_turn(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address, "mama")
    before = page.locator(".talk .x").count()
    page.locator("#question").fill("奥美拉唑怎么吃？")
    page.locator(".send").dblclick()
    answered(page.locator(".talk .x").nth(before))
    page.reload()
    expect(page.locator(".talk .foot")).to_have_count(before + 1)
    expect(page.locator(".talk .x")).to_have_count(before + 1)


def test_shift_enter_makes_a_line_and_tags_stay_text(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address, "zhiyuan")
    box = page.locator("#question")
    box.fill("<script>alert(1)</script><img src=x onerror=alert(2)>")
    box.press("Shift+Enter")
    box.type("头疼能吃布洛芬吗")
    exchange = page.locator(".talk .x").nth(page.locator(".talk .x").count())
    box.press("Enter")
    answered(exchange)
    expect(exchange.locator(".q")).to_contain_text("<script>alert(1)</script>")
    assert exchange.locator(".q img, .q script").count() == 0
    page.reload()
    expect(page.locator(".talk .q").last).to_contain_text("onerror=alert(2)")


def test_two_tabs_ask_at_once_and_nothing_is_lost(page: Page, demo: WebServer) -> None:
    other = page.context.new_page()
    for one in (page, other):
        open_talk(one, demo.address, "baba")
    start = page.locator(".talk .x").count()
    for one, words in ((page, "二甲双胍能和阿司匹林一起吃吗"), (other, "今天有点咳嗽，要紧吗")):
        one.locator("#question").fill(words)
        one.locator("#question").press("Enter")
    for one in (page, other):
        answered(one.locator(".talk .x").last)
    page.reload()
    expect(page.locator(".talk .foot")).to_have_count(start + 2)


def test_feedback_and_proposals_are_kept(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address, "xiaoyu")
    exchange = answered(ask(page, "记一下体重 61 kg"))
    exchange.get_by_role("button", name="确认").click()
    expect(exchange.locator(".prop")).to_contain_text("已记下")
    exchange.get_by_role("button", name="有用", exact=True).click()
    expect(exchange.get_by_role("button", name="有用", exact=True)).to_have_attribute("aria-pressed", "true")
    page.reload()
    last = page.locator(".talk .x").last
    expect(last.get_by_role("button", name="有用", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(last.locator(".prop")).to_have_count(0)


def test_a_file_is_kept_and_what_cannot_be_read_is_said(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address, "doudou")
    page.locator(".hide-up input[type=file]").set_input_files(
        {"name": "药盒.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 64}
    )
    expect(page.locator(".held")).to_contain_text("药盒.png")
    exchange = answered(ask(page, "这个药能吃吗"))
    expect(exchange.locator(".q")).to_contain_text("药盒.png")
    page.reload()
    expect(page.locator(".talk .x").last.locator(".q")).to_contain_text("药盒.png")


def test_the_whole_way_goes_by_keyboard(page: Page, demo: WebServer) -> None:
    open_talk(page, demo.address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    before = page.locator(".talk .x").count()
    page.keyboard.type("布洛芬能和华法林一起吃吗")
    page.keyboard.press("Enter")
    exchange = answered(page.locator(".talk .x").nth(before))
    exchange.locator(".cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".src[aria-current]")).to_be_focused()


def test_it_speaks_english_when_asked_to(browser: Browser, demo: WebServer) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    open_talk(page, demo.address, "nainai")
    page.get_by_role("button", name="English").click()
    expect(page.locator(".links a").first).to_have_text("Ask")
    answer = answered(ask(page, "Can I take ibuprofen with warfarin?"))
    expect(answer.locator(".find > i").first).to_have_text(re.compile("Avoid|Do not use"))
    expect(answer.locator(".foot")).to_contain_text("AI-generated")
    context.close()
