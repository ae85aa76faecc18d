"""The medication list on paper: every fact or that it is unknown, words escaped, a code with the same text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.record import Patient
from kangban.journeys.doses_taken import Dose
from kangban.journeys.medicine_list import MedicineList
from kangban.kernel.errors import InvalidInput
from kangban.kernel.texts import area_texts
from kangban.web.cabinet.doctor_list import list_page, plain_list
from kangban.web.cabinet.rows import keeping_of

AT = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
KNOWN = PersonFacts(
    age_years=76.4, sex="female", weight_kg=56.04, conditions=("hypertension", "老毛病"), allergies=(), egfr=48,
    medicines=(MedicineUse("华法林", "3 mg", 1, ordered=True), MedicineUse("<b>钙片</b>")),
)  # fmt: skip


def listed(facts: PersonFacts = KNOWN, *doses: Dose) -> MedicineList:
    return MedicineList(Patient("王<秀>英"), facts, doses, AT)


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("高血压", "老毛病", "没有", "一天 1 次")), ("en", ("ypertension", "none", "1 a day"))]
)
def test_the_page_tells_everything_in_the_readers_language(lang, words):
    body = bytes(list_page(listed(KNOWN, Dose("d", "布洛芬", "200 mg", AT)), "m-1", lang).body).decode()
    for word in (*words, "3 mg", "200 mg", "48 mL/min"):
        assert word in body
    assert "<b>钙片" not in body
    assert "王<秀>" not in body
    assert re.search(r"<svg[^>]* viewBox=", body)
    assert ("华法林 (warfarin) 3 mg" in body) is (lang == "en")
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", body)  # nothing is asked of the outside


def test_what_nobody_noted_is_unknown_and_never_none():
    text = bytes(list_page(listed(PersonFacts()), "m-1", "en").body).decode()
    assert text.count("not recorded") == 8
    assert "none</dd>" not in text


def test_the_code_holds_the_same_words_and_a_list_too_long_says_so():
    assert "华法林 3 mg 一天 1 次" in plain_list(listed(), "zh")
    many = PersonFacts(medicines=tuple(MedicineUse(f"很长很长的一个药名第{n}号", "500 mg", 3) for n in range(120)))
    body = bytes(list_page(listed(many), "m-1", "zh").body).decode()
    assert "<svg" not in body
    assert "放不进二维码" in body
    assert body.count("很长很长的一个药名") == 120


def test_days_of_a_box():
    today = date(2026, 5, 3)
    assert keeping_of({}, today) == (None, None)
    assert keeping_of({"expires_on": "2030-01-31", "opened_on": "2026-05-03"}, today) == (date(2030, 1, 31), today)
    for bad in (
        {"expires_on": "31.1.2030"},
        {"expires_on": "9999-01-01"},
        {"expires_on": "1900-01-01"},
        {"opened_on": "2026-05-04"},
    ):
        with pytest.raises(InvalidInput):
            keeping_of(bad, today)


def test_both_languages_have_the_same_keys_and_holes():
    zh, en = area_texts("web_cabinet", "zh"), area_texts("web_cabinet", "en")
    holes = re.compile(r"\{(\w+)\}")
    assert zh.keys() == en.keys()
    assert [k for k in zh if set(holes.findall(zh[k])) != set(holes.findall(en[k]))] == []
