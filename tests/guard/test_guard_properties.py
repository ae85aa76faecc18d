"""Properties of the guard: soothing never helps, urgency never falls, what breaks holds."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.clinical.citation import Citation
from kangban.clinical.draft import Claim, Draft
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.guard import review
from kangban.guard import review as review_function
from kangban.kernel.texts import area_texts
from tests.guard.drafts import BAD, GOOD
from tests.guard.tables import judged

_SOOTHING = (
    "请放心。",
    "别担心。",
    "多喝水。",
    "祝您早日康复。",
    "您做得很好。",
    "Don't worry.",
    "Take care.",
    "没事的。",
)


@settings(max_examples=150, deadline=None)
@given(row=st.sampled_from(BAD), soothing=st.sampled_from(_SOOTHING), front=st.booleans())
def test_a_soothing_sentence_never_makes_a_bad_draft_leave(row: tuple, soothing: str, front: bool) -> None:  # type: ignore[type-arg]
    _, question, draft, person = row
    verdict = judged(question, soothing + draft if front else draft + soothing, person)
    assert verdict.decision != "release"
    assert verdict.text is not None
    assert draft not in verdict.text


@settings(max_examples=100, deadline=None)
@given(good=st.sampled_from(GOOD), bad=st.sampled_from([r for r in BAD if r[0] in ("false_reassurance", "injection")]))
def test_a_bad_sentence_inside_a_good_answer_is_caught(good: tuple, bad: tuple) -> None:  # type: ignore[type-arg]
    question, draft, person = good
    verdict = judged(question, f"{draft}\n{bad[2]}", person)
    assert verdict.decision != "release"
    assert verdict.text is not None
    assert bad[2] not in verdict.text


@pytest.mark.parametrize(
    "draft", ["在家观察就行。", "没事。", "多喝热水。", "今天去看门诊。", "祝好。", "布洛芬可以吃。", "去死吧。"]
)
def test_an_emergency_always_shows_its_number(draft: str) -> None:
    verdict = judged("我爸胸口压着疼，出冷汗，半小时了", draft, {})
    assert verdict.decision != "release"
    assert verdict.text is not None
    assert verdict.text.index("120") < 20


@settings(max_examples=200, deadline=None)
@given(draft=st.text(max_size=300), question=st.text(max_size=100))
def test_any_text_is_judged_without_an_error(draft: str, question: str) -> None:
    verdict = review(Draft(draft), question, PersonFacts(), bare=True)
    assert all(c.outcome != "error" for c in verdict.checks)


def test_a_check_that_breaks_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("kangban.guard.review")

    def broken(case: object) -> object:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(module, "CHECKS", (*module.CHECKS, ("broken", broken)))
    verdict = review_function(Draft("多喝水，多休息。"), "感冒了", PersonFacts(), bare=True)
    assert verdict.decision == "hold"
    assert [c.outcome for c in verdict.checks if c.name == "broken"] == ["error"]
    assert verdict.text is not None
    assert "多喝水" not in verdict.text


def test_stopping_an_ordered_medicine_becomes_calling_the_prescriber() -> None:
    person = PersonFacts(
        age_years=78, medicines=(MedicineUse("华法林", ordered=True),), conditions=("心房颤动",), allergies=()
    )
    verdict = review(Draft("INR 高的时候要小心出血。先停用华法林。"), "华法林要不要停", person, bare=True)
    assert verdict.decision == "amend"
    assert verdict.text is not None
    assert "停用华法林" not in verdict.text
    assert "现在就联系开药的医生" in verdict.text
    assert "要小心出血" in verdict.text


def test_the_question_asked_back_is_judged_too() -> None:
    draft = Draft("请先问医生。", question="布洛芬可以和华法林一起吃，放心。")
    verdict = review(draft, "能吃布洛芬吗", PersonFacts(medicines=(MedicineUse("华法林"),)))
    assert verdict.decision == "hold"


def test_a_source_that_says_the_opposite_or_does_not_exist_is_caught() -> None:
    source = Citation(
        "w#pain", "华法林与止痛药", "", None, "", "吃华法林不要自己吃布洛芬；可以吃对乙酰氨基酚。", "read_guideline"
    )
    person = PersonFacts(age_years=60)
    right = Draft("吃华法林不要自己吃布洛芬。", (Claim("吃华法林不要自己吃布洛芬。", ("w#pain",)),), (source,))
    assert review(right, "华法林和止痛药", person).decision == "release"
    wrong_text = "布洛芬每天吃不影响华法林。"
    wrong = Draft(wrong_text, (Claim(wrong_text, ("w#pain",)),), (source,))
    assert "citation_support" in {c.name for c in review(wrong, "华法林和止痛药", person).checks if c.outcome == "fail"}
    invented = Draft("多喝水。[made#up]")
    assert review(invented, "感冒了", person).decision != "release"


def test_every_reason_is_said_in_both_languages() -> None:
    assert area_texts("guard", "zh").keys() == area_texts("guard", "en").keys()
    module = importlib.import_module("kangban.guard.review")

    assert {f"reason.{name}" for name, _ in module.CHECKS} <= area_texts("guard", "zh").keys()
