"""`kangban labs resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import Input, Json, Jsonl, Lang, language, run

if TYPE_CHECKING:
    from kangban.cli.shapes import LabNameIn
    from kangban.reasoning.labs.resolve import LabName


def resolve(
    name: Annotated[str, typer.Argument(help="A name as a report prints it.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="The unit beside the result.")] = "",
    specimen: Annotated[str, typer.Option("--specimen", help="What was sampled, e.g. 血清, urine.")] = "",
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
) -> None:
    """Which laboratory test is a printed name?"""
    from kangban.cli.shapes import LabNameIn, check_text
    from kangban.reasoning.labs.resolve import resolve_analyte

    language(lang)

    async def work(asked: LabNameIn) -> dict[str, Any]:
        name = check_text(asked.name, "name").strip()
        return _object(resolve_analyte(name, (asked.unit or "").strip(), (asked.specimen or "").strip()))

    words = {"name": name, "unit": unit or None, "specimen": specimen or None}
    run(LabNameIn, work, words=words, source=input, jsonl=jsonl, show=None if json else _show)


def _object(found: LabName) -> dict[str, Any]:
    from kangban.rules.analytes import analyte_names

    known = analyte_names().by_id
    rows = [known[one] for one in found.candidates]
    return {
        "loinc": found.loinc,
        "canonical": found.canonical,
        "unit": found.unit,
        "candidates": [
            {"id": a.id, "name": a.name, "name_en": a.name_en, "loinc": a.loinc, "unit": a.unit, "specimen": a.specimen}
            for a in rows
        ],
        "confidence": found.confidence,
    }


def _show(answer: dict[str, Any]) -> str:
    if answer["canonical"] and answer["confidence"] > 0.8:
        return f"{answer['canonical']} ({answer['loinc'] or '-'}) {answer['unit']}".rstrip()
    return f"? {', '.join(one['name'] for one in answer['candidates'])}"
