"""A browser, a server with the demo family, and pages that record what they ask for and complain about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.model_server import ModelServer, running_model_server
from tests.support.outside import chromium_path
from tests.support.web_guest import administrator, lend_cookies
from tests.support.web_server import WebServer, running_server

expect.set_options(timeout=20_000)  # a machine that does other things too


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
        one = playwright.chromium.launch(executable_path=path, headless=True, args=quiet)
        yield one
        one.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    chromium_path()
    with running_server(tmp_path_factory.mktemp("demo"), "--demo") as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", color_scheme="light")
    context.set_default_timeout(20_000)
    one = context.new_page()
    one.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    yield one
    context.close()


@pytest.fixture
def fresh(tmp_path: Path, page: Page) -> Iterator[WebServer]:
    """An empty family; its administrator is logged in in the page's browser."""
    with running_server(tmp_path) as server:
        lend_cookies(page, administrator(server))
        yield server


@pytest.fixture
def somebody(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of one person, who may open several pages."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    """A model server that plays what a test sets."""
    with running_model_server() as one:
        yield one


@pytest.fixture(scope="module")
def server(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """The demo, with the scripted model allowed by the operator."""
    allowed = model.base.removeprefix("http://")
    with running_server(tmp_path_factory.mktemp("workshop"), "--demo", KANGBAN_FETCH_ALLOW=allowed) as one:
        yield one
