"""Formulas of packs/scores: each takes the inputs of its score, already read, ranged and in their own units."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from kangban.kernel.errors import InvalidInput
from kangban.rules import formulas

Given = Mapping[str, Any]

_CREATININE, _BILIRUBIN = 88.42, 17.1  # µmol/L in 1 mg/dL
_GLUCOSE, _CHOLESTEROL, _TRIGLYCERIDES = 18.016, 38.665, 88.57  # mg/dL in 1 mmol/L


def _ideal_weight(given: Given) -> float:
    return (45.5 if given["sex"] == "female" else 50.0) + 2.3 * (given["height"] / 2.54 - 60)


def _adjusted_weight(given: Given) -> float:
    ideal = _ideal_weight(given)
    return ideal + 0.4 * (given["weight"] - ideal)


def _meld_na(given: Given) -> float:
    creatinine = min(max(given["creatinine"] / _CREATININE, 1.0), 4.0)
    if given["dialysis"]:
        creatinine = 4.0
    bilirubin, inr = max(given["bilirubin"] / _BILIRUBIN, 1.0), max(given["inr"], 1.0)
    sodium = min(max(given["sodium"], 125.0), 137.0)
    meld = 10 * round(0.957 * math.log(creatinine) + 0.378 * math.log(bilirubin) + 1.120 * math.log(inr) + 0.643, 1)
    if meld > 11:
        meld += 1.32 * (137 - sodium) - 0.033 * meld * (137 - sodium)
    return min(max(meld, 6.0), 40.0)


def _ldl(given: Given) -> float:
    # Friedewald's fifth of the triglycerides stands for mg/dL; above 4.5 mmol/L it does not hold.
    triglycerides = given["triglycerides"]
    if triglycerides > 4.5:
        raise InvalidInput("Friedewald's formula does not hold above 4.5 mmol/L", field="inputs.triglycerides")
    found = given["total"] - given["hdl"] - triglycerides * _TRIGLYCERIDES / 5 / _CHOLESTEROL
    if found < 0:
        raise InvalidInput("these cholesterol values do not belong together", field="inputs.total")
    return found


def _a_a_gradient(given: Given) -> float:
    inspired = given["fio2"] / 100 * (given["pressure"] - 47)
    return inspired - given["paco2"] / 0.8 - given["pao2"]


def _osmolality(given: Given) -> float:
    # mmol/L throughout: the divisors 2.8 and 18 of the mg/dL formula turn nitrogen and glucose into mmol/L.
    return 2 * given["sodium"] + given["urea"] + given["glucose"]


FORMULAS: dict[str, Callable[[Given], float]] = {
    "a_a_gradient": _a_a_gradient,
    "adjusted_weight": _adjusted_weight,
    "anion_gap": lambda g: g["sodium"] - g["chloride"] - g["bicarbonate"],
    "apri": lambda g: 100 * g["ast"] / g["ast_limit"] / g["platelets"],
    "bmi": lambda g: formulas.bmi(g["weight"], g["height"]),
    "body_surface": lambda g: formulas.body_surface_area(g["weight"], g["height"]),
    "calcium": lambda g: formulas.corrected_calcium(g["calcium"], g["albumin"]),
    "cockcroft_gault": lambda g: formulas.creatinine_clearance(g["creatinine"], g["age"], g["weight"], g["sex"]),
    "egfr": lambda g: formulas.egfr_ckd_epi_2021(g["creatinine"], g["age"], g["sex"]),
    "fib4": lambda g: g["age"] * g["ast"] / (g["platelets"] * math.sqrt(g["alt"])),
    "gestational_age": lambda g: formulas.pregnancy_weeks(g["days"]),
    "homa_ir": lambda g: g["insulin"] * g["glucose"] * _GLUCOSE / 405,
    "ideal_weight": _ideal_weight,
    "ldl": _ldl,
    "mean_pressure": lambda g: g["diastolic"] + (g["systolic"] - g["diastolic"]) / 3,
    "meld_na": _meld_na,
    "osmolality": _osmolality,
    "pack_years": lambda g: g["cigarettes"] / 20 * g["years"],
    "parkland": lambda g: 4 * g["weight"] * g["burned"],
    "qtc_bazett": lambda g: g["qt"] / math.sqrt(60 / g["heart_rate"]),
    "qtc_fridericia": lambda g: g["qt"] / (60 / g["heart_rate"]) ** (1 / 3),
    "schwartz": lambda g: 36.5 * g["height"] / g["creatinine"],
    "sodium": lambda g: g["sodium"] + 0.024 * (g["glucose"] * _GLUCOSE - 100),
}
