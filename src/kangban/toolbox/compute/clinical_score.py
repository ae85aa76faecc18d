"""Tool: clinical scores with their source; what is missing is named, what nobody read is shown as from memory."""

from __future__ import annotations

from typing import Any, Literal

from kangban.clinical.urgency import Lang
from kangban.kernel.errors import InvalidInput
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import t
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.retrieval.cite import library
from kangban.rules.scores import Score, Scored, ScoreInput, get_score, reckon, scores


@tool(
    "clinical_score",
    group="compute",
    permissions=("compute",),
    examples=(
        {"action": "list"},
        {"action": "inputs", "score": "curb65"},
        {"action": "compute", "score": "bmi", "inputs": {"weight": 70, "height": 175}},
    ),
)
async def clinical_score(
    context: ToolContext,
    action: Literal["list", "inputs", "compute"],
    score: str = "",
    inputs: dict[str, Any] | None = None,
) -> ToolResult:
    """Clinical scores and formulas with their source: CHA2DS2-VASc, Wells, CURB-65, NEWS2, GCS, Child-Pugh, MELD-Na,
    eGFR, PHQ-9, GAD-7, Barthel, Apgar and more. 临床评分：先列出，再看要哪些数，再计算。

    action: "list" all scores, the "inputs" of one, or "compute" one
    score: id or name, e.g. "curb65"
    inputs: value by input id; numbers may carry a unit ("0.9 mg/dL"); leave out what is not known
    """
    lang = context.lang
    if action == "list":
        rows = [{"id": one.id, "name": _of(one, lang), "evidence": _evidence(one)} for one in scores().values()]
        return ToolResult({"scores": rows})
    if not score:
        raise InvalidInput("say which score", field="score")
    one = get_score(score)
    if action == "inputs":
        return ToolResult({"score": one.id, "name": _of(one, lang), "inputs": [_asked(i, lang) for i in one.input]})
    return _computed(one, reckon(one, inputs or {}), lang)


def _computed(one: Score, scored: Scored, lang: Lang) -> ToolResult:
    citations = library().cite((one.source,), lang)
    evidence = _evidence(one)
    name = _of(one, lang)
    if scored.value is None:
        needs = "、".join(_of(each, lang) for each in scored.missing)
        line = t("score.missing", lang, name=name, needs=needs)
    else:
        line = t("score.line", lang, name=name, value=f"{plain_number(scored.value)} {one.unit}".strip())
    band = _of(scored.band, lang) if scored.band else ""
    notes = [t("score.recalled", lang)] if evidence == "recalled" else []
    notes += [note] if (note := one.note if lang == "zh" else one.note_en) else []
    content = {
        "score": one.id,
        "name": name,
        "value": scored.value,
        "unit": one.unit,
        "meaning": band,
        "points": scored.points,
        "missing": [_asked(each, lang) for each in scored.missing],
        "possible": list(scored.possible) if scored.possible else None,
        "evidence": evidence,
        "notes": [*notes, t("score.no_diagnosis", lang)],
        "citations": [one.source],
        "line": line,
    }
    return ToolResult(content, ok=scored.value is not None, citations=citations)


def _evidence(one: Score) -> str:
    return library().cite((one.source,), "zh")[0].evidence


def _of(row: Any, lang: Lang) -> str:
    return row.zh if lang == "zh" else row.en


def _asked(asked: ScoreInput, lang: Lang) -> dict[str, Any]:
    told: dict[str, Any] = {"id": asked.id, "name": _of(asked, lang), "kind": asked.kind}
    if asked.kind in ("number", "items"):
        told |= {"unit": asked.unit, "low": asked.low, "high": asked.high, "units": list(asked.units)}
    if asked.kind == "items":
        told["items"] = asked.items
    if asked.kind == "choice":
        told["choices"] = {choice.id: _of(choice, lang) for choice in asked.choices}
    return told
