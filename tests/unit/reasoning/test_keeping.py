"""How long what stands in the box may be used, and the box against the household in one word each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.reasoning.medication.keeping import kept_until, opened_life
from kangban.reasoning.medication.matrix import cell, matrix
from kangban.reasoning.medication.resolve import resolver

TODAY = date(2026, 5, 3)
DROPS = "羟丙甲纤维素滴眼液"


@pytest.mark.parametrize(
    ("expires", "opened", "state", "last", "why"),
    [
        (None, None, "fine", None, ""),
        (TODAY, None, "soon", TODAY, "expires"),
        (TODAY - timedelta(1), None, "over", TODAY - timedelta(1), "expires"),
        (TODAY + timedelta(31), None, "fine", TODAY + timedelta(31), "expires"),
        (TODAY + timedelta(900), TODAY - timedelta(28), "soon", TODAY, "opened"),
        (TODAY + timedelta(900), TODAY - timedelta(29), "over", TODAY - timedelta(1), "opened"),
        (TODAY + timedelta(900), TODAY, "fine", TODAY + timedelta(28), "opened"),
        (TODAY + timedelta(2), TODAY, "soon", TODAY + timedelta(2), "expires"),
    ],
)
def test_the_sooner_day_counts(expires, opened, state, last, why):
    kept = kept_until(DROPS, expires, opened, TODAY)
    assert (kept.state, kept.last_on, kept.why) == (state, last, why)
    assert kept.opened_days == 28


def test_an_opened_life_comes_from_a_source_or_not_at_all():
    days, citations = opened_life(DROPS)
    assert days == 28
    assert citations
    assert opened_life("布洛芬片") == (None, ())
    assert opened_life("不存在的药名甲") == (None, ())
    assert kept_until("布洛芬片", None, TODAY - timedelta(400), TODAY).state == "fine"


def test_drops_for_the_eye_say_nothing_about_tablets():
    rows = [i for i in resolver().names.ingredients.values() if any(p.topic == "opened_life" for p in i.practical)]
    assert rows
    for row in rows:
        forms = {p.form for p in row.practical if p.topic == "opened_life"}
        if all("眼" in form for form in forms):
            assert opened_life(f"{row.name}片") == (None, ())


WARFARIN = PersonFacts(
    age_years=76, sex="female", weight_kg=56, conditions=("高血压",), allergies=(), egfr=60, pregnant=False,
    medicines=(MedicineUse("华法林", "3 mg", 1, ordered=True),),
)  # fmt: skip


@pytest.mark.parametrize(("name", "mark"), [("布洛芬", "no"), ("神灵片甲", "unchecked"), ("对乙酰氨基酚", "care")])
def test_one_word_for_the_worst(name, mark):
    assert cell(WARFARIN, name).mark == mark


def test_somebody_of_whom_nothing_is_known_is_asked_about_first():
    assert cell(PersonFacts(), "布洛芬").mark == "ask"


def test_rows_are_names_and_cells_are_people():
    found = matrix([WARFARIN, PersonFacts()], ["布洛芬", "神灵片甲", "对乙酰氨基酚"])
    assert [[c.mark for c in row] for row in found] == [["no", "ask"], ["unchecked", "unchecked"], ["care", "ask"]]
