"""A family's own table of readings (dates × blood pressure, sugar, weight …) → one printed row for each reading."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from kangban.clinical.page import around
from kangban.clinical.report import PrintedRow
from kangban.perception.reports.cells import Cell
from kangban.perception.reports.documents import Document
from kangban.perception.reports.fields import moment_in
from kangban.perception.reports.grids import Grid, GridRow, find_grid
from kangban.perception.reports.home_heads import MARK, Across, days_across, is_slot, one_head
from kangban.perception.reports.units import read_unit
from kangban.perception.reports.values import read_value

# key → the name a row gets; the header's own words go into its text where they say when ("早餐后").
_READINGS: tuple[tuple[str, str], ...] = (
    ("血压", r"收缩压\s*[/、和]\s*舒张压|血\s*压|blood pressure|^BP"),
    ("收缩压", r"收缩压|高压|systolic|^SBP"),
    ("舒张压", r"舒张压|低压|diastolic|^DBP"),
    ("心率", r"心率|脉搏|心跳|pulse|heart rate|^HR"),
    ("空腹血糖", r"空腹(?:血糖)?"),
    (
        "血糖",
        r"血糖|[早中午晚]餐[前后]|餐[前后]|睡前|凌晨|随机|glucose|before (?:breakfast|lunch|dinner)|after (?:breakfast|lunch|dinner)|bedtime",
    ),
    ("体重", r"体重|weight"),
    ("体温", r"体温|temp"),
    ("血氧饱和度", r"血氧|SpO2|氧饱和"),
    ("身高", r"身高|height"),
    ("腰围", r"腰围|waist"),
)
_OTHER = (
    ("date", r"^(?:日\s*期|测量日期|记录日期|date|日期时间|测量时间日期)"),
    ("time", r"^(?:时\s*间|测量时间|time|时段)"),
    ("note", r"备注|说明|体位|部位|手臂|症状|用药|note|remark|arm|posture"),
)
_PRESSURE = re.compile(r"^(\d{2,3})\s*[/／-]\s*(\d{2,3})(?!\d)")
_IN_BRACKETS = re.compile(r"[(（\[]\s*([^)）\]]+)")
_SHORT_DAY = re.compile(r"^(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?")


def home_rows(document: Document) -> list[PrintedRow]:
    """Readings in printed order; the text keeps time, meal, arm and posture as printed beside the number."""
    out: list[PrintedRow] = []
    grid: Grid | None = None
    texts = [line.text for part in document for line in part.lines]
    year = next((moment.year for text in texts if (moment := moment_in(text))), None)
    for part in document:
        across = days_across(part.lines, _reading_key, _is_day)
        if across:
            out += [row for one in across for row in _of_day(one, year, part.page)]
            continue
        grid = find_grid(one_head(part.lines, _key, _is_day), _key, _enough, _fits, grid)
        if grid is None:
            continue
        day: date | None = None
        for row in grid.rows:
            printed = _day(row.cells.get("date"), year)
            doubts = set(row.doubts)
            if printed is None:
                doubts.add("date_unread")
            day = printed or day
            for key, cell in row.cells.items():
                if key.split("#")[0] in {name for name, _ in _READINGS}:
                    out += _readings(key.split("#")[0], grid.heads[key], cell, row, day, doubts, part.page)
    return out


def _of_day(one: Across, year: int | None, page: int) -> list[PrintedRow]:
    """A reading under its day; the unit stands in the head of its line or in a cell of its own."""
    head = msgspec.structs.replace(one.head, text=f"{one.head.text}({one.unit})") if one.unit else one.head
    day = _day(one.day, year)
    doubts = {"date_unread"} if day is None else set[str]()
    doubts |= set() if one.sure else {"cell_moved"}
    return _readings(_reading_key(head.text), head, one.value, GridRow({}, set()), day, doubts, page)


def _is_day(text: str) -> bool:
    return len(text) < 24 and (moment_in(text) is not None or bool(_SHORT_DAY.match(text)))


def _reading_key(text: str) -> str:
    key = _key(text)
    return key if key in {name for name, _ in _READINGS} else ""


def _key(text: str) -> str:
    own, _, above = text.partition(MARK)
    return _key_of(own) or (_key_of(above) if above else "")


def _key_of(text: str) -> str:
    if len(text) > 30:
        return ""
    for key, pattern in (*_OTHER, *_READINGS):
        if re.search(pattern, text, re.IGNORECASE):
            return key
    return ""


def _fits(key: str, text: str) -> bool:
    match key:
        case "date":
            return moment_in(text) is not None or bool(_SHORT_DAY.match(text))
        case "time":
            return bool(re.match(r"^\d{1,2}\s*[::点]|^[早中晚上下]", text))
        case "note":
            return read_value(text).value is None
        case "血压":
            return bool(_PRESSURE.match(text))
        case _:
            return read_value(text).value is not None or bool(re.fullmatch(r"[-/—]+", text))


def _enough(keys: set[str]) -> bool:
    return bool(keys & {"date", "time"}) and bool(keys - {"date", "time", "note"})


def _day(cell: Cell | None, year: int | None) -> date | None:
    if cell is None:
        return None
    moment = moment_in(cell.text)
    if moment is not None:
        return moment.date()
    short = _SHORT_DAY.match(cell.text)
    try:
        return date(year, int(short["m"]), int(short["d"])) if short and year else None
    except ValueError:
        return None


def _readings(
    name: str, head: Cell, cell: Cell, row: GridRow, day: date | None, doubts: set[str], page: int
) -> list[PrintedRow]:
    beside = [slot for slot in head.text.split(MARK) if is_slot(slot)]
    beside += [row.cells[k].text for k in ("time", "note") if k in row.cells]
    when = re.sub(r"[(（\[].*|血糖|\s", "", head.text.partition(MARK)[0]) if name in {"血糖", "空腹血糖"} else ""
    unit = _unit_in(head.text)
    parts: list[tuple[str, str]] = [(name, cell.text)]
    if name == "血压":
        pressure = _PRESSURE.match(cell.text)
        if not pressure:
            return (
                []
                if re.fullmatch(r"[-/—\s]*", cell.text)
                else [_row("血压", cell, None, unit, cell.text, day, doubts | {"value_unread"}, page)]
            )
        # A header may name two units one after the other; the first is the pressure's.
        parts = [("收缩压", pressure[1]), ("舒张压", pressure[2])]
        beside.insert(0, cell.text[pressure.end() :].strip(" ,;"))
    out: list[PrintedRow] = []
    for part, text in parts:
        read = read_value(text)
        if re.fullmatch(r"[-/—\s]*", text):
            continue
        own = set(doubts) if read.value is not None and read.sure else {*doubts, "value_unread"}
        shown = " ".join(t for t in (cell.text if name == "血压" else text, when, *beside) if t)
        out.append(_row(part, cell, read.value, unit or read.unit, shown, day, own, page))
    return out


def _unit_in(header: str) -> str:
    inside = _IN_BRACKETS.search(header)
    read = read_unit(inside[1]) if inside else None
    return read[0] if read else ""


def _row(
    name: str, cell: Cell, value: float | None, unit: str, text: str, day: date | None, doubts: set[str], page: int
) -> PrintedRow:
    if not unit:
        doubts = doubts | {"unit_missing"}
    if cell.faint:
        doubts = doubts | {"low_confidence"}
    return PrintedRow(
        name, text, page, around([cell.box]), cell.confidence, value, unit=unit, taken_on=day,
        cells=(("value", cell.box),), doubts=tuple(sorted(doubts)),
    )  # fmt: skip
