"""What browser tests do again and again."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

MAIN_QUESTION = "奶奶在吃华法林，感冒发烧，家里有布洛芬和感冒灵，能吃吗？"


def open_talk(page: Page, address: str, member: str = "nainai") -> None:
    """The talk about a member, connected and ready."""
    page.goto(f"{address}/?who={member}")
    expect(page.locator("#question")).to_be_visible()
    page.wait_for_function("window.socket && window.socket.connected")


def ask(page: Page, text: str) -> Locator:
    """Write and press Enter; returns the new exchange."""
    page.wait_for_function("window.socket && window.socket.connected")
    before = page.locator(".talk .x").count()
    page.locator("#question").fill(text)
    page.locator("#question").press("Enter")
    expect(page.locator(".talk .x")).to_have_count(before + 1)
    return page.locator(".talk .x").nth(before)


def answered(exchange: Locator) -> Locator:
    """Wait for the whole answer."""
    expect(exchange.locator(".foot")).to_be_visible()
    return exchange
