"""Laboratory tables of one document → printed rows, over all its pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from kangban.clinical.report import PrintedRow
from kangban.perception.reports.documents import Document
from kangban.perception.reports.fields import specimen_of
from kangban.perception.reports.guessed import guessed_header
from kangban.perception.reports.headers import Header
from kangban.perception.reports.headings import heading_of
from kangban.perception.reports.kinds import title_in
from kangban.perception.reports.leaps import torn_header
from kangban.perception.reports.rows import printed_rows
from kangban.perception.reports.tables import MOST_ROWS, bodies_of, rows_of

_PANEL_FIELD = re.compile(
    r"(?:检验项目|检查项目|检测项目|检验目的|申请项目|项目组合|检验组合|panel|tests? ordered)\s*[::]\s*([^\s,;,;]{2,30})",
    re.IGNORECASE,
)
_TITLE_REST = re.compile(
    r"检验科|实验室|检验|化验|检测|检查|报告单?|结果|单$|\(.*?\)|[\u4e00-\u9fff]{2,20}(?:医院|中心|保健院|卫生院)|report|laboratory",
    re.IGNORECASE,
)


def laboratory_rows(document: Document, known: Callable[[str], bool]) -> list[tuple[str, PrintedRow]]:
    """Rows of every table; panel and specimen of the document where no heading names them.

    Each with the patient its own line names, "" where the table has no such column.
    """
    texts = [line.text for part in document for line in part.lines[:400]]
    panel, specimen = _panel_of(texts), specimen_of(texts)
    out: list[tuple[str, PrintedRow]] = []
    header: Header | None = None
    for part in document:
        bodies, header = bodies_of(list(part.lines), header)
        torn = torn_header(part.lines)
        if header is None:
            guessed = guessed_header(part.lines)
            bodies = bodies_of(list(part.lines), guessed)[0] if guessed is not None else []
        for body in bodies:
            rows = rows_of(body, known)
            for row in rows if torn else ():
                row.doubts.add("cell_moved")
            whose = [row.cells["patient"].text if "patient" in row.cells else "" for row in rows]
            out += zip(whose, printed_rows(rows, part.doubts), strict=True)
        if len(out) > MOST_ROWS:
            break
    return [
        (name, msgspec.structs.replace(row, panel=row.panel or panel, specimen=row.specimen or specimen))
        for name, row in out[:MOST_ROWS]
    ]


def _panel_of(texts: list[str]) -> str:
    for text in texts[:20]:
        if found := _PANEL_FIELD.search(text):
            return found[1]
    title = next((text for text in texts[:8] if title_in(text)), "")
    rest = _TITLE_REST.sub(" ", title.replace(" ", "") if title else "").strip(" -+|()")
    return heading_of(rest) or ""
