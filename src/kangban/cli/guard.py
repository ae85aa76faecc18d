"""`kangban guard check`."""

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
    from kangban.cli.shapes import GuardIn


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
    as_: As = None,
) -> None:
    """May this draft be shown to this person?"""
    from kangban.cli.shapes import DraftIn, GuardIn, check_text
    from kangban.guard import review
    from kangban.toolbox.contract import verdict_object
    from kangban.toolbox.drafted import draft_from

    shown = language(lang)
    records = Records(data_dir, demo, as_)

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


def _show(answer: dict[str, Any]) -> str:
    rows = [f"{c['outcome']:>15} {c['name']} {c['why']}" for c in answer["checks"]]
    return "\n".join([answer["verdict"], *rows, answer.get("text", "")])
