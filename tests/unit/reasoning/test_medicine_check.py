"""The medicine check on the shipped packs: what must be found, and what must not be assumed."""

from __future__ import annotations

import pytest

from kangban.clinical.finding import MedicineCheck
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.reasoning.medication.amounts import find_count
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver

ADULT = PersonFacts(
    age_years=40, sex="male", weight_kg=70, conditions=(), allergies=(), egfr=95, medicines=(), pregnant=False
)
CHILD = PersonFacts(age_years=4, sex="male", weight_kg=16, conditions=(), allergies=(), egfr=None, medicines=())


def check(person: PersonFacts, *medicines: str | MedicineUse) -> MedicineCheck:
    return check_medicines(person, [m if isinstance(m, MedicineUse) else MedicineUse(m) for m in medicines])


def kinds(outcome: MedicineCheck, *, grave: bool = True) -> set[str]:
    wanted = ("contraindicated", "avoid") if grave else ("contraindicated", "avoid", "caution", "note")
    return {f.kind for f in outcome.findings if f.severity in wanted}


def test_doses_add_up_over_products() -> None:
    box = MedicineUse("对乙酰氨基酚", "500 mg", 4)
    drops = MedicineUse("小快克", "4袋", 4)
    assert "dose" not in kinds(check(ADULT, box))
    both = check(ADULT, box, drops)
    assert any(f.kind == "dose" and set(f.medicines) == {"对乙酰氨基酚", "小快克"} for f in both.findings)


def test_an_ordered_medicine_is_never_stopped() -> None:
    outcome = check_medicines(
        PersonFacts(age_years=76, medicines=(MedicineUse("华法林", "3 mg", 1, ordered=True),)), [MedicineUse("布洛芬")]
    )
    (pair,) = [f for f in outcome.findings if f.kind == "interaction" and "warfarin" in f.ingredients]
    assert pair.ordered == ("华法林",)
    assert pair.instead.startswith("华法林是医生开的药：现在就联系开药的医生")
    assert "call the prescriber" in pair.instead_en
    assert "停用华法林" not in pair.instead


def test_unknown_is_never_no() -> None:
    outcome = check(PersonFacts(), "布洛芬")
    facts = {u.fact for u in outcome.unknown}
    assert {"allergies", "medicines", "conditions", "pregnant", "egfr"} <= facts
    assert outcome.unknown[0].worst == "contraindicated"


def test_a_dose_without_a_strength_is_a_question() -> None:
    outcome = check(ADULT, MedicineUse("布洛芬", "两片", 3))
    assert "strength:布洛芬" in {u.fact for u in outcome.unknown}
    assert "dose" not in kinds(outcome)


def test_per_kilogram_limit() -> None:
    assert "dose" in kinds(check(CHILD, MedicineUse("布洛芬", "400 mg", 3)))
    assert "dose" not in kinds(check(CHILD, MedicineUse("布洛芬", "100 mg", 3)))


def test_a_child_without_weight_is_asked() -> None:
    outcome = check(PersonFacts(age_years=4, conditions=(), allergies=(), medicines=()), "布洛芬")
    assert "weight_kg" in {u.fact for u in outcome.unknown}


@pytest.mark.parametrize(
    ("person", "medicine", "kind"),
    [
        (PersonFacts(age_years=30, sex="female", pregnant=True, pregnancy_weeks=32), "布洛芬", "pregnancy"),
        (PersonFacts(age_years=8, allergies=("青霉素",)), "阿莫西林", "allergy"),
        (PersonFacts(age_years=50, conditions=("胃溃疡",)), "布洛芬", "condition"),
        (PersonFacts(age_years=60, egfr=20), "二甲双胍", "renal"),
        (PersonFacts(age_years=1), "右美沙芬", "age"),
        (PersonFacts(age_years=12), "左氧氟沙星", "age"),
    ],
)
def test_persons(person: PersonFacts, medicine: str, kind: str) -> None:
    assert kind in kinds(check(person, medicine))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("华法林", "阿司匹林"), ("硝酸甘油", "西地那非"), ("氟西汀", "司来吉兰"), ("克拉霉素", "辛伐他汀"), ("甲氨蝶呤", "布洛芬"),
        ("螺内酯", "氯化钾"), ("左氧氟沙星", "铝碳酸镁"), ("氯吡格雷", "奥美拉唑"), ("可待因", "地西泮"),
    ],
)  # fmt: skip
def test_pairs_a_pharmacist_would_stop(first: str, second: str) -> None:
    outcome = check(ADULT, first, second)
    assert any({first, second} == set(f.medicines) and f.severity != "note" for f in outcome.findings), outcome.findings


def test_nothing_found_is_not_safe() -> None:
    outcome = check(ADULT, "蒙脱石散")
    assert not kinds(outcome)
    assert outcome.checked > 0


def test_a_class_word_asks_which_one() -> None:
    outcome = check(ADULT, "降压药")
    assert "medicine:降压药" in {u.fact for u in outcome.unknown}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("半片", 0.5),
        ("1/2片", 0.5),
        ("一片半", 1.5),
        ("两片", 2),
        ("十二片", 12),
        ("二十片", 20),
        ("1-2片", 2),
        ("half a tablet", 0.5),
    ],
)
def test_counts(text: str, count: float) -> None:
    found = find_count(text)
    assert found is not None
    assert found.high == count


@pytest.mark.parametrize("text", ["一些", "适量", "1", "abc", "", "片", "1/0片"])
def test_no_count(text: str) -> None:
    found = find_count(text)
    assert found is None or found.high == 0


@pytest.mark.parametrize(
    ("name", "ingredients"),
    [
        ("布洛芬缓释胶囊", {"ibuprofen"}), ("盐酸二甲双胍片", {"metformin"}), ("阿司匹林肠溶片100mg", {"aspirin"}), ("Ibuprofen 200 mg tablets", {"ibuprofen"}),
        ("acetaminophen", {"paracetamol"}), ("扑热息痛", {"paracetamol"}), ("苯磺酸氨氯地平片", {"amlodipine"}), ("马来酸氯苯那敏", {"chlorphenamine"}),
    ],
)  # fmt: skip
def test_resolve(name: str, ingredients: set[str]) -> None:
    found = resolver().resolve(name)
    assert found.named is not None
    assert found.match in ("exact", "alias")
    assert {i for i, _ in found.named.contents} == ingredients


@pytest.mark.parametrize("name", ["布洛分", "阿莫西令", "ibuprofin", "对乙酰氨基分"])
def test_misspelt_is_never_confident(name: str) -> None:
    assert resolver().resolve(name).match == "misspelt"


@pytest.mark.parametrize(
    "name", ["神灵片", "天王宝心水", "zorblaxin", "快乐丸", "大力神胶囊", "感冒", "片", "药", "123", "水"]
)
def test_invented_names_resolve_to_nothing(name: str) -> None:
    found = resolver().resolve(name)
    assert found.match in (None, "misspelt")
    assert found.match is None or found.named is not None


def pair(first: str, second: str) -> list[str]:
    return [f.severity for f in check(ADULT, first, second).findings if set(f.medicines) == {first, second}]


def test_the_named_ingredient_speaks_before_its_class_only_for_itself() -> None:
    assert set(pair("氯吡格雷", "阿司匹林")) == {"caution"}
    assert "avoid" in pair("氯吡格雷", "布洛芬")
    assert "avoid" in pair("阿司匹林", "布洛芬")


@pytest.mark.parametrize(
    ("first", "second"), [("阿莫西林", "左氧氟沙星"), ("阿莫西林", "克拉霉素"), ("环孢素", "硫唑嘌呤")]
)
def test_what_doctors_combine_is_not_forbidden(first: str, second: str) -> None:
    doubled = [f for f in check(ADULT, first, second).findings if f.kind == "duplicate"]
    assert [f.severity for f in doubled] == ["caution"]
    assert "不要一起" not in doubled[0].message
    assert "do not take them together" not in doubled[0].message_en


def test_two_contraceptives_are_still_one_too_many() -> None:
    assert pair("炔雌醇", "屈螺酮") == ["caution"]
    assert "avoid" in pair("去氧孕烯", "左炔诺孕酮")
    assert "contraindicated" in pair("他克莫司", "环孢素")


@pytest.mark.parametrize(("box", "other"), [("Paxlovid", "辛伐他汀"), ("Paxlovid", "利福平"), ("克力芝", "辛伐他汀")])
def test_a_boosted_antiviral_meets_another_medicine_once(box: str, other: str) -> None:
    (pair,) = [f for f in check(ADULT, box, other).findings if f.kind == "interaction"]
    assert pair.severity == "contraindicated"
    assert pair.also_rules


def test_two_antivirals_in_two_boxes_stay_two() -> None:
    found = [f for f in check(ADULT, "利托那韦", "洛匹那韦", "辛伐他汀").findings if f.kind == "interaction"]
    with_statin = {m for f in found for m in f.medicines if "辛伐他汀" in f.medicines} - {"辛伐他汀"}
    assert with_statin == {"利托那韦", "洛匹那韦"}


@pytest.mark.parametrize("ssri", ["舍曲林", "帕罗西汀", "西酞普兰", "艾司西酞普兰", "氟西汀", "氟伏沙明"])
def test_rasagiline_with_an_ssri_is_what_its_label_says(ssri: str) -> None:
    found = [f for f in check(ADULT, "雷沙吉兰", ssri).findings if f.kind == "interaction"]
    assert {f.severity for f in found if set(f.medicines) == {"雷沙吉兰", ssri}} == {"contraindicated"}
