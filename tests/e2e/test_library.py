"""The library in the browser: added with its licence, asked with its pages, found as passages, taken away; and by whom."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.drawn_pages import chinese, pdf
from tests.support.web_guest import Guest, invited, lend_cookies
from tests.support.web_held import doctor
from tests.support.web_server import WebServer

pytestmark = pytest.mark.browser
SALT = "高血压患者每天吃盐不超过5克"
BOOK = f"# 高血压手册\n\n## 饮食\n\n{SALT}。多吃蔬菜和水果。\n\n## 运动\n\n每周做有氧运动150分钟。\n"


def open_library(page: Page, server: WebServer) -> None:
    page.goto(f"{server.address}/library")
    page.wait_for_function("window.socket && window.socket.connected")


def add(page: Page, *files: Path, licence: str = "", tradition: bool = False) -> None:
    """Add files through the form; they are listed in the end."""
    if page.locator(".add-books[open]").count() == 0:
        page.locator(".add-books summary").click()
    page.locator("[name=licence]").fill(licence)
    page.locator("[name=tradition]").set_checked(tradition)
    page.locator("[name=title]").focus()  # leaves the field before: what was said of the files is told
    page.locator(".drop .q-uploader__input").set_input_files([str(one) for one in files])


def asked(page: Page, question: str) -> None:
    page.locator("[name=question]").fill(question)
    page.locator("[name=question]").press("Enter")
    expect(page.locator(".found-out .a")).to_be_visible()


def test_what_is_added_answers_with_its_page_and_licence_and_goes_again(
    page: Page, fresh: WebServer, tmp_path: Path
) -> None:
    leaf = pdf(chinese(50, 700, f"{SALT}。"), chinese(50, 700, "每周做有氧运动一百五十分钟。"))
    book, broken = tmp_path / "手册.pdf", tmp_path / "坏的.pdf"
    book.write_bytes(leaf)
    broken.write_bytes(b"%PDF-1.7 nothing")
    open_library(page, fresh)
    add(page, book, broken, licence="CC BY 4.0")
    shelf = page.locator("section[aria-labelledby=shelf-family]")
    expect(shelf.locator("li")).to_have_count(2)
    expect(page.locator(".job")).to_contain_text("读好了 1 份")
    row = shelf.locator("li", has_text="手册.pdf")
    expect(row).to_contain_text("2 页")
    expect(row).to_contain_text("许可：CC BY 4.0")
    expect(shelf.locator("li", has_text="坏的.pdf").locator(".wrong")).to_be_visible()

    asked(page, "高血压患者每天吃多少盐？")
    answer = page.locator(".found-out .a")
    expect(answer).to_contain_text(SALT)
    expect(answer).to_contain_text("第 1 页")
    expect(answer).to_contain_text("许可：CC BY 4.0")
    answer.locator(".cite").first.click()
    expect(page.locator(".rail .src[aria-current] blockquote")).to_contain_text(SALT)
    open_library(page, fresh)  # a question of its own, after none
    asked(page, "怎样给自行车换轮胎？")
    expect(answer).to_contain_text("没有找到")

    page.locator("[name=question]").fill("有氧运动")
    page.get_by_role("button", name="只找原文").click()
    expect(page.locator(".found-out .hit").first).to_contain_text("第 2 页")

    row.get_by_role("button", name="移除 手册.pdf").click()
    row.get_by_role("button", name="真的移除？").click()
    expect(shelf.locator("li")).to_have_count(1)
    page.locator("[name=question]").fill("有氧运动")
    page.get_by_role("button", name="只找原文").click()
    expect(page.locator(".found-out")).to_contain_text("没有找到")


def test_a_zip_is_opened_tradition_is_marked_and_equal_files_are_kept_once(
    page: Page, fresh: WebServer, tmp_path: Path
) -> None:
    packed = tmp_path / "资料.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/高血压手册.md", BOOK)
        archive.writestr("b/本草.md", "# 本草\n\n生姜性温，可以散寒。\n")
    open_library(page, fresh)
    add(page, packed, tradition=True)
    shelf = page.locator("section[aria-labelledby=shelf-family]")
    expect(shelf.locator("li .mark.soon")).to_have_count(2)
    expect(shelf).to_contain_text("许可：未知")
    expect(page.locator(".job")).to_contain_text("读好了 2 份")
    alone = tmp_path / "又一本.md"
    alone.write_text(BOOK, "utf-8")
    add(page, alone)
    expect(page.locator(".job")).to_contain_text("1 份原来就有")
    expect(shelf.locator("li")).to_have_count(2)
    asked(page, "生姜有什么作用？")
    expect(page.locator(".found-out .mark.soon").first).to_contain_text("传统医学")


def test_who_may_ask_who_may_add(page: Page, fresh: WebServer, tmp_path: Path) -> None:
    mama = Guest(fresh)
    mama.cookies = {one["name"]: one["value"] for one in page.context.cookies()}  # type: ignore[typeddict-item]
    helper, physician = invited(mama, "aunt", "helper"), doctor(mama, "dr1", "王医生")
    book = tmp_path / "高血压手册.md"
    book.write_text(BOOK, "utf-8")
    open_library(page, fresh)
    add(page, book)
    expect(page.locator(".job")).to_contain_text("读好了 1 份")
    page.context.clear_cookies()
    lend_cookies(page, helper)
    open_library(page, fresh)
    expect(page.locator("section[aria-labelledby=shelf-family] li")).to_have_count(1)
    expect(page.locator("section[aria-labelledby=shelf-professional]")).to_have_count(0)
    expect(page.locator(".add-books")).to_have_count(0)
    expect(page.get_by_role("button", name="移除 高血压手册.md")).to_have_count(0)
    asked(page, "高血压患者每天吃多少盐？")
    expect(page.locator(".found-out .a")).to_contain_text(SALT)

    page.context.clear_cookies()
    lend_cookies(page, physician)
    open_library(page, fresh)
    leaf = tmp_path / "指南.md"
    leaf.write_text("# 指南\n\n糖尿病患者每年查一次眼底。\n", "utf-8")
    add(page, leaf)
    expect(page.locator("section[aria-labelledby=shelf-professional] li")).to_have_count(1)
    expect(page.get_by_role("button", name="移除 高血压手册.md")).to_have_count(0)
