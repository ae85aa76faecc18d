"""The writer behind the port: bounds of an outline, pictures made small, one file of code a format."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any, cast

import msgspec
from PIL import Image, UnidentifiedImageError

from kangban.adapters.report_writer.as_docx import as_docx
from kangban.adapters.report_writer.as_pdf import as_pdf
from kangban.adapters.report_writer.as_pptx import as_pptx
from kangban.kernel.errors import InvalidInput
from kangban.ports.media import Media
from kangban.ports.writing import Outline, PaperFormat

_OFFICE = "application/vnd.openxmlformats-officedocument"
_WRITERS: dict[PaperFormat, tuple[str, Callable[[Outline, dict[str, bytes]], bytes]]] = {
    "pptx": (f"{_OFFICE}.presentationml.presentation", as_pptx),
    "docx": (f"{_OFFICE}.wordprocessingml.document", as_docx),
    "pdf": ("application/pdf", as_pdf),
}
_SIDE = 1600  # pixels; more is not seen on paper


class PaperLimits(msgspec.Struct, frozen=True):
    """The most one outline may hold."""

    sections: int = 60
    characters: int = 120_000
    rows: int = 400
    columns: int = 12
    pictures: int = 20
    megapixels: int = 40


class ReportWriter:
    """PaperWriter over python-pptx, python-docx and reportlab."""

    def __init__(self, limits: PaperLimits | None = None) -> None:
        self._limits = limits or PaperLimits()

    async def write(self, outline: Outline, to: PaperFormat, pictures: dict[str, Media]) -> Media:
        """The file; raises InvalidInput where the outline is too long or a picture is none."""
        cleaned = _cleaned(outline)
        self._check(cleaned)
        media_type, writer = _WRITERS[to]
        small = {ref: self._small(picture) for ref, picture in pictures.items()}
        content = await asyncio.to_thread(writer, cleaned, small)
        return Media("file", media_type, content, f"{_file_name(cleaned.title)}.{to}")

    def _check(self, outline: Outline) -> None:
        limits = self._limits
        tables = [table for section in outline.sections for table in section.tables]
        counts = {
            "sections": (len(outline.sections), limits.sections),
            "characters": (len(msgspec.json.encode(outline).decode()), limits.characters),
            "rows": (sum(len(table.rows) for table in tables), limits.rows),
            "columns": (max((len(table.head) for table in tables), default=0), limits.columns),
            "pictures": (sum(len(section.pictures) for section in outline.sections), limits.pictures),
        }
        for name, (count, most) in counts.items():
            if count > most:
                raise InvalidInput(
                    f"an outline holds at most {most} {name}", field=f"outline.{name}", key="error.too_big"
                )
        for table in tables:
            if not table.head or any(len(row) != len(table.head) for row in table.rows):
                raise InvalidInput("every row has as many cells as the head", field="outline.tables")

    def _small(self, picture: Media) -> bytes:
        try:
            with Image.open(io.BytesIO(picture.content)) as opened:
                if opened.width * opened.height > self._limits.megapixels * 1_000_000:
                    raise InvalidInput("the picture is too big", field="outline.pictures", key="error.too_big")
                opened.thumbnail((_SIDE, _SIDE))
                out = io.BytesIO()
                opened.convert("RGB").save(out, "PNG")  # drops every tag of the camera too
                return out.getvalue()
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise InvalidInput("this is no picture that can be read", field="outline.pictures") from error


def _cleaned(outline: Outline) -> Outline:
    """Without control characters and halves of letters, which XML cannot hold."""
    return msgspec.convert(_without_controls(msgspec.to_builtins(outline)), Outline)


def _without_controls(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(
            c for c in value if c in "\n\t" or not (c < " " or "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff")
        )
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value)
        return {key: _without_controls(one) for key, one in pairs.items()}
    if isinstance(value, list | tuple):
        return [_without_controls(one) for one in cast("list[Any]", value)]
    return value


def _file_name(title: str) -> str:
    return "".join(c for c in title if c.isalnum() or c in " -_").strip()[:60] or "report"
