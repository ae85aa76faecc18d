"""Written attacks on the interface's door: bombs, foreign pages, forged proofs, keys that are not good, double decisions."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kangban.api.rate import Limits
from kangban.journeys.accounts.keys import revoke_key
from tests.attacks.kept import kept
from tests.support.api_desk import ApiDesk
from tests.support.reviews import PLACES
from tests.support.two_families import town

NEW = {"name": "某人", "consent": True}
WEIGHT = {"type": "Observation", "code": "weight", "value": 50, "unit": "kg"}
KEY = {"name": "k", "scopes": ["view", "medicines"], "expires_at": "2026-06-01T00:00:00Z"}
LIMITS = Limits(wrong_per_minute=10)


@pytest.fixture
async def desk() -> AsyncIterator[ApiDesk]:
    """The interface before two families."""
    async with town() as here:
        yield here.desk


BOMBS = {
    "ten thousand arrays in each other": b'{"text":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "ten thousand objects in each other": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a number of ten thousand digits": b'{"text":' + b"9" * 10_000 + b"}",
    "a number beyond floats": b'{"text":"x","person":{"weight_kg":1e999}}',
    "not a number": b'{"text":"x","person":{"weight_kg":NaN}}',
    "infinity": b'{"text":"x","person":{"weight_kg":-Infinity}}',
    "a key twice": '{"text":"头疼","text":"胸口疼"}'.encode(),
    "a key twice deep inside": b'{"text":"x","person":{"age_years":4,"age_years":40}}',
    "half of a surrogate pair": b'{"text":"\\ud800"}',
    "a NUL in a text": b'{"text":"a\\u0000b"}',
    "bytes that are no UTF-8": b'{"text":"\xff\xfe"}',
    "another encoding": '{"text":"头疼"}'.encode("utf-16"),
    "two objects": b'{"text":"x"}{"text":"y"}',
    "an array for an object": b'["x"]',
    "nothing": b"",
    "a comment": b'{"text":"x"/* hello */}',
    "true for a text": b'{"text":true}',
    "a date that is none": b'{"text":"x","person":{"observations":[{"code":"k","value":1,"at":"yesterday"}]}}',
    "an age before birth": b'{"text":"x","person":{"age_years":-1}}',
}


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS.keys())
async def test_a_body_that_is_no_plain_object_is_refused_at_once(desk: ApiDesk, raw: bytes) -> None:
    begun = time.monotonic()
    got = await desk.call("POST", "/triage", "ma", raw=raw)
    assert (got.status, got.code) == (422, "invalid_input"), got.text
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),  # what a foreign page may send without asking
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "application/json", "Origin": "https://evil.example"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Origin": "http://localhost.evil.example"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_what_a_foreign_page_can_send_is_refused(desk: ApiDesk, headers: dict[str, str], status: int) -> None:
    raw = json.dumps({"name": "某人", "consent": True}).encode()
    assert (await desk.call("POST", "/members", "ma", raw=raw, headers=headers)).status == status


@pytest.mark.parametrize("proof", ["", "x", "0.0", ".", "a.b.c", "é.x", "0" * 300, "00.{other}", "{other}"])
async def test_a_change_by_cookie_needs_this_sessions_proof(desk: ApiDesk, proof: str) -> None:
    sent = proof.replace("{other}", await desk.proof("ba"))
    got = await desk.call(
        "POST", "/members", "ma", body=NEW, proof=False, headers={"X-Kangban-CSRF": sent.encode("latin-1")}
    )
    assert got.status == 403
    assert "某人" not in (await desk.call("GET", "/members", "ma")).text


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "HEAD2"])
async def test_other_methods_do_nothing_and_promise_nothing(desk: ApiDesk, method: str) -> None:
    got = await desk.call(method, "/members", "ma", headers={"Origin": "http://localhost"})
    assert got.status == 405
    assert got.headers["allow"] == "GET, HEAD, POST"
    assert not [name for name in got.headers if name.startswith("access-control")]


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
async def test_a_method_cannot_be_put_over_another(name: str) -> None:
    async with town() as here:
        got = await here.call("GET", "/members/{nainai}", "ma", headers={name: "DELETE"})
        assert got.status == 200
        assert (await here.call("GET", "/members/{nainai}", "ma")).status == 200


async def test_a_key_and_a_session_at_once_are_neither() -> None:
    async with town() as here:
        key = await here.desk.key("ma")
        assert (await here.call("GET", "/members", key=key)).status == 200
        assert (await here.call("GET", "/members", "ma", key=key)).status == 401
        assert (await here.call("GET", "/members", "ma", key="kb_wrong")).status == 401


@pytest.mark.parametrize("told", ["", "Bearer", "Bearer ", "Bearer kb_", "Basic bWE6eA==", "bearer  {key}", "{key}", "Bearer {key}x", "Bearer {KEY}", "Token {key}"])  # fmt: skip
async def test_only_a_whole_key_opens(told: str) -> None:
    async with town() as here:
        key = await here.desk.key("ma")
        header = told.replace("{key}", key).replace("{KEY}", key.upper())
        got = await here.call("GET", "/members", headers={"Authorization": header} if header else {})
        assert got.status == 401
        assert "bearer" in got.headers["www-authenticate"].lower()
        assert key not in got.text


async def test_a_revoked_an_expired_and_an_orphaned_key_open_nothing() -> None:
    async with town() as here:
        gate = here.family.opened.gate
        revoked, orphan, late = [await here.desk.key(who) for who in ("ma", "ba", "dr")]
        house = await here.as_("ma")
        await revoke_key(gate, house.actor, (await gate.accounts.keys("ma"))[0].id)
        await gate.accounts.remove_membership("m-ba")
        assert [(await here.call("GET", "/me", key=k)).status for k in (revoked, orphan, late)] == [401, 401, 200]
        here.family.clock.move(timedelta(days=31))
        assert (await here.call("GET", "/me", key=late)).status == 401


SCOPED = [
    (("view", "medicines"), "GET", "/members/{nainai}/export", None, 403),
    (("view", "medicines"), "POST", "/members/{nainai}/entries", {"body": WEIGHT}, 403),
    (("view", "medicines"), "POST", "/members/{nainai}/ask", {"text": "头疼"}, 403),
    (("view", "medicines"), "GET", "/audit", None, 403),
    (("view", "medicines"), "DELETE", "/members/{nainai}", None, 403),
    (("view", "write", "medicines"), "POST", "/members/{nainai}/entries", {"body": WEIGHT}, 403),
    (("export", "medicines"), "GET", "/notices", None, 403),
    (("view", "identity"), "GET", "/keys", None, 403),
    (("view", "identity"), "POST", "/keys", KEY, 403),
    (("view", "identity"), "GET", "/memberships", None, 403),
    (("view", "identity"), "POST", "/invitations", {"role": "adult"}, 403),
    (("view", "identity"), "POST", "/calendars", {"name": "x"}, 403),
    (("view", "consents"), "POST", "/members/{nainai}/consents", {"scope": "training"}, 403),
    (("view", "identity"), "POST", "/members/{nainai}/break-glass", {"reason": "just looking around"}, 403),
]


@pytest.mark.parametrize(("scopes", "method", "path", "body", "refused"), SCOPED)
async def test_a_key_does_what_it_was_made_for(scopes: Any, method: str, path: str, body: Any, refused: int) -> None:
    async with town() as here:
        key = await here.desk.key("ma", scopes)
        before = await kept(here)
        assert (await here.call(method, path, key=key, body=body)).status == refused
        assert await kept(here) == before


async def test_a_key_that_sees_medicines_sees_no_conversation() -> None:
    async with town() as here:
        await here.family.ask("今天去看医生。")
        key = await here.desk.key("ma", ("view", "medicines"))
        kinds = {e["kind"] for e in (await here.call("GET", "/members/{nainai}/entries", key=key)).json["entries"]}
        assert kinds <= {"Patient", "MedicationRequest", "MedicationStatement"}
        assert (await here.call("GET", "/members/{nainai}/conversation", key=key)).json == {"exchanges": []}


async def test_two_decisions_release_one_answer() -> None:
    async with town() as here:
        held = await here.family.held()
        body = {"version": held.entry.id, "decision": "reject", "reason": "unsafe"}
        path = f"/reviews/{held.item.answer_id}/decision"
        first = await here.desk.call("POST", path, "dr", body=body)
        assert first.status == 200, first.text
        for who in ("dr2", "dr"):  # another reviewer, and the same request again
            assert (await here.desk.call("POST", path, who, body=body)).status == 409
        released = [e for e in await here.family.doors.records.entries("home", include_superseded=True)
                    if e.id.startswith("released")]  # fmt: skip
        assert len(released) == 1


async def test_the_one_who_asked_does_not_review_it() -> None:
    async with town() as here:
        held = await here.family.held(who="ma")
        doors = here.family.doors
        await doors.accounts.put_membership(msgspec.structs.replace(PLACES["dr"], id="m-ma", account_id="ma"))
        got = await here.desk.call("GET", f"/reviews/{held.item.answer_id}", "ma")
        assert got.status in (403, 404)


async def test_a_decision_on_another_review_than_the_address_names_is_refused() -> None:
    async with town() as here:
        one, two = await here.family.held(), await here.family.held(client_id="c2")
        body = {"version": two.entry.id, "decision": "reject", "reason": "unsafe"}
        got = await here.desk.call("POST", f"/reviews/{one.item.answer_id}/decision", "dr", body=body)
        assert (got.status, got.json["error"]["field"]) == (422, "version")


async def test_too_many_too_fast_are_told_to_wait() -> None:
    async with town() as here:
        slow = ApiDesk(here.family.opened.house, here.family.opened.gate, msgspec.structs.replace(LIMITS, per_minute=5))
        got = [(await slow.call("GET", "/me", "ma")).status for _ in range(8)]
        assert got.count(429) == 3
        told = await slow.call("GET", "/me", "ma")
        assert (told.code, int(told.headers["retry-after"]) > 0) == ("too_many", True)
        assert (await slow.call("GET", "/me", "ba")).status == 200, "others go on"
        wrong = [(await slow.call("GET", "/me", key=f"kb_{n}")).status for n in range(12)]
        assert wrong.count(429) == 2
        assert (await slow.call("GET", "/me", key=await here.desk.key("ba"))).status == 200


async def test_more_than_the_body_may_hold_is_not_read() -> None:
    async with town() as here:
        assert (await here.call("POST", "/triage", "ma", raw=b" " * 300_000)).status == 413
        lied = {"Content-Length": "5", "Content-Type": "application/json"}
        assert (await here.call("POST", "/triage", "ma", raw=b" " * 300_000, headers=lied)).status == 413
