"""Tool: a calculator with units and signs of both languages."""

from __future__ import annotations

from typing import Any

from kangban.ports.tool import tool
from kangban.toolbox.compute.arithmetic import reckon


@tool(
    "calculator",
    group="compute",
    permissions=("compute",),
    examples=(
        {"expression": "15 mg/kg * 20 kg"},
        {"expression": "3×（2+4）÷5"},
        {"expression": "0.5 g + 250 mg to mg"},
    ),
)
async def calculator(expression: str) -> dict[str, Any]:
    """Work out an arithmetic expression: + - × ÷ ^ brackets, per cent, sqrt, ln, log, round, min, max, mean, units of
    mass, volume, length, time, amount, pressure and energy, and "to" a unit.
    计算器：四则、括号、百分数、函数、单位换算。

    expression: what to work out, e.g. "3×（2+4）÷5" or "500 mg to g"
    """
    found = reckon(expression)
    return {"value": found.value, "unit": found.unit, "text": f"{found.value} {found.unit}".strip()}
