"""Rows of a table → PrintedRow: each cell read, and every reason to ask a person written down."""

from __future__ import annotations

import re
from datetime import date
from itertools import groupby

import msgspec

from kangban.clinical.page import around
from kangban.clinical.report import PrintedRow
from kangban.perception.reports.cells import Cell
from kangban.perception.reports.headers import Role
from kangban.perception.reports.ranges import RangeRead, read_range
from kangban.perception.reports.tables import TableRow
from kangban.perception.reports.units import looks_like_unit, read_unit
from kangban.perception.reports.values import ValueRead, read_flag, read_value

_MARKS = re.compile(r"^(?:[★☆*▲△●○◆◇■□#※+]+\s*|\d{1,2}[、.)]\s*(?=[^\d.])|\(\d{1,2}\)\s*)+|\s*[★☆▲△●○◆◇※]+$")
# Results that have no unit: ratios, indices, pH, gravity, and what is told in words or colours.
_UNITLESS = re.compile(
    r"\bpH\b|酸碱度|比重|\bSG\b|gravity|比值|比例|\bINR\b|ratio|指数|index|国际标准化|A/G|白球比|/[A-Z]{3}|S/CO|COI|DNI|系数|评分|score|相对密度|\bR\b|AST/ALT|ALT/AST|f/t",
    re.IGNORECASE,
)
_CELLS: tuple[tuple[Role, str], ...] = (
    ("name", "name"), ("value", "value"), ("unit", "unit"), ("range", "range"), ("flag", "flag"), ("code", "code"),
)  # fmt: skip
# Below this a reader's word is not taken. A digit too few is another result; a unit or range must also be one we know.
_SURE_ENOUGH: dict[Role, float] = {"value": 0.85, "unit": 0.6, "range": 0.6, "name": 0.6}
_UNSURE_PAGES = {"blurred", "handwriting", "dark", "not_read"}


class Columns(msgspec.Struct, frozen=True):
    """What the rows of one table have in common: which columns most of them fill, and what the page is doubted for."""

    units: bool
    ranges: bool
    page_doubts: tuple[str, ...] = ()


def printed_rows(rows: list[TableRow], page_doubts: tuple[str, ...] = ()) -> list[PrintedRow]:
    """Read every row of one table; a unit beside a result without unit doubts the rows it may have slipped from."""
    if not rows:
        return []
    share = {role: sum(role in row.cells for row in rows) / len(rows) for role in ("unit", "range")}
    common = Columns(share["unit"] > 0.4, share["range"] > 0.6, page_doubts)
    out = [_printed(row, common) for row in rows]
    return _slipped(out)


def _printed(row: TableRow, common: Columns) -> PrintedRow:
    cells = row.cells
    doubts = set(row.doubts)
    name, code = _named(cells)
    value = _value(cells.get("value"), doubts)
    limits = _limits(cells.get("range"), doubts)
    unit = _unit(cells, value, limits, doubts)
    ocr = any(c.ocr for c in cells.values())
    numeric = value.value is not None
    if numeric and not unit and not _UNITLESS.search(f"{name} {code}"):
        doubts.add("unit_missing")
    if ocr and common.ranges and "range" not in cells:
        doubts.add("range_unread")
    if value.parted and not _one_number(value, limits):
        doubts.add("value_unread")
    if ocr and numeric and _decimals_differ(value, limits):
        doubts.add("value_unread")
    if not name:
        doubts.add("cell_moved")
    flag = value.flag
    if "flag" in cells:
        flag = read_flag(cells["flag"].text) or cells["flag"].text[:8]
    # Unit and range have their own tests: a text that is one of few known ones needs less of the reader's word.
    confidence = min((c.confidence for role, c in cells.items() if role in {"name", "value"}), default=0.0)
    faint = any(role in cells and cells[role].confidence < least for role, least in _SURE_ENOUGH.items())
    if faint or _UNSURE_PAGES & set(common.page_doubts):
        doubts.add("low_confidence")
    places = tuple((shown, cells[role].box) for role, shown in _CELLS if role in cells)
    return PrintedRow(
        name, value.text, row.page, around([box for _, box in places] or [c.box for c in cells.values()]), confidence,
        value.value, value.comparator, unit, limits.low, limits.high, limits.text, limits.by_sex, flag,
        _word(cells, "specimen") or row.specimen, _word(cells, "panel") or row.panel, code, _day(cells.get("sampled")), places,
        tuple(sorted(doubts)),
    )  # fmt: skip


def _word(cells: dict[Role, Cell], role: Role) -> str:
    return cells[role].text if role in cells else ""


def _day(cell: Cell | None) -> date | None:
    found = re.search(r"((?:19|20)\d\d)\D(\d{1,2})\D(\d{1,2})", cell.text) if cell else None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


# What readers of pictures make of letters in names, where nothing else can be meant.
_SLIPS = (
    (re.compile(r"^[YyrVv]\s?-(?=谷氨酰|谷酰|GT)"), "γ-"),
    (re.compile(r"(?<=A)[lI](?=c\b)"), "1"),
    (re.compile(r"(?<=肌钙蛋白)[l1|](?=$|\()"), "I"),
    (re.compile(r"(?<=氯\()CI(?=\))|(?<=氯 )CI$"), "Cl"),
)


def _named(cells: dict[Role, Cell]) -> tuple[str, str]:
    name, code = (_unslipped(_MARKS.sub("", _word(cells, role)).strip()) for role in ("name", "code"))
    return (name, code) if name else (code, "")


def _unslipped(name: str) -> str:
    for slip, meant in _SLIPS:
        name = slip.sub(meant, name)
    return name


def _value(cell: Cell | None, doubts: set[str]) -> ValueRead:
    if cell is None:
        doubts.add("value_unread")
        return ValueRead("", sure=False)
    read = read_value(cell.text)
    if (not read.sure and not read.parted) or (read.value is None and cell.ocr and not _clean(read.text)):
        doubts.add("value_unread")
    if read.glued:
        doubts.add("joined_cells")
    return read


def _clean(text: str) -> bool:
    """A result in words that OCR cannot have made of a number: Chinese words, grades, titres."""
    return bool(re.search(r"[\u3400-\u9fff]{2}|^[(+\-±)\d: ~/阴阳]+$|^[A-Za-z ]{3,}$|型$", text))


def _limits(cell: Cell | None, doubts: set[str]) -> RangeRead:
    read = read_range(cell.text) if cell is not None else RangeRead("")
    if not read.sure:
        doubts.add("range_unread")
    return read


def _unit(cells: dict[Role, Cell], value: ValueRead, limits: RangeRead, doubts: set[str]) -> str:
    cell = cells.get("unit")
    if cell is None:
        return value.unit or limits.unit
    read = read_unit(cell.text)
    if read is not None:
        unit, sure = read
        # A lone letter has no neighbours to tell its size by; seconds are meant.
        unit = "s" if unit == "S" and cell.ocr else unit
    elif re.fullmatch(r"[-/—*.]{1,4}|无", cell.text):
        return value.unit or limits.unit
    else:
        unit, sure = cell.text, not cell.ocr and looks_like_unit(cell.text)
    if not sure:
        doubts.add("unit_unread")
    if value.unit and value.unit != unit:
        doubts.add("joined_cells")
    return unit


def _one_number(value: ValueRead, limits: RangeRead) -> bool:
    """Whether "13 7.3" is 137.3: near a range with as many decimals, while neither part alone is."""
    if value.value is None or limits.low is None or limits.high is None or value.decimals != limits.decimals:
        return False
    low, high = 0.6 * limits.low, 1.6 * limits.high
    return low <= value.value <= high and limits.low > 0 and not any(low <= part <= high for part in value.parted)


def _decimals_differ(value: ValueRead, limits: RangeRead) -> bool:
    """Where OCR may have lost a point or made a digit of an arrow: the result lies far off the range, but only because
    of its last digit or its missing point.
    """
    number = value.value
    if value.comparator is not None and "," not in value.text:
        # The end of what the machine can measure is a round number of its own.
        return False
    if number is None or (limits.low is None and limits.high is None and not limits.by_sex):
        # Nothing to compare with: a thousands mark or a final 1 after two decimals cannot be told from a slip.
        return "," in value.text
    lows = [low for low in (limits.low, *(low for _, low, _ in limits.by_sex)) if low is not None]
    highs = [high for high in (limits.high, *(high for _, _, high in limits.by_sex)) if high is not None]
    top, bottom = max(highs or lows), min(lows or highs)
    inside = (not lows or number >= min(lows)) and (not highs or number <= max(highs))
    if inside:
        return False
    if value.decimals < limits.decimals and number > 4 * abs(top):
        return True
    if value.text.endswith(("1", "7")) and (value.decimals > limits.decimals or number > 6 * abs(top)):
        return True
    return "," in value.text or (number < bottom / 6 and bottom > 0)


# Acidity, gravity and the clotting ratio have no unit anywhere; one beside them came from another row.
_NEVER = re.compile(r"\bpH\b|酸碱度|比重|gravity|\bINR\b|国际标准化", re.IGNORECASE)


def _slipped(rows: list[PrintedRow]) -> list[PrintedRow]:
    """Doubt units that may stand beside the wrong row, as a column does that slipped by one."""
    lacking = [i for i, row in enumerate(rows) if "unit_missing" in row.doubts]
    moved: set[int] = set()
    for _, group in groupby(range(len(rows)), key=lambda i: rows[i].panel):
        panel = list(group)
        numbers = [i for i in panel if rows[i].value is not None]
        bare = [i for i in numbers if not rows[i].unit]
        # Units one row too low leave the first row bare, one row too high the last.
        edge = len(numbers) > 2 and len(bare) == 1 and bare[0] in lacking and bare[0] in (numbers[0], numbers[-1])
        if edge or any(_NEVER.search(rows[i].name) and rows[i].unit not in ("", "%", "pH") for i in panel):
            moved |= set(panel)
    if len(lacking) <= len(rows) * 0.6:
        for i, row in enumerate(rows):
            # A unit beside a ratio or a word, while a number above or below has none.
            spare = bool(row.unit) and (bool(_UNITLESS.search(row.name)) or (row.value is None and row.unit[0] != "/"))
            if spare and lacking:
                nearest = min(lacking, key=lambda k, i=i: abs(k - i))
                moved |= set(range(min(i, nearest), max(i, nearest) + 1))
    return [
        msgspec.structs.replace(row, doubts=tuple(sorted({*row.doubts, "cell_moved"}))) if i in moved else row
        for i, row in enumerate(rows)
    ]
