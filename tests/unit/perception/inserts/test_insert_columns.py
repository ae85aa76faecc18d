"""Words with places → text in the order a person reads: columns, titles across them, tables, single pages."""

from __future__ import annotations

import random

import pytest

from kangban.clinical.page import Page, Word
from kangban.perception.inserts.columns import text_in_order

HEIGHT = 0.012


def word(x: float, y: float, text: str, width: float | None = None) -> Word:
    box = (x, y, x + (width if width is not None else 0.011 * len(text)), y + HEIGHT)
    return Word(text, box, box)


def leaflet(columns: int, rows: int = 12, *, title: bool = True, footer: bool = False) -> tuple[list[str], list[Word]]:
    """Lines in reading order, and the same as words in the order a reader of pictures meets them."""
    width = 0.92 / columns - 0.03
    lines: list[str] = []
    words: list[Word] = []
    if title:
        lines.append("虚构药片说明书请仔细阅读说明书并按说明使用或在药师指导下购买和使用")
        words.append(word(0.2, 0.03, lines[0], 0.6))
    for column in range(columns):
        for row in range(rows):
            text = f"第{column}栏第{row}行写着一些要读的话"
            lines.append(text)
            words.append(word(0.04 + column * 0.92 / columns, 0.08 + row * 0.02, text, width))
    if footer:
        lines.append("生产企业虚构制药有限公司地址电话传真网址都印在最下面一整行")
        words.append(word(0.1, 0.08 + rows * 0.02 + 0.02, lines[-1], 0.8))
    return lines, words


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
@pytest.mark.parametrize("footer", [False, True])
def test_columns_are_read_one_after_the_other(columns: int, footer: bool) -> None:
    lines, words = leaflet(columns, footer=footer)
    random.Random(columns).shuffle(words)
    assert text_in_order(Page(1, tuple(words), 1.4, "ocr")).split("\n") == lines


def test_a_line_across_the_middle_parts_what_is_above_from_what_is_below() -> None:
    upper, above = leaflet(2, 6, title=False)
    lower = [word(w.at[0], w.at[1] + 0.3, f"下{w.text}", w.at[2] - w.at[0]) for w in above]
    across = word(0.1, 0.28, "中间这一行从左边一直印到右边把上下两部分隔开来", 0.8)
    found = text_in_order(Page(1, (*above, *lower, across), 1.4, "ocr")).split("\n")
    assert found == [*upper, across.text, *(f"下{line}" for line in upper)]


def test_a_table_is_read_row_by_row() -> None:
    cells = [
        word(x, 0.1 + row * 0.02, text, 0.08)
        for row in range(8)
        for x, text in ((0.1, f"年龄{row}"), (0.4, f"{row}片"), (0.7, f"{row}次"))
    ]
    found = text_in_order(Page(1, tuple(cells), 1.4, "ocr")).split("\n")
    assert found == [f"年龄{row} {row}片 {row}次" for row in range(8)]


def test_short_last_lines_of_paragraphs_make_no_columns() -> None:
    words = [
        word(0.05, 0.1 + row * 0.02, "这一行是一整段话里的一行" if row % 4 else "短", 0.9 if row % 4 else 0.05)
        for row in range(16)
    ]
    assert len(text_in_order(Page(1, tuple(words), 1.4, "ocr")).split("\n")) == 16


def test_a_text_file_and_an_empty_page_stay_as_they_are() -> None:
    plain = Page(1, (word(0.5, 0.1, "乙"), word(0.1, 0.2, "甲")), 1.4, "plain")
    assert text_in_order(plain) == "乙\n甲"
    assert text_in_order(Page(1, (), 1.4, "ocr")) == ""
