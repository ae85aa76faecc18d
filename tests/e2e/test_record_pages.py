"""Family and cabinet pages, and the way from the demo to one's own family."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.web_guest import administrator, lend_cookies
from tests.support.web_server import WebServer, running_server
from tests.support.web_talk import MAIN_QUESTION, answered, ask, open_talk

pytestmark = pytest.mark.browser


def _add_member(page: Page, address: str, name: str, born: str = "") -> None:
    page.goto(f"{address}/family")
    page.get_by_role("button", name="添加家人").click()
    form = page.locator("#record-form")
    form.locator("input[name=name]").fill(name)
    if born:
        form.locator("input[name=born_on]").fill(born)
    form.locator("input[name=health_consent]").check()
    form.locator("button[type=submit]").click()
    expect(page.locator(".sec h2").first).to_contain_text(name)


def _add(page: Page, part: str, **fields: str) -> None:
    page.get_by_role("button", name=f"添加到{part}").click()
    form = page.locator("#record-form")
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        field.select_option(value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
    form.locator("button[type=submit]").click()
    expect(form).not_to_be_visible()


def test_a_member_is_added_and_faults_are_told_in_the_form(page: Page, fresh: WebServer) -> None:
    page.goto(fresh.address)
    expect(page.locator(".empty")).to_contain_text("先添加一位家人")
    page.goto(f"{fresh.address}/family")
    page.get_by_role("button", name="添加家人").click()
    form = page.locator("#record-form")
    form.locator("button[type=submit]").click()
    expect(form.locator(".wrong")).to_contain_text("名字")
    form.locator("input[name=name]").fill("外婆")
    form.locator("input[name=born_on]").fill("2999-01-01")
    form.locator("button[type=submit]").click()
    expect(form.locator(".wrong")).to_contain_text("将来")
    form.locator("input[name=born_on]").fill("1950-01-01")
    form.locator("button[type=submit]").click()
    expect(form.locator(".wrong")).to_contain_text("同意")
    form.locator("input[name=health_consent]").check()
    form.locator("button[type=submit]").click()
    expect(page.locator(".side .members .m")).to_have_count(1)
    expect(page.locator(".side .members .m")).to_contain_text("外婆")


def test_what_is_written_corrected_and_withdrawn_stays_in_the_timeline(page: Page, fresh: WebServer) -> None:
    _add_member(page, fresh.address, "外公", "1948-03-02")
    _add(page, "疾病", text="高血压")
    _add(page, "过敏", substance="青霉素", reaction="皮疹")
    _add(page, "在吃的药", name="华法林", dose="3 mg", per_day="1")
    page.get_by_role("button", name="添加到测量和化验").click()
    form = page.locator("#record-form")
    form.locator("[name=value]").fill("9999")
    form.locator("button[type=submit]").click()
    expect(form.locator(".wrong")).to_contain_text("不太可能")
    form.locator("[name=value]").fill("61")
    form.locator("button[type=submit]").click()
    expect(page.locator(".sec").filter(has_text="测量和化验").first).to_contain_text("61 kg")
    page.get_by_role("button", name="更正 华法林 3 mg 每天 1 次").click()
    form.locator("[name=dose]").fill("2.5 mg")
    form.locator("button[type=submit]").click()
    medicines = page.locator("section[aria-labelledby=part-medicines]")
    expect(medicines).to_contain_text("2.5 mg")
    expect(medicines).not_to_contain_text("3 mg")
    page.get_by_role("button", name=re.compile("撤回 青霉素")).click()
    expect(page.locator("section[aria-labelledby=part-allergies]")).to_contain_text("没有记录")
    timeline = page.locator("section[aria-labelledby=part-timeline]")
    expect(timeline.locator(".gone").filter(has_text="3 mg")).to_have_count(1)
    expect(timeline).to_contain_text("已撤回")
    expect(timeline).to_contain_text("得知")
    page.locator("#asof").fill("2020-01-01")
    page.get_by_role("button", name="看那天").click()
    expect(page.get_by_role("status").filter(has_text="2020-01-01")).to_be_visible()
    expect(page.locator("section[aria-labelledby=part-medicines]")).to_contain_text("没有记录")


def test_replay_lists_what_a_new_fact_reopens(page: Page, tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_server(tmp_path_factory.mktemp("replay"), "--demo") as server:
        open_talk(page, server.address)
        answered(ask(page, MAIN_QUESTION))
        page.goto(f"{server.address}/family?who=nainai")
        page.get_by_role("button", name="重新算一遍").click()
        expect(page.locator(".rail .mark").first).to_have_text("一致")
        expect(page.locator(".rail .src", has_text="要重看")).to_have_count(0)
        page.get_by_role("button", name="添加到测量和化验").click()
        form = page.locator("#record-form")
        form.locator("[name=code]").select_option("egfr")
        form.locator("[name=value]").fill("22")
        form.locator("button[type=submit]").click()
        expect(form).not_to_be_visible()
        page.get_by_role("button", name="重新算一遍").click()
        expect(page.locator(".rail .src", has_text="要重看").first).to_be_visible()
        expect(page.locator(".rail")).to_contain_text("肾功能")
        with page.expect_download() as download:
            page.get_by_role("link", name="导出").click()
        text = download.value.path().read_text("utf-8")
        assert "kangban-member/1" in text
        assert "AI 生成" in text


def test_a_member_is_deleted_only_when_the_name_is_typed(page: Page, fresh: WebServer) -> None:
    _add_member(page, fresh.address, "小王")
    page.get_by_role("button", name="删除", exact=True).click()
    form = page.locator("#record-form")
    form.locator("[name=confirm]").fill("小李")
    form.locator("button[type=submit]").click()
    expect(form.locator(".wrong")).to_contain_text("名字不一样")
    form.locator("[name=confirm]").fill("小王")
    form.locator("button[type=submit]").click()
    expect(page.locator(".empty")).to_contain_text("还没有家人")


def test_the_cabinet_tells_what_is_inside_and_who_must_not_take_it(page: Page, demo: WebServer) -> None:
    page.goto(f"{demo.address}/cabinet?who=nainai")
    expect(page.locator(".rows.pick")).to_contain_text("对乙酰氨基酚")
    page.get_by_role("button", name=re.compile("奶奶能吃吗")).click()
    result = page.locator("[data-result]")
    expect(result.locator(".find.avoid, .find.contraindicated").filter(has_text="华法林").first).to_be_visible()
    result.locator(".cite").first.click()
    expect(page.locator(".src[aria-current] blockquote")).to_be_visible()


def test_the_cabinet_starts_empty_and_offers_names(page: Page, fresh: WebServer) -> None:
    _add_member(page, fresh.address, "小王")
    page.goto(f"{fresh.address}/cabinet")
    expect(page.locator(".empty")).to_contain_text("药箱还是空的")
    box = page.locator("#cabinet-name")
    box.press_sequentially("布洛")
    expect(page.locator("#cabinet-name-names option").first).to_be_attached()
    for name in ("布洛芬", "不知道什么药丸子"):
        box.fill(name)
        box.press("Enter")
        expect(page.locator(".rows.pick")).to_contain_text(name)
    expect(page.locator(".rows.pick")).to_contain_text("未收录，未检查")
    page.get_by_role("button", name="拿走 布洛芬").click()
    expect(page.locator(".rows.pick > li")).to_have_count(1)


def test_one_button_leads_from_the_demo_to_an_empty_family(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_server(tmp_path_factory.mktemp("own"), "--demo") as server:
        for path in ("/", "/family", "/cabinet"):
            page.goto(server.address + path)
            expect(page.locator(".demo")).to_contain_text("演示家庭")
        page.get_by_role("button", name="开始我自己的家").click()
        expect(page.locator("h1")).to_have_text("先建立管理员账号")
        lend_cookies(page, administrator(server))
        page.goto(server.address)
        expect(page.locator(".empty")).to_contain_text("先添加一位家人")
        expect(page.locator(".demo")).to_have_count(0)
        assert page.locator(".side .members .m").count() == 0
        _add_member(page, server.address, "真的我")
        page.get_by_role("button", name="看演示家庭").click()
        expect(page.locator(".demo")).to_be_visible()
        expect(page.locator(".side .members")).not_to_contain_text("真的我")
