"""A family with two doctors and a model whose words the guard holds, in real servers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.support.dialects import DONE, sse
from tests.support.model_server import ModelServer, play, running_model_server
from tests.support.web_guest import Guest, administrator, invited, lend_cookies
from tests.support.web_server import WebServer, running_server

QUESTION = "奶奶发烧了，补液盐一次喝多少？"
# Held for a number without a source; the words stand nowhere else.
PLANTED = "琥珀色风车磨坊第七盏铜灯笼摇晃着"
NUMBER = "口服补液盐一次喝180毫升。"
HELD = f"今天去看医生。\n{PLANTED}。\n{NUMBER}"


class Held:
    """The server and its people; each has a browser of their own."""

    def __init__(self, server: WebServer, browser: Browser, mama: Guest, doctors: tuple[Guest, ...]) -> None:
        self.server, self.mama, self.doctors = server, mama, doctors
        self._browser = browser

    def window(self, guest: Guest, width: int = 1280) -> Page:
        """A browser in which somebody is logged in."""
        context = self._browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        context.set_default_timeout(20_000)
        page = context.new_page()
        lend_cookies(page, guest)
        return page

    def desk(self, guest: Guest) -> Page:
        """The desk, connected, with an item open."""
        page = self.window(guest)
        page.goto(f"{self.server.address}/desk")
        expect(page.locator(".held-text")).to_be_visible()
        page.wait_for_function("window.socket && window.socket.connected")
        return page


def says(text: str) -> dict[str, Any]:
    """A play of a model that says exactly this."""

    def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})

    return play([chunk({"role": "assistant", "content": ""}), chunk({"content": text}), chunk({}, "stop"), DONE])


@contextlib.contextmanager
def held_family(folder: Path, browser: Browser, words: str = HELD) -> Iterator[Held]:
    """Start both servers; the first account is the manager, and there are two doctors."""
    with running_model_server() as models:
        environment = {"KANGBAN_MODEL_URL": models.plays("held", says(words)), "KANGBAN_MODEL_NAME": "loose-model"}
        with running_server(folder, **environment) as server:
            mama = administrator(server)
            doctors = tuple(doctor(mama, login, name) for login, name in (("dr1", "王医生"), ("dr2", "李医生")))
            yield Held(server, browser, mama, doctors)


def doctor(mama: Guest, login: str, name: str) -> Guest:
    """A doctor with a licence that holds."""
    licence = {"licence_number": f"D-{login}-0042", "licence_until": "2099-12-31", "topic.all": "yes"}
    return invited(mama, login, "doctor", name=name, **licence)


def add_member(page: Page, server: WebServer, name: str, born_on: str = "") -> str:
    """Add a member in the page's browser; returns the id."""
    page.goto(f"{server.address}/family")
    page.get_by_role("button", name="添加家人").first.click()
    form = page.locator("#record-form")
    form.locator("input[name=name]").fill(name)
    if born_on:
        form.locator("input[name=born_on]").fill(born_on)
    form.locator("input[name=health_consent]").check()
    form.locator("button[type=submit]").click()
    page.wait_for_url("**who=**")
    expect(page.locator(".sec h2").first).to_contain_text(name)
    return str(page.evaluate("new URL(location.href).searchParams.get('who')"))


__all__ = ["HELD", "NUMBER", "PLANTED", "QUESTION", "Held", "ModelServer", "add_member", "doctor", "held_family"]
