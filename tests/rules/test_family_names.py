"""Names families use that the catalogue did not know (lot g2): what each means, and what it stops."""

from __future__ import annotations

import pytest

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.perception.language.read import read
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.resolve import resolver

MEANT = {
    "赛庐啶": {"cyproheptadine"},
    "奥利司他": {"orlistat"},
    "乌利司他": {"ulipristal"},
    "注射用头孢曲松钠": {"ceftriaxone"},
    "青霉素V钾片": {"phenoxymethylpenicillin"},
    "低分子肝素钙注射液": {"low_molecular_weight_heparin"},
    "速碧林": {"nadroparin"},
    "安特尔": {"testosterone"},
    "安博诺": {"irbesartan", "hydrochlorothiazide"},
    "复代文": {"valsartan", "hydrochlorothiazide"},
    "安灭菌": {"amoxicillin", "clavulanate"},
    "诺和灵30R": {"insulin"},
    "万爽力": {"trimetazidine"},
    "强力感冒片": {"paracetamol", "glycyrrhiza"},
    "维A酸": {"tretinoin", "tretinoin_oral"},
    "维A酸乳膏": {"tretinoin"},
    "异维A酸": {"isotretinoin"},
    "丁溴东莨菪碱": {"hyoscine_butylbromide"},
}


@pytest.mark.parametrize(("name", "ingredients"), MEANT.items())
def test_a_name_means_what_is_in_the_box(name: str, ingredients: set[str]) -> None:
    found = resolver().resolve(name)
    assert found.named is not None
    assert found.match in ("exact", "alias")
    assert {one for one, _ in found.named.contents} == ingredients


def test_a_box_sold_with_two_contents_is_asked_about() -> None:
    found = resolver().resolve("三精蓝瓶")
    assert found.named is None
    assert set(found.suggestions) == {"三精蓝瓶钙", "三精蓝瓶锌"}


@pytest.mark.parametrize(
    "text", ["睾酮 5.2 nmol/L", "降钙素 3 pg/mL", "we felt the same", "输卵管通水", "帮备孕的朋友问"]
)
def test_words_of_reports_and_plain_talk_are_no_medicines(text: str) -> None:
    assert read(text).drugs == ()


HEALTHY = PersonFacts(age_years=40, sex="female", weight_kg=60, conditions=(), allergies=(), medicines=(), egfr=95)


@pytest.mark.parametrize(
    ("person", "names", "severity"),
    [
        (HEALTHY, ("艾拉莫德", "华法林"), "contraindicated"),
        (HEALTHY, ("速碧林", "利伐沙班"), "contraindicated"),
        (HEALTHY, ("维立西呱", "西地那非"), "contraindicated"),
        (HEALTHY, ("奥利司他", "环孢素"), "avoid"),
        (HEALTHY, ("赛庚啶", "司来吉兰"), "contraindicated"),
        (PersonFacts(age_years=0.03), ("头孢曲松",), "contraindicated"),
        (PersonFacts(age_years=0.03, conditions=("g6pd_deficiency",)), ("茵栀黄口服液",), "avoid"),
        (PersonFacts(age_years=1), ("茵栀黄注射液",), "contraindicated"),
        (PersonFacts(age_years=2), ("匹多莫德",), "contraindicated"),
        (PersonFacts(age_years=30, sex="female", pregnant=True), ("维A酸",), "contraindicated"),
        (PersonFacts(age_years=30, sex="female", pregnant=True), ("奥利司他",), "contraindicated"),
        (PersonFacts(age_years=70, egfr=25), ("磺达肝癸钠",), "contraindicated"),
        (PersonFacts(age_years=30, allergies=("青霉素",)), ("青霉素V",), "contraindicated"),
        (PersonFacts(age_years=70, sex="male", conditions=("prostate_enlargement",)), ("米多君",), "contraindicated"),
    ],
)
def test_what_a_label_forbids_is_found_under_these_names(
    person: PersonFacts, names: tuple[str, ...], severity: str
) -> None:
    found = check_medicines(person, [MedicineUse(name) for name in names])
    assert severity in {one.severity for one in found.findings if set(one.medicines) <= set(names)}
    assert found.findings[0].severity == severity


@pytest.mark.parametrize("name", ["低分子肝素", "鲑降钙素", "结合雌激素", "艾拉莫德", "蛋白粉", "谷维素"])
def test_a_medicine_without_anything_against_it_is_not_forbidden(name: str) -> None:
    found = check_medicines(HEALTHY, [MedicineUse(name)])
    assert all(one.severity in ("caution", "note") for one in found.findings)
