"""Logging in with another house's word (OpenID Connect): only for accounts that were invited or linked before.

A stranger with a perfect identity gets nothing: the provider says who somebody is, never that they belong here.
"""

from __future__ import annotations

import hmac

import msgspec

from kangban.clinical.access import Actor
from kangban.clinical.account import Account
from kangban.journeys.accounts.allowed import own_account
from kangban.journeys.accounts.inviting import offer, offered_by, take_place
from kangban.journeys.accounts.links import look_at, make_link, use
from kangban.journeys.accounts.login import enter
from kangban.journeys.accounts.noted import note
from kangban.journeys.accounts.sessions import LoggedIn
from kangban.journeys.accounts.tokens import digest, new_token
from kangban.journeys.gate import Gate
from kangban.kernel.errors import Conflict, NotFound, NotPermitted, Unavailable
from kangban.kernel.ids import derived_id
from kangban.ports.factors import Identity, IdentityProvider


class _Kept(msgspec.Struct, frozen=True):
    """What must be at hand when the browser comes back; stays on this side."""

    nonce: str
    verifier: str
    redirect: str
    invite: str = ""  # the id of the invitation's link


class Begun(msgspec.Struct, frozen=True):
    """Where to send the browser, and the state it keeps in a cookie of its own."""

    address: str
    state: str


class Done(msgspec.Struct, frozen=True):
    """A login, or an account that has been linked (then `entered` is None)."""

    account: Account
    entered: LoggedIn | None = None


def _provider(gate: Gate) -> IdentityProvider:
    if gate.identities is None:
        raise Unavailable("no identity provider is set", key="error.no_oidc")
    return gate.identities


async def begin(gate: Gate, *, redirect: str, actor: Actor | None = None, invite: str = "", remote: str = "") -> Begun:
    """Begin a login; with an actor, linking their account; with an invitation's token, accepting it.

    Raises Unavailable, NotFound (invitation), NotPermitted.
    """
    provider = _provider(gate)
    account_id = (await own_account(gate, actor)).id if actor is not None else ""
    link_id = (await offer(gate, invite))[0].id if invite else ""
    kept = _Kept(new_token(), new_token(), redirect, link_id)
    gate.throttle.begin(remote, gate.clock.now())
    state = new_token()
    address = await provider.address(redirect=redirect, state=state, nonce=kept.nonce, verifier=kept.verifier)
    await make_link(gate, "oidc", account_id=account_id, kept=msgspec.json.encode(kept).decode(), token=state)
    return Begun(address, state)


async def finish(gate: Gate, *, state: str, cookie_state: str, code: str, actor: Actor | None = None) -> Done:
    """What the browser brings back. `cookie_state` is what this browser kept: another's answer does not count.

    Raises NotPermitted, Unavailable, Conflict (identity or login taken). A state is good once.
    """
    provider = _provider(gate)
    if not state or not hmac.compare_digest(state.encode("utf-8", "replace"), cookie_state.encode("utf-8", "replace")):
        raise _refused()
    try:
        link = await use(gate, await look_at(gate, state, "oidc"))
    except NotFound:
        raise _refused() from None
    kept = msgspec.json.decode(link.kept, type=_Kept)
    if not code or (link.account_id and (actor is None or actor.account_id != link.account_id)):
        raise _refused()
    identity = await provider.identity(
        code=code, redirect=kept.redirect, nonce=kept.nonce, verifier=kept.verifier
    )  # fmt: skip
    known = await gate.accounts.find_account(oidc=(identity.issuer, identity.subject))
    if actor is not None and link.account_id:
        return await _link(gate, actor, identity, known)
    if known is not None:
        return Done(known, await enter(gate, known))
    if kept.invite:
        account = await _accept(gate, kept.invite, identity)
        return Done(account, await enter(gate, account))
    await note(gate, None, "login.failed", outcome="refused", reason="oidc")
    raise NotPermitted("no account belongs to this identity", key="error.oidc_unknown")


async def _link(gate: Gate, actor: Actor, identity: Identity, known: Account | None) -> Done:
    account = await own_account(gate, actor)
    if known is not None and known.id != account.id:
        raise Conflict("the identity belongs to another account", key="error.oidc_taken")
    if known is None:
        account = msgspec.structs.replace(account, oidc_issuer=identity.issuer, oidc_subject=identity.subject)
        await gate.accounts.change_account(account)
        await note(gate, actor, "account.changed", subject=account.id, reason="oidc.linked")
    return Done(account)


async def unlink(gate: Gate, actor: Actor) -> None:
    """Take the identity off; raises Conflict where it is the only way in."""
    account = await own_account(gate, actor)
    if not account.password_hash:
        raise Conflict("without a password nobody could come in", key="error.only_way_in")
    if account.oidc_subject:
        await gate.accounts.change_account(msgspec.structs.replace(account, oidc_issuer="", oidc_subject=""))
        await note(gate, actor, "account.changed", subject=account.id, reason="oidc.unlinked")


async def _accept(gate: Gate, link_id: str, identity: Identity) -> Account:
    """Make the account an invitation offers, without a password."""
    link, offered = await offered_by(gate, await gate.accounts.find_link(link_id))
    name = (offered.name or identity.name or offered.role)[:80]
    made = Account(
        derived_id("account", link.id),
        f"id-{digest(identity.issuer + ' ' + identity.subject)[:12]}",
        name,
        oidc_issuer=identity.issuer,
        oidc_subject=identity.subject,
        created_at=gate.clock.now(),
    )
    await take_place(gate, link, offered, made, new=True)
    return made


def _refused() -> NotPermitted:
    return NotPermitted("this login was not begun in this browser, or is over", key="error.oidc_refused")
