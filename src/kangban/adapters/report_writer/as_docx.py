"""An outline as a Word file."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from kangban.ports.writing import Outline, PaperSection


def as_docx(outline: Outline, pictures: dict[str, bytes]) -> bytes:
    """The bytes of the file; `pictures` are PNG by ref."""
    paper: Any = Document()
    for name in ("Normal", "Title", "Heading 1"):
        style = paper.styles[name]
        style.font.name = "Noto Sans CJK SC"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "SimSun")
    paper.styles["Normal"].font.size = Pt(11)
    paper.core_properties.title = outline.title
    paper.core_properties.author = "Kangban"
    paper.add_heading(outline.title, 0)
    if outline.subtitle:
        paper.add_paragraph(outline.subtitle)
    for section in outline.sections:
        _section(paper, section, pictures)
    for number, line in enumerate(outline.citations, 1):
        paper.add_paragraph(f"[{number}] {line}")
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _section(paper: Any, section: PaperSection, pictures: dict[str, bytes]) -> None:
    paper.add_heading(section.heading, 1)
    for text in section.paragraphs:
        paper.add_paragraph(text)
    for text in section.bullets:
        paper.add_paragraph(text, style="List Bullet")
    for table in section.tables:
        grid = paper.add_table(rows=1, cols=len(table.head))
        grid.style = "Table Grid"
        for cell, text in zip(grid.rows[0].cells, table.head, strict=True):
            cell.text = text
            for run in cell.paragraphs[0].runs:
                run.bold = True
        for row in table.rows:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
        paper.add_paragraph()
    for ref in section.pictures:
        paper.add_picture(io.BytesIO(pictures[ref]), width=Cm(14))
