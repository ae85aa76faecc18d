"""An item of the desk laid open: faults stand at their sentences, facts have their days, nobody else sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from kangban.clinical.draft import Check, Citation, Claim, Draft, ToolTrace
from kangban.clinical.record import AllergyIntolerance
from kangban.journeys.family import write_fact
from kangban.journeys.reviewing import deciding
from kangban.journeys.reviewing.judging import GuardRefused
from kangban.journeys.reviewing.viewing import is_same, sentences_of, told_unknown, view
from kangban.kernel.errors import NotFound, NotPermitted
from tests.support.reviews import GOOD, HELD, NUMBERS, Practice, practice


@pytest.fixture
async def family(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice("memory", tmp_path) as made:
        yield made


async def test_a_fault_stands_at_its_sentence_and_nowhere_else(family: Practice) -> None:
    seen = await family.held(NUMBERS)
    shown = await view(family.as_("dr"), seen.item.answer_id)
    assert [(s.text, s.faults) for s in shown.sentences] == [
        ("今天去看医生。", ()), ("口服补液盐一次喝180毫升。", ("numbers",)),
    ]  # fmt: skip
    (fault,) = shown.faults
    assert [seen.item.draft.text[a:b] for a, b in fault.spans] == ["口服补液盐一次喝180毫升。"]
    assert "180" in fault.why
    assert shown.role == "doctor"


async def test_facts_have_the_words_and_the_day_they_were_recorded_with(family: Practice) -> None:
    shown = await view(family.as_("dr"), (await family.held()).entry.id)
    assert shown.told["华法林"].words == "华法林"
    assert shown.told["华法林"].at <= family.clock.now()
    assert [m.name for m in shown.person.medicines or ()] == ["华法林"]
    assert shown.changed == ()


async def test_what_was_learnt_since_is_said_and_shown(family: Practice) -> None:
    seen = await family.held()
    await write_fact(family.as_("ma"), family.member, AllergyIntolerance("青霉素"))
    family.clock.move(timedelta(minutes=1))
    shown = await view(family.as_("dr"), seen.entry.id)
    assert shown.changed == ("allergies",)
    assert shown.person.allergies == ("青霉素",)
    await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=GOOD)
    done = await view(family.as_("dr"), seen.entry.id)
    assert (done.faults, done.changed, done.person.allergies) == ((), (), None), "as it was weighed"


async def test_a_look_tells_what_changed_without_judging_again(family: Practice) -> None:
    seen = await family.held()
    shown = await view(family.as_("dr"), seen.entry.id)
    family.clock.move(timedelta(minutes=5))
    assert await is_same(family.as_("dr"), shown)
    await write_fact(family.as_("ma"), family.member, AllergyIntolerance("青霉素"))
    assert not await is_same(family.as_("dr"), shown)
    shown = await view(family.as_("dr"), seen.entry.id)
    assert await is_same(family.as_("dr"), shown)
    await deciding.claim(family.as_("dr2"), seen.entry.id)
    assert not await is_same(family.as_("dr"), shown)


@pytest.mark.parametrize("who", ["ma", "ba", "he", "op", "old"])
async def test_it_is_the_reviewers_alone(family: Practice, who: str) -> None:
    seen = await family.held()
    with pytest.raises((NotFound, NotPermitted)):
        await view(family.as_(who), seen.entry.id)


async def test_a_refused_edit_names_the_sentences(family: Practice) -> None:
    seen = await family.held()
    text = f"今天去看医生。\n{HELD}"
    with pytest.raises(GuardRefused) as caught:
        await deciding.decide(family.as_("dr"), seen.entry.id, decision="edit", reason="corrected", text=text)
    places = dict(zip([c.name for c in caught.value.checks], caught.value.places, strict=True))
    assert any(place in HELD for place in places["unsafe_medicine"])
    assert all(text.count(place) == 1 for named in places.values() for place in named)


def test_lines_headings_and_bullets_stay_with_their_sentences() -> None:
    draft = Draft(
        "## 怎么做\n- 先看医生。再问药师。\n- 多喝水。",
        claims=(Claim("- 先看医生。", ("s#1",), line=True),), citations=(Citation("s#1", "", "", None, "", "", "recalled"),),
    )  # fmt: skip
    shown = sentences_of(
        draft, [Check("numbers", "fail", spans=((draft.text.index("再问"), draft.text.index("再问") + 2),))]
    )
    assert [(s.text, s.begins) for s in shown] == [
        ("## 怎么做", True), ("- 先看医生。", True), ("再问药师。", False), ("- 多喝水。", True),
    ]  # fmt: skip
    assert [s.faults for s in shown] == [(), (), ("numbers",), ()]
    assert shown[1].citations == ("s#1",)


def test_what_tools_could_not_tell_is_read_from_their_results() -> None:
    told = {"fact": "egfr", "why": "不知道肾功能", "worst": "avoid", "medicines": ["二甲双胍"]}
    trace = ToolTrace("check_medication", {}, {"unknown": [told, told], "not_in_catalogue": [{"name": "某某丸"}]})
    broken = ToolTrace("check_medication", {}, {"unknown": [told]}, ok=False)
    unknown, missing = told_unknown([trace, broken, ToolTrace("python", {}, "no object")])
    assert [(u.fact, u.worst, u.medicines) for u in unknown] == [("egfr", "avoid", ("二甲双胍",))]
    assert [m.name for m in missing] == ["某某丸"]
