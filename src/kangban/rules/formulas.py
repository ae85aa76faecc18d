"""Clinical formulas as code with a source. Every function raises InvalidInput outside its domain."""

from __future__ import annotations

import math

from kangban.clinical.person import Sex
from kangban.kernel.errors import InvalidInput

# Citation ids of labs/sources_formulas.toml
CKD_EPI_2021 = "ckd-epi-2021#equation"
BMI_WHO = "who-bmi#definition"


def _within(value: float, low: float, high: float, field: str) -> float:
    if not math.isfinite(value) or not low <= value <= high:
        raise InvalidInput(f"{field} must lie between {low:g} and {high:g}", field=field)
    return value


def egfr_ckd_epi_2021(creatinine_umol_l: float, age_years: float, sex: Sex) -> float:
    """EGFR in mL/min/1.73 m² from serum creatinine in µmol/L (CKD-EPI 2021, without race), adults from 18 years."""
    creatinine = _within(creatinine_umol_l, 10, 3000, "creatinine") / 88.42
    age = _within(age_years, 18, 120, "age_years")
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
    ratio = creatinine / kappa
    return round(142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age * factor, 1)


def bmi(weight_kg: float, height_cm: float) -> float:
    """Body mass index in kg/m²."""
    metres = _within(height_cm, 30, 250, "height_cm") / 100
    return round(_within(weight_kg, 1, 400, "weight_kg") / metres**2, 1)


def body_surface_area(weight_kg: float, height_cm: float) -> float:
    """Body surface area in m² (Mosteller)."""
    product = _within(height_cm, 30, 250, "height_cm") * _within(weight_kg, 1, 400, "weight_kg")
    return round(math.sqrt(product / 3600), 2)


def creatinine_clearance(creatinine_umol_l: float, age_years: float, weight_kg: float, sex: Sex) -> float:
    """Cockcroft-Gault creatinine clearance in mL/min; adults."""
    creatinine = _within(creatinine_umol_l, 10, 3000, "creatinine") / 88.42
    age = _within(age_years, 18, 120, "age_years")
    value = (140 - age) * _within(weight_kg, 20, 300, "weight_kg") / (72 * creatinine)
    return round(value * (0.85 if sex == "female" else 1.0), 1)


def pregnancy_weeks(days_since_last_period: float) -> float:
    """Completed weeks of pregnancy with fractions, from the first day of the last period."""
    return round(_within(days_since_last_period, 0, 310, "days") / 7, 1)
