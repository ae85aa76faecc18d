"""An outline as a PDF. Chinese letters come from an embedded font where one is found, else from the reader's own."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from kangban.kernel.fonts import chinese_font
from kangban.ports.writing import Outline, PaperSection

_WIDE = A4[0] - 4 * cm
_TALLEST = A4[1] - 6 * cm


def as_pdf(outline: Outline, pictures: dict[str, bytes]) -> bytes:
    """The bytes of the file; `pictures` are PNG by ref."""
    font = _font()
    story: list[Any] = [_text(outline.title, font, 20)]
    if outline.subtitle:
        story.append(_text(outline.subtitle, font, 12))
    for section in outline.sections:
        story += _section(section, font, pictures)
    story += [_text(f"[{number}] {line}", font, 9) for number, line in enumerate(outline.citations, 1)]
    out = io.BytesIO()
    margins = {f"{side}Margin": 2 * cm for side in ("left", "right", "top", "bottom")}
    SimpleDocTemplate(out, pagesize=A4, title=outline.title, author="Kangban", **margins).build(story)
    return out.getvalue()


@lru_cache(maxsize=1)
def _font() -> str:
    register: Any = pdfmetrics  # untyped
    found = chinese_font(embeddable=True)
    if found is not None:
        try:
            register.registerFont(TTFont("chinese", str(found)))
        except (TTFError, OSError):
            pass
        else:
            return "chinese"
    register.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def _text(text: str, font: str, size: float) -> Any:
    style = ParagraphStyle(
        f"of {size}", fontName=font, fontSize=size, leading=size * 1.5, spaceAfter=size * 0.5, wordWrap="CJK",
        alignment=TA_LEFT,
    )  # fmt: skip
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def _section(section: PaperSection, font: str, pictures: dict[str, bytes]) -> list[Any]:
    story: list[Any] = [Spacer(1, 0.3 * cm), _text(section.heading, font, 14)]
    story += [_text(text, font, 11) for text in section.paragraphs]
    story += [_text(f"• {text}", font, 11) for text in section.bullets]
    for table in section.tables:
        cells = [[_text(cell, font, 9) for cell in row] for row in (table.head, *table.rows)]
        grid = Table(cells, colWidths=[_WIDE / len(table.head)] * len(table.head), repeatRows=1, splitInRow=1)
        lines = TableStyle(
            [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)]
        )
        grid.setStyle(lines)
        story += [grid, Spacer(1, 0.3 * cm)]
    for ref in section.pictures:
        width, height = ImageReader(io.BytesIO(pictures[ref])).getSize()
        share = min(_WIDE / width, _TALLEST / height)
        story.append(Image(io.BytesIO(pictures[ref]), width * share, height * share))
    return story
