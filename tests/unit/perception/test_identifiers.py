"""Personal identifiers are found, and nothing clinical is."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.sets.identifiers.make import lines
from kangban.journeys.pseudonyms import Pseudonyms
from kangban.perception.language.identifiers import checksums as c
from kangban.perception.language.identifiers import recognise
from kangban_evals.marking import Labelled, mark, read_list

SETS = Path(__file__).resolve().parents[3] / "benchmarks" / "sets" / "identifiers"


def found(text: str, *names: str) -> list[tuple[str, str]]:
    return [(text[s.start : s.end], s.kind) for s in recognise(text, names)]


@pytest.mark.parametrize(("split", "recall"), [("development", 0.99), ("held_out", 0.99), ("second", 0.97)])
def test_the_sets(split: str, recall: float) -> None:
    rows = read_list(SETS / f"{split}.jsonl")
    marks = mark(rows)
    assert marks.recall >= recall, marks.missed
    assert marks.precision >= 0.95, marks.wrong


@pytest.mark.parametrize("split", ["development", "held_out", "second"])
def test_the_sets_are_what_their_frames_make(split: str) -> None:
    made = [(row["text"], [tuple(s) for s in row["spans"]]) for row in lines(split)]
    assert made == [(row.text, list(row.spans)) for row in read_list(SETS / f"{split}.jsonl")]


def test_the_score_can_fail() -> None:
    marks = mark([Labelled("王老吉好喝", ((0, 3, "NAME"),)), Labelled("电话13812345678", ((0, 2, "TEL"),))])
    assert marks.recall == 0
    assert marks.precision == 0


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("身份证110105 19491231 002X", "110105 19491231 002X"), ("身份证：1101051949\n1231002X", "1101051949\n1231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "１１０１０５１９４９１２３１００２Ｘ"), ("110105********0021", "110105********0021"),
        ("身份证号123456789012345678", "123456789012345678"), ("138\u200b1234\u200b5678", "138\u200b1234\u200b5678"), ("138****5678", "138****5678"),
        ("电话010-62345678转801", "010-62345678转801"), ("٠١٢电话١٣٨١٢٣٤٥٦٧٨", "١٣٨١٢٣٤٥٦٧٨"), ("a . b @ c . com 是邮箱", "b @ c . com"),
        ("2001:db8:85a3::8a2e:370:7334", "2001:db8:85a3::8a2e:370:7334"), ("A123456(3)", "A123456(3)"), ("A123456789", "A123456789"),
        ("123-45-6789", "123-45-6789"), ("943 476 5919", "943 476 5919"), ("张阿姨来了", "张"), ("王医生说", "王"), ("李奶奶", "李"),
        ("欧阳医生", "欧阳"), ("小明妈妈", "小明"), ("Dr. Smith said", "Smith"), ("my name is john smith.", "john smith"), ("SMITH, JOHN", ""),
        ("生于1950年3月", "1950年3月"), ("一九五〇年三月一日出生", "一九五〇年三月一日"), ("粤B12345D", "粤B12345D"), ("6222 0212 3456 7890 128", "6222 0212 3456 7890 128"),
    ],
)  # fmt: skip
def test_hidden(text: str, private: str) -> None:
    hidden = {n for s in recognise(text) for n in range(s.start, s.end)}
    at = text.index(private)
    assert {n for n in range(at, at + len(private)) if not text[n].isspace()} <= hidden | (set() if private else hidden)


@pytest.mark.parametrize(
    "text",
    [
        "白加黑、王老吉、金银花、马应龙、云南白药、安宫牛黄丸、片仔癀、季德胜蛇药片", "国药准字H20013063", "国药准字S20050012", "国药准字Z20054321",
        "LOINC 2345-7", "ICD-10 I10.x00", "E11.900", "HCV RNA 2300000 IU/mL", "血小板1380000000/L", "13800 pg/mL", "妈妈和奶奶", "北京协和医院",
        "2026-05-03", "20260503", "末次月经2026年2月1日", "拨打120、110、12320", "血压138/78", "x10^9/L", "国药准字H20013063，批号20230512",
        "体温36.5 36.8 37.1 36.6 36.9", "readings: 120 80 36 72 98 100", "St. John's wort", "Parkinson's disease", "NCT01234567",
        "用法：每次2片，一天3次，连吃7天", "左室射血分数65%", "5号染色体", "人民医院3号楼5层", "上海市", "我是糖尿病患者", "主任医师查房",
    ],
)  # fmt: skip
def test_kept(text: str) -> None:
    assert found(text) == []


def test_known_names_are_found_whole_and_alone() -> None:
    assert found("桂兰和沈 桂兰", "沈桂兰") == [("桂兰", "NAME"), ("沈 桂兰", "NAME")]
    assert found("Grace took it; grace\nhopper did not. Gracefully.", "Grace Hopper")[0] == ("Grace", "NAME")
    assert found("妈妈头晕", "妈妈") == []
    assert found("每次5 mg，Mg 0.9", "Mg Lee", "mg") == [("Mg", "NAME")] or found("每次5 mg", "mg") == []


def test_spans_are_ordered_and_apart() -> None:
    text = "患者王芳，身份证110105194912310021，电话13812345678，住北京市朝阳区建国路88号，微信wang_fang88"
    spans = recognise(text)
    assert [s.kind for s in spans] == ["NAME", "ID", "TEL", "ADDR", "ACCOUNT"]
    assert all(a.end <= b.start for a, b in pairwise(spans))


@pytest.mark.parametrize(
    "text",
    ["市" * 9000, "路" * 9000, "1" * 9000, "1 " * 5000, "1\n" * 5000, "我叫" * 5000, "a@" * 5000, "a:" * 5000, "1*" * 5000, "1.2." * 3000, "Aa " * 3000, "出生" * 5000, "在是住" * 3000],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    recognise(text)
    assert time.process_time() - started < 2


VALUES = [
    "138/78 mmHg", "36.5℃", "7.8mmol/L", "12.3×10^9/L", "INR 2.5", "5mg每天一次", "0.5g×24粒", "eGFR 48.5", "120 g/L", "98%", "2026-05-03", "2.3×10^6 IU/mL",
    "10 mL/kg/h", "500mg tid", "pH 7.35", "88 μmol/L", "1/2片", "3~5天", "BMI 24.5", "1380000 copies/mL", "3 mg", "G2P1",
]  # fmt: skip
PRIVATE = [
    "沈桂兰",
    "13812345678",
    "身份证110105194912310021",
    "王医生",
    "Grace Hopper",
    "住院号ZY123456",
    "a@b.example",
    "张阿姨",
    "生于1950年3月1日",
]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PRIVATE), st.sampled_from("，。；\n")), max_size=4),
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=6),
    st.randoms(),
)
def test_hiding_never_touches_a_clinical_value(
    private: list[tuple[str, str]], values: list[str], random: object
) -> None:
    """Every value stands in the hidden text as often as before, byte for byte."""
    pieces = [f"{a}{b}" for a, b in private] + [f"{v}，" for v in values]
    random.shuffle(pieces)  # pyright: ignore[reportAttributeAccessIssue]
    text = "".join(pieces)
    veil = Pseudonyms(["沈桂兰", "Grace Hopper"])
    hidden = veil.hide(text)
    for value in values:
        assert hidden.count(value) >= values.count(value), (text, hidden)
    assert veil.show(hidden) == text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("〔〕NAME12张王李医生电话138 -@.:\n")), max_size=80))
def test_what_is_hidden_comes_back(text: str) -> None:
    veil = Pseudonyms(["沈桂兰", "张"])
    assert veil.show(veil.hide(text)) == text


def test_check_digits() -> None:
    assert c.is_resident("11010519491231002X")
    assert not c.is_resident("110105194912310021")
    assert not c.is_resident("110105194913310021")
    assert c.is_card("4111111111111111")
    assert not c.is_card("4111111111111112")
    assert c.is_nhs("9434765919")
    assert not c.is_nhs("9434765918")
    assert c.is_hong_kong("A1234563")
    assert not c.is_hong_kong("A1234564")
    assert c.is_taiwan("A123456789")
    assert not c.is_taiwan("A123456788")
    assert c.is_social_security("123456789")
    assert not c.is_social_security("666456789")
    assert c.is_credit_code("91350100M000100Y43")
    assert not c.is_credit_code("91350100M000100Y44")
