"""`kangban medicines propose-insert` and `kangban medicines own`: inserts that a family reads, confirms, takes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Json, Records, run
from kangban.cli.reports import For, close_reader, content_of

if TYPE_CHECKING:
    from kangban.journeys.house import House
    from kangban.journeys.own_products import Insert

File = Annotated[str, typer.Argument(help="The insert: a text file, a PDF or a photograph.")]
Member = Annotated[str, typer.Argument(help="A member id.")]
InsertId = Annotated[str, typer.Argument(help="The id that propose-insert gave.")]
Work = Callable[["House", "_Words"], Awaitable[dict[str, Any]]]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    id: str = ""
    file: str = ""
    person: str = ""


def _run(work: Work, records: Records, words: dict[str, Any], json: bool) -> None:
    async def all_of_it(asked: _Words) -> dict[str, Any]:
        return await work(await records.house(), asked)

    async def after() -> None:
        await records.close()
        await close_reader()

    run(_Words, all_of_it, words=words, source=None, jsonl=False, show=None if json else _show, after=after)


def propose(
    file: File, person: For, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None
) -> None:
    """Keep an insert and what it says of names and contents; no check uses it before it is confirmed."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from pathlib import Path

        from kangban.journeys.attachments import Upload
        from kangban.journeys.own_products import propose_insert

        made = await propose_insert(house, asked.person, Upload(Path(asked.file).name, content_of(asked.file)))
        return {"inserts": [own_object(made)]}

    _run(work, Records(data_dir, demo, as_), {"file": file, "person": person}, json)


def list_(member: Member, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """A member's inserts, each with where it differs from the catalogue."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.own_products import inserts_of

        return {"inserts": [own_object(one) for one in await inserts_of(house, asked.id)]}

    _run(work, Records(data_dir, demo, as_), {"id": member}, json)


def confirm(id: InsertId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """It was compared with the paper: checks of this member use it from now on."""
    _decide(id, Records(data_dir, demo, as_), json, confirm=True)


def dismiss(id: InsertId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """It was read wrongly, or is not wanted."""
    _decide(id, Records(data_dir, demo, as_), json, confirm=False)


def _decide(id: str, records: Records, json: bool, *, confirm: bool) -> None:
    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.own_products import decide

        return {"inserts": [own_object(await decide(house, asked.id, confirm=confirm))]}

    _run(work, records, {"id": id}, json)


def withdraw(id: InsertId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Take it back; no check uses it any more."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.own_products import withdraw as take_back

        await take_back(house, asked.id)
        return {"id": asked.id, "withdrawn": True}

    _run(work, Records(data_dir, demo, as_), {"id": id}, json)


def own_object(one: Insert) -> dict[str, Any]:
    """An insert as scripts see it; an ingredient without an id is in no check."""
    return {
        "id": one.id,
        "member": one.entry.member_id,
        "status": one.body.status,
        "document": one.body.document_id,
        "names": list(one.body.names),
        "unit": one.body.unit,
        "contents": [{"name": c.name, "ingredient": c.ingredient, "amount": c.amount} for c in one.body.contents],
        "matched": one.matched,
        "differences": [msgspec.to_builtins(d) for d in one.differences],
    }


def _show(answer: dict[str, Any]) -> str:
    if "withdrawn" in answer:
        return f"withdrawn {answer['id']}"
    lines: list[str] = []
    for one in answer["inserts"]:
        lines.append(f"{one['id']} [{one['status']}] {' / '.join(one['names'])} -> {one['matched'] or '?'}")
        for part in one["contents"]:
            per = f" {part['amount']} / {one['unit']}" if part["amount"] else ""
            lines.append(f"  + {part['name']}{per} ({part['ingredient'] or 'not in the catalogue, not checked'})")
        for part in one["differences"]:
            said = (" ".join(part[side].split())[:60] or "-" for side in ("insert", "catalogue"))
            lines.append(f"  [{part['kind']}] {part['about']}: {' | '.join(said)}")
    return "\n".join(lines) or "-"
