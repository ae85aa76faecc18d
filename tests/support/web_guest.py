"""A browser without a window: cookies kept, forms sent with the token their page carried."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.support.web_server import WebServer

PASSWORD = "three green boats"
HTML = {"Accept": "text/html", "Accept-Language": "zh-CN"}
_FORM = re.compile(r'name="form" value="([^"]+)"')


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status, self.headers, self.text = status, headers, text

    @property
    def to(self) -> str:
        """Where it leads."""
        return self.headers.get("Location", "")


class Guest:
    """One browser at one server."""

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        """Open an address, following nothing."""
        return self._send(path, None, headers)

    def send(self, path: str, page: str = "", **fields: str) -> Answer:
        """Post a form; its token is taken from `page` (default: the same address)."""
        found = _FORM.search(self.get(page or path).text)
        return self.post(path, form=found.group(1) if found else "", **fields)

    def post(self, path: str, **fields: str) -> Answer:
        """Post exactly these fields."""
        return self._send(path, urlencode(fields).encode(), {})

    def _send(self, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        cookie = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        given = {**HTML, **({"Cookie": cookie} if cookie else {}), **headers}
        status, told, text = self.server.get(path, given, body)
        for line in told.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        return Answer(status, told, text)

    def log_in(self, login: str, password: str = PASSWORD, **more: str) -> Answer:
        """Login and password."""
        return self.send("/login", login=login, password=password, **more)


def first_token(server: WebServer) -> str:
    """The token of the printed one-time link."""
    found = re.search(r"/first\?token=(\S+)", server.whole())
    assert found, server.whole()
    return found.group(1)


def administrator(server: WebServer, login: str = "mama", name: str = "妈妈") -> Guest:
    """Make the first account over HTTP; its browser is logged in."""
    guest = Guest(server)
    token = first_token(server)
    made = guest.send(
        "/first", page=f"/first?token={token}", token=token, login=login, name=name, password=PASSWORD, again=PASSWORD
    )
    assert made.status == 303, made.text
    return guest


def invited(manager: Guest, login: str, role: str, name: str = "帮手", **fields: str) -> Guest:
    """Invite somebody and accept in another browser."""
    told = manager.send("/people/invite", page="/people", role=role, **{"family": "home", **fields})
    found = re.search(r"/invite\?token=([\w-]+)", told.text)
    assert found, told.text
    guest, token = Guest(manager.server), found.group(1)
    done = guest.send(
        "/invite", page=f"/invite?token={token}", token=token, login=login, name=name, password=PASSWORD, again=PASSWORD
    )
    assert done.status == 303, done.text
    return guest


def lend_cookies(page: Page, guest: Guest) -> None:
    """The browser of a page becomes that of a guest."""
    address = guest.server.address
    page.context.add_cookies([{"name": k, "value": v, "url": address} for k, v in guest.cookies.items()])
