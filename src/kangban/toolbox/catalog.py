"""The explicit catalogue of tools. A tool that is not listed here does not exist for the agent."""

from __future__ import annotations

from kangban.ports.tool import ToolSpec
from kangban.toolbox.add_to_record import add_to_record
from kangban.toolbox.advise_from_box import advise_from_box
from kangban.toolbox.calculate import calculate
from kangban.toolbox.check_food import check_food
from kangban.toolbox.check_medication import check_medication
from kangban.toolbox.judge_lab_value import judge_lab_value
from kangban.toolbox.look_up_record import look_up_record
from kangban.toolbox.read_report import read_report
from kangban.toolbox.search_knowledge import search_knowledge
from kangban.toolbox.triage import triage

TOOLS: tuple[ToolSpec, ...] = (
    check_medication,
    advise_from_box,
    look_up_record,
    read_report,
    search_knowledge,
    triage,
    calculate,
    check_food,
    judge_lab_value,
    add_to_record,
)
