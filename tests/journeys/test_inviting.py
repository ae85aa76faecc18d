"""Who may invite whom, at which age, with which licence."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from kangban.clinical.access import Actor, Licence
from kangban.journeys.accounts.administering import add_family, list_accounts
from kangban.journeys.accounts.inviting import accept, invite
from kangban.journeys.accounts.local import demo_actor, local_actor
from kangban.journeys.accounts.memberships import places
from kangban.kernel.errors import InvalidInput, KangbanError, NotFound, NotPermitted
from tests.support.gates import (
    GOOD,
    LICENCE,
    NOW,
    actor_named,
    clock_of,
    said,
    started,
    with_person,
)
from tests.support.stores import POSTGRES

HERE = local_actor("home", "cli")
STORES = ["memory", "sqlite", POSTGRES]
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "role", ["adult", "elder", "helper", "teen", "child", "doctor", "reviewer", "operator", "system"]
)
async def test_whoever_manages_nothing_invites_nobody(role: str) -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "somebody", "adult")
    actor = Actor(made.id, "somebody", "home", role)  # pyright: ignore[reportArgumentType]
    for wanted in ("adult", "manager", "helper"):
        with pytest.raises(NotPermitted):
            await invite(gate, actor, role=wanted)  # pyright: ignore[reportArgumentType]


async def test_an_actor_who_only_says_to_manage_is_not_believed() -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "mama", "adult")
    for liar in (
        Actor(made.id, "mama", "home", "manager"),
        Actor("nobody", "x", "home", "manager"),
        Actor("", "x", "home", "manager"),
        demo_actor("home"),
        local_actor("home", "page"),
        msgspec.structs.replace(manager, scopes=("view", "medicines")),
    ):
        with pytest.raises(NotPermitted):
            await invite(gate, liar, role="adult")
        with pytest.raises(NotPermitted):
            await list_accounts(gate, liar)
        with pytest.raises(NotPermitted):
            await places(gate, liar)


@pytest.mark.parametrize("role", ["operator", "system"])
async def test_nobody_gives_away_a_role_that_is_no_place(role: str) -> None:
    gate, manager = await started()
    for actor in (manager, HERE):
        with pytest.raises(NotPermitted):
            await invite(gate, actor, role=role)  # pyright: ignore[reportArgumentType]


async def test_an_operator_makes_a_family_and_invites_who_manages_it_and_nobody_else() -> None:
    gate, operator = await started()
    tenant = await add_family(gate, operator, name="李家")
    assert await invite(gate, operator, role="manager", family_id=tenant.family_id)
    for role in ("adult", "helper", "doctor", "reviewer"):
        with pytest.raises(NotPermitted):
            await invite(gate, operator, role=role, family_id=tenant.family_id, licence=None)  # pyright: ignore[reportArgumentType]
    with pytest.raises(NotFound):
        await invite(gate, operator, role="manager", family_id="no-such-family")


@pytest.mark.parametrize(
    ("member", "role", "key"),
    [
        ("baby", "child", "error.too_young"), ("baby", "adult", "error.too_young"),
        ("child", "child", ""), ("child", "teen", "error.role_age"), ("child", "adult", "error.role_age"),
        ("child", "manager", "error.role_age"), ("teen", "teen", ""), ("teen", "child", "error.role_age"),
        ("teen", "helper", "error.role_age"), ("mama", "adult", ""), ("mama", "child", "error.role_age"),
        ("nainai", "elder", ""), ("unknown", "child", "error.birth_needed"), ("unknown", "teen", "error.birth_needed"),
        ("unknown", "adult", ""), (None, "child", "error.member_needed"), (None, "elder", "error.member_needed"),
        ("nobody", "adult", "error.not_found"),
    ],
)  # fmt: skip
async def test_role_and_age_go_together(member: str | None, role: str, key: str) -> None:
    gate, manager = await started()
    assert await said(invite(gate, manager, role=role, member_id=member)) == key  # pyright: ignore[reportArgumentType]


async def test_age_is_looked_at_again_when_the_invitation_is_accepted() -> None:
    gate, manager = await started()
    clock_of(gate).move(date(2027, 12, 30) - NOW.date())  # "teen", born on 2010-01-01, is 18 two days later
    token = await invite(gate, manager, role="teen", member_id="teen")
    clock_of(gate).move(3 * DAY)
    with pytest.raises(InvalidInput):
        await accept(gate, token, login="teen", name="x", password=GOOD)


async def test_without_birth_dates_no_member_is_invited() -> None:
    gate, manager = await started()
    blind = msgspec.structs.replace(gate, births=None)
    with pytest.raises(KangbanError) as refused:
        await invite(blind, manager, role="adult", member_id="mama")
    assert refused.value.code == "unavailable"


@pytest.mark.parametrize(
    ("licence", "key"),
    [
        (None, "error.licence_needed"),
        (Licence("", ("medicines",), date(2028, 1, 1)), "error.licence_needed"),
        (Licence("110", (), date(2028, 1, 1)), "error.licence_scope"),
        (Licence("110", ("everything",), date(2028, 1, 1)), "error.licence_scope"),
        (Licence("110", ("all",), NOW.date()), "error.licence_over"),
        (LICENCE, ""),
    ],
)
@pytest.mark.parametrize("role", ["nurse", "doctor", "pharmacist", "reviewer"])
async def test_a_professional_needs_a_licence_that_holds(role: str, licence: Licence | None, key: str) -> None:
    gate, manager = await started()
    assert await said(invite(gate, manager, role=role, licence=licence)) == key  # pyright: ignore[reportArgumentType]


async def test_a_place_carries_what_the_inviter_said_and_nothing_the_caller_adds() -> None:
    gate, manager = await started()
    token = await invite(gate, manager, role="nurse", licence=LICENCE)
    with pytest.raises(TypeError):
        await accept(gate, token, login="nurse", name="x", password=GOOD, role="manager", operator=True)  # pyright: ignore[reportCallIssue]
    await accept(gate, token, login="nurse", name="x", password=GOOD)
    actor = await actor_named(gate, "nurse")
    assert (actor.role, actor.licence, actor.family_id) == ("nurse", LICENCE, "home")
