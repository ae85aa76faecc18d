"""Codes of an authenticator app and recovery codes: each good once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pyotp
import pytest

from kangban.clinical.access import Actor
from kangban.journeys.accounts import totp
from kangban.journeys.accounts.administering import list_accounts
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.accounts.login import find_actor, log_in
from kangban.journeys.accounts.resetting import drop_second_factor
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, InvalidInput, KangbanError, NotPermitted
from tests.support.gates import GOOD, actor_named, clock_of, memory_gate, opened_gate, said, started, with_first
from tests.support.stores import POSTGRES

STEP = timedelta(seconds=30)
HERE = local_actor("home", "cli")


def code_at(gate: Gate, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(gate.clock.now() + steps * STEP)


async def turned_on(gate: Gate, actor: Actor) -> tuple[str, tuple[str, ...]]:
    secret, uri = await totp.begin(gate, actor)
    assert uri.startswith("otpauth://totp/")
    assert secret in uri
    return secret, await totp.confirm(gate, actor, secret, code_at(gate, secret))


async def entering(gate: Gate, code: str) -> str:
    return await said(log_in(gate, login="zhang", password=GOOD, code=code))


async def test_a_code_is_needed_and_only_after_the_password() -> None:
    gate, actor = await started()
    secret, _ = await turned_on(gate, actor)
    clock_of(gate).move(STEP)
    assert await entering(gate, "") == "error.code_needed"
    assert await said(log_in(gate, login="zhang", password="wrong", code="")) == "error.login_wrong"
    entered = await log_in(gate, login="zhang", password=GOOD, code=code_at(gate, secret))
    assert entered.session.strong


async def test_the_code_of_the_confirmation_and_any_used_one_is_refused() -> None:
    gate, actor = await started()
    secret, _ = await turned_on(gate, actor)
    assert await entering(gate, code_at(gate, secret)) == "error.code_wrong"
    clock_of(gate).move(STEP)
    code = code_at(gate, secret)
    assert await entering(gate, code) == ""
    assert await entering(gate, code) == "error.code_wrong"
    assert await entering(gate, code_at(gate, secret, -1)) == "error.code_wrong", "an older step than the last"
    clock_of(gate).move(-STEP)
    assert await entering(gate, code_at(gate, secret)) == "error.code_wrong", "the clock went back"


@pytest.mark.parametrize("steps", [-1, 1])
async def test_a_phone_half_a_minute_off_is_let_in(steps: int) -> None:
    gate, actor = await started()
    secret, _ = await turned_on(gate, actor)
    clock_of(gate).move(5 * STEP)
    assert await entering(gate, code_at(gate, secret, steps)) == ""


@pytest.mark.parametrize(
    "code", ["000000", "12345", "1234567", "１２３４５６", "abcdef", "x" * 1000, "\ud800", "-1", " "]
)
async def test_a_wrong_code_is_refused(code: str) -> None:
    gate, actor = await started()
    await turned_on(gate, actor)
    clock_of(gate).move(10 * STEP)
    wanted = "error.code_needed" if not code.strip() else "error.code_wrong"
    assert await entering(gate, code) == wanted


async def test_guessing_codes_locks_like_guessing_passwords() -> None:
    gate, actor = await started()
    secret, _ = await turned_on(gate, actor)
    answers: list[str] = []
    for _ in range(9):
        clock_of(gate).move(STEP)
        answers.append(await entering(gate, "000000" if code_at(gate, secret) != "000000" else "111111"))
    assert answers == ["error.code_wrong"] * 7 + ["error.login_locked"] * 2
    assert await entering(gate, code_at(gate, secret)) == "error.login_locked"


async def test_ten_recovery_codes_each_let_in_once() -> None:
    gate, actor = await started()
    secret, codes = await turned_on(gate, actor)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}", each) for each in codes)
    kept = msgspec.json.encode(await gate.accounts.accounts()).decode()
    assert all(each not in kept and each.replace("-", "") not in kept for each in codes)
    assert await entering(gate, codes[0].upper().replace("-", " ")) == ""
    assert await entering(gate, codes[0]) == "error.code_wrong"
    assert await entering(gate, codes[1]) == ""
    assert secret not in repr(await list_accounts(gate, HERE))


@pytest.mark.parametrize("kind", ["memory", "sqlite", POSTGRES])
async def test_two_with_one_code_at_the_same_time_get_one_login(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as gate:
        await with_first(gate)
        secret, _ = await turned_on(gate, await actor_named(gate, "zhang"))
        clock_of(gate).move(2 * STEP)
        programs = [msgspec.structs.replace(gate, throttle=type(gate.throttle)()) for _ in range(4)]
        code = code_at(gate, secret)
        answers = await asyncio.gather(*(entering(each, code) for each in programs))
        assert answers.count("") == 1, answers


async def test_turning_it_on_needs_a_right_code_and_ends_other_sessions() -> None:
    gate, actor = await started()
    other = await log_in(gate, login="zhang", password=GOOD)
    secret, _ = await totp.begin(gate, actor)
    for bad_secret, code in ((secret, "000000"), ("", "000000"), ("not base32 !!", "123456"), ("A" * 4000, "123456")):
        with pytest.raises(InvalidInput):
            await totp.confirm(gate, actor, bad_secret, code)
    await totp.confirm(gate, actor, secret, code_at(gate, secret))
    assert await find_actor(gate, other.token, door="page") is None
    with pytest.raises(Conflict):
        await totp.begin(gate, actor)


async def test_turning_it_off_needs_the_password_or_an_administrator() -> None:
    gate, actor = await started()
    await turned_on(gate, actor)
    with pytest.raises(NotPermitted):
        await totp.drop(gate, actor, "wrong")
    await totp.drop(gate, actor, GOOD)
    assert await entering(gate, "") == ""
    actor = await actor_named(gate, "zhang")
    await turned_on(gate, actor)
    with pytest.raises(NotPermitted):
        await drop_second_factor(gate, local_actor("home", "page"), actor.account_id)
    await drop_second_factor(gate, HERE, actor.account_id)
    assert await entering(gate, "") == ""


async def test_a_program_that_cannot_check_codes_lets_nobody_in_who_has_them() -> None:
    gate, actor = await started()
    await turned_on(gate, actor)
    blind = msgspec.structs.replace(gate, codes=None)
    with pytest.raises(KangbanError) as refused:
        await log_in(blind, login="zhang", password=GOOD, code="123456")
    assert refused.value.code == "unavailable"
    assert memory_gate().codes is not None
