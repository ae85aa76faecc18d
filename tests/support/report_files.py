"""Invented reports as files: text-layer PDFs that a browser can send and a reader can read without looking at pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.support.drawn_pages import chinese, latin, pdf

Row = tuple[str, str, str, str, str]
LEFTS = (50, 210, 280, 400, 520)
HEAD: Row = ("项目名称", "结果", "单位", "参考范围", "提示")
BLOOD: tuple[Row, ...] = (
    ("白细胞计数", "6.21", "10^9/L", "3.50-9.50", ""),
    ("红细胞计数", "4.68", "10^12/L", "3.80-5.10", ""),
    ("血红蛋白", "96", "g/L", "115-150", "↓"),
    ("血小板计数", "196", "10^9/L", "125-350", ""),
    ("丙氨酸氨基转移酶", "68", "U/L", "7-40", "↑"),
)


def _cell(x: float, y: float, text: str) -> str:
    """Figures in a narrow face: in the Chinese one every letter is as wide as a character."""
    return latin(x, y, text) if text.isascii() else chinese(x, y, text)


def lab_page(
    rows: Sequence[Row] = BLOOD,
    *,
    name: str = "李小满",
    sex: str = "女",
    age: str = "42岁",
    on: str = "2026-03-02 08:10",
) -> str:
    """The content of one page."""
    told = [f"姓名：{name}", f"性别：{sex}", f"年龄：{age}"]
    content = chinese(200, 780, "江城虚构医院检验报告单", 18)
    content += "".join(chinese(50 + 170 * n, 745, one) for n, one in enumerate(told))
    content += chinese(50, 722, "采样时间：") + latin(112, 722, on) if on else ""
    for n, row in enumerate([HEAD, *rows]):
        content += "".join(_cell(x, 690 - 24 * n, cell) for x, cell in zip(LEFTS, row, strict=True) if cell)
    return content


def lab_file(folder: Path, label: str, *pages: str) -> Path:
    """A PDF on disk."""
    path = folder / f"{label}.pdf"
    path.write_bytes(pdf(*(pages or (lab_page(),))))
    return path
