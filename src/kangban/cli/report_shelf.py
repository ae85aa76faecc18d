"""`kangban reports add|list|show|confirm|reread|keep|move|delete`: reports of a member, confirmed line by line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Json, Records, run
from kangban.cli.reports import File, For, close_reader, content_of, row_line

if TYPE_CHECKING:
    from kangban.clinical.kept_report import Reading
    from kangban.journeys.house import House

Member = Annotated[str, typer.Argument(help="A member id.")]
ReportId = Annotated[str, typer.Argument(help="The id that `add` gave.")]
Version = Annotated[str, typer.Option("--version", help="The version you saw; what others changed since is refused.")]
Accept = Annotated[list[str] | None, typer.Option("--accept", help="A line, e.g. row:3; more than once.")]
Reject = Annotated[list[str] | None, typer.Option("--reject", help="A line to leave out; more than once.")]
Undo = Annotated[list[str] | None, typer.Option("--undo", help="A line to take back; more than once.")]
Sure = Annotated[bool, typer.Option("--sure", help="Accept every row that nothing speaks against.")]
Together = Annotated[bool, typer.Option("--together", help="Keep a page that names several people as it is.")]
At = Annotated[str | None, typer.Option("--at", help="When it was sampled, as ISO time with a zone.")]
Name = Annotated[str | None, typer.Option("--name", help="Put the one accepted row right: the test.")]
Result = Annotated[str | None, typer.Option("--result", help="Put the one accepted row right: the result.")]
Unit = Annotated[str | None, typer.Option("--unit", help="Put the one accepted row right: the unit.")]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    id: str = ""
    file: str = ""
    person: str = ""
    together: bool = False


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    version: str = ""
    sure: bool = False
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
    at: datetime | None = None
    name: str | None = None
    result: str | None = None
    unit: str | None = None


Work = Callable[["House", Any], Awaitable[dict[str, Any]]]


def _run(work: Work, records: Records, words: dict[str, Any], json: bool, shape: type[Any] = _Words) -> None:
    async def all_of_it(asked: Any) -> dict[str, Any]:
        return await work(await records.house(), asked)

    async def after() -> None:
        await records.close()
        await close_reader()

    run(shape, all_of_it, words=words, source=None, jsonl=False, show=None if json else _show, after=after)


def add(
    file: File,
    person: For,
    together: Together = False,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Keep and read a file for a member; nothing of it counts before it is confirmed."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from pathlib import Path

        from kangban.journeys.attachments import Upload
        from kangban.journeys.reports.upload import ReadingDone, upload
        from kangban.kernel.errors import Broken

        one = Upload(Path(asked.file).name, content_of(asked.file))
        async for event in upload(house, asked.person, one, together=asked.together):
            if isinstance(event, ReadingDone):
                reports = [_object(each) for each in event.reports]
                return {"document": event.document_id, "already": event.already, "reports": reports}
        raise Broken("a file was read without an end")

    _run(work, Records(data_dir, demo, as_), {"file": file, "person": person, "together": together}, json)


def list_(member: Member, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """A member's reports, the newest paper first, and files that wait to be read."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.reports.viewing import shelf_of

        shelf = await shelf_of(house, asked.id)
        return {
            "reports": [_object(one, lines=False) for one in shelf.reports],
            "unread": [{"document": one.id, "name": one.body.name} for one in shelf.unread],
        }

    _run(work, Records(data_dir, demo, as_), {"id": member}, json)


def show(id: ReportId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """One report with every line and what was decided on it."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.reports.shelf import get_reading

        return {"reports": [_object(await get_reading(house, asked.id))]}

    _run(work, Records(data_dir, demo, as_), {"id": id}, json)


def confirm(
    id: ReportId,
    version: Version = "",
    sure: Sure = False,
    accept: Accept = None,
    reject: Reject = None,
    undo: Undo = None,
    at: At = None,
    name: Name = None,
    result: Result = None,
    unit: Unit = None,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Say which lines are right; those enter the record, doubtful ones only by their own name."""

    async def work(house: House, asked: _Said) -> dict[str, Any]:
        from kangban.journeys.reports.confirm import accept_sure, decide
        from kangban.journeys.reports.shelf import get_reading
        from kangban.kernel.errors import InvalidInput

        if asked.at is not None and asked.at.tzinfo is None:
            raise InvalidInput("the time needs a zone", field="at")
        seen = asked.version or (await get_reading(house, asked.id)).version
        changes = _changes(asked)
        if changes:
            seen = (await decide(house, asked.id, changes, version=seen, sampled_at=asked.at)).version
        if asked.sure:
            await accept_sure(house, asked.id, version=seen, sampled_at=asked.at)
        return {"reports": [_object(await get_reading(house, asked.id))]}

    words = {
        "id": id, "version": version, "sure": sure, "accept": accept or [], "reject": reject or [], "undo": undo or [],
        "at": at, "name": name, "result": result, "unit": unit,
    }  # fmt: skip
    _run(work, Records(data_dir, demo, as_), words, json, _Said)


def _changes(asked: _Said) -> list[Any]:
    from kangban.journeys.reports.confirm import LineChange
    from kangban.kernel.errors import InvalidInput

    edits = (asked.name, asked.result, asked.unit)
    if any(x is not None for x in edits) and len(asked.accept) != 1:
        raise InvalidInput("one accepted row is put right at a time", field="accept")
    return [
        *(LineChange(line, "accept", *edits) for line in asked.accept),
        *(LineChange(line, "reject") for line in asked.reject),
        *(LineChange(line, "undo") for line in asked.undo),
    ]


def reread(id: ReportId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Read the file of a report afresh; what was decided stays, and a decided line that reads otherwise is refused."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.reports.reread import reread as read_afresh

        return {"reports": [_object(one) for one in await read_afresh(house, asked.id)]}

    _run(work, Records(data_dir, demo, as_), {"id": id}, json)


def keep(id: ReportId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Say that a report is the member's although name, sex or age differs."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.reports.belonging import keep_here
        from kangban.journeys.reports.shelf import get_reading

        one = await get_reading(house, asked.id)
        return {"reports": [_object(await keep_here(house, one.id, version=one.version))]}

    _run(work, Records(data_dir, demo, as_), {"id": id}, json)


def move(
    id: ReportId, person: For, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None
) -> None:
    """Move a report to another member; it is understood anew for them, and what was confirmed leaves the first."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.reports.belonging import move as move_to

        return {"reports": [_object(await move_to(house, asked.id, asked.person))]}

    _run(work, Records(data_dir, demo, as_), {"id": id, "person": person}, json)


def delete(id: ReportId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Erase a report, its file and everything that came of it, for good."""

    async def work(house: House, asked: _Words) -> dict[str, Any]:
        from kangban.journeys.reports.erase import erase_report

        return {"id": asked.id, "erased": await erase_report(house, asked.id)}

    _run(work, Records(data_dir, demo, as_), {"id": id}, json)


def _object(one: Reading, *, lines: bool = True) -> dict[str, Any]:
    from kangban.toolbox.report_shape import reading_object

    return reading_object(one, lines=lines)


def _show(answer: dict[str, Any]) -> str:
    if "erased" in answer:
        return f"erased {answer['erased']} {answer['id']}"
    shown: list[str] = []
    for one in answer["reports"]:
        whose = one["whose"]
        asked = f" whose? {', '.join(whose['differs'])} -> {', '.join(whose['matches']) or '?'}"
        shown.append(
            f"{one['id']} {one['kind']} {one['dates']['sampled'] or one['dates']['reported'] or '?'} {one['status']}"
            + (asked if whose["verdict"] == "differs" else "")
        )
        for line in one.get("lines", ()):
            said = line["medicine"]["name"] if "medicine" in line else row_line(line)
            shown.append(f"  {line['line']} {line['state']} {said}")
    shown += [f"{one['document']} {one['name']} (not read)" for one in answer.get("unread", ())]
    return "\n".join(shown) or "-"
