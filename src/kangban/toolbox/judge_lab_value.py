"""Tool: what a laboratory value means."""

from __future__ import annotations

from typing import Any

from kangban.clinical.urgency import Lang
from kangban.kernel.errors import InvalidInput
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import t
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.reasoning.labs.judge import LabJudgement, judge, labs
from kangban.retrieval.cite import library


@tool()
async def judge_lab_value(context: ToolContext, name: str, value: float, unit: str = "") -> ToolResult:
    """Judge one laboratory value for the person in view: low, normal, high or critical, with its range and
    what it may mean. Give the name and unit as printed.
    """
    rows = labs().find(name)
    if not rows:
        return ToolResult({"known": False, "name": name}, ok=True, step="step.judged_value", step_values={"name": name})
    found = [j for j in (judge(row, value, unit, context.person) for row in rows) if j is not None]
    if not found:
        raise InvalidInput("this unit cannot belong to this test", field="unit")
    if len(found) > 1 and len({j.flag for j in found}) > 1:
        options = [j.analyte.name if context.lang == "zh" else j.analyte.name_en for j in found]
        return ToolResult({"known": True, "ambiguous": options}, step="step.judged_value", step_values={"name": name})
    one = found[0]
    ids = (*one.citations, *one.analyte.citations)
    return ToolResult(
        content=_content(one, context.lang == "zh"),
        citations=library().cite(ids, context.lang),
        step="step.judged_value",
        step_values={"name": name},
    )


def _content(one: LabJudgement, zh: bool) -> dict[str, Any]:
    row = one.analyte
    meaning = ""
    if one.flag in ("low", "critical_low"):
        meaning = row.low_meaning if zh else row.low_meaning_en
    elif one.flag in ("high", "critical_high"):
        meaning = row.high_meaning if zh else row.high_meaning_en
    return {
        "known": True,
        "analyte": row.id,
        "loinc": row.loinc,
        "name": row.name if zh else row.name_en,
        "value": one.value,
        "unit": row.unit,
        "flag": one.flag,
        "low": one.low,
        "high": one.high,
        "meaning": meaning,
        "needs": one.needs,
        "converted_from": one.converted_from,
        "citations": list(dict.fromkeys((*one.citations, *row.citations))),
        "range_text": _range_text(one, "zh" if zh else "en"),
        "text": t(
            "offline.lab", "zh" if zh else "en", name=row.name if zh else row.name_en, value=plain_number(one.value),
            unit=row.unit, flag=t(f"flag.{one.flag}", "zh" if zh else "en"),
        ),
    }  # fmt: skip


def _range_text(one: LabJudgement, lang: Lang) -> str:
    if one.high is not None:
        low = plain_number(one.low) if one.low is not None else "0"
        return t("offline.lab_range", lang, low=low, high=plain_number(one.high))
    return t("offline.lab_from", lang, low=plain_number(one.low)) if one.low is not None else ""
