"""API keys: shown once, narrower than their owner, gone in time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.clinical.access import GROUP_OF, KIND_GROUPS, Purpose
from kangban.journeys.accounts.administering import end_account, lock
from kangban.journeys.accounts.inviting import end_membership
from kangban.journeys.accounts.keys import actor_of_key, list_keys, make_key, revoke_key, scope_table
from kangban.journeys.accounts.local import demo_actor, local_actor
from kangban.journeys.accounts.resetting import reset_link, reset_password
from kangban.kernel.errors import InvalidInput, NotFound, NotPermitted
from tests.support.gates import NOW, OTHER, actor_named, clock_of, opened_gate, started, with_first, with_person
from tests.support.stores import POSTGRES

HERE = local_actor("home", "cli")
DAY = timedelta(days=1)
SCOPES = ("view", "medicines")
NEVER = {"consent", "erase", "review", "training", "administer", "model", "notify"}


def test_scopes_are_purposes_and_groups_that_exist_and_none_of_the_weighty_ones() -> None:
    table = scope_table()
    assert table.groups == set(KIND_GROUPS)
    assert set(GROUP_OF.values()) == table.groups
    assert table.purposes <= set(Purpose.__args__)  # pyright: ignore[reportAttributeAccessIssue]
    assert not table.purposes & NEVER


async def test_a_key_gives_its_owners_actor_with_its_scopes_and_is_kept_as_a_hash() -> None:
    gate, manager = await started()
    secret, key = await make_key(gate, manager, name="script", scopes=SCOPES, expires_at=NOW + DAY)
    actor = await actor_of_key(gate, secret, door="api")
    assert actor is not None
    assert (actor.account_id, actor.role, actor.scopes, actor.door) == (
        manager.account_id,
        "manager",
        SCOPES[::-1],
        "api",
    )
    kept = msgspec.json.encode([await gate.accounts.keys(), await gate.audit.chain("home")]).decode()
    assert secret.startswith("kb_")
    assert secret not in kept
    assert key.hint == secret[:8]
    assert key.id != secret


@pytest.mark.parametrize(
    ("scopes", "days"),
    [
        ((), 1), (("view",), 1), (("medicines",), 1), (("view", "medicines", "administer"), 1), (("view", "all"), 1),
        (("*",), 1), (("review", "reviews"), 1), (("consent", "consents"), 1), (SCOPES, 0), (SCOPES, -1), (SCOPES, 367),
    ],
)  # fmt: skip
async def test_scopes_and_expiry_are_required_and_bounded(scopes: tuple[str, ...], days: int) -> None:
    gate, manager = await started()
    with pytest.raises(InvalidInput):
        await make_key(gate, manager, name="script", scopes=scopes, expires_at=NOW + days * DAY)
    assert await list_keys(gate, manager) == []


async def test_keys_the_demo_and_the_local_person_make_no_keys() -> None:
    gate, manager = await started()
    secret, _ = await make_key(gate, manager, name="script", scopes=SCOPES, expires_at=NOW + DAY)
    keyed = await actor_of_key(gate, secret, door="api")
    assert keyed is not None
    for actor in (keyed, demo_actor("home"), HERE, msgspec.structs.replace(manager, family_id="elsewhere")):
        with pytest.raises(NotPermitted):
            await make_key(gate, actor, name="more", scopes=SCOPES, expires_at=NOW + DAY)


@pytest.mark.parametrize("secret", ["", "kb_", "kb_x", "sk-" + "a" * 43, "kb_" + "a" * 500, "kb_汉字", "kb_\ud800"])
async def test_what_is_no_key_opens_nothing(secret: str) -> None:
    gate, _ = await started()
    assert await actor_of_key(gate, secret, door="api") is None


async def test_an_expired_key_stays_expired_when_the_clock_goes_back() -> None:
    gate, manager = await started()
    secret, key = await make_key(gate, manager, name="script", scopes=SCOPES, expires_at=NOW + DAY)
    clock_of(gate).move(DAY - timedelta(minutes=5))
    assert await actor_of_key(gate, secret, door="api") is not None
    clock_of(gate).move(timedelta(minutes=5))
    assert await actor_of_key(gate, secret, door="api") is None
    await gate.accounts.see_key(key.id, NOW + 2 * DAY)
    clock_of(gate).move(-DAY)
    assert await actor_of_key(gate, secret, door="api") is None, "it was used after its end: the clock is wrong"


async def test_the_last_use_is_written_at_most_once_a_minute() -> None:
    gate, manager = await started()
    secret, key = await make_key(gate, manager, name="script", scopes=SCOPES, expires_at=NOW + DAY)
    seen: list[object] = []
    for seconds in (0, 10, 30, 10, 20, 70):
        clock_of(gate).move(timedelta(seconds=seconds))
        await actor_of_key(gate, secret, door="api")
        stored = await gate.accounts.find_key(key.id)
        assert stored is not None
        seen.append(stored.last_used_at)
    assert len(set(seen)) == 3


@pytest.mark.parametrize("how", ["revoke", "lock", "end", "reset", "membership"])
async def test_what_shuts_the_owner_out_shuts_the_key_out_at_once(how: str) -> None:
    gate, manager = await started()
    made = await with_person(gate, manager, "mama", "adult")
    hers = await actor_named(gate, "mama")
    secret, key = await make_key(gate, hers, name="script", scopes=SCOPES, expires_at=NOW + DAY)
    if how == "revoke":
        await revoke_key(gate, hers, key.id)
        await revoke_key(gate, hers, key.id)
    elif how == "lock":
        await lock(gate, manager, made.id)
    elif how == "end":
        await end_account(gate, manager, made.id)
    elif how == "reset":
        await reset_password(gate, await reset_link(gate, manager, made.id), OTHER)
    else:
        (place,) = await gate.accounts.memberships(account_id=made.id)
        await end_membership(gate, manager, place.id)
    assert await actor_of_key(gate, secret, door="api") is None


async def test_a_key_of_another_account_is_neither_seen_nor_revoked() -> None:
    gate, manager = await started()
    await with_person(gate, manager, "mama", "adult")
    hers = await actor_named(gate, "mama")
    secret, key = await make_key(gate, hers, name="script", scopes=SCOPES, expires_at=NOW + DAY)
    assert await list_keys(gate, manager) == []
    with pytest.raises(NotFound):
        await revoke_key(gate, manager, key.id)
    assert await actor_of_key(gate, secret, door="api") is not None


@pytest.mark.parametrize("kind", ["memory", "sqlite", POSTGRES])
async def test_using_a_key_does_not_revive_a_revoked_one(kind: str, tmp_path: Path) -> None:
    async with opened_gate(kind, tmp_path) as gate:
        await with_first(gate)
        manager = await actor_named(gate, "zhang")
        secret, key = await make_key(gate, manager, name="script", scopes=SCOPES, expires_at=NOW + DAY)
        await revoke_key(gate, manager, key.id)
        await gate.accounts.see_key(key.id, NOW + timedelta(hours=1))
        await gate.accounts.put_key(key)
        assert await actor_of_key(gate, secret, door="api") is None
