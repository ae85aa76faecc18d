"""Units as laboratories print them."""

from __future__ import annotations

import pytest

from kangban.rules.lab_units import read_unit


@pytest.mark.parametrize(
    ("printed", "ucum", "measures"),
    [
        ("×10^9/L", "10*9/L", "count/volume"), ("10⁹/L", "10*9/L", "count/volume"), ("10E9/L", "10*9/L", "count/volume"),
        ("X10*12/L", "10*12/L", "count/volume"), ("μmol/L", "umol/L", "moles/volume"), ("ＵＭＯＬ／Ｌ", "umol/L", "moles/volume"),
        ("mIU/L", "m[IU]/L", "units/volume"), ("个/HP", "/[HPF]", "count/hpf"), ("mL/(min*1.73m²)", "mL/min/{1.73_m2}", "volume/time/body_surface"),
        ("mg/24h", "mg/(24.h)", "mass/day"), ("g/(24.h)", "g/(24.h)", "mass/day"), ("mm[Hg]", "mm[Hg]", "pressure"),
        ("次/分", "/min", "count/time"), ("mg/L FEU", "mg{FEU}/L", "feu/volume"), ("L/L", "L/L", "share"), ("秒", "s", "time"),
        ("S/CO", "{s_co_ratio}", "index"), ("mosm/(kg.H2O)", "mosm/kg", "osmoles/mass"),
    ],
)  # fmt: skip
def test_reads(printed: str, ucum: str, measures: str) -> None:
    unit = read_unit(printed)
    assert unit is not None
    assert (unit.ucum, unit.measures) == (ucum, measures)


def test_scales_convert_by_their_ratio() -> None:
    small, large = read_unit("mg/dL"), read_unit("g/L")
    assert small is not None
    assert large is not None
    assert small.scale / large.scale == pytest.approx(0.01)


@pytest.mark.parametrize("printed", ["", " ", "月亮/L", "mg/", "x" * 500, "🙂", "/", "()", "10^99/L"])
def test_nonsense_is_none(printed: str) -> None:
    assert read_unit(printed) is None
