"""Who types a command: whoever sits here while nobody has an account, else a login or an API key."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import typer

from kangban.app import Opened, close_house, in_family, open_doors
from kangban.clinical.access import Actor
from kangban.journeys.accounts.keys import actor_of_key
from kangban.journeys.accounts.local import demo_actor, local_actor
from kangban.journeys.accounts.login import find_actor, log_in, log_out
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, seen_by
from kangban.kernel.errors import NotPermitted
from kangban.settings import Settings

DOOR = "cli"
SAY_WHO = "there are accounts here: say who you are with --as LOGIN (or KANGBAN_AS), or set KANGBAN_API_KEY"


class SignedIn:
    """The house as the actor may see it, and how it is left again."""

    def __init__(self, opened: Opened, actor: Actor, leave: Callable[[], Awaitable[None]] | None) -> None:
        self._opened, self._leave = opened, leave
        self.gate = opened.gate
        house = opened.house
        if actor.family_id != house.family_id:
            house = in_family(house, actor.family_id)
        self.house: House = seen_by(house, actor)

    async def close(self) -> None:
        """End the session of this command and close what was opened."""
        try:
            if self._leave is not None:
                await self._leave()
        finally:
            await close_house(self._opened.house)


async def sign_in(settings: Settings, login: str | None) -> SignedIn:
    """Open the house for whoever types; raises NotPermitted where there are accounts and nobody says who they are."""
    opened = await open_doors(settings)
    try:
        actor, leave = await _actor(settings, opened, login)
        return SignedIn(opened, actor, leave)
    except BaseException:
        await close_house(opened.house)
        raise


async def _actor(
    settings: Settings, opened: Opened, login: str | None
) -> tuple[Actor, Callable[[], Awaitable[None]] | None]:
    gate = opened.gate
    if settings.demo:
        return demo_actor(opened.house.family_id), None
    if secret := os.environ.get("KANGBAN_API_KEY", ""):
        if login:
            raise NotPermitted("give --as (or KANGBAN_AS) or KANGBAN_API_KEY, not both", field="as")
        actor = await actor_of_key(gate, secret, door=DOOR)
        if actor is None:
            raise NotPermitted("the API key is unknown, expired or revoked", field="KANGBAN_API_KEY")
        return actor, None
    if not await gate.accounts.accounts():
        if login:
            raise NotPermitted("there are no accounts here yet: leave --as out", field="as")
        return local_actor(opened.house.family_id, DOOR), None
    if not login:
        raise NotPermitted(SAY_WHO, field="as", key="access.say_who")
    token = await _log_in(gate, login)
    actor = await find_actor(gate, token, door=DOOR)

    async def leave() -> None:
        await log_out(gate, token)

    if actor is None:
        await leave()
        raise NotPermitted("the account has no place in a family", field="as", key="access.membership_ended")
    return actor, leave


async def _log_in(gate: Gate, login: str) -> str:
    """Ask for the password, and for a code where the account has one; raises NotPermitted."""
    password = await _ask(f"password of {login}")
    try:
        return (await log_in(gate, login=login, password=password, remote=DOOR)).token
    except NotPermitted as error:
        if error.key != "error.code_needed":
            raise
    return (await log_in(gate, login=login, password=password, code=await _ask("code"), remote=DOOR)).token


async def _ask(what: str) -> str:
    try:
        return await asyncio.to_thread(typer.prompt, what, hide_input=True, err=True)
    except (typer.Abort, EOFError):
        raise NotPermitted(
            f"no {what.partition(' ')[0]} was given; in scripts set KANGBAN_API_KEY", field="as"
        ) from None
