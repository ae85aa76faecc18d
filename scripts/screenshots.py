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

from kangban.journeys.demo.brain import examples  # noqa: E402
from tests.e2e.test_workshop import made as make_agent  # noqa: E402
from tests.e2e.test_workshop import opened as open_page  # noqa: E402
from tests.support.model_server import running_model_server  # noqa: E402
from tests.support.outside import chromium_path  # noqa: E402
from tests.support.report_files import BLOOD, lab_file, lab_page  # noqa: E402
from tests.support.web_guest import administrator, lend_cookies  # noqa: E402
from tests.support.web_held import add_member  # noqa: E402
from tests.support.web_server import WebServer, running_server  # noqa: E402
from tests.support.web_talk import MAIN_QUESTION, answered, ask, open_talk  # noqa: E402
from tests.support.workshop_model import calls, says  # noqa: E402

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


def desk(browser: Browser, server: WebServer, width: int) -> None:
    """A held answer as the family and as the doctor sees it, and what the doctor was told."""
    size = {"width": width, "height": SIZES[width]}
    context = browser.new_context(viewport=size, locale="zh-CN", color_scheme="light")  # type: ignore[arg-type]
    page = context.new_page()
    open_talk(page, server.address, "nainai")
    exchange = answered(ask(page, next(one.question for one in examples() if one.lang == "zh")))
    expect(exchange.locator(".urg.u0 small").first).to_be_visible()
    exchange.locator(".steps").evaluate("e => e.scrollIntoView()")
    picture(page, f"held-{width}")
    context.add_cookies([{"name": "kangban_demo_as", "value": "doctor", "url": server.address}])
    page.goto(f"{server.address}/desk")
    page.wait_for_function("window.socket && window.socket.connected")
    page.locator(".case").last.click()
    expect(page.locator(".held-text")).to_be_visible()
    picture(page, f"desk-{width}")
    page.locator("[data-key=e]").click()
    expect(page.locator("#act-reason")).to_be_focused()
    words = page.locator("textarea[name=text]")
    words.fill(words.input_value().replace("口服补液盐一次喝180毫升。", "补液盐小口慢喝，一天喝多少先问医生。"))
    expect(page.locator(".diff ins").first).to_be_visible()
    page.locator(".diff").evaluate("e => e.scrollIntoView({ block: 'end' })")
    picture(page, f"desk-edit-{width}")
    page.goto(f"{server.address}/notices")
    expect(page.locator(".rows li").first).to_be_visible()
    picture(page, f"notices-{width}")
    context.close()


def consents(browser: Browser, folder: Path) -> None:
    """Who may see what, in a family with accounts."""
    environment = {"KANGBAN_MODEL_URL": "http://127.0.0.1:9", "KANGBAN_MODEL_NAME": "qwen3-8b"}
    with running_server(folder, **environment, KANGBAN_MODEL_PLACE="mainland") as server:
        mama = administrator(server)
        for width in SIZES:
            context = browser.new_context(viewport={"width": width, "height": SIZES[width]}, locale="zh-CN")
            page = context.new_page()
            lend_cookies(page, mama)
            if width == min(SIZES):
                add_member(page, server, "奶奶", "1948-03-02")
            page.goto(f"{server.address}/sharing")
            picture(page, f"consents-{width}")
            page.goto(f"{server.address}/account/audit?check=1")
            picture(page, f"who-saw-{width}")
            context.close()


def bring(page: Page, server: WebServer, member: str, file: Path) -> str:
    """One report through the page's uploader; returns the address of its page."""
    page.goto(f"{server.address}/reports?who={member}")
    page.wait_for_function("window.socket && window.socket.connected")
    page.locator(".drop .q-uploader__input").set_input_files(str(file))
    page.wait_for_url("**/reports/**")
    expect(page.locator(".report-head")).to_be_visible()
    return page.url


def papers(browser: Browser, folder: Path) -> None:
    """Reports asked about, checked and explained; the library asked."""
    with running_server(folder / "house") as server:
        mama = administrator(server)
        first = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
        lend_cookies(first, mama)
        member = add_member(first, server, "李小满", "1984-01-05")
        add_member(first, server, "沈建国", "1980-01-05")
        early = (("血红蛋白", "121", "g/L", "115-150", ""), ("白细胞计数", "5.5", "10^9/L", "3.50-9.50", ""))
        bring(first, server, member, lab_file(folder, "early", lab_page(early, on="2025-09-01 08:00")))
        first.get_by_role("button", name="项都对").click()
        expect(first.locator(".report-head .mark")).to_have_text("已确认")
        odd = ("钾", "42", "mmol/L", "3.5-5.3", "↓")
        late = bring(first, server, member, lab_file(folder, "late", lab_page((odd, *BLOOD))))
        his = bring(first, server, member, lab_file(folder, "his", lab_page(name="沈建国", sex="男", age="46岁")))
        book = folder / "高血压手册.md"
        book.write_text("# 高血压手册\n\n高血压患者每天吃盐不超过5克。多吃蔬菜和水果。\n", "utf-8")
        first.goto(f"{server.address}/library")
        first.locator(".add-books summary").click()
        first.locator(".drop .q-uploader__input").set_input_files(str(book))
        expect(first.locator(".rows li").first).to_be_visible()
        for width in SIZES:
            context = browser.new_context(viewport={"width": width, "height": SIZES[width]}, locale="zh-CN")
            page = context.new_page()
            lend_cookies(page, mama)
            views = {"reports": f"{server.address}/reports?who={member}", "report-whose": his, "report-check": late}
            for name, address in {**views, "report-explained": f"{late}&view=explain"}.items():
                page.goto(address)
                expect(page.locator(".sec").first).to_be_visible()
                page.wait_for_timeout(2000)
                if name == "report-check":
                    page.keyboard.press("ArrowDown")
                picture(page, f"{name}-{width}")
            page.goto(f"{server.address}/library")
            page.wait_for_function("window.socket && window.socket.connected")
            page.locator("[name=question]").fill("高血压患者每天吃多少盐？")
            page.locator("[name=question]").press("Enter")
            expect(page.locator(".found-out .a")).to_be_visible()
            picture(page, f"library-{width}")
            context.close()


def workshop(browser: Browser, folder: Path) -> None:
    """An agent made, tried with a tool that asks first, its run laid open; a tool tried by itself."""
    with running_model_server() as model:
        allowed = model.base.removeprefix("http://")
        with running_server(folder, "--demo", KANGBAN_FETCH_ALLOW=allowed) as server:
            for width in SIZES:
                size = {"width": width, "height": SIZES[width]}
                context = browser.new_context(viewport=size, locale="zh-CN", color_scheme="light")  # type: ignore[arg-type]
                page = context.new_page()
                script = (
                    calls("calculator", {"expression": "6*7"}),
                    says("6 乘 7 等于 42。"),
                )
                make_agent(
                    page, server, "sums", model.plays("sum", *script), title="算一算", prompt="只算数，不给建议。"
                )
                picture(page, f"workshop-agent-{width}")
                open_page(page, server, "/workshop/try?agent=sums")
                exchange = ask(page, "6 乘 7 是多少？")
                expect(exchange.locator(".approve")).to_be_visible()
                picture(page, f"workshop-approve-{width}")
                exchange.locator(".approve").get_by_role("button", name="可以", exact=True).click()
                exchange.locator(".foot").wait_for()
                exchange.get_by_role("link", name="看这次记录").click()
                expect(page.locator(".trace")).to_be_visible()
                page.locator(".trace > .k-tool summary").first.click()
                picture(page, f"workshop-run-{width}")
                open_page(page, server, "/workshop/tools/check_medication")
                page.locator("[name='arg.medicines']").fill('[{"name": "华法林"}, {"name": "布洛芬"}]')
                page.get_by_role("button", name="运行", exact=True).click()
                page.locator(".result-of").scroll_into_view_if_needed()
                picture(page, f"workshop-tool-{width}")
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
            desk(browser, server, width)
        others(browser, server)
        consents(browser, Path(folder) / "consents")
        papers(browser, Path(folder))
        workshop(browser, Path(folder) / "workshop")
        browser.close()


if __name__ == "__main__":
    main()
