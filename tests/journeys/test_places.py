"""Places in families and clinics: changed, ended, lent, and who administers what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kangban.journeys.accounts.administering import add_family, end_account, lock
from kangban.journeys.accounts.inviting import accept, end_membership, invite, join
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.accounts.login import choose_family, find_actor, log_in
from kangban.journeys.accounts.memberships import assign, change_membership, professionals
from kangban.journeys.accounts.resetting import reset_link, reset_password
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from tests.support.gates import (
    GOOD,
    LICENCE,
    NOW,
    OTHER,
    actor_named,
    clinic,
    clock_of,
    happened,
    started,
    with_person,
)
from tests.support.stores import POSTGRES

HERE = local_actor("home", "cli")
STORES = ["memory", "sqlite", POSTGRES]
DAY = timedelta(days=1)


async def test_whoever_manages_one_family_reaches_no_other() -> None:
    gate, operator = await started()
    tenant = await add_family(gate, operator, name="李家")
    token = await invite(gate, operator, role="manager", family_id=tenant.family_id)
    await accept(gate, token, login="li", name="李", password=GOOD)
    theirs = await actor_named(gate, "li")
    (mine,) = await gate.accounts.memberships(family_id="home")
    with pytest.raises(NotFound):
        await end_membership(gate, theirs, mine.id)
    with pytest.raises(NotPermitted):
        await invite(gate, theirs, role="adult", family_id="home")
    with pytest.raises(NotPermitted):
        await reset_link(gate, theirs, operator.account_id)
    with pytest.raises(NotPermitted):
        await choose_family(gate, (await log_in(gate, login="li", password=GOOD)).token, "home")
    with pytest.raises(NotPermitted):
        await add_family(gate, theirs, name="王家")


async def test_changing_and_ending_a_place_acts_on_the_next_request() -> None:
    gate, manager = await started()
    await with_person(gate, manager, "mama", "adult")
    entered = await log_in(gate, login="mama", password=GOOD)
    (place,) = await gate.accounts.memberships(account_id=entered.account.id)
    await change_membership(gate, manager, place.id, role="helper", until=NOW + DAY)
    actor = await find_actor(gate, entered.token, door="page")
    assert actor is not None
    assert (actor.role, actor.until) == ("helper", NOW + DAY)
    clock_of(gate).move(timedelta(hours=11))
    assert await find_actor(gate, entered.token, door="page") is not None
    clock_of(gate).move(timedelta(hours=11))
    assert await find_actor(gate, entered.token, door="page") is not None
    clock_of(gate).move(timedelta(hours=2))
    assert await find_actor(gate, entered.token, door="page") is None, "the place has run out"


async def test_nobody_raises_themselves_and_somebody_always_manages() -> None:
    gate, manager = await started()
    (own,) = await gate.accounts.memberships(family_id="home")
    with pytest.raises(NotPermitted):
        await change_membership(gate, manager, own.id, role="manager")
    tenant = await add_family(gate, manager, name="李家")
    token = await invite(gate, manager, role="manager", family_id=tenant.family_id)
    await accept(gate, token, login="li", name="李", password=GOOD)
    li = await actor_named(gate, "li")
    (place,) = await gate.accounts.memberships(family_id=tenant.family_id)
    with pytest.raises(Conflict) as refused:
        await end_membership(gate, li, place.id)
    assert refused.value.key == "error.last_manager"
    await with_person(gate, li, "li2", "manager")
    await end_membership(gate, li, place.id)
    assert await find_actor(gate, (await log_in(gate, login="li2", password=GOOD)).token, door="page") is not None


async def test_an_adult_leaves_by_themselves_and_a_child_does_not() -> None:
    gate, manager = await started()
    await with_person(gate, manager, "mama", "adult")
    await with_person(gate, manager, "xiao", "child", member_id="child")
    for login, may in (("mama", True), ("xiao", False)):
        actor = await actor_named(gate, login)
        (place,) = await gate.accounts.memberships(account_id=actor.account_id)
        if may:
            await end_membership(gate, actor, place.id)
        else:
            with pytest.raises(NotPermitted):
                await end_membership(gate, actor, place.id)


async def test_a_family_lets_a_clinics_professional_in_and_out_at_once() -> None:
    gate, manager = await started()
    _, chief = await clinic(gate, manager)
    doctor = await with_person(gate, chief, "doctor", "doctor", licence=LICENCE)
    assert [found[0] for found in await professionals(gate, manager)] == [doctor.id]
    place = await assign(gate, manager, doctor.id)
    assert (place.role, place.licence) == ("doctor", LICENCE)
    entered = await log_in(gate, login="doctor", password=GOOD, family_id="home")
    assert await find_actor(gate, entered.token, door="page") is not None
    with pytest.raises(Conflict):
        await assign(gate, manager, doctor.id)
    await end_membership(gate, manager, place.id)
    assert await find_actor(gate, entered.token, door="page") is None


async def test_only_licensed_people_of_a_clinic_can_be_assigned() -> None:
    gate, manager = await started()
    _, chief = await clinic(gate, manager)
    doctor = await with_person(gate, chief, "doctor", "doctor", licence=LICENCE)
    mama = await with_person(gate, manager, "mama", "adult")
    for account_id in (mama.id, chief.account_id, "no-such", ""):
        with pytest.raises(NotFound):
            await assign(gate, manager, account_id)
    with pytest.raises(NotPermitted):
        await assign(gate, await actor_named(gate, "mama"), doctor.id)
    clock_of(gate).move(LICENCE.expires_on - NOW.date())
    manager = await actor_named(gate, "zhang")
    with pytest.raises(InvalidInput) as refused:
        await assign(gate, manager, doctor.id)
    assert refused.value.key == "error.licence_over"


async def test_an_account_one_has_takes_a_second_place_by_invitation() -> None:
    gate, manager = await started()
    _, chief = await clinic(gate, manager)
    token = await invite(gate, manager, role="doctor", licence=LICENCE)
    place = await join(gate, chief, token)
    assert place.family_id == "home"
    with pytest.raises(NotFound):
        await join(gate, chief, token)
    entered = await log_in(gate, login="chief", password=GOOD)
    session = await choose_family(gate, entered.token, "home")
    actor = await find_actor(gate, entered.token, door="page")
    assert actor is not None
    assert (session.family_id, actor.role) == ("home", "doctor")


async def test_whoever_manages_resets_a_child_and_nobody_else() -> None:
    gate, operator = await started()
    tenant = await add_family(gate, operator, name="李家")
    token = await invite(gate, operator, role="manager", family_id=tenant.family_id)
    await accept(gate, token, login="li", name="李", password=GOOD)
    li = await actor_named(gate, "li")
    child = await with_person(gate, li, "xiao", "child", member_id="child")
    assert await reset_link(gate, li, child.id)
    for login, role, member in (("nn", "elder", "nainai"), ("mm", "adult", None), ("tt", "teen", "teen")):
        made = await with_person(gate, li, login, role, member_id=member)
        with pytest.raises(NotPermitted):
            await reset_link(gate, li, made.id)
        assert await reset_link(gate, operator, made.id)


async def test_the_last_administrator_is_neither_locked_nor_closed() -> None:
    gate, manager = await started()
    for shut in (lock, end_account):
        for actor in (manager, HERE):
            with pytest.raises(Conflict):
                await shut(gate, actor, manager.account_id)
    assert (await actor_named(gate, "zhang")).role == "manager"


async def test_every_step_leaves_its_line() -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "mama", "adult")
    (place,) = await gate.accounts.memberships(account_id=made.id)
    await change_membership(gate, manager, place.id, role="helper")
    await reset_password(gate, await reset_link(gate, manager, made.id), OTHER)
    await end_membership(gate, manager, place.id)
    await end_account(gate, manager, made.id)
    own = {"account.made", "login.done", "account.reset", "account.closed"}
    assert own <= set(await happened(gate))
    family = {"account.invited", "membership.made", "membership.changed", "membership.ended"}
    assert family <= set(await happened(gate, "home"))
