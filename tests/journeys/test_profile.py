"""What an account says of itself."""

from __future__ import annotations

import pytest

from kangban.journeys.accounts.local import demo_actor, local_actor
from kangban.journeys.accounts.profile import set_name, set_notify_url
from tests.support.gates import happened, said, started

SECRET = "mailtos://me:planted-secret@mail.example"


async def test_a_name_is_changed_once_and_noted() -> None:
    gate, actor = await started()
    before = len(await happened(gate))
    for _ in range(2):
        await set_name(gate, actor, "  李敏 ")
    account = await gate.accounts.find_account(id=actor.account_id)
    assert account is not None
    assert account.name == "李敏"
    assert (await happened(gate))[before:] == ["account.changed"]
    for bad in ("", "   ", "长" * 81, "a\nb"):
        assert await said(set_name(gate, actor, bad)) == "error.name_missing"


async def test_an_address_is_kept_and_never_told() -> None:
    gate, actor = await started()
    await set_notify_url(gate, actor, SECRET)
    account = await gate.accounts.find_account(id=actor.account_id)
    assert account is not None
    assert account.notify_url == SECRET
    assert "planted-secret" not in str(await gate.audit.chain(""))
    await set_notify_url(gate, actor, "")
    account = await gate.accounts.find_account(id=actor.account_id)
    assert account is not None
    assert account.notify_url == ""


@pytest.mark.parametrize(
    "bad", ["nothing", "://x", "mailto://", "ntfy://a b", "ntfy://a\r\nHost: b", "n" * 600 + "://x", "协议://x"]
)
async def test_what_is_no_address_is_refused(bad: str) -> None:
    gate, actor = await started()
    assert await said(set_notify_url(gate, actor, bad)) == "error.notify_url"


async def test_only_an_account_has_a_profile() -> None:
    gate, _ = await started()
    for actor in (demo_actor("home"), local_actor("home", "page")):
        assert await said(set_name(gate, actor, "x")) == "error.account_needed"
        assert await said(set_notify_url(gate, actor, SECRET)) == "error.account_needed"
