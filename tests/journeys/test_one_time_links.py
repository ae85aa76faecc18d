"""Links that work once: the first administrator, invitations, resets."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from kangban.clinical.account import Account
from kangban.journeys.accounts.administering import lock, unlock
from kangban.journeys.accounts.first import claim_first, first_token
from kangban.journeys.accounts.inviting import accept, invite, open_invitations, withdraw
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.accounts.login import find_actor
from kangban.journeys.accounts.resetting import reset_link, reset_password
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from tests.support.gates import (
    GOOD,
    OTHER,
    actor_named,
    clock_of,
    memory_gate,
    opened_gate,
    started,
    with_first,
    with_person,
)
from tests.support.stores import POSTGRES

HERE = local_actor("home", "cli")
STORES = ["memory", "sqlite", POSTGRES]
DAY = timedelta(days=1)


async def test_the_first_link_works_once_and_makes_the_administrator() -> None:
    gate = memory_gate()
    token = await first_token(gate)
    assert token is not None
    made = await claim_first(gate, token, login="zhang", name="张敏", password=GOOD)
    assert made.operator
    assert [each.family_id for each in await gate.accounts.tenants()] == ["home"]
    with pytest.raises(NotFound) as refused:
        await claim_first(gate, token, login="other", name="Other", password=GOOD)
    assert refused.value.key == "error.link_dead"
    assert await first_token(gate) is None
    assert len(await gate.accounts.accounts()) == 1


async def test_a_new_start_makes_a_new_first_link_and_older_ones_die() -> None:
    gate = memory_gate()
    old, new = await first_token(gate), await first_token(gate)
    assert old is not None
    assert new is not None
    with pytest.raises(NotFound):
        await claim_first(gate, old, login="zhang", name="张敏", password=GOOD)
    assert await claim_first(gate, new, login="zhang", name="张敏", password=GOOD)


@pytest.mark.parametrize("kind", STORES)
async def test_two_who_claim_the_first_link_at_once_make_one_administrator(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as gate:
        token = await first_token(gate)
        assert token is not None
        tried = await asyncio.gather(
            *(claim_first(gate, token, login=f"user{n}", name="x", password=GOOD) for n in range(6)),
            return_exceptions=True,
        )
        assert sum(isinstance(each, Account) for each in tried) == 1
        assert all(isinstance(each, Account | NotFound) for each in tried), tried
        (made,) = await gate.accounts.accounts()
        assert made.operator


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 10_000, "汉字" * 20, "\ud800", "../../etc/passwd"])
async def test_a_token_that_is_none_opens_nothing(token: str) -> None:
    gate, _ = await started()
    for attempt in (
        claim_first(gate, token, login="evil", name="x", password=GOOD),
        accept(gate, token, login="evil", name="x", password=GOOD),
        reset_password(gate, token, OTHER),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await find_actor(gate, token, door="page") is None


async def test_a_link_of_one_purpose_does_not_serve_another() -> None:
    gate, manager = await started()
    invitation = await invite(gate, manager, role="adult")
    reset = await reset_link(gate, HERE, manager.account_id)
    with pytest.raises(NotFound):
        await reset_password(gate, invitation, OTHER)
    with pytest.raises(NotFound):
        await accept(gate, reset, login="evil", name="x", password=GOOD)


async def test_what_is_written_wrong_leaves_the_link_good() -> None:
    gate, manager = await started()
    token = await invite(gate, manager, role="adult")
    bad: list[dict[str, str]] = [
        {"login": "a", "name": "x", "password": GOOD},
        {"login": "mama", "name": "", "password": GOOD},
        {"login": "mama", "name": "x", "password": "short"},
        {"login": "mama", "name": "x", "password": "password1234"},
        {"login": "ZHANG", "name": "x", "password": GOOD},
    ]
    for each in bad:
        with pytest.raises((InvalidInput, Conflict)):
            await accept(gate, token, **each)
    made = await accept(gate, token, login="mama", name="妈妈", password=GOOD)
    assert not made.operator
    with pytest.raises(NotFound):
        await accept(gate, token, login="mama2", name="妈妈", password=GOOD)


@pytest.mark.parametrize("kind", STORES)
async def test_two_who_accept_one_invitation_at_once_make_one_account(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as gate:
        await with_first(gate)
        token = await invite(gate, await actor_named(gate, "zhang"), role="adult")
        tried = await asyncio.gather(
            *(accept(gate, token, login=f"user{n}", name="x", password=GOOD) for n in range(6)),
            return_exceptions=True,
        )
        assert sum(isinstance(each, Account) for each in tried) == 1
        assert len(await gate.accounts.accounts()) == 2
        assert len(await gate.accounts.memberships(family_id="home")) == 2


async def test_an_invitation_runs_out_after_seven_days_and_can_be_taken_back() -> None:
    gate, manager = await started()
    old, other = await invite(gate, manager, role="adult"), await invite(gate, manager, role="helper")
    waiting = await open_invitations(gate, manager)
    assert {each.invitation.role for each in waiting if each.invitation} == {"adult", "helper"}
    helper = next(each for each in waiting if each.invitation and each.invitation.role == "helper")
    await withdraw(gate, manager, helper.id)
    clock_of(gate).move(7 * DAY)
    for token in (old, other):
        with pytest.raises(NotFound):
            await accept(gate, token, login="late", name="x", password=GOOD)


async def test_an_invitation_by_somebody_who_lost_the_right_is_dead() -> None:
    gate, manager = await started()
    second = await with_person(gate, manager, "mama", "manager")
    hers = await actor_named(gate, "mama")
    token = await invite(gate, hers, role="adult")
    await lock(gate, manager, second.id)
    with pytest.raises(NotFound):
        await accept(gate, token, login="late", name="x", password=GOOD)
    await unlock(gate, manager, second.id)
    assert await accept(gate, token, login="late", name="x", password=GOOD)


async def test_a_newer_reset_link_kills_the_older_and_a_reset_unlocks_nothing_else() -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "mama", "adult")
    old, new = await reset_link(gate, manager, made.id), await reset_link(gate, manager, made.id)
    with pytest.raises(NotFound):
        await reset_password(gate, old, OTHER)
    with pytest.raises(InvalidInput):
        await reset_password(gate, new, "mama-mama-mama")
    await reset_password(gate, new, OTHER)
    with pytest.raises(NotFound):
        await reset_password(gate, new, GOOD)
    assert (await actor_named(gate, "mama", OTHER)).role == "adult"
    third = await reset_link(gate, manager, made.id)
    clock_of(gate).move(DAY)
    with pytest.raises(NotFound):
        await reset_password(gate, third, GOOD)


@pytest.mark.parametrize("kind", STORES)
async def test_two_who_use_a_reset_link_at_once_set_one_password(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as gate:
        made = await with_first(gate)
        token = await reset_link(gate, HERE, made.id)
        words = [f"{n} {OTHER}" for n in range(5)]
        tried = await asyncio.gather(*(reset_password(gate, token, each) for each in words), return_exceptions=True)
        assert [each for each in tried if not isinstance(each, NotFound)] == [None]
        good = words[tried.index(None)]
        assert (await actor_named(gate, "zhang", good)).account_id == made.id
