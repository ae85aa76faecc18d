"""`kangban medicines read-insert`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import Input, Json, Jsonl, Lang, language, run
from kangban.cli.reports import close_reader, content_of

if TYPE_CHECKING:
    from kangban.cli.shapes import InsertIn

_MOST_SHOWN = 70


def read_insert(
    file: Annotated[str, typer.Argument(help="The insert: a text file, a PDF or a photograph.")] = "",
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
) -> None:
    """What does a package insert say, and where does it differ from the catalogue?"""
    from kangban.cli.shapes import InsertIn
    from kangban.journeys.insert_reading import read_words
    from kangban.toolbox.insert_shape import insert_object

    language(lang)

    async def work(asked: InsertIn) -> dict[str, Any]:
        return insert_object(read_words(await _words(asked)))

    run(
        InsertIn, work, words={"file": file}, source=input, jsonl=jsonl, show=None if json else _show,
        after=close_reader,
    )  # fmt: skip


async def _words(asked: InsertIn) -> str:
    from kangban.journeys.insert_reading import words_of
    from kangban.kernel.errors import InvalidInput

    if (asked.file is None) == (asked.text is None):
        raise InvalidInput("give a file or a text, one of them", field="file")
    if asked.text is not None:
        return asked.text
    from kangban.app import page_reader

    return await words_of(content_of(asked.file or ""), (page_reader(),))


def _show(answer: dict[str, Any]) -> str:
    proposal = answer["proposal"]
    name = proposal["generic"]["text"] if proposal["generic"] else "?"
    lines = [f"{name} [{proposal['market']}] -> {answer['matched'] or '?'} (proposed, not used for checks)"]
    for one in proposal["contents"]:
        amount = f" {one['amount']} / {one['per']}" if one["amount"] else ""
        lines.append(f"+ {one['name']}{amount} ({one['ingredient'] or '?'})")
    lines += [f"  {_short(one['text'])}" for one in proposal["doses"]]
    lines += [f"! {_short(one['text'])}" for one in proposal["contraindications"]]
    for one in answer["differences"]:
        lines.append(
            f"[{one['kind']}] {one['about']}: {_short(one['insert']) or '-'} | {_short(one['catalogue']) or '-'}"
        )
    return "\n".join(lines)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _MOST_SHOWN else one_line[:_MOST_SHOWN] + "…"
