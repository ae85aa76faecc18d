"""What a trace tells: words a model put into a call, or that a tool repeats, pass the guard as its answer does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kangban.agent.scripted import ScriptedMessage
from kangban.journeys.workshop import history
from kangban.journeys.workshop.running import RunDone, StepSeen, Waiting
from kangban.journeys.workshop.tool_words import released_words
from kangban.ports.agents import AgentDefinition
from tests.journeys.workshop.benches import a_workshop, calls, ended

PRESCRIPTIONS = (
    "每天三次，每次口服阿莫西林胶囊 0.5 g，连用 7 天。",
    "Take metformin 500 mg twice a day for three months.",
)


def told(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def kept_of(agent: AgentDefinition, script: list[Any], asked: str) -> tuple[RunDone, list[Any], str]:
    workshop = a_workshop(script)
    done, seen = await ended(workshop, agent, asked)
    return done, seen, told(await history.run(workshop, done.run.id, "local"))


@pytest.mark.parametrize("words", PRESCRIPTIONS)
@pytest.mark.parametrize(
    ("tool", "arguments"), [("test_forecast", {"place": ""}), ("check_medication", {"medicines": [{"name": ""}]})]
)
async def test_a_prescription_in_a_call_stands_in_no_trace(words: str, tool: str, arguments: dict[str, Any]) -> None:
    filled = msgspec.json.decode(told(arguments).replace('""', told(words)))
    agent = AgentDefinition("one", tools=(tool,))
    done, seen, kept = await kept_of(agent, [calls(tool, **filled), "北京今天晴。"], "北京天气怎么样")
    assert [one.name for one in done.run.steps if one.kind == "tool"] == [tool]
    assert words not in kept
    assert words not in told([one for one in seen if not isinstance(one, RunDone)])


async def test_steps_under_way_show_neither_what_was_asked_nor_what_came_back() -> None:
    agent = AgentDefinition("one", tools=("test_forecast",))
    done, seen, _ = await kept_of(agent, [calls("test_forecast", place="北京"), "北京今天晴。"], "北京天气")
    steps = [one.step for one in seen if isinstance(one, StepSeen)]
    assert {one.name for one in steps} >= {"test_forecast"}
    assert all(not one.arguments and one.result is None for one in steps)
    # At the end, harmless words stand there as they were.
    called = next(one for one in done.run.steps if one.kind == "tool")
    assert called.arguments == {"place": "北京"}
    assert called.result == {"place": "北京", "now": "晴", "degrees_c": 21}


async def test_what_the_person_said_themselves_stays_in_the_trace() -> None:
    agent = AgentDefinition("one", tools=("check_medication",))
    medicines = [{"name": "二甲双胍", "dose": "500 mg", "per_day": 2}]
    script = [calls("check_medication", medicines=medicines), ScriptedMessage("喝酒前请先问医生。")]
    done, _, _ = await kept_of(agent, script, "我在吃二甲双胍，每天两次，每次500毫克，可以喝酒吗")
    assert [one.arguments for one in done.run.steps if one.kind == "tool"] == [{"medicines": medicines}]


async def test_whoever_is_asked_sees_what_they_agree_to() -> None:
    workshop = a_workshop([calls("test_send", to="李医生"), "好。"], wait_s=0.05)
    agent = AgentDefinition("one", tools=("test_send",))
    _, seen = await ended(workshop, agent, "给李医生发消息")
    assert [one.asked.arguments for one in seen if isinstance(one, Waiting)] == [{"to": "李医生"}]
    waits = [one.step for one in seen if isinstance(one, StepSeen) and one.step.kind == "approval"]
    assert waits[0].arguments == {"to": "李医生"}


@pytest.mark.parametrize(
    "content",
    [
        {"medicine": "metformin", "dose_mg": 500, "times_a_day": 2},
        [{"name": "metformin"}, {"dose": 500, "unit": "mg"}, {"per_day": 2}],
        {"Take metformin 500 mg twice a day": {}},
    ],
)
def test_a_dose_in_numbers_is_a_dose(content: Any) -> None:
    assert "500" not in told(released_words(content, "en"))


def test_what_is_too_deep_to_be_read_is_not_shown() -> None:
    deep: Any = "Take metformin 500 mg twice a day."
    for _ in range(5_000):
        deep = [deep]
    assert set(released_words(deep, "en")) == {"withheld"}
