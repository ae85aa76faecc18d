"""What the doors keep, asked of the fake and every database alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.store import open_stores
from kangban.clinical.access import Licence, Membership
from kangban.clinical.account import Account, ApiKey, OneTimeLink, Passkey, Session, Tenant
from kangban.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, Unavailable
from kangban.ports.accounts import AccountStore
from tests.support.stores import DATABASES, DAY, START, STORES, address, fact, opened_doors

HOUR = timedelta(hours=1)
changed = msgspec.structs.replace


@pytest.fixture(params=STORES)
async def accounts(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AccountStore]:
    async with opened_doors(request.param, tmp_path) as doors:
        yield doors.accounts


def person(name: str = "gran", **more) -> Account:
    return Account(f"account-{name}", name, f"李{name}", "$argon2id$x", created_at=START, **more)


def session(number: int = 1, *, account_id: str = "account-gran", day: int = 0) -> Session:
    begun = START + day * DAY
    return Session(f"session-{number}", account_id, "home", begun, begun, begun + 7 * DAY, strong=True)


def key(name: str = "script", *, account_id: str = "account-gran") -> ApiKey:
    return ApiKey(f"key-{name}", account_id, "home", name, "kb_12", ("view",), START, START + DAY)


def link(name: str = "a", *, purpose="invite", account_id: str = "", family_id: str = "home") -> OneTimeLink:
    return OneTimeLink(f"link-{name}", purpose, account_id, family_id, START + DAY)


async def outcomes(*calls):
    return sorted(type(each).__name__ for each in await asyncio.gather(*calls, return_exceptions=True))


async def test_an_account_comes_back_as_it_was_added(accounts):
    whole = person(
        totp_secret="JBSW", operator=True, active=False, oidc_issuer="https://id.example", oidc_subject="42",
        notify_url="mailto://x", failed=2, locked_until=START, version=3,
    )  # fmt: skip
    await accounts.add_account(whole)
    assert await accounts.find_account(id=whole.id) == whole
    assert await accounts.find_account(login="GRAN") == whole
    assert await accounts.find_account(oidc=("https://id.example", "42")) == whole
    assert await accounts.accounts() == [whole]


async def test_nobody_is_found_by_nothing_by_halves_or_by_what_nobody_can_have(accounts):
    await accounts.add_account(person())
    await accounts.add_account(person("dad", oidc_issuer="https://id.example", oidc_subject="42"))
    assert await accounts.find_account() is None
    for nobody in ("", "nobody", "a\0b", "\ud800", "x" * 5000):
        assert await accounts.find_account(id=nobody) is None
        assert await accounts.find_account(login=nobody) is None
        assert await accounts.find_account(oidc=("https://id.example", nobody)) is None
    assert await accounts.find_account(oidc=("https://other.example", "42")) is None
    assert await accounts.find_account(oidc=("", "")) is None
    with pytest.raises(InvalidInput):
        await accounts.find_account(id="account-gran", login="dad")


async def test_a_login_and_an_outside_identity_belong_to_one(accounts):
    await accounts.add_account(person("Gran", oidc_issuer="https://id.example", oidc_subject="42"))
    with pytest.raises(Conflict) as taken:
        await accounts.add_account(changed(person("gRAN"), id="account-other"))
    assert taken.value.field == "login"
    with pytest.raises(Conflict):
        await accounts.add_account(person("Gran"))
    with pytest.raises(Conflict) as outside:
        await accounts.add_account(person("dad", oidc_issuer="https://id.example", oidc_subject="42"))
    assert outside.value.field == "oidc"
    await accounts.add_account(person("dad", oidc_issuer="https://other.example", oidc_subject="42"))
    with pytest.raises(Conflict):
        await accounts.change_account(changed(person("dad"), login="GRAN"))
    assert [each.name for each in await accounts.accounts()] == ["李dad", "李Gran"]


async def test_of_two_who_take_a_login_at_once_one_has_it(accounts):
    rivals = [changed(person("gran"), id=f"account-{n}") for n in range(4)]
    assert await outcomes(*(accounts.add_account(each) for each in rivals)) == ["Conflict"] * 3 + ["NoneType"]
    assert len(await accounts.accounts()) == 1


async def test_a_change_names_the_version_it_saw(accounts):
    await accounts.add_account(person())
    await accounts.change_account(person(totp_secret="NEW"))
    stored = await accounts.find_account(login="gran")
    assert (stored.totp_secret, stored.version) == ("NEW", 2)
    with pytest.raises(Conflict):
        await accounts.change_account(person(totp_secret="LATE"))
    with pytest.raises(NotFound):
        await accounts.change_account(person("nobody"))
    rivals = [accounts.change_account(changed(stored, name=str(n))) for n in range(4)]
    assert await outcomes(*rivals) == ["Conflict"] * 3 + ["NoneType"]
    assert (await accounts.find_account(login="gran")).version == 3


async def test_failures_are_counted_lock_and_run_out(accounts):
    await accounts.add_account(person())

    async def fail(at=START):
        return await accounts.count_failure("account-gran", at, lock_after=3, lock_until=at + HOUR)

    assert [await fail(), await fail()] == [1, 2]
    assert (await accounts.find_account(login="gran")).locked_until is None
    assert await fail() == 3
    assert await fail(START + HOUR / 2) == 4
    locked = await accounts.find_account(login="gran")
    assert (locked.failed, locked.locked_until, locked.version) == (4, START + HOUR, 1)
    await accounts.change_account(changed(locked, failed=0, locked_until=None, name="李"))
    assert (await accounts.find_account(login="gran")).locked_until == START + HOUR
    assert await fail(START + HOUR) == 1
    assert (await accounts.find_account(login="gran")).locked_until is None
    await accounts.clear_failures("account-gran")
    await accounts.clear_failures("account-nobody")
    assert (await accounts.find_account(login="gran")).failed == 0
    with pytest.raises(NotFound):
        await accounts.count_failure("account-nobody", START, lock_after=3, lock_until=START)


async def test_failures_at_once_are_each_counted(accounts):
    await accounts.add_account(person())
    calls = [accounts.count_failure("account-gran", START, lock_after=5, lock_until=START + HOUR) for _ in range(12)]
    assert sorted(await asyncio.gather(*calls)) == list(range(1, 13))
    stored = await accounts.find_account(login="gran")
    assert (stored.failed, stored.locked_until) == (12, START + HOUR)


async def test_places_are_listed_by_account_and_family(accounts):
    licence = Licence("110-7", ("medicines",), date(2027, 1, 1))
    places = [
        Membership("m1", "account-gran", "home", "elder", "gran", since=START),
        Membership("m2", "account-nurse", "home", "nurse", licence=licence, until=START + DAY),
        Membership("m3", "account-nurse", "clinic", "nurse", licence=licence),
    ]
    for place in reversed(places):
        await accounts.put_membership(place)
    assert await accounts.memberships(family_id="home") == places[:2]
    assert await accounts.memberships(account_id="account-nurse") == places[1:]
    assert await accounts.memberships(account_id="account-nurse", family_id="clinic") == places[2:]
    assert await accounts.memberships(account_id="a\0b") == []
    with pytest.raises(InvalidInput):
        await accounts.memberships()
    await accounts.put_membership(changed(places[0], role="manager"))
    await accounts.remove_membership("m2")
    await accounts.remove_membership("m2")
    assert await accounts.memberships(family_id="home") == [changed(places[0], role="manager")]


async def test_a_session_is_kept_seen_and_ended_for_good(accounts):
    for each in (session(1), session(2, day=1), session(3, account_id="account-dad")):
        await accounts.put_session(each)
    assert await accounts.sessions("account-gran") == [session(2, day=1), session(1)]
    await accounts.see_session("session-1", START + HOUR)
    await accounts.see_session("session-1", START)
    assert await accounts.find_session("session-1") == changed(session(1), seen_at=START + HOUR)
    assert await accounts.end_sessions() == 0
    assert await accounts.end_sessions(session_id="session-1") == 1
    assert await accounts.end_sessions(session_id="session-1") == 0
    await accounts.see_session("session-1", START + DAY)
    assert await accounts.find_session("session-1") is None
    assert await accounts.end_sessions(session_id="session-3", account_id="account-gran") == 0
    assert await accounts.end_sessions(account_id="account-gran") == 1
    assert await accounts.find_session("session-3") == session(3, account_id="account-dad")


async def test_a_new_session_takes_away_what_had_run_out(accounts):
    await accounts.put_session(session(1))
    await accounts.put_session(session(2, account_id="account-dad"))
    await accounts.put_session(session(3, day=6))
    assert len(await accounts.sessions("account-gran")) == 2
    await accounts.put_session(session(4, day=7))
    assert [each.id for each in await accounts.sessions("account-gran")] == ["session-4", "session-3"]
    assert await accounts.find_session("session-2") is not None


async def test_a_revoked_key_stays_revoked_whoever_uses_it_late(accounts):
    await accounts.put_key(key())
    await accounts.put_key(key("other", account_id="account-dad"))
    assert await accounts.keys("account-gran") == [key()]
    assert await accounts.keys() == [key("other", account_id="account-dad"), key()]
    await accounts.see_key("key-script", START + HOUR)
    await accounts.see_key("key-script", START)
    await accounts.put_key(changed(key(), revoked_at=START))
    await accounts.see_key("key-script", START + DAY)
    await accounts.put_key(changed(key(), name="renamed"))
    found = await accounts.find_key("key-script")
    assert (found.name, found.revoked_at) == ("renamed", START)
    await accounts.see_key("key-nobody", START)
    assert await accounts.find_key("key-nobody") is None


async def test_a_link_works_once_even_for_two_at_a_time(accounts):
    for number in range(5):
        await accounts.put_link(link(str(number)))
        rivals = [accounts.use_link(f"link-{number}", START + HOUR) for _ in range(4)]
        assert await outcomes(*rivals) == ["NotFound"] * 3 + ["OneTimeLink"]
    assert await accounts.find_link("link-0") == changed(link("0"), used_at=START + HOUR)
    await accounts.put_link(link("0"))
    with pytest.raises(NotFound):
        await accounts.use_link("link-0", START)


async def test_a_link_that_has_run_out_or_never_was_does_not_work(accounts):
    await accounts.put_link(link())
    with pytest.raises(NotPermitted):
        await accounts.use_link("link-a", START + DAY)
    assert await accounts.find_link("link-a") == link()
    for nothing in ("", "link-b", "a\0b", "x" * 5000):
        with pytest.raises(NotFound):
            await accounts.use_link(nothing, START)
        assert await accounts.find_link(nothing) is None
    assert (await accounts.use_link("link-a", START + DAY - HOUR)).used_at == START + DAY - HOUR


async def test_older_links_of_one_purpose_can_be_dropped(accounts):
    mine = link("mine", purpose="reset", account_id="account-gran")
    others = [link("invite", account_id="account-gran"), link("dad", purpose="reset", account_id="account-dad")]
    for each in (mine, *others):
        await accounts.put_link(each)
    assert await accounts.drop_links(purpose="reset", account_id="account-gran", family_id="home") == 1
    assert await accounts.drop_links(purpose="reset", account_id="account-gran", family_id="home") == 0
    assert await accounts.find_link("link-mine") is None
    assert [await accounts.find_link(each.id) for each in others] == others


async def test_passkeys_are_kept_counted_and_forgotten(accounts):
    passkey = Passkey("k" * 1400, "account-gran", "pQECAyYg", 1, "phone", START)
    await accounts.put_passkey(passkey)
    await accounts.put_passkey(changed(passkey, sign_count=2))
    assert await accounts.passkeys("account-gran") == [changed(passkey, sign_count=2)]
    assert await accounts.passkeys("account-dad") == []
    await accounts.remove_passkey(passkey.id)
    await accounts.remove_passkey(passkey.id)
    assert await accounts.passkeys("account-gran") == []


async def test_what_no_store_can_hold_is_refused(accounts):
    for bad in ("", "a\0b", "\ud800", "x" * 5000):
        with pytest.raises(InvalidInput):
            await accounts.add_account(changed(person(), login=bad))
        for put, row in (
            (accounts.add_account, person()),
            (accounts.put_session, session()),
            (accounts.put_key, key()),
            (accounts.put_link, link()),
            (accounts.put_membership, Membership("m1", "account-gran", "home", "elder")),
        ):
            with pytest.raises(InvalidInput):
                await put(changed(row, id=bad))
    assert await accounts.accounts() == []


@pytest.mark.parametrize("kind", STORES)
async def test_a_family_is_a_tenant_from_its_first_entry_and_keeps_its_name(kind, tmp_path):
    async with opened_doors(kind, tmp_path) as doors:
        clinic = Tenant("clinic", "clinic", "社区卫生站", START)
        await doors.accounts.put_tenant(clinic)
        await doors.records.append([fact(family="clinic", true=2), fact(true=3, known=4), fact(60.0, true=9, known=3)])
        home = Tenant("home", "family", "", START + 3 * DAY)
        assert list(await doors.accounts.tenants()) == [clinic, home]
        assert await doors.records.families() == ["clinic", "home"]
        await doors.accounts.put_tenant(changed(home, name="李家"))
        await doors.records.append([fact(70.0)])
        await doors.records.delete_member("home", "gran")
        assert list(await doors.accounts.tenants()) == [clinic, changed(home, name="李家")]


@pytest.mark.parametrize("kind", DATABASES)
async def test_two_programs_use_a_link_and_change_an_account_once(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        first, second = await open_stores(url), await open_stores(url)
        await first.accounts.add_account(person())
        for number in range(10):
            await first.accounts.put_link(link(str(number)))
            used = (store.accounts.use_link(f"link-{number}", START) for store in (first, second))
            assert await outcomes(*used) == ["NotFound", "OneTimeLink"]
            seen = await first.accounts.find_account(login="gran")
            changes = (store.accounts.change_account(changed(seen, name=f"{store}")) for store in (first, second))
            assert await outcomes(*changes) == ["Conflict", "NoneType"]
        await first.close()
        await second.close()


@pytest.mark.parametrize("kind", DATABASES)
async def test_doors_survive_a_restart_and_a_closed_store_says_so(kind, tmp_path):
    async with address(kind, tmp_path) as url:
        stores = await open_stores(url)
        await stores.accounts.add_account(person())
        await stores.records.close()  # closing one closes all
        with pytest.raises(Unavailable):
            await stores.accounts.find_account(login="gran")
        with pytest.raises(Unavailable):
            await stores.accounts.find_account(login="a\0b")
        again = await open_stores(url)
        assert await again.accounts.find_account(login="gran") == person()
        await again.close()
