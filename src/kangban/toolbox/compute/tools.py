"""The tools of this room."""

from __future__ import annotations

from kangban.ports.tool import ToolSpec
from kangban.toolbox.compute.calculator import calculator
from kangban.toolbox.compute.calendar_dates import calendar_event, reckon_dates
from kangban.toolbox.compute.clinical_score import clinical_score
from kangban.toolbox.compute.python_cells import notebook, python_interpreter
from kangban.toolbox.compute.write_report import write_report

TOOLS: tuple[ToolSpec, ...] = (
    calculator,
    clinical_score,
    python_interpreter,
    notebook,
    write_report,
    calendar_event,
    reckon_dates,
)
