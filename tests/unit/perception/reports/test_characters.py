from __future__ import annotations

import pytest

from kangban.perception.reports.characters import closed, mend, mend_digits
from kangban.perception.reports.units import read_unit


@pytest.mark.parametrize(
    ("printed", "ordinary"),
    [
        ("⾎清", "血清"),
        ("⻔诊", "门诊"),
        ("ＷＢＣ（白细胞）", "WBC(白细胞)"),
        ("µmol/L", "μmol/L"),
        ("3.5～9.5", "3.5~9.5"),
        ("3.5－9.5", "3.5-9.5"),
        ("＜0.5", "<0.5"),
        (">= 3", "≥ 3"),
        ("10⁹/L", "10^9/L"),
        ("10¹²/L", "10^12/L"),
        ("1.73m²", "1.73m²"),
        ("a\u200b  b\u3000c", "a b c"),
    ],
)
def test_characters_become_ordinary(printed: str, ordinary: str) -> None:
    assert mend(printed) == ordinary
    assert mend(ordinary) == ordinary


def test_letters_set_apart_are_closed_and_words_are_not() -> None:
    assert closed("项 目") == "项目"
    assert closed("姓 名:王 芳") == "姓名:王芳"
    assert closed("表面抗原 阴性") == "表面抗原 阴性"


@pytest.mark.parametrize(
    ("printed", "digits", "sure"),
    [
        ("1O.5", "10.5", True),
        ("1l.2", "11.2", True),
        ("l.2", "1.2", False),
        ("7.2l", "7.21", False),
        ("11.8", "11.8", True),
    ],
)
def test_letters_inside_a_number_are_digits_and_at_its_ends_doubtful(printed: str, digits: str, sure: bool) -> None:
    assert mend_digits(printed) == (digits, sure)


@pytest.mark.parametrize(
    "printed",
    ["10^9/L", "×10^9/L", "10~9/L", "10*9/L", "X10⁹/L", "109/L", "x10E9/L", "10⁹/L", "10^9/1", "(10^9/L)", "×10⁹/Ｌ"],
)
def test_every_way_to_print_a_count_is_one_unit(printed: str) -> None:
    assert read_unit(printed) == ("10^9/L", True)


@pytest.mark.parametrize(
    ("printed", "unit"),
    [("mmo1/L", "mmol/L"), ("g/1", "g/L"), ("U/1", "U/L"), ("µmol/L", "μmol/L"), ("umol/L", "umol/L"), ("g/l", "g/l"),
     ("mL/min/1.73m²", "mL/min/1.73m²"), ("/HP", "/HP"), ("%", "%"), ("mg/LFEU", "mg/L FEU")],
)  # fmt: skip
def test_a_unit_is_mended_where_one_can_be_meant(printed: str, unit: str) -> None:
    assert read_unit(printed) == (unit, True)


@pytest.mark.parametrize("printed", ["10°/L", "10/L"])
def test_a_lost_power_of_ten_is_never_guessed(printed: str) -> None:
    read = read_unit(printed)
    assert read is None or not read[1]


@pytest.mark.parametrize("printed", ["", "35", "9/L", "白细胞", "3.5-9.5", "A/G"])
def test_other_texts_are_no_units(printed: str) -> None:
    assert read_unit(printed) is None
