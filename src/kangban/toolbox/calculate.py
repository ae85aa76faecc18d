"""Tool: unit conversions and clinical formulas."""

from __future__ import annotations

from typing import Literal

from kangban.kernel.errors import InvalidInput
from kangban.kernel.quantity import find_amount, plain_number
from kangban.kernel.texts import t
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.reasoning.labs.judge import in_own_unit, labs
from kangban.retrieval.cite import library
from kangban.rules import formulas

What = Literal["bmi", "egfr", "creatinine_clearance", "body_surface_area", "convert"]


def _need(value: float | None, field: str) -> float:
    if value is None:
        raise InvalidInput(f"{field} is needed", field=field)
    return value


@tool()
async def calculate(
    context: ToolContext,
    what: What,
    weight_kg: float | None = None,
    height_cm: float | None = None,
    creatinine_umol_l: float | None = None,
    amount: str = "",
    to_unit: str = "",
    analyte: str = "",
) -> ToolResult:
    """Calculate BMI, eGFR (CKD-EPI 2021), creatinine clearance, body surface area, or convert an amount
    ("0.5 g" to "mg"; a laboratory value with its analyte). Age, sex and weight come from the record.
    """
    person = context.person
    weight = weight_kg if weight_kg is not None else person.weight_kg
    citations: tuple[str, ...] = ()
    if what == "convert":
        value, unit = _convert(amount, to_unit, analyte)
    elif what == "bmi":
        value, unit = formulas.bmi(_need(weight, "weight_kg"), _need(height_cm, "height_cm")), "kg/m2"
        citations = (formulas.BMI_WHO,)
    elif what == "body_surface_area":
        value, unit = formulas.body_surface_area(_need(weight, "weight_kg"), _need(height_cm, "height_cm")), "m2"
    else:
        age = _need(person.age_years, "age_years")
        if person.sex is None:
            raise InvalidInput("sex is needed", field="sex")
        creatinine = _need(creatinine_umol_l, "creatinine_umol_l")
        if what == "egfr":
            value, unit = formulas.egfr_ckd_epi_2021(creatinine, age, person.sex), "mL/min/{1.73_m2}"
            citations = (formulas.CKD_EPI_2021,)
        else:
            need = _need(weight, "weight_kg")
            value, unit = formulas.creatinine_clearance(creatinine, age, need, person.sex), "mL/min"
    return ToolResult(
        content={
            "what": what,
            "value": value,
            "unit": unit,
            "text": f"{plain_number(value)} {unit}",
            "citations": list(citations),
            "line": t(
                "offline.calculated",
                context.lang,
                what=t(f"formula.{what}", context.lang),
                text=f"{plain_number(value)} {unit}",
            ),
        },
        citations=library().cite(citations, context.lang),
        step="step.calculated",
        step_values={"what": what},
    )


def _convert(amount: str, to_unit: str, analyte: str) -> tuple[float, str]:
    if analyte:
        rows = labs().find(analyte)
        number, _, unit = amount.strip().partition(" ")
        if not rows or not number.replace(".", "", 1).isdigit():
            raise InvalidInput("an analyte and an amount like '5.6 mmol/L' are needed", field="amount")
        own = in_own_unit(rows[0], float(number), unit)
        if own is None:
            raise InvalidInput("this unit cannot belong to this test", field="amount")
        for other in rows[0].other_units:
            if to_unit in (other.unit, *other.aliases) and to_unit:
                return round((own - other.offset) / other.factor, 4), other.unit
        return own, rows[0].unit
    source, target = find_amount(amount), find_amount(f"1 {to_unit}")
    if source is None or target is None or source.dimension != target.dimension:
        raise InvalidInput("cannot convert between these units", field="to_unit")
    return round(source.base_high / target.base_high, 6), target.unit
