"""Inserts the family confirmed, in the pure check: beside the catalogue, never in its place, never safer."""

from __future__ import annotations

import pytest

from kangban.clinical.person import MedicineUse, OwnContent, OwnProduct, PersonFacts
from kangban.clinical.urgency import severity_rank
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.matrix import cell
from kangban.reasoning.medication.own_products import RULE, resolver_for
from kangban.reasoning.medication.resolve import resolver
from kangban.reasoning.medication.taken import sums_taken

NAME = "虚构牌退热止痛片"
GROWN = PersonFacts(
    age_years=40, sex="male", weight_kg=70, conditions=(), allergies=(), medicines=(), egfr=95,
)  # fmt: skip


def own(*contents: OwnContent, names: tuple[str, ...] = (NAME,), unit: str = "片") -> OwnProduct:
    return OwnProduct("insert-1", names, contents, unit)


PARACETAMOL = OwnContent("对乙酰氨基酚", "paracetamol", "500 mg")


def person(*products: OwnProduct) -> PersonFacts:
    from msgspec.structs import replace

    return replace(GROWN, own_products=products)


def test_without_an_insert_the_name_is_not_checked() -> None:
    outcome = check_medicines(GROWN, [MedicineUse(NAME)])
    assert [m.name for m in outcome.not_in_catalogue] == [NAME]
    assert resolver_for(GROWN) is resolver()


def test_a_confirmed_insert_gives_the_name_its_contents_and_says_whence() -> None:
    outcome = check_medicines(person(own(PARACETAMOL)), [MedicineUse(NAME, "4片", 4)])
    assert outcome.not_in_catalogue == ()
    over = [f for f in outcome.findings if f.kind == "dose" and f.over_limit]
    assert over
    assert all(f.family_confirmed_insert == (NAME,) for f in over)
    shown = next(f for f in outcome.findings if f.rule == RULE)
    assert shown.severity == "note"
    assert "500 mg" in shown.message
    assert NAME in shown.message


def test_it_is_a_duplicate_of_what_holds_the_same() -> None:
    outcome = check_medicines(person(own(PARACETAMOL)), [MedicineUse(NAME), MedicineUse("对乙酰氨基酚")])
    assert any(f.kind == "duplicate" and "paracetamol" in f.ingredients for f in outcome.findings)


def test_an_ingredient_no_catalogue_has_stays_unchecked_by_name() -> None:
    strange = OwnContent("虚构苷", None, "5 mg")
    outcome = check_medicines(person(own(PARACETAMOL, strange)), [MedicineUse(NAME)])
    assert [m.name for m in outcome.not_in_catalogue] == [f"{NAME}: 虚构苷"]
    assert cell(person(own(PARACETAMOL, strange)), NAME).mark in ("unchecked", "no")
    alone = check_medicines(person(own(strange)), [MedicineUse(NAME)])
    assert [m.name for m in alone.not_in_catalogue] == [NAME]


@pytest.mark.parametrize("said", ["虚构牌退热止痛片剂", "虚构牌退热止痛", "虚构牌退烧止痛片"])
def test_a_name_like_it_is_not_it(said: str) -> None:
    assert check_medicines(person(own(PARACETAMOL)), [MedicineUse(said)]).not_in_catalogue[0].name == said


def test_a_catalogue_product_keeps_what_is_in_it_and_the_larger_amount_counts() -> None:
    known = resolver().resolve("散利痛")
    assert known.named is not None
    assert known.named.product is not None
    theirs = {i: a for i, a in known.named.contents if a is not None}
    less = own(OwnContent("对乙酰氨基酚", "paracetamol", "1 mg"), names=("散利痛",), unit=known.named.unit)
    more = own(OwnContent("对乙酰氨基酚", "paracetamol", "900 mg"), names=("散利痛",), unit=known.named.unit)
    for product, wanted in ((less, theirs["paracetamol"].base_high), (more, 900.0)):
        named = resolver_for(person(product)).resolve("散利痛").named
        assert named is not None
        assert named.id == known.named.id
        told = dict(named.contents)
        assert set(told) == set(dict(known.named.contents))
        assert (amount := told["paracetamol"]) is not None
        assert amount.base_high == wanted
    both = check_medicines(person(more), [MedicineUse("散利痛")])
    shown = next(f for f in both.findings if f.rule == RULE)
    assert "900 mg" in shown.message
    assert "250" in shown.message


def test_amounts_a_unit_that_is_another_are_not_compared() -> None:
    product = own(OwnContent("对乙酰氨基酚", "paracetamol", "900 mg"), names=("散利痛",), unit="10毫升")
    named = resolver_for(person(product)).resolve("散利痛").named
    assert named == resolver().resolve("散利痛").named


@pytest.mark.parametrize("name", ["散利痛", "白加黑", "泰诺", "新康泰克", "对乙酰氨基酚片", "阿司匹林肠溶片"])
def test_an_insert_never_hides_what_the_catalogue_finds(name: str) -> None:
    old = PersonFacts(
        age_years=70, sex="female", conditions=("胃溃疡",), allergies=("阿司匹林",), medicines=(MedicineUse("华法林"),)
    )
    product = own(OwnContent("氯苯那敏", "chlorphenamine", "4 mg"), names=(name,))
    from msgspec.structs import replace

    before = check_medicines(old, [MedicineUse(name, "2片", 3)])
    after = check_medicines(replace(old, own_products=(product,)), [MedicineUse(name, "2片", 3)])
    for one in before.findings:
        assert any(
            f.kind == one.kind and set(one.ingredients) <= set(f.ingredients)
            and severity_rank(f.severity) <= severity_rank(one.severity)
            for f in after.findings
        ), one  # fmt: skip
    assert {u.fact for u in before.unknown} <= {u.fact for u in after.unknown}


def test_doses_taken_are_summed_with_its_amounts() -> None:
    from msgspec.structs import replace

    from kangban.clinical.person import TakenDose

    log = sums_taken(replace(person(own(PARACETAMOL)), taken=(TakenDose(NAME, 2.0, "2片"),)))
    assert [(s.ingredient, s.amount) for s in log.sums] == [("paracetamol", 1000.0)]


def test_another_view_of_a_person_is_asked_anew() -> None:
    from kangban.kernel.logic import Tri
    from kangban.reasoning.medication.person import holds, seeing, view_of
    from kangban.rules.schema import Observed, Person

    names = resolver().names
    row = Person(observation=Observed("glucose", at_least=10))
    first = view_of(GROWN, names, None)
    assert holds(row, first, names)[0] is Tri.UNKNOWN
    for value, wanted in ((5.0, Tri.NO), (12.0, Tri.YES)):
        assert holds(row, seeing(first, {"glucose": value}), names)[0] is wanted
    assert holds(row, first, names)[0] is Tri.UNKNOWN


def test_what_triage_and_diet_know_of_medicines_is_there_too() -> None:
    from msgspec.structs import replace

    from kangban.perception.language.read import read
    from kangban.reasoning.diet import check_foods
    from kangban.reasoning.triage import triage

    thinner = own(OwnContent("华法林钠", "warfarin", "3 mg"), names=("虚构牌抗凝片",))
    takes = replace(GROWN, medicines=(MedicineUse("虚构牌抗凝片", "3 mg", 1),))
    sure = replace(takes, own_products=(thinner,))
    for said in ("昨天摔倒撞了头", "黑便一天了"):
        known = triage(read(said), replace(GROWN, medicines=(MedicineUse("华法林", "3 mg", 1),)))
        assert triage(read(said), sure) == known
    found = [check_foods(one, ("西柚",)).findings for one in (replace(GROWN, medicines=(MedicineUse("华法林"),)), sure)]
    assert [(f.rule, f.severity) for f in found[0]] == [(f.rule, f.severity) for f in found[1]]


def test_two_hundred_inserts_of_any_contents_make_no_check_milder() -> None:
    import random

    from msgspec.structs import replace

    chance, names = random.Random(20261121), resolver().names
    named = sorted({n.name for n in names.by_name.values() if n.kind != "class"})
    ingredients = sorted(names.ingredients)
    old = PersonFacts(
        age_years=8, sex="female", weight_kg=25, conditions=("哮喘",), allergies=("青霉素",), egfr=50,
        medicines=(MedicineUse("布洛芬", "100 mg", 3),),
    )  # fmt: skip
    for _ in range(200):
        name = chance.choice(named)
        contents = tuple(
            OwnContent("x", chance.choice(ingredients), chance.choice((None, "1 mg", "0.5 克", "400 IU", "2 ml")))
            for _ in range(chance.randint(1, 3))
        )
        product = own(*contents, names=(name,), unit=chance.choice(("", "片", "粒", "袋", "5毫升")))
        use = [MedicineUse(name, chance.choice((None, "2片", "500 mg", "10 ml")), chance.choice((None, 3.0)))]
        before, after = check_medicines(old, use), check_medicines(replace(old, own_products=(product,)), use)
        for one in before.findings:
            assert any(
                f.kind == one.kind
                and set(one.ingredients) <= set(f.ingredients)
                and severity_rank(f.severity) <= severity_rank(one.severity)
                for f in after.findings
            ), (name, contents, product.unit, one)
        lost = {u.fact for u in before.unknown} - {u.fact for u in after.unknown}
        # A strength is known now, or a person's fact is asked for no longer because worse is sure.
        assert all(fact.startswith(("strength:", "dose:")) for fact in lost), (name, contents, lost)
