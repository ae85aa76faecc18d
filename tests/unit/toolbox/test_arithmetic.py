"""The calculator's grammar: signs of both languages, units, and bounds."""

from __future__ import annotations

import pytest

from kangban.kernel.errors import InvalidInput
from kangban.toolbox.compute.arithmetic import reckon

RIGHT = {
    "3×（2+4）÷5": ("3.6", ""),
    "２。５ × ４": ("10", ""),
    "0.1 + 0.2": ("0.3", ""),
    "√16": ("4", ""),
    "-2^2": ("-4", ""),
    "2^3^2": ("512", ""),
    "3加4乘5": ("23", ""),
    "80的15%": ("12", ""),
    "15% * 80": ("12", ""),
    "200 * (1 + 10%)": ("220", ""),
    "1,200 + 3": ("1203", ""),
    "max(1,2,3)": ("3", ""),
    "round(2.345, 2)": ("2.35", ""),
    "5!": ("120", ""),
    "500毫克换算成克": ("0.5", "克"),
    "0.5 g + 250 mg to mg": ("750", "mg"),
    "10 mg/kg * 18 kg": ("180", "mg"),
    "15 mg/kg × 20 kg ÷ 5 mg": ("60", ""),
    "70 kg / (1.75 m)^2": ("22.8571428571429", "kg/m2"),
    "100 mL/h * 2.5 h to mL": ("250", "mL"),
    "2 斤 to kg": ("1", "kg"),
    "500 µg to mg": ("0.5", "mg"),
    "120 mmHg to kPa": ("15.99864", "kPa"),
    "1+1=？": ("2", ""),
    "10^20": ("100000000000000000000", ""),
}
WRONG = [
    "", "1/0", "5 kg + 3 m", "5 mg to mL", "200 + 10%", "9**9**9", "2^10001", "2000!", "(" * 60 + "1" + ")" * 60,
    "__import__('os')", "open('x')", "1;2", "a.b", "9" * 600, "sqrt(-1)", "ln(0)", "1 +", ")", "1e99999 * 1e99999", "1 2",
    "(1 kg)^0.5", "sin(1 kg)", "10^9999 ^ 9999", "lambda: 1", "[1]*9", "'a'", "2 ** 1e9",
]  # fmt: skip


@pytest.mark.parametrize("expression", RIGHT)
def test_reckons(expression: str) -> None:
    found = reckon(expression)
    assert (found.value, found.unit) == RIGHT[expression]


@pytest.mark.parametrize("expression", WRONG)
def test_refuses_with_a_reason(expression: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        reckon(expression)
    assert raised.value.field == "expression"
    assert raised.value.message
