"""`kangban guard check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from kangban.cli.options import DataDir, Demo, Input, Json, Jsonl, Lang, PersonWords, Records, language, person_of, run

if TYPE_CHECKING:
    from kangban.cli.shapes import DraftIn, GuardIn
    from kangban.clinical.draft import Draft


def check(
    question: Annotated[str, typer.Argument(help="What was asked.")] = "",
    draft: Annotated[str, typer.Argument(help="The draft answer.")] = "",
    person: PersonWords = None,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
) -> None:
    """May this draft be shown to this person?"""
    from kangban.cli.shapes import DraftIn, GuardIn, check_text
    from kangban.guard import review
    from kangban.toolbox.contract import verdict_object

    shown = language(lang)
    records = Records(data_dir, demo)

    async def work(asked: GuardIn) -> dict[str, Any]:
        check_text(asked.question, "question")
        bare = isinstance(asked.draft, str)
        given = DraftIn(asked.draft) if isinstance(asked.draft, str) else asked.draft
        check_text(given.text, "draft.text")
        facts = await records.facts(asked.person)
        verdict = review(
            draft_from(given),
            asked.question,
            facts,
            lang=shown,  # pyright: ignore[reportArgumentType]
            bare=bare or not given.citations,
        )
        return verdict_object(verdict, shown)  # pyright: ignore[reportArgumentType]

    words = {"question": question, "draft": draft, "person": person_of(person)}
    run(GuardIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show, after=records.close)


def draft_from(given: DraftIn) -> Draft:
    """A Draft of the documented shape; raises InvalidInput for citations that are neither ids nor objects."""
    from kangban.agent.draft import draft_of
    from kangban.clinical.citation import Citation
    from kangban.clinical.draft import ToolTrace
    from kangban.kernel.errors import InvalidInput
    from kangban.retrieval.cite import library

    citations: list[Citation] = []
    for n, one in enumerate(given.citations or ()):
        if isinstance(one, str):
            known = library().find(one)
            citations.append(known or Citation(one, "", "", None, "", "", "recalled"))
        elif isinstance(one.get("id"), str):
            citations.append(
                Citation(
                    one["id"], str(one.get("title") or ""), str(one.get("publisher") or ""), None,
                    str(one.get("place") or ""), str(one.get("passage") or one.get("text") or ""), "read_secondary",
                )
            )  # fmt: skip
        else:
            raise InvalidInput("a citation is an id or an object with an id", field=f"draft.citations[{n}]")
    traces: list[ToolTrace] = []
    for n, one in enumerate(given.tool_results or ()):
        told = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
        name = str(told.get("name") or told.get("tool") or f"tool-{n}")
        traces.append(ToolTrace(name, {}, told.get("result", one)))
    draft, _ = draft_of(given.text, citations, traces, "script")
    return draft


def _show(answer: dict[str, Any]) -> str:
    rows = [f"{c['outcome']:>15} {c['name']} {c['why']}" for c in answer["checks"]]
    return "\n".join([answer["verdict"], *rows, answer.get("text", "")])
