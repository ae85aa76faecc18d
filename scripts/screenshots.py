"""Pictures of the running program for the README: `python -m scripts.screenshots` writes docs/screenshots/*.png.

Needs Chromium and playwright; starts its own server with the demo family in a temporary directory.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.outside import chromium_path  # noqa: E402
from tests.support.web_server import WebServer, running_server  # noqa: E402
from tests.support.web_talk import MAIN_QUESTION, answered, ask, open_talk  # noqa: E402

PLACE = ROOT / "docs" / "screenshots"
SIZES = {360: 780, 1280: 900}
EMERGENCY = "突然胸口剧痛，出冷汗，喘不上气"


def picture(page: Page, name: str) -> None:
    """Write one picture once nothing moves any more."""
    page.wait_for_timeout(700)
    page.screenshot(path=PLACE / f"{name}.png", animations="disabled")
    print(name)


def round_trip(browser: Browser, server: WebServer, width: int) -> None:
    """Every page at one width."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]}, locale="zh-CN", color_scheme="light", has_touch=width < 700
    )
    page = context.new_page()
    open_talk(page, server.address, "xiaoyu")
    picture(page, f"welcome-{width}")
    open_talk(page, server.address)
    answer = answered(ask(page, MAIN_QUESTION))
    picture(page, f"answer-{width}")
    answer.locator(".find .cite").first.click()
    picture(page, f"source-{width}")
    open_talk(page, server.address, "yeye")
    answered(ask(page, EMERGENCY))
    picture(page, f"emergency-{width}")
    for path in ("family", "cabinet"):
        page.goto(f"{server.address}/{path}?who=nainai")
        expect(page.locator(".sec").first).to_be_visible()
        picture(page, f"{path}-{width}")
    page.locator(".rows.pick").locator("xpath=..").get_by_role("button", name="奶奶能吃吗").click()
    expect(page.locator("[data-result]")).to_be_visible()
    picture(page, f"cabinet-check-{width}")
    context.close()


def others(browser: Browser, server: WebServer) -> None:
    """Dark, and English."""
    for name, scheme, lang in (("dark", "dark", "zh"), ("english", "light", "en")):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        context.add_cookies([{"name": "kangban_lang", "value": lang, "url": server.address}])
        page = context.new_page()
        open_talk(page, server.address, "baba")
        words = "Can I take ibuprofen with aspirin?" if lang == "en" else "二甲双胍吃着，能喝酒吗？"
        answered(ask(page, words))
        picture(page, f"{name}-1280")
        context.close()


def main() -> None:
    """Take all pictures."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), "--demo") as server,
        sync_playwright() as p,
    ):
        browser = p.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-background-networking"]
        )
        for width in SIZES:
            round_trip(browser, server, width)
        others(browser, server)
        browser.close()


if __name__ == "__main__":
    main()
