"""Readers of the formats libraries are fed with; every text here is invented."""

from __future__ import annotations

import json

import pytest

from kangban.clinical.library import Edge
from kangban.kernel.errors import InvalidInput
from kangban.retrieval.library.chunking import MOST, cut, pages_cut, passage_of, sentences
from kangban.retrieval.library.sources.dialogues import joined
from kangban.retrieval.library.sources.read import read_pages, read_text, sounds_traditional
from kangban.retrieval.library.sources.texts import decoded


def pieces(text: str):
    return list(read_text(text).pieces)


def test_a_disease_graph_gives_a_passage_for_each_relation_with_its_edges():
    row = {
        "_id": {"$oid": "1"},
        "name": "甲病",
        "symptom": ["头晕", "耳鸣"],
        "acompany": ["乙病"],
        "cause": "长" * 60 + "。",
        "cost_money": "1",
    }
    read = read_text(
        json.dumps(row, ensure_ascii=False)
        + "\n"
        + json.dumps({"name": "乙病", "symptom": ["口干"], "cure_way": ["休息"]}, ensure_ascii=False)
    )
    assert read.kind == "graph"
    found = list(read.pieces)
    assert found[0].text == "甲病的症状：头晕、耳鸣。"
    assert found[0].edges == (Edge("甲病", "symptom", "头晕"), Edge("甲病", "symptom", "耳鸣"))
    assert [p.heading for p in found] == [
        "甲病 › 症状",
        "甲病 › 并发症",
        "甲病 › 病因",
        "乙病 › 症状",
        "乙病 › 治疗方式",
    ]
    assert found[2].edges == ()  # a long text is no name


@pytest.mark.parametrize(
    "text",
    [
        'department,title,ask,answer\n内科,头疼,"头疼，怎么办",多休息。\n',
        json.dumps([{"question": "头疼，怎么办", "answer": "多休息。"}], ensure_ascii=False),
        json.dumps({"questions": [["头疼，怎么办"]], "answers": ["多休息。"]}, ensure_ascii=False) + "\n",
        json.dumps({"instruction": "头疼，怎么办", "input": "", "output": "多休息。"}, ensure_ascii=False)
        + "\n{broken\n",
        json.dumps({"query": "头疼，怎么办", "response": "多休息。"}, ensure_ascii=False),
    ],
)
def test_dialogues_in_the_shapes_people_have(text):
    read = read_text(text)
    (one,) = read.pieces
    assert (read.kind, one.text) == ("dialogue", "问：头疼，怎么办\n答：多休息。")


def test_the_two_tables_of_one_set_are_put_together():
    rows = list(
        joined(
            "question_id,content\n7,头疼怎么办\n8,另一个\n", "ans_id,question_id,content\n1,7,多休息\n2,9,没有问题的\n"
        )
    )
    assert rows == [{"question": "头疼怎么办", "answer": "多休息"}]


def test_a_book_keeps_page_and_heading_and_reads_on_over_lines():
    pages = [
        (1, "第一章 感冒\n第一节 症状\n鼻塞和流涕最常\n见。多数几天好转。"),
        (2, "咳嗽可以久一些。\n第二节 用药\n先问医生。"),
    ]
    found = list(read_pages(iter(pages)).pieces)
    assert [(p.page, p.heading, p.text) for p in found] == [
        (1, "第一章 感冒 › 第一节 症状", "鼻塞和流涕最常见。多数几天好转。"),
        (2, "第一章 感冒 › 第一节 症状", "咳嗽可以久一些。"),
        (2, "第一章 感冒 › 第二节 用药", "先问医生。"),
    ]


def test_an_insert_and_a_quiz_are_told_from_a_book():
    insert = read_text("【药品名称】示例片\n【适应症】用于轻度头痛。\n【禁忌】对本品过敏者禁用。")
    assert insert.kind == "insert"
    assert [p.heading for p in insert.pieces] == ["药品名称", "适应症", "禁忌"]
    quiz = read_text(
        "1. 成人正常体温约为\nA. 30℃ B. 36.5℃\n答案：B\n2. 洗手至少多久\nA. 5 秒 B. 20 秒\n答案：B\n解析：二十秒。"
    )
    assert quiz.kind == "quiz"
    assert [p.text.splitlines()[0] for p in quiz.pieces] == ["1. 成人正常体温约为", "2. 洗手至少多久"]


def test_ids_come_from_content_and_the_same_text_gives_the_same_passages():
    text = "# 甲\n一句话。另一句话。\n# 乙\n第三句话。"
    first = [passage_of("doc", n, p) for n, p in enumerate(pieces(text))]
    assert first == [passage_of("doc", n, p) for n, p in enumerate(pieces(text))]
    shifted = [passage_of("doc", n, p).id for n, p in enumerate(pieces("# 零\n新的。\n" + text))]
    assert {p.id for p in first} <= set(shifted)
    assert passage_of("other", 0, pieces(text)[0]).id != first[0].id


def test_passages_end_with_sentences_and_a_sentence_without_end_is_cut():
    long = "这是一句普通的话，" * 8 + "到此为止。"
    found = list(cut(long * 20))
    assert all(p.text.endswith("。") and len(p.text) <= MOST for p in found)
    assert "".join(p.text for p in found) == long * 20
    assert max(len(p.text) for p in cut("无" * 5000)) <= MOST
    assert (
        sentences("Take 0.5 g. Then rest!") == ["Take 0.5 g. Then rest!"]
        or len(sentences("Take 0.5 g. Then rest!")) == 2
    )


def test_texts_in_old_encodings_are_read_and_others_refused():
    assert decoded("感冒".encode("gb18030")) == "感冒"
    assert decoded("感冒".encode("utf-16")) == "感冒"
    for raw in (b"\x00\x01\x02", b"\xff" * 9):
        with pytest.raises(InvalidInput):
            decoded(raw)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "{", "[1, 2", "[" * 5000, 'a,b\n"' + "x" * 200_000, '{"name": 3}\n[]\nnull']
)
def test_hostile_texts_give_an_answer(text):
    assert len(pieces(text)) < 1000


def test_ten_thousand_rows_give_ten_thousand_passages():
    rows = "ask,answer\n" + "".join(f"第{n}个问题怎么办,第{n}个回答。\n" for n in range(10_000))
    assert sum(1 for _ in read_text(rows).pieces) == 10_000


def test_prose_with_commas_is_no_table():
    assert read_text("头疼时，先休息，再喝水。\n不好，就去看医生。").kind == "book"


@pytest.mark.parametrize(
    ("name", "found"), [("ShenNong_TCM.json", True), ("中药学.pdf", True), ("内科学.pdf", False), ("tcmx.txt", False)]
)
def test_a_name_tells_tradition(name, found):
    assert sounds_traditional(name) == found


def test_a_heading_is_no_numbered_sentence():
    found = list(pages_cut([(None, "一、症状\n一、先休息。\n1.2 用药\n按医嘱。3.9 - 6.1")]))
    assert [(p.heading, p.text) for p in found] == [
        ("一、症状", "一、先休息。"),
        ("一、症状 › 1.2 用药", "按医嘱。3.9 - 6.1"),
    ]
