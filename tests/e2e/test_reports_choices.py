"""What only a person knows of a report: that papers of two belong together, that an old order is still taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.drawn_pages import chinese, latin
from tests.support.report_files import BLOOD, lab_file, lab_page
from tests.support.web_held import add_member
from tests.support.web_server import WebServer

pytestmark = pytest.mark.browser


@pytest.fixture
def home(page: Page, fresh: WebServer) -> tuple[WebServer, str]:
    return fresh, add_member(page, fresh, "李小满", "1984-01-05")


def bring(page: Page, server: WebServer, member: str, file: Path) -> None:
    page.goto(f"{server.address}/reports?who={member}")
    page.wait_for_function("window.socket && window.socket.connected")
    page.locator(".drop .q-uploader__input").set_input_files(str(file))


def prescription(*medicines: str) -> str:
    content = chinese(200, 780, "江城虚构医院处方笺", 18)
    content += chinese(50, 745, "姓名：李小满") + chinese(220, 745, "性别：女") + chinese(390, 745, "年龄：40岁")
    content += chinese(50, 720, "开具日期：") + latin(112, 720, "2025-03-02")
    return content + "".join(chinese(50, 680 - 28 * n, line) for n, line in enumerate(medicines))


def test_papers_of_two_people_on_one_page_are_kept_only_where_somebody_says_so(
    page: Page, home: tuple[WebServer, str], tmp_path: Path
) -> None:
    server, member = home
    below = lab_page(BLOOD[2:], name="李秀英", age="75岁")
    bring(page, server, member, lab_file(tmp_path, "two", f"{lab_page(BLOOD[:3])} q 1 0 0 1 0 -330 cm {below} Q"))
    job = page.locator(".jobs > li")
    expect(job.locator(".wrong")).to_be_visible()
    expect(page.locator("#all-reports")).to_contain_text("0")
    job.get_by_role("button", name="一起保存").click()
    page.wait_for_function("document.querySelectorAll('.jobs .found a').length === 2")
    expect(page.locator(".jobs .wrong")).to_have_count(0)
    expect(page.locator("#all-reports")).to_contain_text("2")


def test_an_old_order_is_still_taken_only_where_somebody_says_so(
    page: Page, home: tuple[WebServer, str], tmp_path: Path
) -> None:
    server, member = home
    lines = ("1. 苯磺酸氨氯地平片 5mg×28片 口服 一次5mg 一日1次", "2. 阿托伐他汀钙片 20mg×28片 口服 一次20mg 每晚1次")
    bring(page, server, member, lab_file(tmp_path, "order", prescription(*lines)))
    page.wait_for_url("**/reports/**")
    page.wait_for_function("window.socket && window.socket.connected")
    taken, over = page.locator(".line", has_text="氨氯地平"), page.locator(".line", has_text="阿托伐他汀")
    expect(taken.locator(".line-doubt")).to_contain_text("医嘱时间久了")
    taken.get_by_role("button", name="还在吃").click()
    expect(taken.locator(".mark")).to_be_visible()
    over.focus()
    page.keyboard.press("Enter")  # the careful word is the nearest
    expect(over.locator(".mark")).to_be_visible()
    page.goto(f"{server.address}/family?who={member}")
    page.wait_for_function("window.socket && window.socket.connected")
    expect(page.locator("main")).to_contain_text("氨氯地平")

    # Read again, it says the same: what was decided stays.
    page.go_back()
    page.wait_for_function("window.socket && window.socket.connected")
    page.locator("summary", has_text="重读").click()
    page.get_by_role("button", name="重新读一遍").click()
    page.wait_for_load_state()
    expect(page.locator(".line .mark")).to_have_count(2)
