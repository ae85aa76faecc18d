"""Accounts in a browser: the first link, login, second factor, lock-out, roles, and sessions that end in the middle."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.settled import reload, source_of
from tests.support.web_guest import PASSWORD, Guest, administrator, first_token, invited, lend_cookies
from tests.support.web_server import WebServer, running_server

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    with running_server(tmp_path) as one:
        yield one


def _fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"main input[name={name}]").fill(value)


def _log_in(page: Page, server: WebServer, login: str, password: str = PASSWORD) -> None:
    page.goto(f"{server.address}/login")
    _fill(page, login=login, password=password)
    page.get_by_role("button", name="登录", exact=True).click()


def _window(browser: Browser, guest: Guest) -> Page:
    context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.set_default_timeout(20_000)
    page = context.new_page()
    lend_cookies(page, guest)
    return page


def _add_member(page: Page, server: WebServer, name: str) -> None:
    page.goto(f"{server.address}/family")
    page.get_by_role("button", name="添加家人").click()
    form = page.locator("#record-form")
    form.locator("input[name=name]").fill(name)
    form.locator("input[name=health_consent]").check()
    form.locator("button[type=submit]").click()
    expect(page.locator(".sec h2").first).to_contain_text(name)


def _add_fact(page: Page, part: str, **fields: str) -> None:
    page.get_by_role("button", name=f"添加到{part}").click()
    form = page.locator("#record-form")
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button[type=submit]").click()
    expect(form).not_to_be_visible()


def test_from_the_first_link_to_the_second_factor_and_out(page: Page, server: WebServer) -> None:
    page.goto(server.address)
    expect(page.locator("h1")).to_have_text("先建立管理员账号")
    page.goto(f"{server.address}/first?token={first_token(server)}")
    _fill(page, name="妈妈", login="mama", password="short", again="short")
    page.get_by_role("button", name="建立并登录").click()
    assert page.evaluate("document.querySelector('input[name=password]').validity.tooShort")
    _fill(page, password=PASSWORD, again=PASSWORD + "x")
    page.get_by_role("button", name="建立并登录").click()
    expect(page.get_by_role("alert")).to_contain_text("不一样")
    _fill(page, password=PASSWORD, again=PASSWORD)
    page.get_by_role("button", name="建立并登录").click()
    expect(page.locator(".side .me")).to_contain_text("妈妈")

    page.goto(f"{server.address}/account")
    page.get_by_role("link", name="打开").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator("main code").inner_text().replace(" ", "")
    _fill(page, code="000000")
    page.get_by_role("button", name="确认打开").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator("main code").inner_text().replace(" ", "") == secret
    _fill(page, code=pyotp.TOTP(secret).now())
    page.get_by_role("button", name="确认打开").click()
    recovery = page.locator("main pre").inner_text().split()
    assert len(recovery) == 10
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("status")).to_have_text("已退出登录。")
    page.goto(f"{server.address}/account")
    expect(page.locator("h1")).to_have_text("登录")

    _fill(page, login="mama", password="not my password")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不对")
    expect(page.locator("input[name=login]")).to_have_value("mama")
    _fill(page, password=PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("h1")).to_have_text("再输入验证码")
    assert PASSWORD not in source_of(page)
    _fill(page, code="wrong-code")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("h1")).to_have_text("再输入验证码")
    page.wait_for_timeout(2_500)  # after three wrong tries each one waits
    _fill(page, code=recovery[0])
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("h1")).to_have_text("我的账号")
    expect(page.locator("#totp")).to_contain_text("还剩 9 个恢复码")


def test_too_many_wrong_passwords_lock_and_the_administrator_unlocks(page: Page, server: WebServer) -> None:
    mama = administrator(server)
    invited(mama, "papa", "adult", name="爸爸")
    until = time.monotonic() + 120  # each wrong try makes the next one wait longer, half a minute in all
    while time.monotonic() < until and "锁" not in Guest(server).log_in("papa", "not my password").text:
        time.sleep(1)
    _log_in(page, server, "papa")
    expect(page.get_by_role("alert")).to_contain_text("锁")
    lend_cookies(page, mama)
    page.goto(f"{server.address}/people")
    expect(page.locator("#all")).to_contain_text("已锁定")
    page.locator("#all").get_by_role("button", name="解锁 爸爸").click()
    expect(page.get_by_role("status").first).to_have_text("已解锁。")
    page.get_by_role("button", name="退出").click()
    _log_in(page, server, "papa")
    expect(page.locator(".side .me")).to_contain_text("爸爸")


def test_two_browsers_two_families_never_meet(browser: Browser, server: WebServer) -> None:
    mama = administrator(server)
    mama.send("/people/places", page="/people", place_name="邻居家", kind="family")
    choice = mama.get("/people").text
    other = next(v for v in _options(choice, "family") if v != "home")
    neighbour = invited(mama, "neighbour", "manager", name="邻居", family=other)
    ours, theirs = _window(browser, mama), _window(browser, neighbour)
    _add_member(ours, server, "只属于我们")
    _add_fact(ours, "疾病", text="高血压")
    member = ours.evaluate("new URL(location.href).searchParams.get('who')")
    _add_member(theirs, server, "只属于邻居")
    for path in ("/", "/family", "/cabinet", "/people", "/account"):
        theirs.goto(server.address + path)
        assert "只属于我们" not in source_of(theirs)
        assert "高血压" not in source_of(theirs)
        ours.goto(server.address + path)
        assert "只属于邻居" not in source_of(ours)
    for path in (f"/family?who={member}", f"/?who={member}", f"/export?who={member}"):
        answer = neighbour.get(path)
        assert answer.status == 404
        assert "只属于我们" not in answer.text
    assert mama.get(f"/export?who={member}").status == 200


def _options(html: str, name: str) -> list[str]:
    import re

    select = html[: html.index(f'name="{name}">')] if f'name="{name}">' in html else html
    found = re.search(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', html)
    assert found, select[-200:]
    return re.findall(r'value="([^"]*)"', found.group(1))


def test_a_session_that_ends_stops_its_open_page_at_the_next_click(browser: Browser, server: WebServer) -> None:
    mama = administrator(server)
    page = _window(browser, mama)
    _add_member(page, server, "外婆")
    elsewhere = Guest(server)
    elsewhere.log_in("mama")
    assert elsewhere.send("/account/sessions/end-all", page="/account").status == 303
    expect(page.locator("h1")).to_have_text("登录")
    expect(page.get_by_role("status")).to_contain_text("已经结束")


def test_a_place_taken_back_ends_the_open_page(browser: Browser, server: WebServer) -> None:
    mama = administrator(server)
    helper = invited(mama, "bangshou", "helper", name="小帮手")
    page = _window(browser, helper)
    page.goto(f"{server.address}/family")
    expect(page.locator(".empty")).to_contain_text("还没有人把健康信息分享给你")
    boss = _window(browser, mama)
    boss.goto(f"{server.address}/people")
    boss.locator("#accounts").get_by_role("button", name="取消身份 小帮手").click()
    expect(boss.get_by_role("status").first).to_contain_text("身份已取消")
    expect(page.locator("h1")).to_have_text("登录")
    _log_in(page, server, "bangshou")
    expect(page.get_by_role("alert")).to_be_visible()


def test_who_logs_out_on_a_live_page_is_told_so_and_other_tabs_are_sent_away(
    browser: Browser, server: WebServer
) -> None:
    page = _window(browser, administrator(server))
    _add_member(page, server, "外婆")
    other = page.context.new_page()
    other.goto(server.address)
    other.wait_for_function("window.socket && window.socket.connected")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("status")).to_have_text("已退出登录。")
    expect(other.get_by_role("status")).to_contain_text("已经结束")
    page.wait_for_timeout(1_500)
    expect(page.get_by_role("status")).to_have_text("已退出登录。")
    page.go_back()
    expect(page.locator("h1")).to_have_text("登录")
    assert "外婆" not in source_of(page)


def test_a_refused_invitation_says_what_is_missing_where_it_can_be_seen(page: Page, server: WebServer) -> None:
    lend_cookies(page, administrator(server))
    page.goto(f"{server.address}/people")
    form = page.locator("#invite")
    form.locator("select[name=role]").select_option("doctor")
    form.get_by_role("button", name="生成邀请链接").click()
    expect(form.get_by_role("alert")).to_have_text("请填写执业证号")
    expect(form.get_by_role("alert")).to_be_in_viewport()
    form.locator("input[name=licence_number]").fill("D-0042")
    form.get_by_role("button", name="生成邀请链接").click()
    expect(form.get_by_role("alert")).to_contain_text("有效期")


def test_keys_are_shown_once_and_revoked(page: Page, server: WebServer) -> None:
    lend_cookies(page, administrator(server))
    page.goto(f"{server.address}/account")
    keys = page.locator("#keys")
    keys.locator("summary").click()
    keys.locator("input[name=key_name]").fill("备份脚本")
    keys.get_by_role("button", name="新建密钥").click()
    expect(keys.get_by_role("alert")).to_be_visible()
    keys.locator("input[name=key_name]").fill("备份脚本")
    keys.get_by_label("查看", exact=True).check()
    keys.get_by_label("药", exact=True).check()
    keys.get_by_role("button", name="新建密钥").click()
    secret = page.locator("#once").input_value()
    assert secret.startswith("kb_")
    page.goto(f"{server.address}/account")
    assert secret not in source_of(page)
    page.locator("#keys").get_by_role("button", name="作废 备份脚本").click()
    expect(page.locator("#keys .mark.no")).to_have_text("已失效")


@pytest.mark.parametrize("width", [360, 1280])
def test_account_pages_fit_every_width_and_can_be_used_by_keyboard(
    browser: Browser, server: WebServer, width: int
) -> None:
    from tests.e2e.test_look import CONTRAST, SMALL

    mama = administrator(server)
    invited(mama, "bangshou", "helper", name="名字很长很长很长很长的一位帮手")
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": width, "height": 780}, color_scheme=scheme, locale="zh-CN")  # type: ignore[arg-type]
        page = context.new_page()
        refused: list[str] = []
        page.on(
            "console", lambda said, kept=refused: kept.append(said.text) if "Content Security" in said.text else None
        )
        page.goto(f"{server.address}/login")
        expect(page.locator("[name=login]")).to_be_focused()
        page.keyboard.type("mama")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#question, .empty").first).to_be_visible()
        for path in ("/account", "/account/totp", "/people", "/login", "/invite?token=x"):
            page.goto(server.address + path)
            for box in page.locator("details").all():
                box.evaluate("e => e.open = true")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(
                "[...document.querySelectorAll('.sheet,.mid')].every(e => e.scrollWidth <= e.clientWidth + 1)"
            )
            assert page.evaluate(CONTRAST) == []
            assert page.evaluate(SMALL) == []
        assert refused == []
        context.close()


def test_a_carer_sees_the_medicines_and_nothing_else_and_only_while_it_is_shared(
    browser: Browser, server: WebServer
) -> None:
    mama = administrator(server)
    ours = _window(browser, mama)
    _add_member(ours, server, "爷爷")
    _add_fact(ours, "疾病", text="痛风")
    _add_member(ours, server, "奶奶")
    _add_fact(ours, "疾病", text="高血压")
    _add_fact(ours, "在吃的药", name="华法林", dose="3 mg")
    who = ours.evaluate("new URL(location.href).searchParams.get('who')")
    helper = invited(mama, "bangshou", "helper", name="小帮手")
    page = _window(browser, helper)
    page.goto(server.address)
    expect(page.locator(".side .members .m")).to_have_count(0)

    ours.goto(f"{server.address}/sharing")
    card = ours.locator(f"#m-{who}")
    card.locator("summary").filter(has_text="让别人看").click()
    card.get_by_role("button", name="同意分享").click()
    expect(ours.get_by_role("status").first).to_have_text("已记下。")
    expect(card.locator(".rows")).to_contain_text("小帮手")

    page.goto(f"{server.address}/family")
    expect(page.locator(".side .members .m")).to_have_count(1)
    expect(page.locator("section[aria-labelledby=part-medicines]")).to_contain_text("华法林")
    expect(page.locator("section[aria-labelledby=part-conditions]")).to_contain_text("没有分享给你")
    for word in ("高血压", "痛风", "爷爷"):
        assert word not in source_of(page)
    expect(page.get_by_role("button", name="删除", exact=True)).to_have_count(0)
    assert helper.get(f"/export?who={who}").status in (403, 404)
    # Nothing is offered that would be refused.
    expect(page.get_by_role("button", name="结论回放")).to_have_count(0)
    page.goto(f"{server.address}/?who={who}")
    expect(page.locator(".talk .empty")).to_contain_text("不能替奶奶提问")
    expect(page.locator("#question")).to_have_count(0)
    page.goto(f"{server.address}/cabinet?who={who}")
    expect(page.locator("main, .mid").first).to_contain_text("你可以看，不能添加")
    expect(page.locator("#cabinet-name")).to_have_count(0)
    page.goto(f"{server.address}/family")

    card.get_by_role("button", name="收回 小帮手").click()
    expect(ours.get_by_role("status").first).to_contain_text("立刻生效")
    reload(page)
    expect(page.locator(".empty")).to_be_visible()
    assert "华法林" not in source_of(page)
    assert helper.get(f"/family?who={who}").status == 404


def test_the_access_code_is_typed_in_a_browser(page: Page, tmp_path: Path) -> None:
    with running_server(tmp_path, KANGBAN_ACCESS_CODE="long-enough-code") as server:
        page.goto(server.address)
        page.locator("input[name=code]").fill("long-enough-code")
        page.get_by_role("button", name="进入").click()
        expect(page.locator("h1")).to_have_text("先建立管理员账号")
