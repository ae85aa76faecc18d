"""`kangban tools parse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import Input, Json, Jsonl, run

if TYPE_CHECKING:
    from kangban.cli.tool_shapes import ParseIn


def parse(
    text: Annotated[str, typer.Argument(help="What the model wrote.")] = "",
    protocol: Annotated[str, typer.Option("--protocol", help="native, react_text, internlm2, json_object.")] = "native",
    tools: Annotated[str, typer.Option("--tools", help="FILE with a JSON list of tools.")] = "",
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
) -> None:
    """Which calls did a model mean?"""
    from kangban.agent.recovery import parse_output
    from kangban.cli.tool_shapes import MOST_WRITTEN, ParseIn, tool_descriptions
    from kangban.kernel.errors import InvalidInput

    async def work(asked: ParseIn) -> dict[str, Any]:
        if len(asked.text) > MOST_WRITTEN:
            raise InvalidInput(f"longer than {MOST_WRITTEN} characters", field="text")
        parsed = parse_output(asked.protocol, asked.text, tool_descriptions(asked.tools))
        calls = [{"name": each.name, "arguments": each.arguments} for each in parsed.calls]
        return {"calls": calls, "repaired": parsed.repaired, "correction": parsed.correction}

    words: dict[str, Any] | None = None
    if not (jsonl or input):
        words = {"protocol": protocol, "text": text, "tools": _tools_of(tools)}
    run(ParseIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show)


def _tools_of(path: str) -> Any:
    import msgspec

    from kangban.cli.jsonio import read_input
    from kangban.kernel.errors import InvalidInput

    if not path:
        return []
    try:
        return msgspec.json.decode(read_input(path))
    except (msgspec.DecodeError, UnicodeError, RecursionError, InvalidInput):
        raise typer.BadParameter("not a file with JSON", param_hint="--tools") from None


def _show(answer: dict[str, Any]) -> str:
    lines = [f"{each['name']} {each['arguments']}" for each in answer["calls"]]
    return "\n".join([*lines, *([f"! {answer['correction']}"] if answer["correction"] else [])])
