"""Characters of text layers, runs of letters, and lines laid flat, without any file."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kangban.adapters.page_reader.crops import parts
from kangban.adapters.page_reader.engine import Line
from kangban.adapters.page_reader.flatten import flatten
from kangban.adapters.page_reader.letters import is_garbled, mended
from kangban.adapters.page_reader.plain import as_lines, rows_of
from kangban.adapters.page_reader.runs import runs_of
from kangban.adapters.page_reader.text_layer import Letter


@pytest.mark.parametrize(
    ("drawn", "meant"),
    [
        ("⽩细胞⽐容", "白细胞比容"),
        ("⻩疸指数", "黄疸指数"),
        ("１０＾９／Ｌ", "10^9/L"),
        ("（＋）", "(+)"),
        ("姓名：李，女", "姓名：李，女"),
        ("μmol/L ×10⁹ ≤5 ²³ ↑", "μmol/L ×10⁹ ≤5 ²³ ↑"),
        ("ﬁbrin", "fibrin"),
        ("a\u200bb\ufeff", "ab"),
        ("金", "金"),
    ],
)
def test_mended(drawn, meant) -> None:
    assert mended(drawn) == meant


@pytest.mark.parametrize(
    ("text", "garbled"),
    [
        ("血红蛋白 138 g/L", False),
        ("Hémoglobine élevée, à contrôler; Übelkeit, größer, 25–30 µg", False),
        ("血红蛋白血红蛋白血红蛋白".encode("gbk").decode("latin-1"), True),
        ("\ue012\ue013\ue014 138", True),
        ("(cid:12)(cid:13)(cid:14)", True),
        ("\ufffd\ufffd\ufffd", True),
        ("", False),
    ],
)
def test_garbled(text, garbled) -> None:
    assert is_garbled(text) is garbled


def letters(text: str, x: float, baseline: float = 100.0, size: float = 10.0) -> list[Letter]:
    found: list[Letter] = []
    for c in text:
        width = size * (1.0 if ord(c) > 255 else 0.5)
        if c != " ":
            found.append(Letter(c, x, baseline - 0.85 * size, x + width, baseline + 0.2 * size, baseline, size))
        x += width
    return found


def texts(found: list[Letter]) -> list[str]:
    return [run.text for run in runs_of(found)]


def test_a_space_joins_and_two_part() -> None:
    assert texts(letters("Total protein", 0)) == ["Total protein"]
    assert texts(letters("138  g/L", 0)) == ["138", "g/L"]


def test_spread_characters_stay_one_word_and_columns_do_not() -> None:
    assert texts(letters("姓", 0) + letters("名", 20)) == ["姓 名"]
    assert texts(letters("项目", 0) + letters("结果", 30)) == ["项目", "结果"]


def test_letters_drawn_out_of_order_stand_in_order() -> None:
    found = letters("结果", 100) + letters("项目", 0) + letters("白细胞", 0, 120)
    assert texts(found[::-1]) == ["项目", "结果", "白细胞"]


def test_a_raised_digit_belongs_to_its_line_and_another_line_does_not() -> None:
    raised = letters("10", 0) + letters("9", 10, 96.0, 6.0) + letters("/L", 13)
    assert texts(raised) == ["10⁹/L"]
    assert texts(letters("6.2", 0) + letters("9", 0, 112.0, 6.0)) == ["6.2", "9"]


def crop(*spans: tuple[int, int], width: int = 400, ruled: int | None = None) -> np.ndarray:
    picture = np.full((40, width, 3), 255, np.uint8)
    for begin, end in spans:
        picture[6:34, begin:end:3] = 0
        picture[6:34, begin + 1 : end : 3] = 0
    if ruled is not None:
        picture[:, ruled : ruled + 2] = 0
    return picture


def test_a_box_over_two_columns_is_split_and_keeps_the_least_sure_character() -> None:
    line = Line("6.213.5", (0.05, 0.1, 0.15, 0.2, 0.8, 0.85, 0.9), (1.0, 1.0, 0.6, 1.0, 1.0, 0.9, 1.0))
    found = parts(crop((10, 90), (310, 370)), line)
    assert [(text, sure) for text, _, _, sure in found] == [("6.21", 0.6), ("3.5", 0.9)]
    assert found[0][1] == pytest.approx(10 / 400, abs=0.01)
    assert found[1][2] == pytest.approx(370 / 400, abs=0.01)


def test_a_rule_between_two_cells_splits_a_box() -> None:
    line = Line("138g/L", (0.1, 0.2, 0.3, 0.55, 0.6, 0.7), (1.0,) * 6)
    found = parts(crop((20, 150), (180, 320), ruled=164), line)
    assert [text for text, *_ in found] == ["138", "g/L"]


def quads(angle: float, bend: float) -> np.ndarray:
    boxes = []
    for row in range(20):
        for column in range(4):
            x0, x1, y = 100 + 300 * column, 300 + 300 * column, 100 + 60 * row
            points = np.array([[x0, y], [x1, y], [x1, y + 30], [x0, y + 30]], float)
            points[:, 1] += bend * ((points[:, 0] - 650) / 650) ** 2
            turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
            boxes.append((points - 650) @ turn + 650)
    return np.array(boxes, np.float32)


@pytest.mark.parametrize(("angle", "bend"), [(0, 0), (0.1, 0), (-0.2, 0), (0, 40), (0.05, -60)])
def test_rows_come_out_level(angle, bend) -> None:
    boxes = quads(angle, bend)
    flat = flatten(boxes, 1300, 1400)
    middles = flat(boxes.mean(axis=1).astype(float))[:, 1].reshape(20, 4)
    assert np.ptp(middles, axis=1).max() < 6


def test_tables_of_text_are_told_from_prose() -> None:
    assert rows_of("a,b,c\n1,2,3\n", "text/plain") == [["a", "b", "c"], ["1", "2", "3"]]
    assert rows_of("Rest, drink, sleep.\nCome back, if worse.\n", "text/plain") is None
    assert [[c.text for c in line] for line in as_lines("血压  120/80\n\n体温　　36.5")] == [
        ["血压", "120/80"],
        [],
        ["体温", "36.5"],
    ]
