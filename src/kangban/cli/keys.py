"""`kangban keys …`: API keys of an account, made by whoever sits at the machine that keeps the data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.accounts import HOME, Family, Opening
from kangban.cli.options import DataDir, Json, run

if TYPE_CHECKING:
    from kangban.clinical.access import Actor
    from kangban.clinical.account import ApiKey

Owner = Annotated[str, typer.Option("--account", help="Whose key it is: a login or an account id.")]
KeyId = Annotated[str, typer.Argument(help="The key's id or its first characters (kb_…).")]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    account: str
    family: str = HOME
    name: str = ""
    scopes: str = ""
    days: int = 90
    key: str = ""


async def owner_of(opening: Opening, login: str, family_id: str) -> Actor:
    """The account in the family, as it would be logged in; raises NotFound, NotPermitted."""
    from kangban.journeys.accounts.login import actor_of
    from kangban.kernel.errors import NotPermitted

    account = await opening.account(login)
    actor = await actor_of(await opening.gate(), account.id, family_id, door="cli")
    if actor is None:
        raise NotPermitted("the account has no place in this family", field="account", key="error.no_family")
    return actor


def add(
    account: Owner,
    name: Annotated[str, typer.Option("--name", help="What it is for.")],
    scopes: Annotated[str, typer.Option("--scopes", help="Purposes and groups, e.g. view,medicines,measurements.")],
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="When it runs out.")] = 90,
    family: Family = HOME,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Make a key; its secret is printed this once."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.keys import make_key

        gate, owner = await opening.gate(), await owner_of(opening, asked.account, asked.family)
        said = [each.strip() for each in asked.scopes.split(",") if each.strip()]
        until = gate.clock.now() + timedelta(days=asked.days)
        secret, key = await make_key(gate, owner, name=asked.name, scopes=said, expires_at=until)
        return {"secret": secret, **_key(key)}

    words = {"account": account, "family": family, "name": name, "scopes": scopes, "days": days}
    run(_Words, work, words=words, source=None, jsonl=False, show=None if json else _show_new, after=opening.close)


def list_(account: Owner, family: Family = HOME, json: Json = False, data_dir: DataDir = None) -> None:
    """An account's keys in one family. No secret."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.keys import list_keys

        found = await list_keys(await opening.gate(), await owner_of(opening, asked.account, asked.family))
        return {"keys": [_key(each) for each in found]}

    words = {"account": account, "family": family}
    run(_Words, work, words=words, source=None, jsonl=False, show=None if json else _show, after=opening.close)


def revoke(key: KeyId, account: Owner, family: Family = HOME, json: Json = False, data_dir: DataDir = None) -> None:
    """End a key at once."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.keys import list_keys, revoke_key
        from kangban.kernel.errors import NotFound

        gate, owner = await opening.gate(), await owner_of(opening, asked.account, asked.family)
        found = [each for each in await list_keys(gate, owner) if asked.key in (each.id, each.hint)]
        if len(found) != 1:
            raise NotFound("no such key, or more than one", field="key")
        await revoke_key(gate, owner, found[0].id)
        return {"id": found[0].id, "status": "revoked"}

    words = {"key": key, "account": account, "family": family}
    run(_Words, work, words=words, source=None, jsonl=False, show=None if json else _show_gone, after=opening.close)


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "hint": key.hint,
        "name": key.name,
        "family": key.family_id,
        "scopes": list(key.scopes),
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat(),
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }


def _show_new(answer: dict[str, Any]) -> str:
    return f"{answer['secret']}\n(until {answer['expires_at']}, shown once)"


def _show_gone(answer: dict[str, Any]) -> str:
    return f"{answer['status']} {answer['id']}"


def _show(answer: dict[str, Any]) -> str:
    return "\n".join(
        f"{each['hint']}…  {each['name']}  {','.join(each['scopes'])}  until {each['expires_at'][:10]}"
        f"{'  revoked' if each['revoked_at'] else ''}"
        for each in answer["keys"]
    ) or "-"  # fmt: skip
