"""A name with its unit and specimen means one analyte, or honestly none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.reasoning.labs.resolve import resolve_analyte
from kangban.reasoning.labs.units import from_own_unit, in_own_unit, in_unit
from kangban.rules.analytes import analyte_names

ROWS = analyte_names().by_id


@pytest.mark.parametrize(
    ("name", "unit", "specimen", "loinc"),
    [
        ("GLU", "mmol/L", "血清", "14749-6"), ("GLU", "mg/dL", "", "2345-7"), ("GLU", "", "尿", "25428-4"), ("空腹血糖", "mmol/L", "", "14771-0"),
        ("肌酐", "umol/L", "", "14682-9"), ("肌酐", "mg/dL", "", "2160-0"), ("肌酐", "mmol/L", "尿液", "14683-7"), ("尿肌酐", "umol/L", "", "14683-7"),
        ("WBC", "10^9/L", "", "6690-2"), ("WBC", "/HP", "", "5821-4"), ("WBC", "个/uL", "尿", "51487-7"), ("NEUT", "%", "", "770-8"),
        ("NEUT", "10^9/L", "", "751-8"), ("PCT", "ng/mL", "", "33959-8"), ("PCT", "%", "", "51637-7"), ("PT", "s", "", "5902-2"),
        ("PT", "%", "", "5894-1"), ("尿素氮", "mmol/L", "", "14937-7"), ("尿素", "mmol/L", "", "22664-7"), ("BUN", "mg/dL", "", "3094-0"),
        ("肌钙蛋白I", "ng/mL", "", "10839-9"), ("超敏肌钙蛋白I", "ng/mL", "", "89579-7"), ("HbA1c", "mmol/mol", "", "59261-8"),
        ("睾酮", "ng/dL", "", "2986-8"), ("睾酮", "nmol/L", "", "14913-8"), ("K+", "mmol/L", "动脉血", "6298-4"), ("K+", "mmol/L", "血清", "2823-3"), ("K+", "mmol/L", "全血", "6298-4"), ("WBC", "10^9/L", "全血", "6690-2"),
        ("Tg", "ng/mL", "", "3013-0"), ("TG", "mmol/L", "", "14927-8"), ("P", "mmol/L", "", "14879-1"), ("P", "nmol/L", "", "14890-8"),
        ("HBsAg", "", "", "5196-1"), ("HBsAg", "IU/mL", "", "63557-3"), ("乙肝表面抗体", "mIU/mL", "", "5193-8"), ("RDW", "fL", "", "21000-5"),
        ("总蛋白", "g/L", "脑脊液", "2880-3"), ("pH", "", "尿", "5803-2"), ("pH", "", "动脉血", "2744-1"), ("D-二聚体", "mg/L FEU", "", "48065-7"),
    ],
)  # fmt: skip
def test_unit_and_specimen_decide(name: str, unit: str, specimen: str, loinc: str) -> None:
    found = resolve_analyte(name, unit, specimen)
    assert found.loinc == loinc
    assert found.confidence > 0.8
    assert found.canonical


@pytest.mark.parametrize(
    ("name", "unit", "specimen"),
    [
        ("GLU", "", ""), ("WBC", "", ""), ("PCT", "", ""), ("PT", "", ""), ("TG", "", ""), ("pH", "", ""), ("血红蛋白", "mmHg", ""), ("孕酮", "mmol/L", ""),
        ("尿素", "mg/dL", ""), ("丙氨酸氨基转栘酶", "U/L", ""), ("新型肝酶(ALT)", "U/L", ""), ("总蛋白(ALB)", "g/L", ""), ("皮质醇", "nmol/L", "唾液"),
        ("ALT", "U/L", "尿"), ("ALT", "U/L", "动脉血"),
    ],
)  # fmt: skip
def test_what_does_not_settle_it_gives_no_code(name: str, unit: str, specimen: str) -> None:
    found = resolve_analyte(name, unit, specimen)
    assert found.loinc is None
    assert found.confidence < 0.5
    assert found.candidates


def test_invented_analytes_map_to_nothing() -> None:
    stems = ("银河", "月球", "青丘", "太白", "星尘", "琉璃", "玄武", "昆仑", "沧浪", "紫微")
    forms = ("蛋白", "酶", "素", "抗体", "因子", "激素", "球蛋白", "脂酶", "抗原", "肽原")
    for stem in stems:
        for form in forms:
            found = resolve_analyte(f"{stem}{form}", "U/L")
            assert (found.loinc, found.analyte, found.canonical) == (None, None, "")


def test_the_panel_helps_and_never_overrules() -> None:
    assert resolve_analyte("蛋白质", "", "", "尿常规").analyte == "u_protein"
    assert resolve_analyte("白细胞", "", "", "血常规").analyte == "wbc"
    assert resolve_analyte("尿肌酐", "umol/L", "", "肝功能").analyte == "u_creatinine"


def test_molar_mass_converts() -> None:
    assert in_own_unit(ROWS["testosterone"], 500, "ng/dL") == pytest.approx(17.34, abs=0.01)
    assert in_own_unit(ROWS["uric_acid"], 7, "mg/dL") == pytest.approx(416.4, abs=0.1)
    assert in_own_unit(ROWS["hba1c"], 53, "mmol/mol") == pytest.approx(7.0, abs=0.02)
    assert in_own_unit(ROWS["hemoglobin"], 13.5, "g/dL") == pytest.approx(135)
    assert in_own_unit(ROWS["hemoglobin"], 1, "U/L") is None


@settings(max_examples=200)
@given(
    st.sampled_from(sorted(ROWS)),
    st.floats(min_value=0.001, max_value=1e5),
    st.sampled_from(["mg/dL", "g/L", "mmol/L", "nmol/L", "umol/L", "pg/mL", "10^9/L", "/uL", "%", "U/L", "mIU/mL"]),
)
def test_there_and_back(analyte: str, value: float, unit: str) -> None:
    row = ROWS[analyte]
    own = in_own_unit(row, value, unit)
    if own is not None:
        back = from_own_unit(row, own, unit)
        assert back == pytest.approx(value, rel=1e-5, abs=1e-6)


@settings(max_examples=200)
@given(st.text(max_size=60), st.text(max_size=12), st.text(max_size=8))
def test_any_text_is_answered(name: str, unit: str, specimen: str) -> None:
    found = resolve_analyte(name, unit, specimen)
    assert 0 <= found.confidence <= 1
    assert found.loinc is None or found.analyte is not None


def test_every_row_of_the_pack_is_found_by_its_own_name_unit_and_specimen() -> None:
    lost = [
        row.id
        for row in ROWS.values()
        if resolve_analyte(row.name, row.unit, "" if row.specimen == "body" else row.specimen).analyte != row.id
    ]
    assert lost == []


def test_no_code_is_given_for_two_analytes() -> None:
    seen: dict[str, str] = {}
    for row in ROWS.values():
        for unit in (row.unit, *(o.unit for o in row.other_units)):
            fit = in_unit(row, unit)
            if fit is not None and fit.loinc:
                assert seen.setdefault(fit.loinc, row.id) == row.id
