"""`kangban triage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import (
    As,
    DataDir,
    Demo,
    Input,
    Json,
    Jsonl,
    Lang,
    PersonWords,
    Records,
    language,
    person_of,
    run,
)

if TYPE_CHECKING:
    from kangban.cli.shapes import TriageIn


def triage(
    text: Annotated[str, typer.Argument(help="The complaint in plain words.")] = "",
    person: PersonWords = None,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """How soon to act on a complaint."""
    from kangban.cli.shapes import TriageIn, check_text
    from kangban.perception.language.read import read
    from kangban.reasoning.triage import triage as judge
    from kangban.toolbox.contract import triage_object

    shown = language(lang)
    records = Records(data_dir, demo, as_)

    async def work(asked: TriageIn) -> dict[str, Any]:
        said = read(check_text(asked.text))
        return triage_object(judge(said, await records.facts(asked.person)), shown)  # pyright: ignore[reportArgumentType]

    words = {"text": text, "person": person_of(person)}
    run(TriageIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show, after=records.close)


def _show(answer: dict[str, Any]) -> str:
    lines = [f"{answer['urgency']}", answer["advice"]["text"]]
    lines += [f"- {r['why']} ({r['id']})" for r in answer["rules"]]
    lines += [f"! {x}" for x in answer["advice"]["return_if"]]
    return "\n".join(x for x in lines if x)
