"""`kangban search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import Input, Json, Jsonl, Lang, language, run

if TYPE_CHECKING:
    from kangban.cli.shapes import SearchIn


def search(
    query: Annotated[str, typer.Argument(help="Words to look for.")] = "",
    top: Annotated[int, typer.Option("--top", help="How many hits.")] = 5,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
) -> None:
    """Search articles and label passages."""
    from kangban.app import search_index
    from kangban.cli.shapes import SearchIn, check_text
    from kangban.toolbox.contract import hits_object

    language(lang)

    async def work(asked: SearchIn) -> dict[str, Any]:
        return hits_object(search_index().search(check_text(asked.query, "query"), asked.top or 5))

    words = {"query": query, "top": top}
    run(SearchIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show)


def _show(answer: dict[str, Any]) -> str:
    return "\n\n".join(f"{h['title']} ({h['id']})\n{h['passage']}" for h in answer["hits"]) or "-"
