"""What a question weighs, what stands alone, and which sentences are shown. A planted contradiction is shown in no case."""

from __future__ import annotations

import pytest

from kangban.clinical.library import Edge, LibraryHit, Passage
from kangban.retrieval.library.answer import accepted, fits, quoted
from kangban.retrieval.library.followup import stands_alone
from kangban.retrieval.library.fuse import fused
from kangban.retrieval.library.graph import Graph
from kangban.retrieval.library.summary import section_of, summaries, with_sections
from kangban.retrieval.library.terms import asked, focus

# An invented leaflet: (sentence, the same sentence with one thing changed).
PLANTED = (
    ("高血压患者每天吃盐不超过 5 克。", "高血压患者每天吃盐不超过 15 克。"),
    ("高血压患者每天吃盐不超过 5 克。", "高血压患者每天吃盐至少 5 克。"),
    ("布洛芬要在饭后服用。", "布洛芬要在饭前服用。"),
    ("孕妇不能服用这种药。", "孕妇可以服用这种药。"),
    ("发热超过 3 天要去医院。", "发热超过 30 天要去医院。"),
    ("三个月以下的婴儿发热要立即就医。", "三个月以下的婴儿发热不用就医。"),
    ("喝酒会增加出血的风险。", "喝酒会减少出血的风险。"),
    ("胰岛素开封后放冰箱保存。", "胰岛素开封后放常温保存。"),
    ("儿童一次 5 毫升，一天 3 次。", "儿童一次 5 毫升，一天 6 次。"),
    ("儿童一次 5 毫升，一天 3 次。", "成人一次 5 毫升，一天 3 次。"),
    ("痛风发作时少吃动物内脏。", "痛风发作时多吃动物内脏没关系。"),
    ("肾功能不好的人慎用。", "肾功能不好的人可以放心用。"),
    ("头晕是少见的不良反应。", "头晕是常见的不良反应。"),
    ("这种病不传染。", "这种病传染。"),
    ("两次用药间隔至少 6 小时。", "两次用药间隔至少 2 小时。"),
    ("哮喘病人不要用阿司匹林。", "哮喘病人可以用阿司匹林。"),
    ("Take it with food.", "Take it on an empty stomach."),
    ("Do not drive after taking it.", "You may drive after taking it."),
    ("At most 4 tablets in 24 hours.", "At most 8 tablets in 24 hours."),
    ("Store it in the refrigerator.", "Store it at room temperature."),
)


def hit(text: str, heading: str = "", *, tradition: bool = False) -> LibraryHit:
    return LibraryHit("passage", "册子", text, 1.0, "document", 3, "", heading, tradition)


def test_what_the_leaflet_says_is_accepted_and_what_it_does_not_say_is_not():
    leaflet = {true for true, _ in PLANTED}
    assert [t for t in sorted(leaflet) if not accepted(t, [hit(t)])] == []
    shown = [changed for true, changed in PLANTED if accepted(changed, [hit(true)])]
    assert len(shown) / len(PLANTED) <= 0.02, shown


@pytest.mark.parametrize(
    "free", ["高血压会自己好。", "吃盐对身体很好。", "医生说什么都可以吃。", "高血压患者应该住院。", ""]
)
def test_a_sentence_about_other_things_is_not_accepted(free):
    assert not accepted(free, [hit("高血压患者每天吃盐不超过 5 克。")])


def test_tradition_makes_nobody_wait():
    text = "感冒可以先喝姜汤，在家观察几天，不用去医院。"
    assert not accepted(text, [hit(text, tradition=True)])
    assert quoted("感冒要去医院吗", [hit(text, tradition=True)]) == []
    assert quoted("感冒要去医院吗", [hit(text)], soothing=False) == []


def test_only_a_passage_that_speaks_of_it_answers():
    assert fits("高血压每天吃多少盐", hit("高血压患者每天吃盐不超过 5 克。"))
    assert not fits("自行车链条怎么修", hit("高血压患者每天吃盐不超过 5 克。"))
    assert not fits("这个怎么办呢", hit("怎么办呢"))


def test_a_question_is_not_quoted_as_its_own_answer():
    dialogue = hit("问：高血压每天吃多少盐？\n答：高血压患者每天吃盐不超过 5 克。")
    assert [one.text for one in quoted("高血压每天吃多少盐", [dialogue])] == ["高血压患者每天吃盐不超过 5 克。"]


def test_the_clause_that_asks_weighs_more_and_function_words_less():
    weights = asked("您好，我爸爸昨天感冒了。高血压能吃盐吗？")
    assert weights["血压"] > weights["感冒"] > weights["了"]
    assert weights["血压"] > weights["我爸"]
    assert "血压" in focus("高血压能吃盐吗")
    assert not {"您好", "能吃"} & focus("您好，高血压能吃盐吗")


KNOWN = ("流感", "肺炎", "布洛芬")


def names(text: str) -> list[str]:
    return [n for n in KNOWN if n in text]


@pytest.mark.parametrize(
    ("question", "earlier", "whole"),
    [
        ("那肺炎呢？", "流感怎么治", "肺炎怎么治"),
        ("它有副作用吗", "布洛芬怎么吃", "布洛芬有副作用吗"),
        ("那孕妇呢", "布洛芬怎么吃", "孕妇，布洛芬怎么吃"),
        ("要吃几天", "布洛芬怎么吃", "布洛芬 要吃几天"),
        ("那感冒呢", "高血压吃什么好", "感冒吃什么好"),
        ("流感怎么治", "布洛芬怎么吃", "流感怎么治"),
        ("腰椎间盘突出怎么锻炼比较好", "布洛芬怎么吃", "腰椎间盘突出怎么锻炼比较好"),
        ("那肺炎呢？", "", "那肺炎呢？"),
    ],
)
def test_a_follow_up_stands_alone(question, earlier, whole):
    assert stands_alone(question, [earlier] if earlier else [], names) == whole


def graph(*edges: tuple[str, str, str]) -> Graph:
    return Graph([Passage(f"p{n}", "d", n, "", edges=(Edge(*e),)) for n, e in enumerate(edges)])


def test_a_graph_walks_in_circles_no_further_than_two_steps():
    made = graph(("甲病", "complication", "乙病"), ("乙病", "complication", "甲病"), ("乙病", "symptom", "口干"))
    assert [p.answer for p in made.paths("甲病的并发症有什么症状")] == ["口干"]
    assert [p.answer for p in made.paths("甲病有什么并发症")] == ["乙病"]
    assert made.paths("丙病有什么症状") == []
    assert made.paths("甲病") == []
    assert not Graph()


def test_food_and_medicine_are_told_apart():
    made = graph(("甲病", "food", "小米粥"), ("甲病", "drug", "某片"), ("甲病", "food_avoid", "白酒"))
    assert [p.answer for p in made.paths("甲病吃什么药")] == ["某片"]
    assert [p.answer for p in made.paths("甲病吃什么好")] == ["小米粥"]
    assert [p.answer for p in made.paths("甲病要忌口吗")] == ["白酒"]


def test_a_part_whose_summary_fits_lifts_its_passages():
    first = Passage("a", "d", 0, "多喝水。", "第一章 感冒 › 护理")
    second = Passage("b", "d", 1, "多喝水。", "第二章 结石 › 护理")
    sections = {p.id: section_of(p) for p in (first, second)}
    assert set(summaries("册子", [first, second])) == set(sections.values())
    moved = with_sections([("a", 1.0), ("b", 1.0)], sections, [(sections["b"], 4.0)])
    assert [id_ for id_, _ in moved] == ["b", "a"]
    assert fused([(1.0, ["a", "b"]), (1.0, ["b", "c"])], 2)[0][0] == "b"
