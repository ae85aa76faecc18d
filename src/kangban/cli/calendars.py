"""`kangban calendar …`: read-only calendar addresses of an account, made at the machine that keeps the data."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from kangban.cli.accounts import HOME, Base, Family, Opening
from kangban.cli.keys import Owner, owner_of
from kangban.cli.options import DataDir, Json, run

FeedId = Annotated[str, typer.Argument(help="The address's id, as `calendar list` prints it.")]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    account: str
    family: str = HOME
    name: str = ""
    feed: str = ""
    base: str = ""


def add(
    account: Owner,
    name: Annotated[str, typer.Option("--name", help="For which device.")],
    base_url: Base = "",
    family: Family = HOME,
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Make an address; it is printed this once."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.feeds import make_feed

        gate, owner = await opening.gate(), await owner_of(opening, asked.account, asked.family)
        token, feed = await make_feed(gate, owner, asked.name)
        address = f"{(asked.base or opening.base).rstrip('/')}/calendar/{token}.ics"
        return {"address": address, "id": feed.id, "name": feed.kept, "expires_at": feed.expires_at.isoformat()}

    words = {"account": account, "family": family, "name": name, "base": base_url}
    run(
        _Words, work, words=words, source=None, jsonl=False,
        show=None if json else lambda a: f"{a['address']}\n(until {a['expires_at']}, shown once)", after=opening.close,
    )  # fmt: skip


def list_(account: Owner, family: Family = HOME, json: Json = False, data_dir: DataDir = None) -> None:
    """An account's addresses in one family. No secret."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.feeds import list_feeds

        found = await list_feeds(await opening.gate(), await owner_of(opening, asked.account, asked.family))
        return {
            "calendars": [{"id": f.id, "name": f.kept, "expires_at": f.expires_at.isoformat()} for f in found]
        }  # fmt: skip

    words = {"account": account, "family": family}
    run(_Words, work, words=words, source=None, jsonl=False, show=None if json else _show, after=opening.close)


def _show(answer: dict[str, Any]) -> str:
    lines = [f"{one['id']}  {one['name']}  until {one['expires_at'][:10]}" for one in answer["calendars"]]
    return "\n".join(lines) or "-"


def revoke(feed: FeedId, account: Owner, family: Family = HOME, json: Json = False, data_dir: DataDir = None) -> None:
    """End an address at once."""
    opening = Opening(data_dir)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.accounts.feeds import revoke_feed

        await revoke_feed(await opening.gate(), await owner_of(opening, asked.account, asked.family), asked.feed)
        return {"id": asked.feed, "status": "revoked"}

    words = {"account": account, "family": family, "feed": feed}
    run(
        _Words, work, words=words, source=None, jsonl=False,
        show=None if json else lambda a: f"{a['status']} {a['id']}", after=opening.close,
    )  # fmt: skip
