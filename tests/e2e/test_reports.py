"""Reports in the browser: brought, asked whose they are, confirmed by mouse and keyboard, explained, moved, erased."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.report_files import BLOOD, lab_file, lab_page
from tests.support.web_guest import Guest, invited
from tests.support.web_held import add_member
from tests.support.web_server import WebServer
from tests.support.web_talk import answered, ask, open_talk

pytestmark = pytest.mark.browser
ODD = ("钾", "42", "mmol/L", "3.5-5.3", "↓")  # ten times what it can be, and the arrow says otherwise


def bring(page: Page, server: WebServer, member: str, *files: Path) -> None:
    """Send files through the page's own uploader."""
    page.goto(f"{server.address}/reports?who={member}")
    page.wait_for_function("window.socket && window.socket.connected")
    page.locator(".drop .q-uploader__input").set_input_files([str(one) for one in files])


def brought(page: Page, server: WebServer, member: str, file: Path) -> None:
    """One file, read to its end; a single report opens by itself."""
    bring(page, server, member, file)
    page.wait_for_url("**/reports/**")
    expect(page.locator(".report-head")).to_be_visible()
    page.wait_for_function("window.socket && window.socket.connected")


@pytest.fixture
def home(page: Page, fresh: WebServer) -> tuple[WebServer, str]:
    return fresh, add_member(page, fresh, "李小满", "1984-01-05")


def test_a_report_is_checked_line_by_line_and_then_explained(
    page: Page, home: tuple[WebServer, str], tmp_path: Path
) -> None:
    server, member = home
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    brought(page, server, member, lab_file(tmp_path, "blood", lab_page((ODD, *BLOOD))))
    expect(page.locator(".line")).to_have_count(6)
    first = page.locator(".line").first
    expect(first).to_contain_text("钾")
    expect(first.locator(".line-doubt")).to_be_visible()
    expect(page.locator(".paper img")).to_have_js_property("complete", True)
    assert page.locator(".paper img").evaluate("e => e.naturalWidth") > 300

    # A row and its box belong together, both ways.
    row = page.locator(".line", has_text="血红蛋白")
    row.locator(".line-name").click()
    name = row.get_attribute("data-line")
    expect(page.locator(f'[data-spot="{name}"]')).to_have_attribute("aria-current", "true")
    other = page.locator(".line", has_text="血小板计数").get_attribute("data-line")
    page.locator(f'[data-spot="{other}"]').click()
    expect(page.locator(f'[data-line="{other}"]')).to_have_attribute("aria-current", "true")

    # All clear ones at once; the doubtful one stays.
    page.get_by_role("button", name=re.compile("项都对")).click()
    expect(page.locator(".line.accepted")).to_have_count(5)
    expect(first).to_have_class(re.compile("open"))
    page.goto(f"{server.address}/family?who={member}")
    expect(page.locator("section[aria-labelledby=part-measurements]")).to_contain_text("血红蛋白 96 g/L")
    expect(page.locator("section[aria-labelledby=part-measurements]")).not_to_contain_text("钾")

    # Put right by keyboard: down to the line, E, Enter in the form.
    page.go_back()
    expect(page.locator(".line")).to_have_count(6)
    page.wait_for_function("window.socket && window.socket.connected")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".line[aria-current]")).to_contain_text("钾")
    page.keyboard.press("e")
    form = page.locator("#line-form")
    form.locator("[name=result]").fill("4.2")
    form.locator("[name=result]").press("Enter")
    expect(form).not_to_be_visible()
    expect(page.locator(".line.accepted")).to_have_count(6)
    expect(page.locator(".report-head .mark")).to_have_text("已确认")

    # In plain words: how soon first, the page that says so, nothing from outside.
    page.get_by_role("link", name="看懂它").click()
    expect(page.locator(".told .urg b")).to_be_visible()
    expect(page.locator(".told")).to_contain_text("血红蛋白")
    page.locator(".gloss").first.click()
    expect(page.locator(".gloss-card").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".questions li").first).to_be_visible()
    page.locator(".told .where a", has_text="血红蛋白").first.click()
    expect(page.locator(".line[aria-current]")).to_contain_text("血红蛋白")
    assert [url for url in asked if not url.startswith((server.address, "data:", "blob:"))] == []


def test_somebody_elses_report_is_asked_about_first_and_moves(
    page: Page, home: tuple[WebServer, str], tmp_path: Path
) -> None:
    server, member = home
    other = add_member(page, server, "沈建国", "1980-01-05")
    brought(page, server, member, lab_file(tmp_path, "his", lab_page(name="沈建国", sex="男", age="46岁")))
    expect(page.locator(".whose h2")).to_have_text("这份报告是谁的？")
    expect(page.locator(".line")).to_have_count(0)
    expect(page.locator(".whose .mark.no").first).to_have_text("姓名不同")
    page.get_by_role("button", name="是沈建国的，移过去").click()
    page.wait_for_url(f"**who={other}*")
    expect(page.locator(".line")).to_have_count(5)
    page.locator(".report-head summary").click()
    page.get_by_role("button", name="删除", exact=True).click()
    page.get_by_role("button", name=re.compile("真的删除")).click()
    expect(page.locator("#all-reports")).to_have_text("报告（0）")


def test_undo_reject_and_a_second_browser(page: Page, home: tuple[WebServer, str], tmp_path: Path) -> None:
    server, member = home
    brought(page, server, member, lab_file(tmp_path, "blood"))
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.locator(".line")).to_have_count(5)
    second.wait_for_function("window.socket && window.socket.connected")
    page.locator(".line", has_text="血小板").get_by_role("button", name="不采用").click()
    expect(page.locator(".line.rejected")).to_have_count(1)
    expect(second.locator(".line.rejected")).to_have_count(1)  # by itself
    second.locator(".line.rejected").get_by_role("button", name="撤回").click()
    expect(second.locator(".line.rejected")).to_have_count(0)
    expect(page.locator(".line.rejected")).to_have_count(0)
    second.close()
    page.locator(".line").first.locator(".line-name").click()
    page.keyboard.press("Enter")
    expect(page.locator(".line").nth(0)).to_have_class(re.compile("accepted"))
    expect(page.locator(".line").nth(1)).to_have_attribute("aria-current", "true")  # on to the next
    page.keyboard.press("x")
    expect(page.locator(".line").nth(1)).to_have_class(re.compile("rejected"))
    expect(page.locator(".line").nth(2)).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("u")
    expect(page.locator(".line").nth(1)).to_have_class(re.compile("open"))


def test_pages_read_one_after_the_other_bad_files_and_several_documents(
    page: Page, home: tuple[WebServer, str], tmp_path: Path
) -> None:
    server, member = home
    bad = tmp_path / "cat.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing of use")
    two = lab_file(tmp_path, "two", lab_page(), lab_page(name="王小丫", age="30岁"))
    bring(page, server, member, bad, two)
    expect(page.locator(".jobs li .wrong")).to_be_visible()
    expect(page.locator(".jobs .found a")).to_have_count(2)
    expect(page.locator(".jobs .found a").last).to_have_text("先说这是谁的")
    expect(page.locator("#all-reports")).to_have_text("报告（2）")


def test_who_may_not_see_gets_no_picture(page: Page, home: tuple[WebServer, str], tmp_path: Path) -> None:
    server, member = home
    brought(page, server, member, lab_file(tmp_path, "blood"))
    report = page.url.split("/reports/")[1].split("?")[0]
    address = f"/report-page?report={report}&page=1"
    shown = page.request.get(server.address + address)
    assert shown.status == 200
    assert shown.headers["content-type"] == "image/png" or shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "no-store"
    assert page.request.get(f"{server.address}/report-page?report={report}&page=9").status == 404
    assert Guest(server).get(address).status in (303, 401)
    mama = Guest(server)
    mama.cookies = {one["name"]: one["value"] for one in page.context.cookies()}  # type: ignore[typeddict-item]
    helper = invited(mama, "aunt", "helper")
    assert helper.get(address).status in (403, 404)
    assert helper.get(f"/reports/{report}?who={member}").status in (403, 404)


def test_what_is_measured_at_home_is_kept_with_how_and_drawn(page: Page, home: tuple[WebServer, str]) -> None:
    server, member = home
    page.goto(f"{server.address}/family?who={member}")
    page.wait_for_function("window.socket && window.socket.connected")
    part = page.locator("section[aria-labelledby=part-measurements]")
    for upper in ("138", "126"):
        part.get_by_role("button", name="血压").click()
        form = page.locator("#measure-form")
        form.locator("[name=sbp]").fill(upper)
        form.locator("button[type=submit]").click()
        expect(form.locator(".wrong")).not_to_be_empty()  # the lower one is missing
        form.locator("[name=dbp]").fill("85")
        form.locator("[name=position]").select_option("sitting")
        form.locator("[name=site]").select_option("left_arm")
        form.locator("button[type=submit]").click()
        expect(form).not_to_be_visible()
        expect(part).to_contain_text(f"收缩压 {upper} mmHg · 坐着 · 左臂")
    expect(part.locator("svg.trend")).to_have_count(2)
    part.get_by_role("button", name="用一句话记").click()
    page.locator("#measure-form textarea").fill("早上空腹血糖6.8")
    page.locator("#measure-form button[type=submit]").click()
    expect(part).to_contain_text("血糖 6.8 mmol/L · 空腹")


def test_a_report_dropped_into_the_talk_leads_to_its_page(
    page: Page, home: tuple[WebServer, str], tmp_path: Path
) -> None:
    server, member = home
    open_talk(page, server.address, member)
    page.locator(".hide-up input[type=file]").set_input_files(str(lab_file(tmp_path, "blood")))
    expect(page.locator(".held button")).to_have_count(1)
    exchange = ask(page, "这份报告要紧吗？")
    link = exchange.locator(".steps a")
    expect(link).to_be_visible()
    expect(exchange.locator(".steps")).to_contain_text("还没有确认")
    answered(exchange)
    link.click()
    expect(page.locator("section[aria-labelledby=all-reports] li")).to_have_count(1)
    page.goto(f"{server.address}/family?who={member}")
    expect(page.locator("section[aria-labelledby=part-measurements]")).not_to_contain_text("血红蛋白")
