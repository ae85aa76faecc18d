"""Apprise behind the Messenger port, against a web service on this machine."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kangban.adapters import apprise_messenger
from kangban.adapters.apprise_messenger import AppriseMessenger, check_address, hosts_in
from kangban.app import make_messenger
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.settings import read_settings
from tests.support.inbox import Inbox


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.close()


async def test_it_arrives_with_title_and_text(inbox: Inbox) -> None:
    await AppriseMessenger().send(inbox.url, "康伴", "有一条回答在等你看")
    [message] = inbox.got
    assert (message["title"], message["message"]) == ("康伴", "有一条回答在等你看")


@pytest.mark.parametrize("status", [400, 403, 500, 503])
async def test_a_refusal_is_unavailable(inbox: Inbox, status: int) -> None:
    inbox.answer = status
    with pytest.raises(Unavailable):
        await AppriseMessenger().send(inbox.url, "康伴", "a")


async def test_nobody_there(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    inbox.close()
    with pytest.raises(Unavailable) as caught:
        await AppriseMessenger().send(f"{inbox.url}/topsecret", "康伴", "geheim")
    seen = f"{caught.value!r} {caught.value.__cause__} {caplog.text}"
    assert "topsecret" not in seen
    assert "geheim" not in seen


async def test_a_service_that_hangs_is_given_up(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_messenger, "TIMEOUT_S", 0.5)
    inbox.slow_s = 3
    before = time.monotonic()
    with pytest.raises(Unavailable):
        await AppriseMessenger().send(inbox.url, "康伴", "a")
    assert time.monotonic() - before < 2.5


BAD = (
    "",
    "nonsense",
    "http//x",
    "file:///etc/passwd",
    "syslog://localhost",
    "dbus://",
    "DBUS://",
    " windows://",
    "a" * 3000,
)


@pytest.mark.parametrize("address", BAD)
async def test_what_is_no_address_or_stays_on_the_server(address: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_address(address)
    assert not address or address not in caught.value.message
    with pytest.raises(Unavailable):
        await AppriseMessenger().send(address, "康伴", "a")


def test_addresses_of_services_are_taken() -> None:
    for address in (
        "json://127.0.0.1:9/box",
        "ntfy://ntfy.sh/topic",
        "mailto://user:pass@example.com",
        "gotify://home/token",
    ):
        check_address(address)


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("json://10.0.0.5:8080/a", [("10.0.0.5", 8080)]),
        ("json://user:pass@inner.lan", [("inner.lan", None)]),
        ("mailto://me:pw@mail.example?smtp=127.0.0.1:25", [("mail.example", None), ("127.0.0.1", 25)]),
        ("json://[::1]:99/", [("::1", 99)]),
    ],
)
def test_every_host_an_address_names_is_found(address: str, hosts: list[tuple[str, int | None]]) -> None:
    assert hosts_in(address) == hosts


async def test_an_address_inside_the_network_is_refused_before_anything_is_sent(inbox: Inbox, tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path, environ={})
    with pytest.raises(Unavailable):
        await make_messenger(settings).send(inbox.url, "康伴", "a")
    assert inbox.got == []


async def test_the_operator_may_allow_one_place_inside(inbox: Inbox, tmp_path: Path) -> None:
    place = f"127.0.0.1:{urlsplit(inbox.url).port}"
    settings = read_settings(data_dir=tmp_path, environ={"KANGBAN_FETCH_ALLOW": place})
    await make_messenger(settings).send(inbox.url, "康伴", "a")
    assert len(inbox.got) == 1
