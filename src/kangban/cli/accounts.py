"""`kangban accounts …`: by whoever sits at the machine that keeps the data, who needs no account for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from kangban.cli.options import DataDir, Json, run
from kangban.clinical.access import Role

if TYPE_CHECKING:
    from kangban.app import Opened
    from kangban.clinical.access import Actor
    from kangban.clinical.account import Account, Tenant
    from kangban.journeys.gate import Gate

Who = Annotated[str, typer.Argument(help="A login or an account id.")]
Base = Annotated[str, typer.Option("--base-url", help="What the printed link begins with.")]
Family = Annotated[str, typer.Option("--family", help="A family or clinic id.")]
HOME, PORT = "home", 8000


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    """What a command was told; every command uses its own part."""

    account: str = ""
    family: str = HOME
    role: Role = "adult"
    member: str | None = None
    licence: str = ""
    topics: str = ""
    until: date | None = None
    name: str = ""
    kind: Literal["family", "clinic"] = "family"


class Opening:
    """The gate of one data directory, and whoever sits before it."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._opened: Opened | None = None
        self.base = f"http://127.0.0.1:{PORT}"

    async def gate(self) -> Gate:
        """Open it once."""
        if self._opened is None:
            from kangban.app import open_doors
            from kangban.settings import read_settings

            settings = read_settings(data_dir=self._data_dir)
            self.base = settings.public_url or self.base
            self._opened = await open_doors(settings)
        return self._opened.gate

    def here(self, family_id: str) -> Actor:
        """Whoever can read the directory anyway."""
        from kangban.journeys.accounts.local import local_actor

        return local_actor(family_id, "cli")

    async def account(self, words: str) -> Account:
        """By login or id; raises NotFound."""
        from kangban.kernel.errors import NotFound

        gate = await self.gate()
        found = await gate.accounts.find_account(login=words) if words else None
        found = found or (await gate.accounts.find_account(id=words) if words else None)
        if found is None:
            raise NotFound("no such account", field="account")
        return found

    async def close(self) -> None:
        """Close what was opened."""
        if self._opened is not None:
            from kangban.app import close_house

            await close_house(self._opened.house)


Work = Callable[[_Words], Awaitable[dict[str, Any]]]


def _run(
    work: Work, words: dict[str, Any], show: Callable[[dict[str, Any]], str], json: bool, opening: Opening
) -> None:
    shown = None if json else show
    run(_Words, work, words=words, source=None, jsonl=False, show=shown, after=opening.close)


def list_(json: Json = False, data_dir: DataDir = None) -> None:
    """Every account with its places. No hash, no secret."""
    opening = Opening(data_dir)

    async def work(_asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.administering import list_accounts

        gate = await opening.gate()
        found = await list_accounts(gate, opening.here(HOME))
        return {"accounts": [await _account(gate, each) for each in found]}

    _run(work, {}, _show_accounts, json, opening)


async def _account(gate: Gate, account: Account) -> dict[str, Any]:
    now = gate.clock.now()
    places = await gate.accounts.memberships(account_id=account.id)
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "operator": account.operator,
        "active": account.active,
        "locked": account.locked or (account.locked_until is not None and now < account.locked_until),
        "second_factor": bool(account.totp_secret) or bool(await gate.accounts.passkeys(account.id)),
        "oidc": bool(account.oidc_subject),
        "places": [
            {
                "id": each.id,
                "family": each.family_id,
                "role": each.role,
                "member": each.member_id,
                "licence_until": each.licence.expires_on.isoformat() if each.licence else None,
                "until": each.until.isoformat() if each.until else None,
            }
            for each in places
        ],
    }


def _show_accounts(answer: dict[str, Any]) -> str:
    lines: list[str] = []
    for each in answer["accounts"]:
        state = "closed" if not each["active"] else "locked" if each["locked"] else "open"
        places = ", ".join(f"{place['role']}@{place['family']}" for place in each["places"]) or "-"
        more = " operator" if each["operator"] else ""
        lines.append(f"{each['login']}  {each['name']}  {state}{more}  {places}  {each['id']}")
    return "\n".join(lines) or "-"


def first(base_url: Base = "", json: Json = False, data_dir: DataDir = None) -> None:
    """A fresh one-time link for the first administrator; earlier ones die."""
    opening = Opening(data_dir)

    async def work(_asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.first import first_token
        from kangban.kernel.errors import Conflict

        token = await first_token(await opening.gate())
        if token is None:
            raise Conflict("there are accounts already", key="error.conflict")
        return {"link": f"{base_url or opening.base}/first?token={token}", "hours": 24}

    _run(work, {}, _show_link, json, opening)


def invite(
    role: Annotated[str, typer.Option("--role", help="manager, adult, elder, teen, child, helper, nurse, doctor …")],
    family: Family = HOME,
    member: Annotated[str | None, typer.Option("--member", help="Whose account it is, a member id.")] = None,
    licence: Annotated[str, typer.Option("--licence", help="Licence number of a professional.")] = "",
    topics: Annotated[str, typer.Option("--topics", help="medicines,triage,labs,diet or all.")] = "",
    until: Annotated[str | None, typer.Option("--until", help="Last day of the licence, YYYY-MM-DD.")] = None,
    name: Annotated[str, typer.Option("--name", help="How you call the person.")] = "",
    base_url: Base = "",
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """A link with which somebody makes their account, good for 7 days."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.clinical.access import Licence
        from kangban.journeys.accounts.inviting import invite as invite_them

        gate = await opening.gate()
        shown = None
        if asked.licence or asked.topics or asked.until:
            said = tuple(each.strip() for each in asked.topics.split(",") if each.strip())
            shown = Licence(asked.licence, said, asked.until or date.min)
        token = await invite_them(
            gate, opening.here(asked.family), role=asked.role, member_id=asked.member, licence=shown, name=asked.name
        )
        link = f"{base_url or opening.base}/invite?token={token}"
        return {"link": link, "hours": 168, "role": asked.role, "family": asked.family}

    words = {
        "role": role, "family": family, "member": member, "licence": licence, "topics": topics, "until": until,
        "name": name,
    }  # fmt: skip
    _run(work, words, _show_link, json, opening)


def _show_link(answer: dict[str, Any]) -> str:
    return f"{answer['link']}\n({answer['hours']} h, once)"


def reset(
    account: Who,
    second_factor: Annotated[
        bool,
        typer.Option("--second-factor", help="Also take codes and passkeys off: the phone is lost."),
    ] = False,
    base_url: Base = "",
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """A link for a new password, good for 24 hours; earlier ones die."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.resetting import drop_second_factor, reset_link

        gate, found = await opening.gate(), await opening.account(asked.account)
        if second_factor:
            await drop_second_factor(gate, opening.here(HOME), found.id)
        token = await reset_link(gate, opening.here(HOME), found.id)
        return {"link": f"{base_url or opening.base}/reset?token={token}", "hours": 24, "account": found.id}

    _run(work, {"account": account}, _show_link, json, opening)


def _state(change: str, account: str, json: bool, data_dir: Path | None) -> None:
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts import administering

        gate, found = await opening.gate(), await opening.account(asked.account)
        acts = {"locked": administering.lock, "unlocked": administering.unlock, "ended": administering.end_account}
        await acts[change](gate, opening.here(HOME), found.id)
        return {"account": found.id, "status": change}

    _run(work, {"account": account}, lambda answer: f"{answer['status']} {answer['account']}", json, opening)


def lock(account: Who, json: Json = False, data_dir: DataDir = None) -> None:
    """Keep an account out until it is unlocked; its sessions end at once."""
    _state("locked", account, json, data_dir)


def unlock(account: Who, json: Json = False, data_dir: DataDir = None) -> None:
    """Lift a lock, also one after wrong passwords."""
    _state("unlocked", account, json, data_dir)


def end(account: Who, json: Json = False, data_dir: DataDir = None) -> None:
    """Close an account for good: sessions, keys and places end at once; what it wrote stays."""
    _state("ended", account, json, data_dir)


def families_list(json: Json = False, data_dir: DataDir = None) -> None:
    """Every family and clinic."""
    opening = Opening(data_dir)

    async def work(_asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.administering import families

        return {"families": [_tenant(each) for each in await families(await opening.gate(), opening.here(HOME))]}

    def show(answer: dict[str, Any]) -> str:
        return "\n".join(f"{each['id']}  {each['kind']}  {each['name']}" for each in answer["families"]) or "-"

    _run(work, {}, show, json, opening)


def families_add(
    name: Annotated[str, typer.Argument(help="What the family or clinic is called.")],
    kind: Annotated[str, typer.Option("--kind", help="family or clinic.")] = "family",
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """A new family or clinic; invite its manager next."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.administering import add_family

        return _tenant(await add_family(await opening.gate(), opening.here(HOME), name=asked.name, kind=asked.kind))

    _run(work, {"name": name, "kind": kind}, lambda answer: answer["id"], json, opening)


def _tenant(tenant: Tenant) -> dict[str, Any]:
    return {"id": tenant.family_id, "kind": tenant.kind, "name": tenant.name}
