"""Clinical formulas as code with a source. Every function raises InvalidInput outside its domain."""

from __future__ import annotations

import math

from kangban.clinical.person import Sex
from kangban.kernel.errors import InvalidInput

# Citation ids of labs/sources_formulas.toml
CKD_EPI_2021 = "ckd-epi-2021#equation"
BMI_WHO = "who-bmi#definition"
# of reports/sources_reports*.toml
R_FACTOR = "rp-r-factor#types"
CORRECTED_CALCIUM = "rp-calcium#formula"
TRANSFERRIN_SATURATION = "rp-ferritin-high#saturation"
NON_HDL = "rp-lipid-2023#targets"

# Years → median weight in kg, boys and girls together: WHO standards to 10 years, then a line to a grown person.
_MEDIAN_WEIGHT = ((0, 3.3), (0.25, 6.1), (0.5, 7.6), (1, 9.3), (2, 11.8), (3, 14.1), (4, 16.2), (5, 18.3), (7, 22.6),
                  (10, 31.5), (14, 49), (18, 60))  # fmt: skip
_LIGHTEST, _HEAVIEST_SMALL, _HEAVIEST = 0.45, 2.1, 3.0  # of the median; small: below five years
_GROWN_KG = (25.0, 350.0)


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


def weight_fits_age(weight_kg: float, age_years: float) -> bool:
    """Whether a weight can belong to that age at all. It only decides whether to ask again, never a dose.

    Below 18 years the bounds follow the WHO's "implausible" z-scores (under -6, over +5) roughly, as shares of
    the median.
    """
    if age_years >= _MEDIAN_WEIGHT[-1][0]:
        return _GROWN_KG[0] <= weight_kg <= _GROWN_KG[1]
    after = next(n for n, (age, _) in enumerate(_MEDIAN_WEIGHT) if age > age_years)
    (low_age, low), (high_age, high) = _MEDIAN_WEIGHT[after - 1], _MEDIAN_WEIGHT[after]
    median = low + (high - low) * (age_years - low_age) / (high_age - low_age)
    heaviest = _HEAVIEST_SMALL if age_years < 5 else _HEAVIEST
    return _LIGHTEST * median <= weight_kg <= heaviest * median


def pregnancy_weeks(days_since_last_period: float) -> float:
    """Completed weeks of pregnancy with fractions, from the first day of the last period."""
    return round(_within(days_since_last_period, 0, 310, "days") / 7, 1)


def liver_r_factor(alt_times_high: float, alp_times_high: float) -> float:
    """How much more the liver cells than the bile ducts are touched: ALT over ALP, each as a multiple of its limit."""
    return round(_within(alt_times_high, 0, 1000, "alt") / _within(alp_times_high, 0.01, 1000, "alp"), 2)


def corrected_calcium(calcium_mmol_l: float, albumin_g_l: float) -> float:
    """Calcium in mmol/L as it would be with 40 g/L of albumin."""
    albumin = _within(albumin_g_l, 5, 80, "albumin")
    return round(_within(calcium_mmol_l, 0.2, 10, "calcium") + 0.02 * (40 - albumin), 2)


def transferrin_saturation(iron_umol_l: float, tibc_umol_l: float) -> float:
    """Share of the iron transport that is loaded, in percent."""
    return round(100 * _within(iron_umol_l, 0, 200, "iron") / _within(tibc_umol_l, 1, 200, "tibc"), 1)


def non_hdl_cholesterol(total_mmol_l: float, hdl_mmol_l: float) -> float:
    """Cholesterol outside HDL in mmol/L."""
    return round(_within(total_mmol_l, 0.1, 50, "total_cholesterol") - _within(hdl_mmol_l, 0, 10, "hdl"), 2)


def reference_change_percent(within_person_percent: float) -> float:
    """The change in percent that chance alone passes once in twenty: 1.96 × √2 × √(CVi² + CVa²).

    The laboratory's own scatter CVa is taken as half of the person's, what laboratories aim for.
    """
    within = _within(within_person_percent, 0.01, 200, "within_person_percent")
    return round(1.96 * math.sqrt(2) * math.hypot(within, within / 2), 1)
