"""Coming in with login and password: waits, locks, sessions, and what an outsider cannot learn."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.journeys.accounts.administering import end_account, lock, unlock
from kangban.journeys.accounts.inviting import end_membership
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.accounts.login import choose_family, end_all, find_actor, log_in, log_out
from kangban.journeys.accounts.resetting import change_password, reset_link, reset_password
from kangban.journeys.accounts.sessions import end_session, list_sessions
from kangban.journeys.gate import Gate
from kangban.kernel.errors import KangbanError, NotFound, NotPermitted
from tests.support.gates import (
    GOOD,
    OTHER,
    actor_named,
    clock_of,
    happened,
    memory_gate,
    opened_gate,
    passwords_of,
    with_first,
    with_person,
)
from tests.support.stores import POSTGRES

HERE = local_actor("home", "cli")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def key_of(gate: Gate, login: str, password: str, **more: str) -> str:
    """The key of the refusal, "" for a login that worked."""
    try:
        await log_in(gate, login=login, password=password, **more)
    except KangbanError as error:
        return error.key
    return ""


async def wrong_times(gate: Gate, login: str, times: int) -> list[str]:
    """Wrong passwords with enough time between them."""
    said: list[str] = []
    for _ in range(times):
        said.append(await key_of(gate, login, "not the password"))
        clock_of(gate).move(timedelta(seconds=20))
    return said


async def test_a_login_gives_an_actor_with_role_and_family() -> None:
    gate = memory_gate()
    made = await with_first(gate)
    entered = await log_in(gate, login="  ZHANG ", password=GOOD)
    actor = await find_actor(gate, entered.token, door="api")
    assert actor is not None
    assert (actor.account_id, actor.role, actor.family_id, actor.door) == (made.id, "manager", "home", "api")
    assert actor.session_id == entered.session.id != entered.token
    assert "login.done" in await happened(gate)


async def test_only_the_hash_of_a_token_is_kept_and_every_login_has_a_fresh_one() -> None:
    gate = memory_gate()
    made = await with_first(gate)
    tokens = {(await log_in(gate, login="zhang", password=GOOD)).token for _ in range(3)}
    kept = msgspec.json.encode([await gate.accounts.sessions(made.id), await gate.accounts.accounts()]).decode()
    assert len(tokens) == 3
    assert all(len(token) >= 43 and token not in kept for token in tokens)
    assert await find_actor(gate, next(iter(await gate.accounts.sessions(made.id))).id, door="page") is None


@pytest.mark.parametrize("typed", ["nobody", "", "zh ang", "张" * 300, "a\ud800b", "x' OR 1=1 --", "zhang\0"])
async def test_unknown_and_odd_logins_take_the_same_work_and_words(typed: str) -> None:
    gate = memory_gate()
    await with_first(gate)
    counted = passwords_of(gate)
    counted.verified.clear()
    known = await key_of(gate, "zhang", "wrong")
    after_known = len(counted.verified)
    unknown = await key_of(gate, typed, "wrong")
    assert (known, unknown) == ("error.login_wrong", "error.login_wrong")
    assert (after_known, len(counted.verified)) == (1, 2)
    assert counted.verified[1] == "", "nobody's hash is compared with"


@pytest.mark.parametrize("password", ["", "x" * 257, "x" * 100_000, "\ud800" * 12, GOOD + " ", GOOD.upper()])
async def test_what_is_no_password_is_compared_all_the_same(password: str) -> None:
    gate = memory_gate()
    await with_first(gate)
    passwords_of(gate).verified.clear()
    assert await key_of(gate, "zhang", password) == "error.login_wrong"
    assert len(passwords_of(gate).verified) == 1


async def test_a_known_and_an_unknown_login_wait_and_lock_alike() -> None:
    gate = memory_gate()
    await with_first(gate)
    known, unknown = await wrong_times(gate, "zhang", 10), await wrong_times(gate, "nobody", 10)
    assert known == unknown
    assert known == ["error.login_wrong"] * 7 + ["error.login_locked"] * 3


async def test_tries_that_come_too_fast_are_not_compared() -> None:
    gate = memory_gate()
    await with_first(gate)
    said = [await key_of(gate, "zhang", "wrong") for _ in range(4)]
    assert said == ["error.login_wrong"] * 3 + ["error.login_wait"]
    passwords_of(gate).verified.clear()
    assert await key_of(gate, "zhang", GOOD) == "error.login_wait"
    assert passwords_of(gate).verified == []
    clock_of(gate).move(timedelta(seconds=1))
    assert await key_of(gate, "zhang", GOOD) == ""
    assert await key_of(gate, "zhang", "wrong") == "error.login_wrong", "the count began anew"


async def test_a_locked_account_says_the_same_whatever_the_password() -> None:
    gate = memory_gate()
    await with_first(gate)
    await wrong_times(gate, "zhang", 8)
    passwords_of(gate).verified.clear()
    assert {await key_of(gate, "zhang", word) for word in (GOOD, "wrong")} == {"error.login_locked"}
    assert passwords_of(gate).verified == [], "nothing is compared, so nothing can be told"
    clock_of(gate).move(timedelta(minutes=15))
    assert await key_of(gate, "zhang", GOOD) == ""


async def test_an_administrator_lifts_a_lock_also_from_another_program() -> None:
    gate = memory_gate()
    made = await with_first(gate)
    await wrong_times(gate, "zhang", 8)
    elsewhere = msgspec.structs.replace(gate, throttle=type(gate.throttle)())
    await unlock(elsewhere, HERE, made.id)
    assert await key_of(gate, "zhang", GOOD) == ""


async def test_one_address_trying_many_logins_is_stopped() -> None:
    gate = memory_gate()
    await with_first(gate)
    said = [await key_of(gate, f"user{n}", "wrong", remote="2001:db8::" + hex(n)[2:]) for n in range(41)]
    assert said == ["error.login_wrong"] * 40 + ["error.login_wait"]
    assert await key_of(gate, "zhang", GOOD, remote="2001:db8::ffff") == "error.login_wait"
    assert await key_of(gate, "zhang", GOOD, remote="2001:db8:1::1") == ""


@pytest.mark.parametrize("kind", ["memory", "sqlite", POSTGRES])
async def test_many_wrong_tries_at_once_are_no_more_than_eight_in_a_row(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as gate:
        made = await with_first(gate)
        counted = passwords_of(gate)
        counted.verified.clear()
        # As many programs as tries: no memory in common, only the store.
        programs = [msgspec.structs.replace(gate, throttle=type(gate.throttle)()) for _ in range(20)]
        said = await asyncio.gather(*(key_of(each, "zhang", "wrong") for each in programs))
        assert set(said) <= {"error.login_wrong", "error.login_locked", "error.login_wait"}
        assert len(counted.verified) <= 8
        stored = await gate.accounts.find_account(id=made.id)
        assert stored is not None
        assert stored.locked_until is not None
        assert await key_of(gate, "zhang", GOOD) == "error.login_locked"


async def test_a_session_ends_twelve_hours_after_it_was_last_used() -> None:
    gate = memory_gate()
    await with_first(gate)
    entered = await log_in(gate, login="zhang", password=GOOD)
    for _ in range(5):
        clock_of(gate).move(11 * HOUR)
        assert await find_actor(gate, entered.token, door="page") is not None
    clock_of(gate).move(12 * HOUR)
    assert await find_actor(gate, entered.token, door="page") is None


async def test_a_session_ends_after_thirty_days_however_much_it_is_used() -> None:
    gate = memory_gate()
    await with_first(gate)
    entered = await log_in(gate, login="zhang", password=GOOD)
    for _ in range(71):
        clock_of(gate).move(10 * HOUR)
        assert await find_actor(gate, entered.token, door="page") is not None
    clock_of(gate).move(10 * HOUR)
    assert await find_actor(gate, entered.token, door="page") is None


@pytest.mark.parametrize("back", [HOUR, 12 * HOUR, DAY, 40 * DAY])
async def test_a_clock_moved_back_revives_no_session_that_ran_out(back: timedelta) -> None:
    gate = memory_gate()
    await with_first(gate)
    entered = await log_in(gate, login="zhang", password=GOOD)
    clock_of(gate).move(13 * HOUR)
    assert await find_actor(gate, entered.token, door="page") is None
    clock_of(gate).move(-back)
    assert await find_actor(gate, entered.token, door="page") is None


async def test_a_clock_moved_back_keeps_the_last_use_where_it_was() -> None:
    gate = memory_gate()
    made = await with_first(gate)
    entered = await log_in(gate, login="zhang", password=GOOD)
    clock_of(gate).move(6 * HOUR)
    assert await find_actor(gate, entered.token, door="page") is not None
    clock_of(gate).move(-3 * HOUR)
    assert await find_actor(gate, entered.token, door="page") is not None
    (session,) = await gate.accounts.sessions(made.id)
    assert session.seen_at - session.created_at == 6 * HOUR
    clock_of(gate).move(-3 * DAY)
    assert await find_actor(gate, entered.token, door="page") is None, "used days later than now"


async def test_logging_out_ends_this_session_only() -> None:
    gate = memory_gate()
    await with_first(gate)
    one, two = [await log_in(gate, login="zhang", password=GOOD) for _ in range(2)]
    await log_out(gate, one.token)
    await log_out(gate, one.token)
    assert await find_actor(gate, one.token, door="page") is None
    assert await find_actor(gate, two.token, door="page") is not None


async def test_own_sessions_are_listed_and_ended_and_nobody_elses() -> None:
    gate = memory_gate()
    await with_first(gate)
    manager = await actor_named(gate, "zhang")
    await with_person(gate, manager, "mama", "adult")
    hers = await actor_named(gate, "mama")
    second = await actor_named(gate, "zhang")
    assert {each.id for each in await list_sessions(gate, manager)} == {manager.session_id, second.session_id}
    with pytest.raises(NotFound):
        await end_session(gate, manager, hers.session_id)
    await end_session(gate, manager, second.session_id)
    assert [each.id for each in await list_sessions(gate, manager)] == [manager.session_id]
    assert len(await list_sessions(gate, hers)) == 1


async def _changed(gate: Gate, account_id: str, how: str) -> None:
    if how == "reset":
        await reset_password(gate, await reset_link(gate, HERE, account_id), OTHER)
    elif how == "lock":
        await lock(gate, HERE, account_id)
    elif how == "end":
        await end_account(gate, HERE, account_id)
    elif how == "end_all":
        await end_all(gate, account_id)
    else:
        (place,) = await gate.accounts.memberships(account_id=account_id)
        await end_membership(gate, HERE, place.id)


@pytest.mark.parametrize("how", ["reset", "lock", "end", "end_all", "membership"])
async def test_what_shuts_a_person_out_acts_on_live_sessions_at_once(how: str) -> None:
    gate = memory_gate()
    await with_first(gate)
    made = await with_person(gate, await actor_named(gate, "zhang"), "mama", "adult")
    entered = await log_in(gate, login="mama", password=GOOD)
    await _changed(gate, made.id, how)
    assert await find_actor(gate, entered.token, door="page") is None
    if how in ("lock", "end", "membership"):
        assert await key_of(gate, "mama", GOOD) != ""


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    gate = memory_gate()
    await with_first(gate)
    here, there = [await log_in(gate, login="zhang", password=GOOD) for _ in range(2)]
    actor = await find_actor(gate, here.token, door="page")
    assert actor is not None
    with pytest.raises(NotPermitted) as refused:
        await change_password(gate, actor, "wrong one", OTHER)
    assert refused.value.key == "error.password_wrong"
    await change_password(gate, actor, GOOD, OTHER)
    assert await find_actor(gate, here.token, door="page") is not None
    assert await find_actor(gate, there.token, door="page") is None
    assert await key_of(gate, "zhang", GOOD) == "error.login_wrong"
    assert await key_of(gate, "zhang", OTHER) == ""


async def test_a_login_under_way_while_the_password_changes_gives_no_session() -> None:
    gate = memory_gate()
    made = await with_first(gate)
    started, go_on = asyncio.Event(), asyncio.Event()
    put = gate.accounts.put_session

    async def slow(session: object) -> None:
        started.set()
        await go_on.wait()
        await put(session)  # pyright: ignore[reportArgumentType]

    gate.accounts.put_session = slow  # pyright: ignore[reportAttributeAccessIssue]
    entering = asyncio.ensure_future(key_of(gate, "zhang", GOOD))
    await started.wait()
    await reset_password(gate, await reset_link(gate, HERE, made.id), OTHER)
    go_on.set()
    assert await entering == "error.login_wrong"
    assert await gate.accounts.sessions(made.id) == []


@pytest.mark.parametrize("kind", ["memory", "sqlite", POSTGRES])
async def test_using_a_session_while_it_is_ended_does_not_revive_it(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as gate:
        made = await with_first(gate)
        tokens = [(await log_in(gate, login="zhang", password=GOOD)).token for _ in range(4)]
        clock_of(gate).move(HOUR)
        busy = [find_actor(gate, token, door="page") for token in tokens for _ in range(3)]
        moved = [choose_family(gate, token, "home") for token in tokens]
        await asyncio.gather(*busy, *moved, gate.accounts.end_sessions(account_id=made.id), return_exceptions=True)
        assert await gate.accounts.sessions(made.id) == []


async def test_an_old_hash_is_made_anew_at_the_next_login() -> None:
    gate = memory_gate()
    made = await with_first(gate)
    passwords_of(gate).outdated = True
    assert await key_of(gate, "zhang", GOOD) == ""
    stored = await gate.accounts.find_account(id=made.id)
    assert stored is not None
    assert stored.password_hash.startswith("new$")
    assert await key_of(gate, "zhang", GOOD) == ""


async def test_no_line_of_the_audit_holds_what_was_typed() -> None:
    gate = memory_gate()
    await with_first(gate)
    await key_of(gate, "my-own-password-typed-as-login", "hunter2hunter2")
    await wrong_times(gate, "zhang", 9)
    lines = msgspec.json.encode(await gate.audit.chain("")).decode()
    assert "typed-as-login" not in lines
    assert "hunter2" not in lines
    assert "not the password" not in lines
    assert "login.locked" in lines


async def test_tokens_hashes_and_secrets_show_in_no_repr() -> None:
    gate = memory_gate()
    made = await with_first(gate)
    entered = await log_in(gate, login="zhang", password=GOOD)
    shown = f"{entered!r} {made!r}"
    assert entered.token not in shown
    assert made.password_hash not in shown
