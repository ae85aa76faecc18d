"""Login with another house's word, against a provider that tells the truth and one that lies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from kangban.adapters.oidc import Oidc
from kangban.clinical.access import Actor
from kangban.journeys.accounts import oidc
from kangban.journeys.accounts.administering import lock
from kangban.journeys.accounts.inviting import invite
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.accounts.login import find_actor
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, KangbanError, NotFound, NotPermitted, SettingsRefused
from kangban.ports.factors import OidcEndpoint
from tests.support.gates import GOOD, NOW, actor_named, clock_of, happened, memory_gate, said, with_first, with_person
from tests.support.identity_provider import CLIENT, SECRET, Provider

BACK = "http://localhost:8000/login/oidc/back"
HERE = local_actor("home", "cli")


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(now=NOW.timestamp)
    yield made
    made.close()


async def opened(provider: Provider) -> tuple[Gate, Actor]:
    gate = memory_gate()
    identities = Oidc(OidcEndpoint(provider.issuer, CLIENT, SECRET), gate.clock)
    gate = msgspec.structs.replace(gate, identities=identities)
    await with_first(gate)
    return gate, await actor_named(gate, "zhang")


async def through(gate: Gate, provider: Provider, *, actor: Actor | None = None, invitation: str = "") -> oidc.Done:
    """The whole way with an honest browser."""
    begun = await oidc.begin(gate, redirect=BACK, actor=actor, invite=invitation)
    back = provider.visit(begun.address)
    return await oidc.finish(gate, state=back["state"], cookie_state=begun.state, code=back["code"], actor=actor)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_an_invited_person_comes_in_and_comes_again(provider: Provider, algorithm: str) -> None:
    gate, manager = await opened(provider)
    provider.algorithm = algorithm
    done = await through(gate, provider, invitation=await invite(gate, manager, role="adult"))
    assert done.entered is not None
    actor = await find_actor(gate, done.entered.token, door="page")
    assert actor is not None
    assert (actor.role, actor.name, done.account.password_hash) == ("adult", "李医生", "")
    again = await through(gate, provider)
    assert again.account.id == done.account.id
    assert len(await gate.accounts.accounts()) == 2


async def test_a_stranger_with_a_perfect_identity_gets_nothing(provider: Provider) -> None:
    gate, _ = await opened(provider)
    assert await said(through(gate, provider)) == "error.oidc_unknown"
    assert len(await gate.accounts.accounts()) == 1
    assert (await happened(gate))[-1] == "login.failed"


async def test_an_account_is_linked_while_logged_in_and_unlinked_with_a_password(provider: Provider) -> None:
    gate, manager = await opened(provider)
    done = await through(gate, provider, actor=manager)
    assert done.entered is None
    entered = (await through(gate, provider)).entered
    assert entered is not None
    assert entered.account.id == manager.account_id
    await oidc.unlink(gate, manager)
    assert await said(through(gate, provider)) == "error.oidc_unknown"


async def test_an_identity_belongs_to_one_account(provider: Provider) -> None:
    gate, manager = await opened(provider)
    await with_person(gate, manager, "mama", "adult")
    await through(gate, provider, actor=manager)
    with pytest.raises(Conflict):
        await through(gate, provider, actor=await actor_named(gate, "mama"))


async def test_without_a_password_the_identity_is_not_taken_off(provider: Provider) -> None:
    gate, manager = await opened(provider)
    done = await through(gate, provider, invitation=await invite(gate, manager, role="adult"))
    assert done.entered is not None
    actor = await find_actor(gate, done.entered.token, door="page")
    assert actor is not None
    with pytest.raises(Conflict):
        await oidc.unlink(gate, actor)
    assert await said(actor_named(gate, done.account.login, "")) == "error.login_wrong"


async def test_a_locked_account_stays_out_here_too(provider: Provider) -> None:
    gate, manager = await opened(provider)
    done = await through(gate, provider, invitation=await invite(gate, manager, role="adult"))
    await lock(gate, HERE, done.account.id)
    assert await said(through(gate, provider)) == "error.login_locked"


LIES = {
    "forged signature": lambda p: setattr(p, "sign", p.signed_by_stranger),
    "alg none": lambda p: setattr(p, "sign", p.unsigned),
    "HS256 with the public key": lambda p: setattr(p, "sign", p.signed_with_public_key),
    "claims under another signature": lambda p: setattr(p, "sign", p.tampered),
    "no token at all": lambda p: setattr(p, "sign", lambda _claims: "no token"),
    "a token of half a megabyte": lambda p: setattr(p, "sign", lambda _claims: "a.b." + "c" * 500_000),
}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.replace(" ", "_"))
async def test_a_token_that_is_not_the_providers_is_refused(provider: Provider, lie: str) -> None:
    gate, manager = await opened(provider)
    invitation = await invite(gate, manager, role="adult")
    LIES[lie](provider)
    assert await said(through(gate, provider, invitation=invitation)) == "error.oidc_refused"
    assert len(await gate.accounts.accounts()) == 1


CLAIMS = {
    "another issuer": {"iss": "https://evil.example"}, "issuer with a slash": {"iss": "SLASH"}, "another audience": {"aud": "other"},
    "no audience": {"aud": None}, "two audiences without azp": {"aud": [CLIENT, "other"]},
    "two audiences, another's azp": {"aud": [CLIENT, "other"], "azp": "other"}, "another's azp": {"azp": "other"},
    "expired": {"exp": NOW.timestamp() - 61}, "no expiry": {"exp": None}, "expiry is a word": {"exp": "2099"},
    "expiry is true": {"exp": True}, "from the future": {"iat": NOW.timestamp() + 120}, "no iat": {"iat": None},
    "not yet": {"nbf": NOW.timestamp() + 120}, "another nonce": {"nonce": "x" * 43}, "no nonce": {"nonce": None},
    "no subject": {"sub": None}, "empty subject": {"sub": ""}, "subject is a number": {"sub": 1}, "subject too long": {"sub": "s" * 256},
}  # fmt: skip


@pytest.mark.parametrize("lie", CLAIMS, ids=lambda lie: lie.replace(" ", "_"))
async def test_claims_that_do_not_add_up_are_refused(provider: Provider, lie: str) -> None:
    gate, manager = await opened(provider)
    invitation = await invite(gate, manager, role="adult")
    wrong = {name: f"{provider.issuer}/" if value == "SLASH" else value for name, value in CLAIMS[lie].items()}
    gone = {name for name, value in wrong.items() if value is None}
    provider.change = lambda claims: {name: value for name, value in (claims | wrong).items() if name not in gone}
    assert await said(through(gate, provider, invitation=invitation)) == "error.oidc_refused"
    assert len(await gate.accounts.accounts()) == 1
    provider.change = lambda claims: claims
    assert (await through(gate, provider, invitation=invitation)).entered is not None, "the invitation is still good"


async def test_two_audiences_with_our_azp_are_taken(provider: Provider) -> None:
    gate, manager = await opened(provider)
    provider.change = lambda claims: claims | {"aud": ["other", CLIENT], "azp": CLIENT}
    assert (await through(gate, provider, actor=manager)).entered is None


async def test_a_state_works_once_in_one_browser_and_for_ten_minutes(provider: Provider) -> None:
    gate, manager = await opened(provider)
    await through(gate, provider, actor=manager)
    begun = await oidc.begin(gate, redirect=BACK)
    back = provider.visit(begun.address)
    for cookie in ("", "x" * 43, begun.state[:-1]):
        answer = oidc.finish(gate, state=back["state"], cookie_state=cookie, code=back["code"])
        assert await said(answer) == "error.oidc_refused"
    assert (await oidc.finish(gate, state=back["state"], cookie_state=begun.state, code=back["code"])).entered
    replayed = oidc.finish(gate, state=back["state"], cookie_state=begun.state, code=back["code"])
    assert await said(replayed) == "error.oidc_refused"
    late = await oidc.begin(gate, redirect=BACK)
    back = provider.visit(late.address)
    clock_of(gate).move(timedelta(minutes=10))
    assert (
        await said(oidc.finish(gate, state=late.state, cookie_state=late.state, code=back["code"]))
        == "error.oidc_refused"
    )


async def test_linking_is_finished_by_whoever_began_it(provider: Provider) -> None:
    gate, manager = await opened(provider)
    await with_person(gate, manager, "mama", "adult")
    for other in (None, await actor_named(gate, "mama")):
        begun = await oidc.begin(gate, redirect=BACK, actor=manager)
        back = provider.visit(begun.address)
        answer = oidc.finish(gate, state=begun.state, cookie_state=begun.state, code=back["code"], actor=other)
        assert await said(answer) == "error.oidc_refused"
    assert not any(each.oidc_subject for each in await gate.accounts.accounts())


async def test_the_browser_learns_neither_verifier_nor_secret_and_the_code_needs_both(provider: Provider) -> None:
    gate, manager = await opened(provider)
    begun = await oidc.begin(gate, redirect=BACK, actor=manager)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.address).query).items()}
    back = provider.visit(begun.address)
    await oidc.finish(gate, state=begun.state, cookie_state=begun.state, code=back["code"], actor=manager)
    (sent,) = provider.asked
    assert sent["code_verifier"] not in begun.address
    assert SECRET not in begun.address
    assert len({asked["state"], asked["nonce"], sent["code_verifier"]}) == 3
    assert (asked["response_type"], asked["scope"]) == ("code", "openid profile")


async def test_a_code_of_another_login_does_not_fit(provider: Provider) -> None:
    gate, manager = await opened(provider)
    stolen = provider.visit((await oidc.begin(gate, redirect=BACK, actor=manager)).address)
    own = await oidc.begin(gate, redirect=BACK, actor=manager)
    answer = oidc.finish(gate, state=own.state, cookie_state=own.state, code=stolen["code"], actor=manager)
    assert await said(answer) == "error.oidc_refused"


async def test_a_dead_invitation_is_no_way_in(provider: Provider) -> None:
    gate, manager = await opened(provider)
    token = await invite(gate, manager, role="adult")
    begun = await oidc.begin(gate, redirect=BACK, invite=token)
    back = provider.visit(begun.address)
    clock_of(gate).move(timedelta(minutes=1))
    (link,) = await gate.accounts.links(purpose="invite", family_id="home")
    await gate.accounts.use_link(link.id, gate.clock.now())
    with pytest.raises(NotFound):
        await oidc.finish(gate, state=begun.state, cookie_state=begun.state, code=back["code"])
    with pytest.raises(NotFound):
        await oidc.begin(gate, redirect=BACK, invite=token)


async def test_a_provider_that_changes_its_key_is_asked_again_and_not_at_every_forgery(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, manager = await opened(provider)
    seconds = [1000.0]
    monkeypatch.setattr("kangban.adapters.oidc.time.monotonic", lambda: seconds[0])
    await through(gate, provider, actor=manager)
    provider.rsa = provider.foreign
    seconds[0] += 31
    assert (await through(gate, provider)).entered is not None
    before = provider.hits.count("/keys")
    provider.sign = provider.unsigned
    for _ in range(5):
        assert await said(through(gate, provider)) == "error.oidc_refused"
    assert provider.hits.count("/keys") == before


BROKEN = {
    "another name": lambda p: p.metadata.update(issuer="https://evil.example"),
    "no keys named": lambda p: p.metadata.update(jwks_uri=None),
    "keys elsewhere without TLS": lambda p: p.metadata.update(jwks_uri="http://192.0.2.1/keys"),
    "keys from a file": lambda p: p.metadata.update(jwks_uri="file:///etc/passwd"),
    "keys are no JSON": lambda p: p.raw.update({"/keys": b"<html>"}),
    "keys are a list": lambda p: p.raw.update({"/keys": b"[]"}),
    "keys are endless": lambda p: p.raw.update({"/keys": b" " * 600_000}),
    "a redirect": lambda p: p.redirects.update({"/keys": "http://127.0.0.1:1/keys"}),
    "token endpoint down": lambda p: setattr(p, "token_status", 503),
}


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.replace(" ", "_"))
async def test_a_broken_provider_is_unavailable_and_lets_nobody_in(provider: Provider, fault: str) -> None:
    gate, manager = await opened(provider)
    BROKEN[fault](provider)
    with pytest.raises(KangbanError) as refused:
        await through(gate, provider, actor=manager)
    assert refused.value.code == "unavailable"


async def test_a_provider_that_is_gone_is_unavailable() -> None:
    gone = Provider()
    gone.close()
    gate, _ = await opened(gone)
    with pytest.raises(KangbanError) as refused:
        await oidc.begin(gate, redirect=BACK)
    assert refused.value.code == "unavailable"
    assert await said(oidc.begin(memory_gate(), redirect=BACK)) == "error.no_oidc"


@pytest.mark.parametrize(
    "issuer", ["http://id.example.org", "id.example.org", "ftp://x", "https://a@b", "https://x/?a=b", ""]
)
def test_an_issuer_without_tls_off_this_machine_is_refused_at_start(issuer: str) -> None:
    with pytest.raises(SettingsRefused):
        Oidc(OidcEndpoint(issuer, CLIENT), memory_gate().clock)


async def test_one_address_cannot_begin_logins_without_end(provider: Provider) -> None:
    gate, _ = await opened(provider)
    for _ in range(60):
        await oidc.begin(gate, redirect=BACK, remote="192.0.2.9")
    with pytest.raises(NotPermitted):
        await oidc.begin(gate, redirect=BACK, remote="192.0.2.9")
    assert await oidc.begin(gate, redirect=BACK, remote="192.0.2.10")
    assert GOOD not in str(await gate.accounts.links(purpose="oidc"))
