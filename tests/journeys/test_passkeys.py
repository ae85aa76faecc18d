"""Passkeys: made while logged in, a login of their own, each challenge good once."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.webauthn_keys import WebauthnKeys
from kangban.clinical.access import Actor
from kangban.journeys.accounts import passkeys
from kangban.journeys.accounts.administering import end_account, lock
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.accounts.login import find_actor
from kangban.journeys.gate import Gate
from kangban.kernel.errors import KangbanError, NotFound, NotPermitted
from tests.support.gates import GOOD, actor_named, clock_of, memory_gate, opened_gate, said, with_first, with_person
from tests.support.soft_passkey import PRESENT, SoftPasskey
from tests.support.stores import POSTGRES

HERE = local_actor("home", "cli")


async def opened() -> tuple[Gate, Actor]:
    gate = memory_gate(passkeys=WebauthnKeys())
    await with_first(gate)
    return gate, await actor_named(gate, "zhang")


async def added(gate: Gate, actor: Actor) -> SoftPasskey:
    device = SoftPasskey()
    options = await passkeys.begin_adding(gate, actor, GOOD)
    await passkeys.finish_adding(gate, actor, device.make(options), "手机")
    return device


async def entering(gate: Gate, device: SoftPasskey, **more: object) -> str:
    options = await passkeys.begin_login(gate)
    return await said(passkeys.finish_login(gate, device.answer(options, **more)))  # pyright: ignore[reportArgumentType]


async def test_a_passkey_is_made_and_lets_its_owner_in_with_two_factors() -> None:
    gate, manager = await opened()
    device = await added(gate, manager)
    entered = await passkeys.finish_login(gate, device.answer(await passkeys.begin_login(gate)))
    actor = await find_actor(gate, entered.token, door="page")
    assert actor is not None
    assert (actor.account_id, entered.session.strong) == (manager.account_id, True)
    (kept,) = await passkeys.list_passkeys(gate, manager)
    assert (kept.name, kept.sign_count) == ("手机", 1)


async def test_making_one_needs_the_password() -> None:
    gate, manager = await opened()
    with pytest.raises(NotPermitted):
        await passkeys.begin_adding(gate, manager, "wrong")


async def test_an_answer_is_good_once_and_for_five_minutes() -> None:
    gate, manager = await opened()
    device = await added(gate, manager)
    answer = device.answer(await passkeys.begin_login(gate))
    assert await said(passkeys.finish_login(gate, answer)) == ""
    assert await said(passkeys.finish_login(gate, answer)) == "error.passkey_refused"
    late = device.answer(await passkeys.begin_login(gate))
    clock_of(gate).move(timedelta(minutes=5))
    assert await said(passkeys.finish_login(gate, late)) == "error.passkey_refused"


@pytest.mark.parametrize(
    "lie",
    [
        "origin",
        "host",
        "type",
        "own challenge",
        "unverified",
        "count back",
        "other key",
        "other user",
        "no user",
        "making",
    ],
)
async def test_an_answer_that_does_not_fit_is_refused(lie: str) -> None:
    gate, manager = await opened()
    made = await with_person(gate, manager, "mama", "adult")
    device = await added(gate, manager)
    more: dict[str, object] = {}
    if lie == "origin":
        more["origin"] = "https://evil.example"
    elif lie == "host":
        device.host = "evil.example"
    elif lie == "type":
        more["type"] = "webauthn.create"
    elif lie == "own challenge":
        more["challenge"] = "A" * 43
    elif lie == "unverified":
        device.flags = PRESENT
    elif lie == "count back":
        device.count = 5
        assert await entering(gate, device) == ""
        device.count = 1
    elif lie == "other key":
        device.key = SoftPasskey().key
    elif lie == "other user":
        more["user"] = made.id.encode()
    elif lie == "no user":
        more["user"] = b""
    else:
        adding = await passkeys.begin_adding(gate, manager, GOOD)
        more["challenge"] = json.loads(adding)["challenge"]
    assert await entering(gate, device, **more) == "error.passkey_refused"


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "x" * 100_000, '{"id":1}', '{"id":"a","rawId":"a","response":{}}']
)
async def test_what_is_no_answer_is_refused_and_breaks_nothing(answer: str) -> None:
    gate, manager = await opened()
    for attempt in (passkeys.finish_login(gate, answer), passkeys.finish_adding(gate, manager, answer, "x")):
        with pytest.raises(KangbanError) as refused:
            await attempt
        assert refused.value.code in ("not_permitted", "invalid_input")


async def test_a_passkey_of_another_cannot_be_written_over_seen_or_removed() -> None:
    gate, manager = await opened()
    await with_person(gate, manager, "mama", "adult")
    hers = await actor_named(gate, "mama")
    device = await added(gate, manager)
    thief = SoftPasskey()
    thief.id = device.id
    await passkeys.finish_adding(gate, hers, thief.make(await passkeys.begin_adding(gate, hers, GOOD)), "x")
    assert await entering(gate, device) == ""
    (own,) = await passkeys.list_passkeys(gate, manager)
    with pytest.raises(NotFound):
        await passkeys.remove(gate, hers, own.id)
    await passkeys.remove(gate, manager, own.id)
    assert await entering(gate, device) == "error.passkey_refused"


async def test_a_challenge_of_one_account_makes_no_passkey_for_another() -> None:
    gate, manager = await opened()
    await with_person(gate, manager, "mama", "adult")
    hers = await actor_named(gate, "mama")
    answer = SoftPasskey().make(await passkeys.begin_adding(gate, manager, GOOD))
    assert await said(passkeys.finish_adding(gate, hers, answer, "x")) == "error.passkey_refused"


async def test_guessing_locks_the_account_like_passwords_do() -> None:
    gate, manager = await opened()
    device = await added(gate, manager)
    device.key = SoftPasskey().key
    answers: list[str] = []
    for _ in range(9):
        clock_of(gate).move(timedelta(seconds=30))
        answers.append(await entering(gate, device))
    assert answers == ["error.passkey_refused"] * 7 + ["error.login_locked"] * 2


@pytest.mark.parametrize("shut", [lock, end_account])
async def test_whoever_is_shut_out_stays_out(shut: object) -> None:
    gate, manager = await opened()
    made = await with_person(gate, manager, "mama", "adult")
    device = await added(gate, await actor_named(gate, "mama"))
    await shut(gate, HERE, made.id)  # pyright: ignore[reportCallIssue]
    assert await entering(gate, device) in ("error.login_locked", "error.passkey_refused")


@pytest.mark.parametrize("kind", ["memory", "sqlite", POSTGRES])
async def test_one_answer_sent_twice_at_once_is_one_login(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as bare:
        gate = msgspec.structs.replace(bare, passkeys=WebauthnKeys())
        await with_first(gate)
        device = await added(gate, await actor_named(gate, "zhang"))
        answer = device.answer(await passkeys.begin_login(gate))
        programs = [msgspec.structs.replace(gate, throttle=type(gate.throttle)()) for _ in range(4)]
        answers = await asyncio.gather(*(said(passkeys.finish_login(each, answer)) for each in programs))
        assert sorted(answers)[0] == ""
        assert answers.count("") == 1


async def test_without_passkeys_or_an_address_none_are_offered() -> None:
    gate, _ = await opened()
    for without in (msgspec.structs.replace(gate, passkeys=None), msgspec.structs.replace(gate, base_url="")):
        assert await said(passkeys.begin_login(without)) == "error.no_passkeys"
