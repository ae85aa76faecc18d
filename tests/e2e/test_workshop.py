"""The workshop in the browser: an agent made, kept in versions, tried with a tool that asks first, and its run laid open."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.model_server import ModelServer
from tests.support.web_server import WebServer
from tests.support.workshop_model import calls, says

pytestmark = pytest.mark.browser


def opened(page: Page, server: WebServer, path: str) -> Page:
    """An address, connected and ready."""
    page.goto(server.address + path)
    page.wait_for_function("window.socket && window.socket.connected")
    return page


def part(page: Page, name: str) -> None:
    """Open a part of the editor."""
    box = page.locator("details.sec", has=page.locator("summary", has_text=re.compile(f"^{name}$")))
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()


def made(page: Page, server: WebServer, name: str, base: str, **more: str) -> None:
    """A new agent with the calculator, which asks first, saved."""
    opened(page, server, "/workshop/new")
    page.locator("[name=name]").fill(name)
    for field, words in more.items():
        page.locator(f"[name={field}]").fill(words)
    part(page, "模型")
    page.locator("[name='model.url']").fill(base)
    page.locator("[name='model.name']").fill("m")
    page.locator("[name='model.protocol']").select_option("native")
    part(page, "工具")
    page.get_by_role("searchbox", name="找工具").fill("计算器 算式")
    row = page.locator("[data-tool=calculator]")
    expect(row).to_be_visible()
    row.locator("[name=tools]").check()
    row.locator("[name=approve]").check()
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url(f"**/workshop/agents/{name}")
    expect(page.locator(".sec > header .tag").first).to_have_text("第 1 版")


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()


def ask(page: Page, text: str) -> Any:
    before = page.locator(".talk .x").count()
    page.locator("#question").fill(text)
    page.locator("#question").press("Enter")
    expect(page.locator(".talk .x")).to_have_count(before + 1)
    return page.locator(".talk .x").nth(before)


def test_an_agent_is_made_tried_and_its_run_laid_open_and_nobody_else_sees_it(
    somebody: BrowserContext, browser: Browser, server: WebServer, model: ModelServer
) -> None:
    base = model.plays("adder", calls("calculator", {"expression": "6*7"}, "先算一下"), says("6 乘 7 等于 42。"))
    page = somebody.new_page()
    made(page, server, "adder", base, title="算算看")

    opened(page, server, "/workshop/try?agent=adder")
    exchange = ask(page, "6 乘 7 是多少？")
    waiting = exchange.locator(".approve")
    expect(waiting).to_contain_text("calculator")
    expect(waiting).to_contain_text("6*7")
    assert len(model.seen("adder")["requests"]) == 1, "the model was asked again before anybody said yes"
    waiting.get_by_role("button", name="可以", exact=True).click()
    expect(exchange.locator(".body")).to_contain_text("等于 42")
    expect(exchange.locator(".foot")).to_contain_text("1 次工具")
    expect(exchange.locator(".approve")).to_have_count(0)

    base = model.plays("adder", says("再加 1 等于 43。"))
    ask(page, "再加 1 呢？").locator(".foot").wait_for()
    told = model.seen("adder")["requests"][0]["body"]["messages"]
    assert [one["role"] for one in told] == ["system", "user", "assistant", "user"]
    assert "42" in told[2]["content"]

    opened(page, server, "/workshop/runs")
    page.get_by_role("link", name="6 乘 7 是多少？").click()
    steps = page.locator(".trace > li")
    expect(page.locator(".trace > .k-tool .what")).to_contain_text("calculator")
    expect(steps.locator(".bar-of i")).to_have_count(steps.count())
    page.locator(".trace > .k-tool summary").first.click()
    expect(page.locator(".trace > .k-tool .inside").first).to_contain_text("6*7")
    expect(page.locator(".trace > .k-tool .tree").first).to_contain_text("42")
    expect(page.locator(".totals")).to_contain_text("96 token")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 JSON").click()
    kept = json.loads(download.value.path().read_text("utf-8"))
    assert kept["agent"] == "adder"
    assert not kept.get("owner")

    _nobody_else_sees_it(browser, server, page.url.rsplit("/", 1)[-1])
    page.get_by_role("button", name="删除这次记录").click()
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".trace > .k-tool").first).to_be_visible()
    page.get_by_role("button", name="删除这次记录").click()
    opened(page, server, "/workshop/runs")
    expect(page.locator(".rows > li")).to_have_count(1)


def _nobody_else_sees_it(browser: Browser, server: WebServer, run_id: str) -> None:
    other = browser.new_context(locale="zh-CN")
    stranger = opened(other.new_page(), server, "/workshop")
    expect(stranger.locator("[data-agent=adder]")).to_have_count(0)
    expect(stranger.locator("[data-agent=companion]")).to_have_count(1)
    for path in (
        f"runs/{run_id}",
        "agents/adder",
        "agents/adder/versions",
        f"export-run?run={run_id}",
        "export?name=adder",
    ):
        answer = other.request.get(f"{server.address}/workshop/{path}")
        assert answer.status == 404, path
        assert "42" not in answer.text()
    opened(stranger, server, "/workshop/runs")
    expect(stranger.locator(".sec")).to_contain_text("还没有记录")
    other.close()


def test_versions_stand_side_by_side_a_conflict_loses_nothing_and_a_deletion_is_undone(
    somebody: BrowserContext, server: WebServer, model: ModelServer
) -> None:
    page = somebody.new_page()
    made(page, server, "poet", model.plays("poet", says("好。")))
    second = opened(somebody.new_page(), server, "/workshop/agents/poet")
    page.locator("[name=prompt]").fill("写得短一点。")
    save(page)
    expect(page.locator(".sec > header .tag").first).to_have_text("第 2 版")

    second.locator("[name=prompt]").fill("写得长一点。")
    save(second)
    conflict = second.locator(".conflict")
    expect(conflict).to_contain_text("第 2 版")
    expect(conflict.locator("del")).to_contain_text("写得短一点")
    expect(conflict.locator("ins")).to_contain_text("写得长一点")
    expect(second.locator("[name=prompt]")).to_have_value("写得长一点。")
    conflict.get_by_role("button", name="用我的保存为第 3 版").click()
    expect(second.locator(".sec > header .tag").first).to_have_text("第 3 版")

    opened(page, server, "/workshop/agents/poet/versions?old=1&new=3")
    expect(page.locator(".beside ins")).to_have_count(1)
    page.get_by_role("button", name="把第 2 版作为新版本恢复").click()
    expect(page.locator(".rows > li").first).to_contain_text("第 4 版")

    opened(page, server, "/workshop")
    page.get_by_role("button", name="删除 poet").click()
    expect(page.locator("[data-agent=poet]")).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-agent=poet]")).to_contain_text("第 4 版")
    opened(page, server, "/workshop/agents/poet")
    expect(page.locator("[name=prompt]")).to_have_value("写得短一点。")


def test_faults_stand_beside_their_fields_and_paper_comes_in_and_goes_out(
    somebody: BrowserContext, server: WebServer
) -> None:
    page = opened(somebody.new_page(), server, "/workshop/new")
    page.locator("[name=name]").fill("Not A Name")
    save(page)
    expect(page.locator("[data-fault=name]")).to_contain_text("小写字母")
    page.locator("[name=name]").fill("good-name")
    part(page, "上限")
    page.locator("[name='limits.rounds']").fill("900")
    save(page)
    expect(page.locator("[data-fault='limits.rounds']")).to_contain_text("上限")
    expect(page.locator("[data-fault=name]")).to_have_text("")
    page.evaluate("kangban.saved()")

    opened(page, server, "/workshop")
    page.locator("summary", has_text="导入 YAML").click()
    page.locator("[name=yaml]").fill("name: [broken")
    page.get_by_role("button", name="打开", exact=True).click()
    expect(page.locator("[data-fault=yaml]")).not_to_be_empty()
    page.locator("[name=yaml]").fill("name: from-paper\nparadigm: rewoo\ntools: [calculator, no_such_tool]\n")
    page.get_by_role("button", name="打开", exact=True).click()
    page.wait_for_url("**/workshop/new?draft=*")
    expect(page.locator("[name=name]")).to_have_value("from-paper")
    expect(page.locator("[data-fault=tools]")).to_contain_text("没有这个工具")
    page.locator("[data-tool=no_such_tool] [name=tools]").uncheck()
    page.get_by_role("button", name="试算", exact=True).click()
    expect(page.locator("[data-dry]")).to_contain_text("calculator")
    save(page)
    page.wait_for_url("**/workshop/agents/from-paper")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 YAML").click()
    paper = download.value.path().read_text("utf-8")
    assert "paradigm: rewoo" in paper
    assert "no_such_tool" not in paper
