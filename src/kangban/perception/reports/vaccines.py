"""A vaccination record → one printed row for each dose: vaccine, which dose, when, batch."""

from __future__ import annotations

import re

from kangban.clinical.page import around
from kangban.clinical.report import PrintedRow
from kangban.perception.reports.documents import Document
from kangban.perception.reports.fields import moment_in
from kangban.perception.reports.grids import Grid, find_grid

_KEYS = (
    ("dose", r"剂次|针次|第几[剂针]|次数|dose"),
    ("date", r"接种日期|接种时间|日期|date"),
    ("batch", r"批号|批次|lot|batch"),
    ("maker", r"厂家|企业|生产|manufacturer"),
    ("site", r"部位|途径|site"),
    ("place", r"接种单位|接种地点|接种者|医[生师]|单位|clinic|签"),
    ("vaccine", r"疫\s*苗|vaccine|制品"),
)
_VACCINE = re.compile(
    r"疫苗|vaccine|卡介苗|百白破|白破|麻腮风|乙肝|脊灰|水痘|流感|肺炎|HPV|轮状|狂犬|手足口|EV71|甲肝|乙脑|流脑|Hib|BCG|DTaP|MMR|IPV|免疫球蛋白",
    re.IGNORECASE,
)


def vaccine_rows(document: Document) -> list[PrintedRow]:
    """Doses in printed order: `name` the vaccine, `text` which dose, `taken_on` the day, `code` the batch."""
    out: list[PrintedRow] = []
    grid: Grid | None = None
    for part in document:
        grid = find_grid(part.lines, _key, lambda keys: "vaccine" in keys and "date" in keys, _fits, grid)
        name = ""
        for row in grid.rows if grid else []:
            cells, doubts = row.cells, set(row.doubts)
            if "vaccine" in cells and _VACCINE.search(cells["vaccine"].text):
                name = cells["vaccine"].text
            elif name:
                # The name stands once for several doses.
                doubts.add("cell_moved")
            moment = moment_in(cells["date"].text) if "date" in cells else None
            if not name or ("date" not in cells and "dose" not in cells):
                continue
            if moment is None:
                doubts.add("date_unread")
            confidence = min(c.confidence for c in cells.values())
            if confidence < 0.8:
                doubts.add("low_confidence")
            out.append(
                PrintedRow(
                    name,
                    cells["dose"].text if "dose" in cells else "",
                    part.page,
                    around([c.box for c in cells.values()]),
                    confidence,
                    code=cells["batch"].text if "batch" in cells else "",
                    taken_on=moment.date() if moment else None,
                    doubts=tuple(sorted(doubts)),
                )
            )
    return out


def _fits(key: str, text: str) -> bool:
    match key:
        case "vaccine":
            return bool(_VACCINE.search(text))
        case "date":
            return moment_in(text) is not None
        case "dose":
            return (
                bool(re.match(r"^(?:第?\s*[\d一二三四五加]\s*[剂针次]?|\d/\d|加强)", text))
                and len(text) <= 8
                and moment_in(text) is None
            )
        case "batch":
            return bool(re.fullmatch(r"[A-Za-z0-9\-/() ]{4,24}", text)) and moment_in(text) is None
        case _:
            return moment_in(text) is None and not _VACCINE.search(text)


def _key(text: str) -> str:
    if len(text) > 20:
        return ""
    return next((key for key, pattern in _KEYS if re.search(pattern, text, re.IGNORECASE)), "")
