"""Forms of the record: what is taken, and which field is named when it is not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kangban.clinical.draft import Claim
from kangban.clinical.record import Condition, MedicationRequest, MedicationStatement, Observation
from kangban.kernel.errors import InvalidInput
from kangban.web.chat.answer import lines_of
from kangban.web.family.forms import body, moment, patient
from kangban.web.suggest import names_like

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_member_needs_no_more_than_a_name() -> None:
    found = patient({"name": "  外婆 "}, NOW.date())
    assert (found.name, found.sex, found.born_on) == ("外婆", None, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": ""}, "name"), ({"name": "长" * 81}, "name"), ({"name": "a", "born_on": "2026-11-22"}, "born_on"),
     ({"name": "a", "born_on": "gestern"}, "born_on"), ({"name": "a", "born_on": "0001-01-01"}, "born_on")],
)  # fmt: skip
def test_a_fault_names_its_field(fields: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        patient(fields, NOW.date())
    assert caught.value.field == field


def test_a_condition_finds_its_code() -> None:
    assert body("conditions", {"text": "高血压"}) == Condition("高血压", "hypertension")


def test_what_a_clinician_ordered_stays_ordered_when_corrected() -> None:
    old = MedicationRequest("华法林", "3 mg", 1, requester="心内科门诊")
    new = body("medicines", {"name": "华法林", "dose": "2.5 mg", "per_day": "1", "status": "active"}, old)
    assert new == MedicationRequest("华法林", "2.5 mg", 1, requester="心内科门诊")
    assert isinstance(body("medicines", {"name": "维生素C", "by": "self"}), MedicationStatement)


@pytest.mark.parametrize("value", ["", "abc", "nan", "inf", "-1", "9999"])
def test_a_weight_that_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput):
        body("measurements", {"code": "weight", "value": value})


def test_a_measurement_gets_the_unit_of_its_code() -> None:
    assert body("measurements", {"code": "weight", "value": "61,5"}) == Observation("weight", 61.5, "kg")
    assert isinstance(body("measurements", {"code": "inr", "value": "2.4"}), Observation)
    with pytest.raises(InvalidInput):
        body("measurements", {"code": "no-such-thing", "value": "1"})


def test_today_is_now_and_another_day_is_its_noon() -> None:
    assert moment({}, NOW) == NOW
    assert moment({"on": NOW.astimezone().date().isoformat()}, NOW) == NOW
    past = moment({"on": "2026-05-03"}, NOW)
    assert past.astimezone().date() == date(2026, 5, 3)
    assert past.tzinfo is not None


def test_names_are_offered_while_one_types() -> None:
    assert "布洛芬" in names_like("布洛")
    assert names_like("") == []
    assert len(names_like("a")) <= 8


def test_findings_become_cards_and_what_follows_them_stays_outside() -> None:
    claims = [
        Claim("布洛芬：先不要这样吃。", ("s#1",)), Claim("## 查到的问题", (), clinical=False),
        Claim("- 避免：华法林 + 布洛芬：容易出血。", ("s#1",)), Claim("叠加。", ("s#1",)),
        Claim("## 没有检查到的", (), clinical=False), Claim("- 草药未检查。"), Claim("今天看医生。", ("s#2",)),
    ]  # fmt: skip
    assert [(line.kind, line.text) for line in lines_of(claims, "zh")] == [
        ("text", "布洛芬：先不要这样吃。"), ("heading", "查到的问题"), ("avoid", "华法林 + 布洛芬：容易出血。叠加。"),
        ("heading", "没有检查到的"), ("unchecked", "草药未检查。"), ("text", "今天看医生。"),
    ]  # fmt: skip
