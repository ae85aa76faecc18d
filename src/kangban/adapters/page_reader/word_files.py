"""Word files: paragraphs and tables in their order. The archive and its XML are looked at before anything is parsed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from kangban.adapters.page_reader.archives import checked, unpacked
from kangban.adapters.page_reader.letters import mended
from kangban.adapters.page_reader.plain import MOST_LINES, Line, as_lines, in_columns
from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.settings import ReaderSettings

_DEEPEST = 4  # tables within tables
_ENTITIES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# As UTF-16 writes it, which an XML part may be in too.
_ENTITIES_WIDE = re.compile(rb"<\0?!\0?(?:\s\0?)*(?:D\0?O\0?C\0?T|E\0?N\0?T\0?I)", re.IGNORECASE)


def lines_of_docx(content: bytes, settings: ReaderSettings) -> list[Line]:
    """Lines of a Word file; raises InvalidInput for a bomb, a locked or a damaged one."""
    _hold(content, settings)
    import docx
    from docx.opc.exceptions import OpcError

    try:
        document = docx.Document(io.BytesIO(content))
        lines: list[Line] = []
        for part in document.iter_inner_content():
            lines += _lines(part, 0)
            if len(lines) > MOST_LINES:
                raise refused("too_long")
    except (OpcError, SyntaxError, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise refused("broken") from error
    return lines


def _hold(content: bytes, settings: ReaderSettings) -> None:
    """No entity is ever defined in a Word file that a person wrote: one that is may unfold without end."""
    with checked(content, settings) as archive:
        for one in archive.infolist():
            if one.filename.endswith((".xml", ".rels")):
                part = unpacked(archive, one, settings)
                if _ENTITIES.search(part) or _ENTITIES_WIDE.search(part[:4096]):
                    raise refused("bomb")


def _lines(part: Any, depth: int) -> Iterator[Line]:
    if not hasattr(part, "rows"):
        yield from as_lines(mended(part.text)) or [[]]
        return
    rows: list[list[str]] = []
    inner: list[Line] = []
    for row in part.rows:
        cells: list[str] = []
        seen: set[int] = set()
        for cell in row.cells:
            # A merged cell stands once for every column it covers.
            is_new = id(cell._tc) not in seen
            seen.add(id(cell._tc))
            cells.append(" ".join(mended(cell.text).split()) if is_new else "")
            if is_new and depth < _DEEPEST:
                for table in cell.tables:
                    inner += _lines(table, depth + 1)
        rows.append(cells)
        if len(rows) > MOST_LINES:
            raise refused("too_long")
    yield from in_columns(rows)
    yield from inner
