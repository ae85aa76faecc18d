"""Boxes and inserts in a browser: photographed, typed as a code, compared, confirmed, taken back; on a phone, by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.support.drawn_pages import encoded, font
from tests.support.web_server import WebServer, running_server

pytestmark = pytest.mark.browser
CODE = "6901234567892"
INSERT = """【药品名称】
通用名称：虚构牌退热止痛片
【成份】每片含对乙酰氨基酚0.5克、虚构苷5毫克。
【用法用量】口服。成人一次1片。
【禁忌】孕妇禁用。
"""


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder: Path = tmp_path_factory.mktemp("boxes")
    with running_server(folder, "--demo") as server:
        yield server


def box_picture() -> bytes:
    image = Image.new("RGB", (1200, 800), "white")
    draw = ImageDraw.Draw(image)
    draw.text((80, 60), "虚构洛芬缓释胶囊", font=font(90), fill="black")
    for n, line in enumerate(("规格：0.3g", "国药准字H10900000", "产品批号：A240501", "有效期至：2029年04月")):
        draw.text((80, 260 + n * 90), line, font=font(44), fill="black")
    return encoded(image)


def other_ways(page: Page) -> None:
    page.get_by_text("拍药盒，或输条码").click()


def test_a_photographed_box_is_compared_put_in_and_taken_back(page: Page, own_demo: WebServer) -> None:
    page.goto(f"{own_demo.address}/cabinet?who=nainai")
    other_ways(page)
    drop = page.locator("[data-drop]").first
    drop.locator(".q-uploader__input").set_input_files(
        {"name": "box.png", "mimeType": "image/png", "buffer": box_picture()}
    )
    form = page.locator("#cabinet-form")
    expect(page.locator("#cabinet-name")).to_have_value("虚构洛芬缓释胶囊", timeout=90_000)
    expect(page.locator(".check .paper img")).to_be_visible()
    expect(form.locator("input[name=batch]")).to_have_value("A240501")
    expect(form.locator("input[name=expires_on]")).to_have_value("2029-04-30")
    form.locator("input[name=barcode]").fill(CODE)
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator("#cabinet-name").press("Enter")
    expect(page.locator(".rows.pick")).to_contain_text("A240501")
    expect(page.locator(".rows.pick")).to_contain_text("国药准字H10900000")
    page.locator("[data-undo=box]").click()
    expect(page.locator(".rows.pick")).not_to_contain_text("A240501")
    page.locator("form input[name=barcode]").first.fill(CODE)
    page.get_by_role("button", name="查条码").click()
    expect(page.locator("#cabinet-name")).to_have_value("虚构洛芬缓释胶囊")
    expect(form.locator("input[name=batch]")).to_have_value("")


def test_digits_that_do_not_fit_are_said_and_nothing_is_put_in(page: Page, own_demo: WebServer) -> None:
    page.goto(f"{own_demo.address}/cabinet?who=nainai")
    other_ways(page)
    page.locator("form input[name=barcode]").first.fill("6901234567893")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="条码数字对不上")).to_be_visible()


def test_an_insert_counts_from_its_confirmation_to_its_withdrawal(page: Page, own_demo: WebServer) -> None:
    page.goto(f"{own_demo.address}/cabinet?who=nainai")
    page.locator("#cabinet-name").fill("虚构牌退热止痛片")
    page.get_by_role("button", name="放进药箱").click()
    expect(page.get_by_role("button", name="奶奶 · 虚构牌退热止痛片：未收录")).to_be_visible()
    page.get_by_text("录一份说明书").click()
    page.locator("[data-drop]").last.locator(".q-uploader__input").set_input_files(
        {"name": "insert.txt", "mimeType": "text/plain", "buffer": INSERT.encode()}
    )
    one = page.locator("[data-insert]")
    expect(one).to_contain_text("等你确认")
    expect(one).to_contain_text("虚构苷")
    page.get_by_role("button", name="对过了，用来核对 虚构牌退热止痛片").click()
    expect(page.locator("[data-insert=confirmed]")).to_be_visible()
    # The table is drawn anew before the word at the foot of the page.
    expect(page.get_by_text("的说明书从现在起用来核对")).to_be_visible()
    page.locator(".matrix [aria-label^='奶奶 · 虚构牌退热止痛片']").click()
    expect(page.locator("[data-result]")).to_contain_text("依据：家人确认的说明书")
    expect(page.locator("[data-result]")).to_contain_text("虚构牌退热止痛片: 虚构苷")
    page.locator("[data-insert] button").get_by_text("撤回").click()
    page.get_by_text("确定撤回").click()
    expect(page.locator("[data-insert]")).to_have_count(0)
    expect(page.get_by_role("button", name="奶奶 · 虚构牌退热止痛片：未收录")).to_be_visible()
