"""Invented papers: pages of words in columns, and a reader that knows them by their bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec

from kangban.clinical.page import Box, Page, Word
from kangban.kernel.errors import InvalidInput, NotFound
from kangban.ports.readers import PagePicture

Row = tuple[str, ...]
COLUMNS = (0.06, 0.36, 0.52, 0.68, 0.88)
HEADER: Row = ("项目名称", "结果", "单位", "参考范围", "提示")
BLOOD: tuple[Row, ...] = (
    ("白细胞计数", "6.2", "10^9/L", "3.5-9.5", ""),
    ("血红蛋白", "118", "g/L", "130-175", "↓"),
    ("血小板计数", "210", "10^9/L", "125-350", ""),
)
KIDNEY: tuple[Row, ...] = (
    ("肌酐", "76", "umol/L", "57-97", ""),
    ("钾", "4.2", "mmol/L", "3.5-5.3", ""),
)


def page(lines: Sequence[Row], number: int = 1) -> Page:
    """Cells at fixed columns, one row under the other, as a text layer gives them."""
    words: list[Word] = []
    for n, cells in enumerate(lines):
        top = 0.03 + n * 0.02
        for left, cell in zip(COLUMNS, cells, strict=False):
            if cell:
                box: Box = (left, top, left + 0.013 * len(cell), top + 0.012)
                words.append(Word(cell, box, box))
    return Page(number, tuple(words), 1.41, "text_layer")


def paper(
    rows: Sequence[Row] = BLOOD,
    *,
    name: str = "沈建国",
    sex: str = "男",
    age: str = "46岁",
    sampled: str = "2026-04-20 08:12",
    title: str = "检验报告单",
    number: int = 1,
) -> Page:
    """One laboratory report; an empty field is not printed."""
    told = tuple(
        f"{label}：{value}" for label, value in (("姓名", name), ("性别", sex), ("年龄", age)) if value
    )  # fmt: skip
    dates = (f"采样时间：{sampled}",) if sampled else ()
    head: list[Row] = [("康宁市第一医院",), (title,), told, dates, HEADER]
    return page([*[one for one in head if one], *rows], number)


class Papers:
    """A reader of these papers and nothing else; `closed` counts readings that were broken off."""

    def __init__(self, papers: Mapping[bytes, Sequence[Page]] | None = None) -> None:
        self.papers = dict(papers or {})
        self.closed = 0

    def put(self, *pages: Page, label: str = "a") -> bytes:
        """The bytes under which pages are read from now on."""
        content = b"%PDF-1.7 " + label.encode()
        self.papers[content] = pages
        return content

    def can_read(self, media_type: str) -> bool:
        return media_type == "application/pdf"

    async def read(self, content: bytes, media_type: str) -> AsyncIterator[Page]:
        if content not in self.papers:
            raise InvalidInput("the file is broken", field="file", key="error.bad_file")
        try:
            for one in self.papers[content]:
                yield one
        except GeneratorExit:
            self.closed += 1
            raise

    async def picture(self, content: bytes, media_type: str, number: int) -> PagePicture:
        if not 1 <= number <= len(self.papers.get(content, ())):
            raise NotFound("the file has no such page", field="page")
        return PagePicture(number, "image/png", b"\x89PNG" + str(number).encode())

    async def only_pages(self, content: bytes, media_type: str, numbers: Sequence[int]) -> tuple[str, bytes] | None:
        """None for the papers under the label "together"."""
        if content.endswith(b"together"):
            return None
        found = {one.number: one for one in self.papers[content]}
        pages = [msgspec.structs.replace(found[old], number=new) for new, old in enumerate(numbers, 1)]
        return media_type, self.put(*pages, label=f"{content[9:].decode()} {list(numbers)}")

    async def without_metadata(self, content: bytes, media_type: str) -> tuple[str, bytes]:
        return media_type, content.removesuffix(b" GPS 31.2 121.4")
