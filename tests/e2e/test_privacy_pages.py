"""Consents, what was sent, who saw it, emergencies and notices, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_look import CONTRAST, SMALL
from tests.support.model_server import ModelServer, running_model_server
from tests.support.settled import source_of
from tests.support.web_guest import Guest, administrator, invited, lend_cookies
from tests.support.web_held import add_member, doctor, says
from tests.support.web_server import WebServer, running_server
from tests.support.web_talk import answered, ask, open_talk

pytestmark = pytest.mark.browser
SECRET = "我喜欢上一个人，睡不着，怎么办？"


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    with running_model_server() as one:
        yield one


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    with running_server(tmp_path) as one:
        yield one


def _window(browser: Browser, guest: Guest, width: int = 1280) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    context.set_default_timeout(20_000)
    page = context.new_page()
    lend_cookies(page, guest)
    return page


def test_a_consent_taken_back_empties_the_page_that_is_open(browser: Browser, server: WebServer) -> None:
    mama = administrator(server)
    ours = _window(browser, mama)
    who = add_member(ours, server, "奶奶", "1948-01-01")
    helper = invited(mama, "bangshou", "helper", name="小帮手")
    ours.goto(f"{server.address}/sharing")
    card = ours.locator(f"#m-{who}")
    card.locator("summary").filter(has_text="让别人看").click()
    card.get_by_role("button", name="同意分享").click()
    page = _window(browser, helper)
    page.goto(f"{server.address}/family?who={who}")
    expect(page.locator(".side .members .m")).to_have_count(1)
    expect(page.locator("section[aria-labelledby=part-medicines]")).to_be_visible()
    card.get_by_role("button", name="收回 小帮手").click()
    # Nobody touches the helper's page.
    expect(page.locator(".side .members .m")).to_have_count(0, timeout=5_000)
    assert "奶奶" not in source_of(page)


def test_what_a_teen_asks_stays_theirs(browser: Browser, server: WebServer) -> None:
    mama = administrator(server)
    ours = _window(browser, mama)
    who = add_member(ours, server, "小雨", "2011-01-01")
    ours.goto(f"{server.address}/sharing")
    expect(ours.locator(f"#m-{who}")).to_contain_text("还没有自己的账号")
    teen = invited(mama, "xiaoyu", "teen", name="小雨", member_id=who)
    theirs = _window(browser, teen)
    open_talk(theirs, server.address, who)
    answered(ask(theirs, SECRET))
    ours.goto(f"{server.address}/?who={who}")
    expect(ours.locator("#question")).to_be_visible()
    assert SECRET not in source_of(ours)
    for path in (f"/family?who={who}", "/sharing", f"/account/audit?member={who}", f"/account/sent?member={who}"):
        assert SECRET not in mama.get(path).text
    theirs.goto(f"{server.address}/sharing")
    expect(theirs.locator(f"#m-{who}")).to_contain_text("14 到 17 岁")
    training = theirs.locator(f"#m-{who} li").filter(has_text="用来训练模型")
    expect(training.get_by_role("button", name="不同意")).to_be_visible()
    expect(training.get_by_role("button", name="同意", exact=True)).to_have_count(0)


def test_a_model_abroad_is_agreed_to_for_one_person_and_what_it_got_can_be_read(
    browser: Browser, models: ModelServer, tmp_path: Path
) -> None:
    environment = {
        "KANGBAN_MODEL_URL": models.plays("abroad", says("多休息，多喝水。")), "KANGBAN_MODEL_NAME": "far-model",
        "KANGBAN_MODEL_PLACE": "abroad",
    }  # fmt: skip
    with running_server(tmp_path, **environment) as server:
        mama = administrator(server)
        page = _window(browser, mama)
        who = add_member(page, server, "沈桂兰", "1948-01-01")
        page.goto(f"{server.address}/account/sent?member={who}")
        expect(page.locator("main")).to_contain_text("没有发出过内容")
        page.goto(f"{server.address}/sharing")
        row = page.locator(f"#m-{who} li").filter(has_text="far-model")
        expect(row).to_contain_text("还没有问过")
        row.locator("summary").click()
        expect(row).to_contain_text("中华人民共和国境外")
        row.get_by_role("button", name="单独同意发往境外").click()
        expect(page.get_by_role("status").first).to_have_text("已记下。")
        open_talk(page, server.address, who)
        answered(ask(page, "沈桂兰的电话是13800138000，有点累怎么办？"))
        (sent,) = models.seen("abroad")["requests"]
        assert "13800138000" not in str(sent["body"])
        page.goto(f"{server.address}/account/sent?member={who}")
        page.locator("summary").first.click()
        expect(page.locator("mark.id").first).to_be_visible()
        assert "13800138000" not in source_of(page)
        assert page.evaluate(CONTRAST) == []
        page.goto(f"{server.address}/account/audit?member={who}&kind=sent")
        expect(page.locator(".rows li")).to_have_count(1)
        page.get_by_role("link", name="检查记录有没有被改过").click()
        expect(page.get_by_role("status").first).to_contain_text("没有被改过")
        page.goto(f"{server.address}/sharing")
        page.locator(f"#m-{who} li").filter(has_text="far-model").get_by_role("button", name="收回").click()
        open_talk(page, server.address, who)
        answered(ask(page, "还是有点累怎么办？"))
        assert len(models.seen("abroad")["requests"]) == 1


def test_an_emergency_is_told_to_the_family_and_says_so_while_it_lasts(browser: Browser, server: WebServer) -> None:
    mama = administrator(server)
    ours = _window(browser, mama)
    who = add_member(ours, server, "爷爷", "1944-01-01")
    ours.goto(f"{server.address}/family?who={who}")
    bell = ours.locator(".bell .count")
    expect(bell).to_have_text("")
    page = _window(browser, doctor(mama, "dr", "王医生"))
    page.goto(f"{server.address}/family")
    expect(page.locator(".side .members .m")).to_have_count(0)
    assert "爷爷" not in source_of(page)
    page.get_by_role("link", name="紧急查看").click()
    page.locator("textarea[name=reason]").fill("昏迷，急救人员要知道他在吃什么药")
    page.get_by_role("button", name="打开 60 分钟").click()
    expect(page.locator(".wrong")).to_contain_text("请先勾选")
    page.locator("input[name=sure]").check()
    page.locator("textarea[name=reason]").fill("急")
    page.get_by_role("button", name="打开 60 分钟").click()
    expect(page.locator(".wrong")).to_contain_text("至少十个字")
    page.locator("textarea[name=reason]").fill("昏迷，急救人员要知道他在吃什么药")
    page.get_by_role("button", name="打开 60 分钟").click()
    expect(page.locator(".glass")).to_contain_text("紧急情况")
    expect(page.locator(".side .members .m")).to_contain_text("爷爷")
    expect(bell).to_have_text("1", timeout=5_000)
    ours.locator(".bell").click()
    expect(ours.locator(".rows li")).to_contain_text("紧急情况打开了一份档案")
    assert "昏迷" not in source_of(ours)
    ours.get_by_role("button", name="全部标为已看").click()
    expect(bell).to_have_text("")
    assert "因紧急情况打开了档案" in mama.get(f"/account/audit?member={who}&kind=glass").text


def test_nobody_marks_or_reads_anothers_notices(browser: Browser, server: WebServer) -> None:
    mama = administrator(server)
    helper = invited(mama, "bangshou", "helper", name="小帮手")
    page = _window(browser, helper)
    page.goto(f"{server.address}/notices")
    expect(page.locator(".empty")).to_contain_text("还没有提醒")
    assert helper.get("/emergency").status == 403
    assert Guest(server).get("/notices").to.startswith("/login")


@pytest.mark.parametrize("width", [360, 1280])
def test_consent_pages_fit_and_can_be_read(browser: Browser, server: WebServer, width: int) -> None:
    mama = administrator(server)
    page = _window(browser, mama, width)
    for name, born in (("名字很长很长很长的一位老奶奶", "1948-01-01"), ("小宝", "2020-01-01"), ("小雨", "2011-01-01")):
        add_member(page, server, name, born)
    for path in ("/sharing", "/account/audit?check=1", "/account/sent", "/notices"):
        page.goto(server.address + path)
        for box in page.locator("details").all():
            box.evaluate("e => e.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = "[...document.querySelectorAll('.sheet,.mid')].every(e => e.scrollWidth <= e.clientWidth + 1)"
        assert page.evaluate(wide)
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(SMALL) == []
    page.goto(f"{server.address}/sharing")
    expect(page.locator("main")).to_contain_text("不满 14 岁：由监护人决定")
