"""The cabinet in a browser: a dose on one tap and back, what keeps how long, who may take what, the list on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.web_server import WebServer, running_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    folder: Path = tmp_path_factory.mktemp("cabinet")
    with running_server(folder, "--demo") as server:
        yield server


def test_a_dose_on_one_tap_is_summed_and_taken_back(page: Page, own_demo: WebServer) -> None:
    page.goto(f"{own_demo.address}/cabinet?who=nainai")
    row = page.locator(".rows.pick li").filter(has_text="对乙酰氨基酚片").first
    row.locator("input[name=dose]").fill("500 mg")
    row.get_by_role("button", name="记下奶奶吃了一次对乙酰氨基酚片").click()
    expect(page.locator(".sums")).to_contain_text("500 mg")
    expect(page.locator(".sums")).to_contain_text("2 g")
    cell = page.get_by_role("button", name="奶奶 · 对乙酰氨基酚片：别吃")
    cell.click()
    expect(page.locator("[data-result]")).to_contain_text("刚吃过")
    page.get_by_role("button", name="撤回 对乙酰氨基酚片 500 mg").click()
    expect(page.locator(".sums")).to_have_count(0)
    expect(page.get_by_role("button", name="奶奶 · 对乙酰氨基酚片：当心")).to_be_visible()


def test_days_are_warned_of_and_the_table_scrolls_on_a_phone(page: Page, own_demo: WebServer) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{own_demo.address}/cabinet?who=nainai")
    page.locator("#cabinet-name").fill("羟丙甲纤维素滴眼液")
    page.locator("input[name=expires_on]").fill("2030-01-01")
    page.locator("input[name=opened_on]").fill("2026-01-01")
    page.get_by_role("button", name="放进药箱").click()
    expect(page.locator(".rows.pick")).to_contain_text("开封太久")
    expect(page.locator(".matrix")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert (
        page.evaluate("(() => { const s = document.querySelector('.sheet'); return s.scrollWidth - s.clientWidth; })()")
        == 0
    )


def test_the_list_for_the_doctor_asks_the_outside_for_nothing(page: Page, own_demo: WebServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{own_demo.address}/medicine-list?who=nainai")
    expect(page.locator(".meds")).to_contain_text("华法林 3 mg")
    expect(page.locator(".meds svg")).to_be_visible()
    assert all(url.startswith(own_demo.address) for url in asked)
    missing = page.goto(f"{own_demo.address}/medicine-list?who=nobody")
    assert missing is not None
    assert missing.status == 404
