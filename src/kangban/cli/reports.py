"""`kangban reports read|explain`: what a file says, without and with a member's record beside it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Jsonl, Lang, Records, language, run

if TYPE_CHECKING:
    from kangban.clinical.report import PrintedReport

File = Annotated[str, typer.Argument(help="A PDF, a photograph, .docx, .md, .txt, .csv or a zip of these.")]
For = Annotated[str, typer.Option("--for", help="The id of the member it is for.")]
Number = Annotated[int | None, typer.Option("--document", help="Which document of the file, from 1.")]


class ReadIn(msgspec.Struct, forbid_unknown_fields=True):
    """reports read."""

    file: str
    document: int | None = None


class ExplainIn(msgspec.Struct, forbid_unknown_fields=True):
    """reports explain."""

    file: str
    person: str
    document: int | None = None


def read(
    file: File = "", document: Number = None, json: Json = False, jsonl: Jsonl = False, input: Input = None
) -> None:
    """What does a report say? Nothing is kept. With --jsonl and a file, one object for each document in it."""
    from kangban.toolbox.report_shape import report_object

    if jsonl and file:
        raise typer.Exit(asyncio.run(_each(file, document)))

    async def work(asked: ReadIn) -> dict[str, Any]:
        from kangban.journeys.reports.trying import read_alone

        return report_object(await read_alone(_one(await documents(asked.file), asked.document)))

    words = {"file": file, "document": document}
    run(ReadIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show, after=close_reader)


def explain(
    file: File = "",
    person: For = "",
    document: Number = None,
    json: Json = False,
    input: Input = None,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
    lang: Lang = "zh",
) -> None:
    """A report in plain words for a member, beside what the record holds. Nothing is kept."""
    records = Records(data_dir, demo, as_)
    shown = language(lang)

    async def work(asked: ExplainIn) -> dict[str, Any]:
        from kangban.journeys.reports.explaining import explained_file

        house = await records.house()
        printed = _one(await documents(asked.file), asked.document)
        told = await explained_file(house, asked.person, printed, shown)  # pyright: ignore[reportArgumentType]
        return {**msgspec.to_builtins(told), "text": told.text()}

    async def after() -> None:
        await records.close()
        await close_reader()

    words = {"file": file, "person": person, "document": document}
    run(
        ExplainIn, work, words=words, source=input, jsonl=False, after=after,
        show=None if json else lambda answer: str(answer["text"]),
    )  # fmt: skip


async def _each(file: str, document: int | None) -> int:
    """One line for each document of a file, or the one that was picked."""
    from kangban.cli.jsonio import error_object, exit_of, write
    from kangban.journeys.reports.trying import read_alone
    from kangban.kernel.errors import KangbanError
    from kangban.toolbox.report_shape import report_object

    try:
        found = await documents(file)
        for one in found if document is None else (_one(found, document),):
            write(report_object(await read_alone(one)))
    except KangbanError as error:
        answer = error_object(error)
        write(answer)
        return exit_of(answer)
    finally:
        await close_reader()
    return 0


async def documents(name: str) -> tuple[PrintedReport, ...]:
    """The documents of a file on this machine; raises InvalidInput and Unavailable."""
    from kangban.app import page_reader
    from kangban.journeys.reports.trying import documents_in

    return await documents_in(content_of(name), (page_reader(),))


async def close_reader() -> None:
    """Let go of the process that reads."""
    from kangban.app import page_reader

    await page_reader().close()


def content_of(name: str) -> bytes:
    """The bytes of a file; raises InvalidInput where there is none."""
    from pathlib import Path

    from kangban.kernel.errors import InvalidInput

    if not name:
        raise InvalidInput("no file was named", field="file")
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise InvalidInput(f"the file cannot be read: {type(error).__name__}", field="file") from None


def _one(found: tuple[PrintedReport, ...], number: int | None) -> PrintedReport:
    from kangban.kernel.errors import InvalidInput, NotFound
    from kangban.toolbox.report_shape import named

    if number is not None:
        if not 1 <= number <= len(found):
            raise NotFound(f"the file holds {len(found)} documents", field="document")
        return found[number - 1]
    if len(found) > 1:
        raise InvalidInput(f"the file holds {len(found)} documents: {named(found)}", field="document")
    return next(iter(found))


def _show(answer: dict[str, Any]) -> str:
    told = answer["patient"]
    lines = [" ".join(str(x) for x in (answer["kind"], told["name"], told["sex"], told["age"]) if x)]
    lines += [row_line(row) for row in answer["rows"]]
    return "\n".join(lines if answer["rows"] else [*lines, answer["text"]])


def row_line(row: dict[str, Any]) -> str:
    """One row for a person: what is doubtful has a question mark."""
    low, high = row["low"], row["high"]
    asked = f" ({'' if low is None else low}-{'' if high is None else high})" if (low, high) != (None, None) else ""
    mark = " ?" if row["needs_confirm"] else ""
    return f"{row['name']}: {row['comparator'] or ''}{row['value']} {row['unit']}{asked} [{row['flag']}]{mark}"
