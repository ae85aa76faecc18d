"""An outline as slides: one for the title, one or more a section, one for the citations."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.util import Cm, Pt

from kangban.ports.writing import Outline, PaperSection, PaperTable

_WIDE, _HIGH = Cm(33.867), Cm(19.05)
_LINES, _ROWS, _LETTERS = 9, 11, 42  # what a slide holds at these sizes


def as_pptx(outline: Outline, pictures: dict[str, bytes]) -> bytes:
    """The bytes of the file; `pictures` are PNG by ref. What does not fit goes on to the next slide."""
    show: Any = Presentation()
    show.slide_width, show.slide_height = _WIDE, _HIGH
    show.core_properties.title = outline.title
    show.core_properties.author = "Kangban"
    first = show.slides.add_slide(show.slide_layouts[6])
    _words(first, [outline.title], Cm(6), Pt(40), bold=True)
    _words(first, [outline.subtitle], Cm(9.5), Pt(20))
    for section in outline.sections:
        _section(show, section, pictures)
    lines = [f"[{number}] {line}" for number, line in enumerate(outline.citations, 1)]
    for page in _pages(lines, _LINES):
        _words(_slide(show, "来源 · Sources"), page, Cm(3.5), Pt(14))
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def _section(show: Any, section: PaperSection, pictures: dict[str, bytes]) -> None:
    texts = [*section.paragraphs, *(f"• {text}" for text in section.bullets)]
    lines = [text[at : at + _LETTERS * 3] for text in texts for at in range(0, max(len(text), 1), _LETTERS * 3)]
    pages = _pages(lines, _LINES // 2 if any(len(line) > _LETTERS for line in lines) else _LINES)
    for page in pages:
        _words(_slide(show, section.heading), page, Cm(3.5), Pt(20))
    for table in section.tables:
        for rows in _pages(table.rows, _ROWS) or [()]:
            _table(_slide(show, section.heading), PaperTable(table.head, tuple(rows)))
    for ref in section.pictures:
        shape = _slide(show, section.heading).shapes.add_picture(io.BytesIO(pictures[ref]), Cm(2), Cm(3.5))
        share = min((_WIDE - Cm(4)) / shape.width, (_HIGH - Cm(5)) / shape.height)
        shape.width, shape.height = int(shape.width * share), int(shape.height * share)
    if not (pages or section.tables or section.pictures):
        _slide(show, section.heading)


def _pages(lines: Sequence[Any], most: int) -> list[Sequence[Any]]:
    return [lines[at : at + most] for at in range(0, len(lines), most)]


def _slide(show: Any, heading: str) -> Any:
    slide = show.slides.add_slide(show.slide_layouts[6])
    _words(slide, [heading], Cm(1), Pt(28), bold=True)
    return slide


def _words(slide: Any, lines: Sequence[str], top: Any, size: Any, *, bold: bool = False) -> None:
    if not any(lines):
        return
    frame = slide.shapes.add_textbox(Cm(2), top, _WIDE - Cm(4), Cm(2)).text_frame
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.font.size, paragraph.font.bold = size, bold
        paragraph.space_after = Pt(6)


def _table(slide: Any, table: PaperTable) -> None:
    frame = slide.shapes.add_table(len(table.rows) + 1, len(table.head), Cm(2), Cm(3.5), _WIDE - Cm(4), Cm(1))
    for row, cells in enumerate((table.head, *table.rows)):
        for column, text in enumerate(cells):
            cell = frame.table.cell(row, column)
            cell.text = text
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(14)
