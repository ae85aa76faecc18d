"""Every paradigm over one model and one set of tools: what it calls, what it writes down, how it ends."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from kangban.agent.offline.brain import OfflineBrain
from kangban.agent.paradigms.parts import Part
from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.app import corpus_sections, search_index
from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import AgentDefinition, Limits, MemoryChoice
from kangban.ports.chat_model import say
from kangban.toolbox.catalog import TOOLS
from kangban.toolbox.services import Services
from tests.unit.agent.paradigms import players
from tests.unit.agent.paradigms.players import CLOCK, CONTEXT, SystemClock, an_agent, of_kind, played, ran


@pytest.fixture(autouse=True)
def _fresh():
    ran.clear()
    players.hanging = asyncio.Event()  # an event belongs to the loop of its test


def calls(*each: tuple[str, dict]) -> ScriptedMessage:
    return ScriptedMessage(calls=tuple(ScriptedCall(n, a, id=f"c{i}") for i, (n, a) in enumerate(each)))


async def test_react_answers_and_every_call_stands_in_the_trace():
    outcome, _ = await played([calls(("double", {"number": 2})), "4"], an_agent("react"))
    assert (outcome.text, outcome.stopped_by) == ("4", "answered")
    assert [s.kind for s in outcome.steps] == ["model", "tool", "model"]
    assert of_kind(outcome, "tool")[0].result == {"twice": 4.0}
    assert outcome.usage.rounds == 2
    assert outcome.usage.tool_calls == 1
    assert outcome.usage.prompt_tokens > 0


async def test_an_identical_call_gets_the_earlier_result_and_the_trace_says_repeated():
    script = [calls(("double", {"number": 2})), calls(("double", {"number": 2})), "4"]
    outcome, _ = await played(script, an_agent("react"))
    assert ran == ["double 2"]
    assert [s.status for s in of_kind(outcome, "tool")] == ["ok", "repeated"]


async def test_at_the_limit_of_rounds_the_agent_says_what_it_has():
    script = [calls(("double", {"number": 1})), calls(("double", {"number": 2})), "查到 2 和 4，别的没有查。"]
    outcome, _ = await played(script, an_agent("react", limits=Limits(rounds=2)))
    assert (outcome.text, outcome.stopped_by) == ("查到 2 和 4，别的没有查。", "rounds")


async def test_at_the_limit_with_no_word_left_the_findings_are_told_in_plain_lines():
    dead = ScriptedMessage(unavailable=True)
    outcome, _ = await played([calls(("double", {"number": 1})), dead], an_agent("react", limits=Limits(rounds=1)))
    assert outcome.stopped_by == "rounds"
    assert "没有做完" in outcome.text
    assert '"twice":2' in outcome.text


async def test_a_tool_has_its_own_limit():
    script = [calls(("double", {"number": 1}), ("double", {"number": 2})), "好"]
    outcome, _ = await played(script, an_agent("react", limits=Limits(per_tool={"double": 1})))
    assert len(ran) == 1
    assert outcome.stopped_by == "answered"


async def test_the_token_and_money_limits_end_a_run():
    script = [calls(("double", {"number": 1})), "只查到 2"]
    outcome, _ = await played(script, an_agent("react", limits=Limits(tokens=20)))
    assert (outcome.stopped_by, outcome.text) == ("tokens", "只查到 2")
    limits = Limits(money=0.5)
    outcome, _ = await played(script, an_agent("react", limits=limits), price=lambda *_: 1.0)
    assert outcome.stopped_by == "money"
    assert outcome.usage.money == 2.0


async def test_rewoo_plans_once_runs_independent_steps_and_fills_references():
    plan = '#E1 = double[{"number": 2}]\n#E2 = double[{"number": 5}]\n#E3 = double[{"number": "#E1.twice"}]'
    model = ScriptedModel([plan, "8 和 10"])
    outcome, _ = await played(model, an_agent("rewoo"))
    assert (outcome.text, outcome.stopped_by) == ("8 和 10", "answered")
    assert sorted(ran) == ["double 2", "double 4", "double 5"]
    assert len(model.requests) == 2
    assert '"twice":8' in model.requests[1].messages[-1].content


async def test_rewoo_mends_a_bad_plan_and_reports_one_that_cannot_be_mended():
    bad, good = '#E1 = doble[{}]\n#E2 = double[{"number": "#E9"}]', '#E1 = double[{"number": 3}]'
    model = ScriptedModel([bad, good, "6"])
    outcome, _ = await played(model, an_agent("rewoo"))
    assert outcome.text == "6"
    assert "doble" in model.requests[1].messages[-1].content
    outcome, _ = await played([bad, bad, bad], an_agent("rewoo"))
    assert outcome.stopped_by == "failed"
    assert "doble" in outcome.text
    assert ran == ["double 3"]


async def test_what_needs_a_failed_step_is_not_run():
    plan = '#E1 = away[{}]\n#E2 = double[{"number": "#E1.x"}]\n#E3 = double[{"number": 1}]'
    outcome, _ = await played([plan, "只有 2"], an_agent("rewoo"))
    assert ran == ["double 1"]
    assert [s.status for s in of_kind(outcome, "tool")].count("error") == 2


async def test_plan_execute_works_step_by_step_and_plans_anew_after_a_failure():
    script = [
        "1. 查来源\n2. 翻倍", calls(("away", {})), "来源查不到", "翻倍 3", calls(("double", {"number": 3})), "6", "得 6",
    ]  # fmt: skip
    outcome, _ = await played(script, an_agent("plan_execute", limits=Limits(rounds=10)))
    assert (outcome.text, outcome.stopped_by) == ("得 6", "answered")
    assert [s.text for s in of_kind(outcome, "plan") if s.name != "scripted"] == ["查来源", "翻倍 3"]
    under = list(of_kind(outcome, "tool"))
    assert all(s.parent is not None for s in under)


async def test_autogpt_works_off_goals_until_the_critique_is_content():
    script = [
        "翻倍 2",
        calls(("double", {"number": 2})),
        "4",
        "目标：再翻倍",
        calls(("double", {"number": 4})),
        "8",
        "完成",
        "是 8",
    ]
    outcome, _ = await played(script, an_agent("autogpt", limits=Limits(rounds=12)))
    assert (outcome.text, outcome.stopped_by, ran) == ("是 8", "answered", ["double 2", "double 4"])
    assert len(of_kind(outcome, "critique")) == 2


async def test_autogpt_has_a_hard_budget_whatever_the_critique_wants():
    endless = lambda request: "目标：又一个" + str(len(request.messages[-1].content))  # noqa: E731
    outcome, _ = await played(ScriptedModel(endless), an_agent("autogpt", limits=Limits(rounds=9)))
    assert outcome.stopped_by == "rounds"
    assert outcome.usage.rounds == 10


async def test_autogpt_pauses_before_each_step_where_the_policy_says_so():
    asked: list[dict] = []

    async def no(spec, arguments):
        asked.append(arguments)
        return False

    outcome, _ = await played(["翻倍 2"], an_agent("autogpt", policy="each_step"), approve=no)
    assert asked == [{"goal": "翻倍 2"}]
    assert outcome.stopped_by == "waiting"
    assert not ran


async def test_reflexion_answers_again_with_what_was_found_wrong():
    model = ScriptedModel(["5", "漏了单位", "4 次", "通过"])
    outcome, _ = await played(model, an_agent("reflexion"))
    assert outcome.text == "4 次"
    assert "漏了单位" in model.requests[2].messages[-1].content


async def test_a_sequence_hands_on_and_a_graph_follows_the_word():
    first, second = ScriptedModel(["甲：要查"]), ScriptedModel(["乙说完了"])
    parts = {
        "a": Part(AgentDefinition("a"), first), "b": Part(AgentDefinition("b"), second),
        "c": Part(AgentDefinition("c"), ScriptedModel([])),
    }  # fmt: skip
    outcome, _ = await played([], an_agent("sequence", parts=("a", "b")), parts=parts)
    assert outcome.text == "乙说完了"
    assert "甲：要查" in second.requests[0].messages[-1].content
    first, second = ScriptedModel(["要查。"]), ScriptedModel(["好"])
    parts |= {"a": Part(AgentDefinition("a"), first), "b": Part(AgentDefinition("b"), second)}
    graph = an_agent("graph", parts=("a", "b", "c"), edges=(("a", "c", ""), ("a", "b", "要查")))
    outcome, _ = await played([], graph, parts=parts)
    assert outcome.text == "好"


async def test_cycles_are_bounded_and_an_agent_that_contains_itself_is_refused():
    round_ = ScriptedModel(lambda _: "再来")
    parts = {"a": Part(AgentDefinition("a"), round_)}
    loop = an_agent("graph", parts=("a",), edges=(("a", "a", ""),), limits=Limits(rounds=200))
    outcome, _ = await played(round_, loop, parts=parts)
    assert outcome.stopped_by == "rounds"
    assert len(of_kind(outcome, "part")) <= 25
    self_ = AgentDefinition("a", paradigm="sequence", parts=("a",))
    with pytest.raises(InvalidInput, match="contains itself"):
        await played([], an_agent("sequence", parts=("a",)), parts={"a": Part(self_, round_)})
    with pytest.raises(InvalidInput, match="no such agent"):
        await played([], an_agent("sequence", parts=("x",)))


async def test_a_run_is_stopped_from_outside_and_says_what_it_has():
    stop = asyncio.Event()
    script = [calls(("double", {"number": 1})), calls(("hangs", {}))]
    running = asyncio.create_task(played(script, an_agent("react"), stop=stop))
    await players.hanging.wait()
    stop.set()
    outcome, _ = await running
    assert outcome.stopped_by == "cancelled"
    assert "已被停止" in outcome.text
    assert '"twice":2' in outcome.text


async def test_a_tool_that_hangs_ends_with_the_time_of_the_run():
    script = [calls(("hangs", {})), "没有等到"]
    outcome, _ = await played(script, an_agent("react", limits=Limits(seconds=0.05)), clock=SystemClock())
    assert outcome.stopped_by == "time"


async def test_fifty_megabytes_are_cut_and_told():
    model = ScriptedModel([calls(("huge", {})), "太长"])
    outcome, _ = await played(model, an_agent("react"))
    assert len(model.requests[1].messages[-1].content) < 30_000
    assert of_kind(outcome, "tool")[0].result["cut"] is True


async def test_a_dead_model_ends_the_run_as_failed_with_what_was_found():
    dead = ScriptedMessage(unavailable=True)
    outcome, _ = await played([calls(("double", {"number": 4})), dead], an_agent("react"))
    assert (outcome.stopped_by, outcome.error) == ("failed", "unavailable")
    assert '"twice":8' in outcome.text


async def test_a_tool_that_acts_or_is_listed_waits_for_a_yes():
    asked: list[str] = []

    async def yes(spec, arguments):
        asked.append(spec.name)
        return spec.name == "double"

    script = [calls(("sends", {"to": "x"}), ("double", {"number": 1})), "好"]
    outcome, _ = await played(script, an_agent("react", approve=("double",)), approve=yes)
    assert sorted(asked) == ["double", "sends"]
    assert ran == ["double 1"]
    assert sorted(s.status for s in of_kind(outcome, "approval")) == ["ok", "refused"]


async def test_an_effect_broken_off_midway_may_have_happened():
    stop = asyncio.Event()

    async def yes(spec, arguments):
        return True

    running = asyncio.create_task(
        played([calls(("hangs", {}))], an_agent("react", approve=("hangs",)), stop=stop, approve=yes)
    )
    await players.hanging.wait()
    stop.set()
    outcome, _ = await running
    # `hangs` only reads: asked about, but no effect of it can have happened.
    assert of_kind(outcome, "tool")[0].status == "error"


async def test_memory_is_a_window_with_a_summary_of_the_rest():
    asked = [say("user" if n % 2 == 0 else "assistant", f"第{n}句") for n in range(9)]
    memory = MemoryChoice(window=3, summarise=True)
    model = ScriptedModel(["前面说了三件事", "答"])
    outcome, _ = await played(model, an_agent("react", memory=memory), asked=asked)
    sent = [m.content for m in model.requests[1].messages]
    assert "前面说了三件事" in sent[0]
    assert sent[0].endswith("第6句")
    assert sent[1:] == ["第7句", "第8句"]
    assert outcome.steps[0].kind == "memory"


@pytest.mark.parametrize("paradigm", ["react", "rewoo", "plan_execute", "autogpt", "reflexion"])
async def test_the_offline_brain_works_under_every_paradigm(paradigm):
    services = Services(search_index(), corpus_sections(), (), CLOCK.now())
    context = msgspec.structs.replace(CONTEXT, services=services)
    agent = an_agent(paradigm, limits=Limits(rounds=12))
    outcome, _ = await played(OfflineBrain(), agent, "阿司匹林和华法林能一起吃吗", tools=TOOLS, context=context)
    assert outcome.stopped_by == "answered", outcome
    assert any(s.name == "check_medication" and s.status == "ok" for s in of_kind(outcome, "tool"))
    assert "出血" in outcome.text
