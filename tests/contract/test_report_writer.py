"""Papers, read back: every word, table and picture of the outline is in them, Chinese included."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest
from docx import Document
from PIL import Image
from pptx import Presentation

from kangban.adapters.report_writer.writer import PaperLimits, ReportWriter
from kangban.kernel.errors import InvalidInput
from kangban.ports.media import Media
from kangban.ports.writing import Outline, PaperSection, PaperTable


def picture(media_type: str = "image/png") -> Media:
    out = io.BytesIO()
    Image.new("RGB", (80, 40), "red").save(out, "PNG")
    return Media("image", media_type, out.getvalue(), "red.png")


RED = picture()
OUTLINE = Outline(
    title="血压月报 <b>",
    subtitle="七月 · µmol/L 10⁹/L",
    sections=(
        PaperSection("一、概述", ("本月平均 128/82 mmHg。",), ("每天早晚各量一次", "低盐 & 运动")),
        PaperSection("二、数据", tables=(PaperTable(("日期", "收缩压"), (("7月1日", "130"), ("7月2日", "126"))),)),
        PaperSection("三、图", pictures=(RED.ref,)),
    ),
    citations=("中国高血压防治指南",),
)
WORDS = [
    "血压月报",
    "七月",
    "一、概述",
    "本月平均",
    "每天早晚各量一次",
    "低盐 & 运动",
    "收缩压",
    "126",
    "三、图",
    "中国高血压防治指南",
]


def pptx_words(content: bytes) -> str:
    show: Any = Presentation(io.BytesIO(content))
    found: list[str] = []
    for slide in show.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def docx_words(content: bytes) -> str:
    paper: Any = Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in paper.paragraphs), *cells])


async def test_slides_hold_everything() -> None:
    made = await ReportWriter().write(OUTLINE, "pptx", {RED.ref: RED})
    assert made.name == "血压月报 b.pptx"
    words = pptx_words(made.content)
    assert [w for w in WORDS if w not in words] == []
    assert any(name.startswith("ppt/media/") for name in zipfile.ZipFile(io.BytesIO(made.content)).namelist())


async def test_word_file_holds_everything() -> None:
    made = await ReportWriter().write(OUTLINE, "docx", {RED.ref: RED})
    words = docx_words(made.content)
    assert [w for w in WORDS if w not in words] == []
    assert any(name.startswith("word/media/") for name in zipfile.ZipFile(io.BytesIO(made.content)).namelist())


async def test_pdf_holds_everything_and_shows_chinese_letters() -> None:
    made = await ReportWriter().write(OUTLINE, "pdf", {RED.ref: RED})
    paper = pdfium.PdfDocument(made.content)
    words = "".join(page.get_textpage().get_text_bounded() for page in paper)
    assert [w for w in WORDS if w not in words] == []
    shown = np.asarray(paper[0].render(scale=2).to_pil().convert("RGB")).astype(int)
    assert ((shown[..., 0] > 200) & (shown[..., 1] < 60)).sum() > 1000, "the red picture"
    # Letters that cannot be drawn look all alike; two different ones must differ.
    one, other = [await ink(text) for text in ("血血血血", "口口口口")]
    assert one > other * 1.3


async def ink(text: str) -> int:
    made = await ReportWriter().write(Outline(text, ()), "pdf", {})
    page = np.asarray(pdfium.PdfDocument(made.content)[0].render(scale=2).to_pil().convert("L"))
    return int((page < 128).sum())


@pytest.mark.parametrize("to", ["pptx", "docx", "pdf"])
async def test_long_texts_big_cells_and_controls_are_written(to: Any) -> None:
    long = "长" * 3000 + "\x00\x0b\ud800" + "完"
    outline = Outline("t", (PaperSection("h", (long,), tables=(PaperTable(("a",), ((long,),)),)),))
    made = await ReportWriter().write(outline, to, {})
    assert made.content


@pytest.mark.parametrize(
    "outline",
    [
        Outline("t", tuple(PaperSection("h") for _ in range(61))),
        Outline("t", (PaperSection("h", ("x" * 130_000,)),)),
        Outline("t", (PaperSection("h", tables=(PaperTable(("a", "b"), (("1",),)),)),)),
        Outline("t", (PaperSection("h", tables=(PaperTable(("a",), tuple(("1",) for _ in range(401))),)),)),
        Outline("t", (PaperSection("h", pictures=(RED.ref,) * 21),)),
    ],
)
async def test_what_is_too_long_or_crooked_is_refused(outline: Outline) -> None:
    with pytest.raises(InvalidInput):
        await ReportWriter().write(outline, "docx", {RED.ref: RED})


async def test_a_picture_that_is_none_or_too_big_is_refused() -> None:
    bad = Media("image", "image/png", b"\x89PNG\r\n\x1a\nnothing")
    outline = Outline("t", (PaperSection("h", pictures=(bad.ref,)),))
    with pytest.raises(InvalidInput):
        await ReportWriter().write(outline, "docx", {bad.ref: bad})
    with pytest.raises(InvalidInput):
        await ReportWriter(PaperLimits(megapixels=0)).write(outline, "docx", {bad.ref: RED})
