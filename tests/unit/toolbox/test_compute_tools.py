"""The compute tools as a model calls them."""

from __future__ import annotations

from typing import Any

import icalendar
import pytest

from kangban.clinical.person import PersonFacts
from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from kangban.ports.media import MediaShelf
from kangban.ports.outside import Outside
from kangban.ports.sandbox import USUAL, CellLimits, Ran
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec
from kangban.toolbox.compute.tools import TOOLS

BY_NAME: dict[str, ToolSpec] = {one.name: one for one in TOOLS}


async def call(tool: str, outside: Outside | None = None, /, lang: Any = "zh", **arguments: Any) -> ToolResult:
    context = ToolContext("f", "m", PersonFacts(), lang, services=outside or Outside(), media=MediaShelf())
    return await BY_NAME[tool].call(context, arguments)


class Echo:
    """A sandbox that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def run(self, code: str, limits: CellLimits = USUAL) -> Ran:
        self.asked.append(("run", code))
        return Ran(result="2")

    async def run_cell(self, owner: str, notebook: str, code: str, limits: CellLimits = USUAL) -> Ran:
        self.asked.append((owner, notebook, code))
        return Ran(error="ValueError", stopped="time")

    async def interrupt(self, owner: str, notebook: str) -> bool:
        return True

    async def end(self, owner: str, notebook: str) -> None:
        self.asked.append(("end", owner, notebook))

    def notebooks(self, owner: str) -> tuple[str, ...]:
        return ("main",)


def test_every_tool_says_what_it_does_and_has_examples() -> None:
    for one in TOOLS:
        assert one.group == "compute"
        assert one.examples
        assert one.effect == "reads"


async def test_calculator() -> None:
    assert (await call("calculator", expression="15 mg/kg × 20 kg")).content["text"] == "300 mg"
    with pytest.raises(InvalidInput):
        await call("calculator", expression="1/0")


async def test_scores_list_inputs_and_compute() -> None:
    listed = (await call("clinical_score", action="list")).content["scores"]
    assert len(listed) >= 40
    asked = (await call("clinical_score", action="inputs", score="curb65")).content["inputs"]
    assert {
        "id": "urea",
        "name": "尿素",
        "kind": "number",
        "unit": "mmol/L",
        "low": 0.5,
        "high": 100,
        "units": ["mg/dL"],
    } in asked
    full = {"confusion": False, "urea": 8, "respiratory_rate": 31, "systolic": 88, "diastolic": 50, "age": 70}
    done = await call("clinical_score", action="compute", score="CURB-65", inputs=full)
    assert done.content["value"] == 4
    assert "急诊" in done.content["meaning"]
    assert done.citations[0].evidence == "read_secondary"


async def test_a_missing_input_is_named_and_a_recalled_score_says_so() -> None:
    done = await call("clinical_score", action="compute", score="sirs", inputs={"temperature": 39, "wbc": 5}, lang="en")
    assert not done.ok
    assert done.content["value"] is None
    assert [m["id"] for m in done.content["missing"]] == ["heart_rate", "respiratory_rate"]
    assert done.content["possible"] == [1, 3]
    assert done.content["evidence"] == "recalled"
    assert "from memory" in done.content["notes"][0]
    with pytest.raises(NotFound):
        await call("clinical_score", action="compute", score="no such")
    with pytest.raises(InvalidInput):
        await call("clinical_score", action="compute")


async def test_cells_go_to_the_sandbox_under_the_persons_own_name() -> None:
    sandbox: Any = Echo()
    outside = Outside(sandbox=sandbox)
    assert (await call("python_interpreter", outside, code="1+1")).content["result"] == "2"
    stopped = await call("notebook", outside, code="x", name="a")
    assert not stopped.ok
    assert stopped.content["stopped"] == "time"
    await call("notebook", outside, action="end", name="a")
    assert sandbox.asked == [("run", "1+1"), ("f/m", "a", "x"), ("end", "f/m", "a")]
    with pytest.raises(InvalidInput):
        await call("notebook", outside, code="x", name="../a")


async def test_without_a_port_the_tools_say_what_is_missing() -> None:
    for name, arguments in {
        "python_interpreter": {"code": "1"},
        "notebook": {"code": "1"},
        "write_report": {"to": "pdf", "title": "t", "sections": []},
    }.items():
        with pytest.raises(Unavailable):
            await call(name, **arguments)


async def test_a_calendar_file_is_read_back() -> None:
    events = [
        {"title": "复诊", "starts": "2026-12-01T08:30", "remind_minutes": 60, "place": "三院"},
        {"title": "吃药", "starts": "2026-12-02", "repeats": "daily", "times": 7},
    ]
    done = await call("calendar_event", events=events)
    calendar: Any = icalendar.Calendar.from_ical(done.media[0].content)
    first, second = calendar.walk("VEVENT")
    assert str(first["summary"]) == "复诊"
    assert first["dtstart"].dt.utcoffset().total_seconds() == 8 * 3600
    assert first.walk("VALARM")[0]["trigger"].dt.total_seconds() == -3600
    assert second["rrule"]["count"] == [7]
    assert (await call("calendar_event", events=events)).media == done.media
    for wrong in ([], [{"title": "t", "starts": "tomorrow"}], [{"title": "", "starts": "2026-12-01"}]):
        with pytest.raises(InvalidInput):
            await call("calendar_event", events=wrong)
    with pytest.raises(InvalidInput):
        await call("calendar_event", events=events, time_zone="../../etc/passwd")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ({"start": "2026-01-31", "months": 1}, {"date": "2026-02-28"}),
        ({"start": "2024-02-29", "years": 1}, {"date": "2025-02-28"}),
        ({"start": "2026-12-31", "months": -1}, {"date": "2026-11-30"}),
        ({"start": "2026-11-30", "months": 1}, {"date": "2026-12-30"}),
        ({"start": "2026-11-21", "weeks": 2, "days": -1}, {"date": "2026-12-04", "weekday": 5}),
        ({"start": "2024-02-29", "end": "2026-02-28"}, {"days": 730, "years_months_days": [2, 0, 0]}),
        ({"start": "2026-12-01", "end": "2026-01-15"}, {"days": -320, "years_months_days": [0, 10, 16]}),
    ],
)
async def test_dates(arguments: dict[str, Any], answer: dict[str, Any]) -> None:
    content = (await call("reckon_dates", **arguments)).content
    assert {key: content[key] for key in answer} == answer


async def test_dates_outside_the_calendar_are_refused() -> None:
    for arguments in ({"start": "9999-12-31", "days": 1}, {"start": "0001-01-01", "years": -5}, {"start": "x"}):
        with pytest.raises(InvalidInput):
            await call("reckon_dates", **arguments)
