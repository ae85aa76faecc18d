"""`kangban tools …`: the tools of the agents, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Jsonl, Lang, PersonWords, Records, language, run
from kangban.cli.options import person_of as person_in

if TYPE_CHECKING:
    from kangban.ports.media import MediaShelf
    from kangban.ports.tool import ToolContext, ToolResult, ToolSpec

Files = Annotated[list[Path] | None, typer.Option("--media", help="A picture, sound or file; @1 is the first.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for what the tool makes.")]
_OF_A_RECORD = ("look_up_record", "read_report", "advise_from_box", "add_to_record")


class _ListIn(msgspec.Struct, forbid_unknown_fields=True):
    group: str = ""
    find: str = ""


def list_(
    group: Annotated[str, typer.Option("--group", help="Of this group only.")] = "",
    find: Annotated[str, typer.Option("--find", help="The five that fit a task best.")] = "",
    json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Every tool with its arguments and what it needs."""

    async def work(asked: _ListIn) -> dict[str, Any]:
        from kangban.toolbox.find_tools import find_tools

        tools = [each for each in _catalogue(data_dir) if asked.group in ("", each.group)]
        found = find_tools(asked.find, tools) if asked.find else tools
        return {"tools": [_spec_object(each, _is_set(data_dir)) for each in found]}

    run(_ListIn, work, words={"group": group, "find": find}, source=None, jsonl=False, show=None if json else _show)


def call(
    name: Annotated[str, typer.Argument(help="The tool.")] = "",
    arguments: Annotated[str, typer.Argument(help="One JSON object.")] = "{}",
    person: PersonWords = None,
    media: Files = None,
    out: Out = None,
    yes: Annotated[bool, typer.Option("--yes", help="A tool that acts may do so.")] = False,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Call one tool. A line or file holds its arguments, or {"name", "arguments", "person"?}."""
    shown = language(lang)
    records = Records(data_dir, demo, as_)
    given = person_in(person)

    async def work(asked: dict[str, Any]) -> dict[str, Any]:
        from kangban.journeys.workshop.trying import with_media

        spec, words, whose = _asked(asked, name, given, _finder(data_dir))
        context = await _context(records, spec, whose, shown, data_dir)
        shelf = cast("MediaShelf", context.media)
        refs = [_put(shelf, one) for one in media or []]
        result = await _called(spec, context, with_media(spec, words, refs), yes)
        return _result_object(spec, result, out)

    async def close() -> None:
        from kangban.adapters.sandbox import one_interpreter

        await one_interpreter().close()
        await records.close()

    words = {"name": name, "arguments": arguments if input or jsonl else _object(arguments)}
    run(
        dict[str, Any],
        work,
        words=words,
        source=input,
        jsonl=jsonl,
        show=None if json else _show_result,
        after=close,
    )


def _catalogue(data_dir: Path | None) -> Sequence[ToolSpec]:
    from kangban.app.tool_servers import catalogue, make_tool_servers
    from kangban.settings import read_settings

    return catalogue(make_tool_servers(read_settings(data_dir=data_dir)))


def _finder(data_dir: Path | None) -> Callable[[str], ToolSpec]:
    def find(name: str) -> ToolSpec:
        from kangban.kernel.errors import NotFound

        for each in _catalogue(data_dir):
            if each.name == name:
                return each
        raise NotFound("there is no tool of this name", field="name")

    return find


def _object(words: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(words, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise typer.BadParameter("not one JSON object", param_hint="ARGUMENTS") from None


def _asked(asked: dict[str, Any], name: str, person: Any, find: Any) -> tuple[ToolSpec, dict[str, Any], Any]:
    """The tool, its arguments and the person: from a whole request, or from bare arguments of the named tool."""
    from kangban.kernel.errors import InvalidInput

    is_whole = isinstance(asked.get("arguments"), dict) and set(asked) <= {"name", "arguments", "person"}
    if not is_whole and not name:
        raise InvalidInput("say which tool, as {name, arguments}", field="name")
    spec: ToolSpec = find(str(asked.get("name") or name) if is_whole else name)
    if is_whole and "arguments" not in spec.parameters["properties"]:
        return spec, asked["arguments"], asked.get("person", person)
    return spec, asked, person


async def _context(records: Records, spec: ToolSpec, person: Any, lang: str, data_dir: Path | None) -> ToolContext:
    from kangban.app.tool_context import tool_context
    from kangban.cli.shapes import PersonIn
    from kangban.kernel.errors import Unavailable
    from kangban.settings import read_settings

    whose = person
    if isinstance(person, dict):
        from kangban.cli.jsonio import parse

        whose = parse(cast("dict[str, Any]", person), PersonIn)
    elif person and spec.name in _OF_A_RECORD:
        # Without the member's entries it would say that there is nothing.
        raise Unavailable("this tool reads a member's record; ask with `kangban ask`", field="person")
    settings = read_settings(data_dir=data_dir)
    return tool_context(settings, spec, cast("Any", lang), await records.facts(whose))


def _put(shelf: MediaShelf, path: Path) -> str:
    from kangban.journeys.workshop.trying import kind_of
    from kangban.kernel.errors import InvalidInput
    from kangban.kernel.media import sniff
    from kangban.ports.media import Media

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"a file cannot be read: {type(error).__name__}", field="media") from None
    kind = sniff(content)
    return shelf.put(Media(kind_of(kind), kind, content, path.name))


async def _called(spec: ToolSpec, context: ToolContext, words: dict[str, Any], yes: bool) -> ToolResult:
    from kangban.agent.calling import run_tool
    from kangban.kernel.errors import NotPermitted, Unavailable

    if spec.effect == "acts" and not yes:
        raise NotPermitted("this tool acts; say --yes if it may", field="yes")
    try:
        return await run_tool(spec, context, words)
    except TimeoutError:
        raise Unavailable("the tool did not finish in time") from None


def _result_object(spec: ToolSpec, result: ToolResult, out: Path | None) -> dict[str, Any]:
    from kangban.toolbox.contract import citation_object

    made: list[dict[str, Any]] = []
    for one in result.media:
        row: dict[str, Any] = {"ref": one.ref, "kind": one.kind, "media_type": one.media_type, "name": one.name}
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            # The name is the tool's word: only its letters are kept, so it leads nowhere else.
            safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in one.name).lstrip(".")[-80:]
            place = out / f"{one.ref.removeprefix('media:')}{'-' + safe if safe else ''}"
            place.write_bytes(one.content)
            row["file"] = str(place)
        made.append(row)
    return {
        "name": spec.name,
        "ok": result.ok,
        "content": msgspec.to_builtins(result.content),
        "citations": [citation_object(one) for one in result.citations],
        "media": made,
    }


def _is_set(data_dir: Path | None) -> set[str]:
    from kangban.adapters.secret_file import SecretFile
    from kangban.settings import read_settings

    settings = read_settings(data_dir=data_dir)
    return {*SecretFile(settings.data_dir).names(), *(f"url:{name}" for name in settings.tool_places)}


def _spec_object(spec: ToolSpec, there: set[str]) -> dict[str, Any]:
    return {
        "name": spec.name, "group": spec.group, "description": spec.description, "parameters": spec.parameters,
        "effect": spec.effect, "permissions": list(spec.permissions), "cost": spec.cost, "needs": list(spec.needs),
        "missing": [one for one in spec.needs if one not in there], "gives": list(spec.gives),
        "examples": list(spec.examples),
    }  # fmt: skip


def _show(answer: dict[str, Any]) -> str:
    lines: list[str] = []
    for one in answer["tools"]:
        first = one["description"].split("\n", 1)[0]
        missing = f"  (needs {', '.join(one['missing'])})" if one["missing"] else ""
        lines.append(f"{one['group']:10} {one['name']:24} {first}{missing}")
    return "\n".join(lines) or "-"


def _show_result(answer: dict[str, Any]) -> str:
    content = answer["content"]
    lines = [content if isinstance(content, str) else msgspec.json.format(msgspec.json.encode(content)).decode()]
    lines += [f"[{one['id']}] {one['title']} {one['address'] or ''}" for one in answer["citations"]]
    lines += [f"-> {one.get('file', one['ref'])}" for one in answer["media"]]
    return "\n".join(lines)
