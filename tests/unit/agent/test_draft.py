"""A brain's words become claims: marks, sentences, bullets, headings, questions, offered replies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.agent.draft import MARK, claim_of, draft_of, sentences
from kangban.clinical.citation import Citation
from kangban.clinical.draft import Claim, Draft, ToolTrace


def source(name: str) -> Citation:
    return Citation(name, "说明书", "厂家", 2020, "【用法】", "一次一片", "read_label")


SOURCES = (source("label#dose"), source("nhs.uk:x-1#a_b"))


def made(text: str) -> Draft:
    return draft_of(text, SOURCES, (), "test")[0]


def texts(text: str) -> list[str]:
    return [c.text for c in made(text).claims]


@pytest.mark.parametrize(
    ("text", "claim", "marks"),
    [
        ("一次一片。[label#dose]", "一次一片。", ("label#dose",)), ("一次一片[label#dose]。", "一次一片。", ("label#dose",)),
        ("一次一片 [^label#dose]。", "一次一片。", ("label#dose",)), ("Take one. [label#dose]", "Take one.", ("label#dose",)),
        ("一次一片。[label#dose][nhs.uk:x-1#a_b]", "一次一片。", ("label#dose", "nhs.uk:x-1#a_b")),
        ("一次一片。[label#dose] [label#dose]", "一次一片。", ("label#dose",)),
        ("一次一片[invented#mark]。", "一次一片。", ()), ("一次一片[invented#mark][label#dose]。", "一次一片。", ("label#dose",)),
        ("见[1]和[注]。", "见[1]和[注]。", ()), ("没有标记。", "没有标记。", ()), ("一次一片   [label#dose]", "一次一片", ("label#dose",)),
    ],
)  # fmt: skip
def test_marks(text: str, claim: str, marks: tuple[str, ...]) -> None:
    (one,) = made(text).claims
    assert (one.text, one.citations) == (claim, marks)


def test_an_invented_citation_leaves_its_sentence_without_one() -> None:
    draft = made("吃10片没事。[label#fake]\n一次一片。[label#dose]")
    assert [c.citations for c in draft.claims] == [(), ("label#dose",)]
    assert {c.id for c in draft.citations} == {"label#dose", "nhs.uk:x-1#a_b"}
    assert "fake" not in draft.text
    assert draft.claims[0].clinical


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("先休息。再喝水！好吗？", ["先休息。", "再喝水！", "好吗？"]), ("一句没有句号", ["一句没有句号"]), ("", []), ("   ", []),
        ("体温38.5度。", ["体温38.5度。"]), ("Take 0.5 mg. Then wait.", ["Take 0.5 mg.", "Then wait."]),
        ("先休息。[a#b]再喝水。[c#d][e#f]", ["先休息。[a#b]", "再喝水。[c#d][e#f]"]), ("先休息。 [a#b] 再喝水。", ["先休息。 [a#b]", "再喝水。"]),
        ("Rest. [a#b] Drink.", ["Rest. [a#b]", "Drink."]), ("等等！！真的？！", ["等等！！", "真的？！"]), ("甲；乙; 丙", ["甲；", "乙;", "丙"]),
    ],
)  # fmt: skip
def test_sentences(line: str, found: list[str]) -> None:
    assert sentences(line) == found


def test_the_mark_of_one_sentence_is_not_the_next_ones() -> None:
    first, second = made("先休息。[label#dose]再喝水。").claims
    assert (first.citations, second.citations) == (("label#dose",), ())


@pytest.mark.parametrize("bullet", ["- ", "* ", "• ", "· ", "1. ", "2、", "3) ", "  - "])
def test_bullets(bullet: str) -> None:
    first, second = made(f"{bullet}先休息。再喝水。[label#dose]").claims
    assert (first.text, first.line) == ("- 先休息。", True)
    assert (second.text, second.line, second.citations) == ("再喝水。", False, ("label#dose",))


def test_headings_need_no_source() -> None:
    heading, claim = made("## 可以怎么做\n一次一片。[label#dose]").claims
    assert heading == Claim("## 可以怎么做", (), clinical=False, line=True)
    assert claim.clinical
    assert texts("# 甲\n### 乙") == ["## 甲", "## 乙"]


@pytest.mark.parametrize(
    ("line", "question"),
    [("【问】多大了？", "多大了？"), ("Q: How old?", "How old?"), ("  【问】多大了？[label#dose]", "多大了？")],
)
def test_questions_are_no_claims(line: str, question: str) -> None:
    draft = made(f"先休息。\n{line}")
    assert draft.question == question
    assert [c.text for c in draft.claims] == ["先休息。"]
    assert question not in draft.text
    assert made("先休息。多大了？").question is None


@pytest.mark.parametrize(
    ("line", "offers"),
    [("【选】是|不是", ("是", "不是")), ("OPTIONS: yes | no|", ("yes", "no")), ("【选】", ()), ("【选】|| ", ())],
)
def test_offers(line: str, offers: tuple[str, ...]) -> None:
    draft, found = draft_of(f"【问】是吗？\n{line}", (), (), "test")
    assert found == offers
    assert draft.claims == ()
    assert draft.question == "是吗？"


def test_lines_and_the_whole_text() -> None:
    draft = made("先休息。再喝水。\n\n- 甲[label#dose]。\n- 乙。")
    assert draft.text == "先休息。再喝水。\n- 甲。\n- 乙。"
    assert [c.line for c in draft.claims] == [True, False, True, True]


def test_what_it_rests_on_is_kept_once() -> None:
    trace = ToolTrace("check_medication", {}, {"x": 1})
    draft, _ = draft_of("好。", [*SOURCES, SOURCES[0]], [trace], "brain-7b")
    assert draft.citations == SOURCES
    assert draft.trace == (trace,)
    assert draft.brain == "brain-7b"


@pytest.mark.parametrize("text", ["", " \n\t\n", "[label#dose]", "- [invented#x]"])
def test_nothing_said(text: str) -> None:
    assert not [c for c in made(text).claims if c.text.strip("- ")]


def test_claim_of_keeps_known_marks_only() -> None:
    assert claim_of("好。[a#b][c#d]", {"c#d"}) == Claim("好。", ("c#d",))


_PIECES = st.sampled_from(
    [
        "先休息",
        "。",
        "！",
        ".",
        " ",
        "\n",
        "- ",
        "## ",
        "[label#dose]",
        "[bad#x]",
        "Take 1",
        "【问】",
        "【选】",
        "|",
        "[",
        "]",
        "#",
        "38.5",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_no_mark_survives_and_no_citation_is_invented(text: str) -> None:
    draft = made(text)
    for claim in draft.claims:
        assert set(claim.citations) <= {"label#dose"}
        if claim.clinical:
            assert not MARK.search(claim.text)
    assert draft == made(text)


def test_long_runs_are_read_in_one_pass() -> None:
    """Quadratic patterns would not come to an end here."""
    for run in (" ", "[", "。", "[label#dose]", "a"):
        assert made("好" + run * (200_000 // len(run)) + "好").claims
