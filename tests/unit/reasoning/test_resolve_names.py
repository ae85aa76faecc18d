"""Names as people say, type and misspell them."""

from __future__ import annotations

import pytest

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.pinyin import sound_key, sounds
from kangban.reasoning.medication.resolve import resolver
from kangban.web.suggest import names_like


@pytest.mark.parametrize(
    ("said", "ingredient"),
    [
        ("buluofen", "ibuprofen"),
        ("Bu luo fen", "ibuprofen"),
        ("老爸的络活喜", "amlodipine"),
        ("那盒可定10mg", "rosuvastatin"),
        ("小剂量阿司匹林100mg", "aspirin"),
        ("mum's warfarin", "warfarin"),
        ("降脂的立普妥", "atorvastatin"),
    ],
)
def test_talk_around_a_name_and_its_sound_change_nothing(said: str, ingredient: str) -> None:
    found = resolver().resolve(said)
    assert found.named is not None
    assert [i for i, _ in found.named.contents] == [ingredient]
    assert found.match in ("exact", "alias")


@pytest.mark.parametrize("said", ["blf", "amxl", "tb"])
def test_initials_only_suggest(said: str) -> None:
    assert resolver().resolve(said).named is None


@pytest.mark.parametrize("said", ["美托普利", "瑞格列唑", "盐酸米洛西平", "奥美沙林"])
def test_another_character_of_another_sound_is_another_name(said: str) -> None:
    assert resolver().resolve(said).named is None


@pytest.mark.parametrize(("said", "meant"), [("洛活喜", "络活喜"), ("布洛分", "布洛芬"), ("阿托伐他丁", "阿托伐他汀")])
def test_a_slip_of_the_same_sound_is_found_but_never_sure(said: str, meant: str) -> None:
    found = resolver().resolve(said)
    assert (found.match, found.matched) == ("misspelt", meant)
    assert [m.name for m in check_medicines(PersonFacts(), [MedicineUse(said)]).not_in_catalogue] == [said]


def test_the_field_offers_names_by_initials_and_sound() -> None:
    assert "布洛芬" in names_like("blf")
    assert names_like("toubaoke")[:2] == ["头孢克洛", "头孢克肟"]
    assert names_like("xyzzyq") == []


def test_only_letters_have_a_sound() -> None:
    assert sound_key("bu'luo fen") == "buluofen"
    assert sound_key("布洛芬") == sound_key("b12!") == ""
    assert sounds().like("b") == []


@pytest.mark.parametrize(("age", "kilos", "doubted"), [(4, 160, True), (4, 16, False), (0.5, 2, True), (40, 70, False),
                                                       (40, 9, True), (10, 75, False), (2, 70, True)])  # fmt: skip
def test_a_weight_that_cannot_belong_to_the_age_is_asked_again(age: float, kilos: float, doubted: bool) -> None:
    person = PersonFacts(age_years=age, weight_kg=kilos, medicines=(), allergies=(), conditions=())
    outcome = check_medicines(person, [MedicineUse("布洛芬", "100 mg", 3)])
    asked = [u for u in outcome.unknown if u.fact == "weight_kg"]
    assert bool(asked) == doubted
    if doubted:
        assert f"{kilos:g}" in asked[0].why
        assert asked[0].worst == "contraindicated"
