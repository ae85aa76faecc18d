"""The command line as a user is one more door: what it shows and exports, against the same oracle."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from kangban.app import close_house, open_doors
from kangban.clinical.account import Account, Tenant
from kangban.clinical.record import Entry, Provenance
from kangban.journeys.accounts.keys import make_key
from kangban.journeys.accounts.login import actor_of
from kangban.record.accessed import AccessedStore
from kangban.settings import Settings
from tests.attacks.access_oracle import Situation, allowed
from tests.attacks.test_access_matrix import ACCOUNT, BEFORE, NOW, PERSON, log_of, memberships
from tests.attacks.test_every_door import PLANTED
from tests.cli.script import Script
from tests.support.api_desk import GROUPS

LENT = (frozenset({"medicines", "identity"}), frozenset({"view", "export"}))
SITUATIONS = [
    Situation(role, False, "grown", account, health, share, False, models=False, training=False)
    for role, account, health, share in (
        ("manager", False, "given", None), ("manager", True, "given", None), ("manager", False, "withdrawn", None),
        ("helper", False, "given", None), ("helper", False, "given", LENT), ("adult", True, "never", LENT),
        ("operator", False, "given", LENT),
    )
]  # fmt: skip
FACTS = ("MedicationRequest", "AllergyIntolerance", "Condition")  # what stands in the box is no fact about the person


async def furnish(s: Situation, folder: Path) -> str:
    """The situation on the disk, and a key of the actor's."""
    opened = await open_doors(Settings(data_dir=folder))
    store = opened.house.store
    assert isinstance(store, AccessedStore)
    for account in (ACCOUNT, "acc-other", "acc-person"):
        await opened.gate.accounts.add_account(Account(account, account, account))
    for place in memberships(s):
        await opened.gate.accounts.put_membership(place)
    await opened.gate.accounts.put_tenant(Tenant("home", "family", "", NOW))
    said = Provenance("acc-other", "person")
    made = [Entry(f"x-{kind}", "home", PERSON, body, BEFORE, BEFORE, said) for kind, body in PLANTED.items()]
    await store.inner.append([*log_of(s), *made])
    actor = await actor_of(opened.gate, ACCOUNT, "home", door="cli")
    assert actor is not None
    until = opened.gate.clock.now() + timedelta(days=3)
    scopes = ("view", "export", *GROUPS)
    secret, _ = await make_key(opened.gate, actor, name="cli", scopes=scopes, expires_at=until)
    await close_house(opened.house)
    return secret


@pytest.mark.parametrize("s", SITUATIONS, ids=lambda s: f"{s.role}-{s.account}-{s.health}-{s.share is not None}")
def test_it_opens_as_the_oracle_says(s: Situation, tmp_path: Path) -> None:
    key = asyncio.run(furnish(s, tmp_path))
    script = Script(tmp_path)
    shown = script.run("record", "show", PERSON, "--json", KANGBAN_API_KEY=key)
    assert (shown.code == 0) == allowed(s, "Patient", "view", mine=False), shown.out
    for kind in FACTS:
        assert (f"M-{kind}".encode() in shown.out) == allowed(s, kind, "view", mine=False), kind
    exported = script.run("record", "export", PERSON, "--json", KANGBAN_API_KEY=key)
    opened = allowed(s, "Patient", "export", mine=False)
    assert (exported.code == 0) == opened, exported.out
    for kind in PLANTED:
        assert (f"M-{kind}".encode() in exported.out) == (opened and allowed(s, kind, "export", mine=False)), kind
    assert script.run("record", "show", PERSON, "--json").code == 3, "and nobody is nobody"
