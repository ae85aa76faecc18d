"""`kangban library …`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Jsonl, Lang, Nothing, Records, language, run

if TYPE_CHECKING:
    from kangban.cli.shapes import SearchIn
    from kangban.clinical.urgency import Lang as LangCode
    from kangban.journeys.attachments import Upload
    from kangban.journeys.library.adding import Progress

_MOST_FILES = 5000
Professional = Annotated[bool, typer.Option("--professional", help="The place's professional library.")]


class _Add(msgspec.Struct, forbid_unknown_fields=True):
    paths: list[str]
    title: str = ""
    licence: str = ""
    tradition: bool = False
    professional: bool = False


class _Id(msgspec.Struct, forbid_unknown_fields=True):
    id: str


class _Ask(msgspec.Struct, forbid_unknown_fields=True):
    question: str
    earlier: list[str] | None = None
    top: Annotated[int, msgspec.Meta(ge=1, le=50)] | None = None


def add(
    paths: Annotated[list[str] | None, typer.Argument(help="Files, folders or zips.")] = None,
    title: Annotated[str, typer.Option("--title", help="A title, for one file.")] = "",
    licence: Annotated[str, typer.Option("--licence", help="Under which licence you have it.")] = "",
    tradition: Annotated[bool, typer.Option("--tradition", help="Traditional medicine.")] = False,
    professional: Professional = False,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Add files to the library; the same file twice is there once. Broken off, `library resume` reads on."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Add) -> dict[str, Any]:
        from kangban.journeys.library import adding

        said = adding.Adding(
            "professional" if asked.professional else "family", asked.title, asked.licence, asked.tradition
        )
        house = await records.house()
        return await _followed(adding.add(house, _uploads(asked.paths), said))

    words = {
        "paths": paths or [], "title": title, "licence": licence, "tradition": tradition, "professional": professional,
    }  # fmt: skip
    run(_Add, work, words=words, source=input, jsonl=jsonl, show=None if json else _show_added, after=records.close)


def resume(json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Read on whatever was added and not read to its end."""
    records = Records(data_dir, demo, as_)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.library import adding

        return await _followed(adding.resume(await records.house()))

    _run(Nothing, work, {}, None if json else _show_added, records)


def _run(
    shape: type[Any], work: Callable[[Any], Awaitable[dict[str, Any]]], words: dict[str, Any],
    show: Callable[[dict[str, Any]], str] | None, records: Records,
) -> None:  # fmt: skip
    run(shape, work, words=words, source=None, jsonl=False, show=show, after=records.close)


async def _followed(steps: AsyncIterator[Progress]) -> dict[str, Any]:
    """The end of every document; on a terminal a line of progress stands on stderr meanwhile."""
    ends: dict[str, Progress] = {}
    async for step in steps:
        ends[step.document_id] = step
        if sys.stderr.isatty():
            print(f"\r{step.file}/{step.files} {step.name[:40]} {step.stored}\x1b[K", end="", file=sys.stderr)
    if sys.stderr.isatty() and ends:
        print(file=sys.stderr)
    return {
        "documents": [
            {"id": one.document_id, "name": one.name, "state": one.step, "passages": one.stored, "reason": one.reason}
            for one in ends.values()
        ]
    }


def _uploads(paths: list[str]) -> list[Upload]:
    """The files named, folders opened; raises InvalidInput for what is not there or too much."""
    from kangban.journeys.attachments import Upload
    from kangban.kernel.errors import InvalidInput

    if not paths:
        raise InvalidInput("no file was named", field="paths")
    found: list[Path] = []
    try:
        for each in paths:
            path = Path(each)
            inside = [path]
            if path.is_dir():
                inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p, path))
            found += inside
            if len(found) > _MOST_FILES:
                raise InvalidInput(f"more than {_MOST_FILES} files", field="paths")
        return [Upload(path.name, path.read_bytes()) for path in found if path.stat().st_size]
    except (OSError, ValueError) as error:
        raise InvalidInput(f"a file cannot be read: {type(error).__name__}", field="paths") from None


def _hidden(path: Path, root: Path) -> bool:
    return path.is_symlink() or any(part.startswith(".") for part in path.relative_to(root).parts)


def _show_added(answer: dict[str, Any]) -> str:
    from kangban.kernel.texts import t

    rows = answer["documents"]
    lines = [
        f"{d['state']} {d['id']} {d['name']} ({d['passages']}){' ' + t(d['reason'], 'zh') if d['reason'] else ''}"
        for d in rows
    ]
    return "\n".join(lines) or "-"


def list_(json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Every document the actor may see, with its licence."""
    records = Records(data_dir, demo, as_)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.library.shelves import documents

        return {"documents": [msgspec.to_builtins(_listed(d)) for d in await documents(await records.house())]}

    _run(Nothing, work, {}, None if json else _show_list, records)


def _listed(document: Any) -> dict[str, Any]:
    names = (
        "id", "title", "name", "shelf", "kind", "media_type", "size", "licence", "tradition", "state", "reason",
        "pages", "added_at", "added_by",
    )  # fmt: skip
    return {name: getattr(document, name) for name in names} | {"passages": document.stored}


def _show_list(answer: dict[str, Any]) -> str:
    rows = cast("list[dict[str, Any]]", answer["documents"])
    lines = [f"{d['id']} [{d['state']}] {d['title']} ({d['passages']}) {d['licence'] or '?'}" for d in rows]
    return "\n".join(lines) or "-"


def remove(
    id: Annotated[str, typer.Argument(help="The id of a document.")],
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Erase a document: its file, its passages, its place in the index."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Id) -> dict[str, Any]:
        from kangban.journeys.library import shelves

        return {"id": (await shelves.remove(await records.house(), asked.id)).id, "status": "removed"}

    _run(_Id, work, {"id": id}, None if json else lambda answer: f"{answer['status']} {answer['id']}", records)


def search(
    query: Annotated[str, typer.Argument(help="Words to look for.")] = "",
    top: Annotated[int, typer.Option("--top", help="How many hits.")] = 5,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Search the library; every hit names its document, page and licence."""
    from kangban.cli.shapes import SearchIn, check_text

    code = cast("LangCode", language(lang))
    records = Records(data_dir, demo, as_)

    async def work(asked: SearchIn) -> dict[str, Any]:
        from kangban.journeys.library.searching import search as search_library

        found = await search_library(await records.house(), check_text(asked.query, "query"), asked.top or 5)
        return {"hits": [msgspec.to_builtins(hit) for hit in found]}

    words = {"query": query, "top": top}

    def show(answer: dict[str, Any]) -> str:
        return _show_hits(answer, code)

    shown = None if json else show
    run(SearchIn, work, words=words, source=input, jsonl=jsonl, show=shown, after=records.close)


def _show_hits(answer: dict[str, Any], lang: LangCode) -> str:
    from kangban.clinical.library import LibraryHit
    from kangban.toolbox.search_knowledge import citation_of

    hits = [msgspec.convert(hit, LibraryHit) for hit in answer["hits"]]
    cited = [citation_of(hit, lang) for hit in hits]
    return "\n\n".join(f"{c.title} · {c.place} · {c.publisher}\n{c.passage}" for c in cited) or "-"


def ask(
    question: Annotated[str, typer.Argument(help="A question.")] = "",
    earlier: Annotated[list[str] | None, typer.Option("--earlier", help="A question before it; repeat.")] = None,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Ask the library: sentence by sentence, each with where it stands; or that nothing was found."""
    code = cast("LangCode", language(lang))
    records = Records(data_dir, demo, as_)

    async def work(asked: _Ask) -> dict[str, Any]:
        from kangban.cli.shapes import check_text
        from kangban.journeys.library.asking import ask as ask_library
        from kangban.journeys.library.asking import lines

        text = check_text(asked.question, "question")
        house = await records.house()
        answer = await ask_library(house, text, earlier=asked.earlier or (), top=asked.top or 6, lang=code)
        return msgspec.to_builtins(answer) | {"text": "\n".join(lines(answer, code))}

    words = {"question": question, "earlier": earlier}
    run(_Ask, work, words=words, source=input, jsonl=jsonl, show=None if json else _text, after=records.close)


def _text(answer: dict[str, Any]) -> str:
    return str(answer["text"])
