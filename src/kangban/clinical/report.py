"""What a report says, in three steps: as printed, as understood, as a person confirmed it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from kangban.clinical.page import Box
from kangban.clinical.person import Sex

ReportKind = Literal[
    "laboratory", "prescription", "discharge_summary", "outpatient_note", "imaging", "pathology", "checkup",
    "vaccination", "home_measurements", "medicine_box", "other",
]  # fmt: skip
Comparator = Literal["<", "<=", ">", ">=", "~"]
RowFlag = Literal["low", "normal", "high", "critical_low", "critical_high", "abnormal", "unknown"]


class PrintedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of a table as printed, cells told apart and nothing looked up.

    `value` is the number, if the result is one; `text` the result as printed ("阴性", "1+", "<0.5"). `unit` as printed
    after mending characters (µ, ², ⁹). `specimen` and `panel` come from a heading above the row. `sex_ranges` holds
    ranges printed for one sex only: (sex, low, high). `taken_on` is where a table holds several dates.
    `doubts` are codes; any doubt asks a person: "cell_moved", "unit_missing", "low_confidence", "joined_cells",
    "range_unread", "value_unread".
    """

    name: str
    text: str
    page: int
    box: Box
    confidence: float
    value: float | None = None
    comparator: Comparator | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    range_text: str = ""
    sex_ranges: tuple[tuple[Sex, float | None, float | None], ...] = ()
    printed_flag: str = ""
    specimen: str = ""
    panel: str = ""
    code: str = ""
    taken_on: date | None = None
    cells: tuple[tuple[str, Box], ...] = ()  # ("name" | "value" | "unit" | "range" | "flag" | "code", where)
    doubts: tuple[str, ...] = ()


class PrintedMedicine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One medicine of a prescription, discharge summary or box, as printed.

    `doubts` (codes): the reader's, and "old" where the order has run out or names no days and is over a month old.
    """

    name: str
    page: int
    box: Box
    confidence: float
    strength: str = ""
    dose: str = ""
    frequency: str = ""
    route: str = ""
    days: str = ""
    quantity: str = ""
    text: str = ""
    doubts: tuple[str, ...] = ()


class ReportPatient(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a document names. `age` as printed ("3岁2月"); `age_years` from it; ids are never kept here."""

    name: str = ""
    sex: Sex | None = None
    age: str = ""
    age_years: float | None = None
    born_on: date | None = None


class ReportDates(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the sample was taken and when the report was made; local times of the hospital, None where not printed."""

    sampled: datetime | None = None
    reported: datetime | None = None


class PrintedReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """One document of a file as printed. `pages` are its page numbers; `sections` are (heading, text) of notes."""

    kind: ReportKind
    pages: tuple[int, ...]
    text: str
    patient: ReportPatient = ReportPatient()
    dates: ReportDates = ReportDates()
    hospital: str = ""
    title: str = ""
    rows: tuple[PrintedRow, ...] = ()
    medicines: tuple[PrintedMedicine, ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    box_label: BoxLabel | None = None
    doubts: tuple[str, ...] = ()


class BoxLabel(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a photograph of a medicine box says; empty is "not seen"."""

    name: str = ""
    english: str = ""
    strength: str = ""
    count: str = ""
    maker: str = ""
    approval: str = ""  # 国药准字
    batch: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    barcode: str = ""
    market: str = ""  # "otc_a" | "otc_b" | "rx" | "" as printed on the box


class ReportRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row as understood: what is measured, in which unit, and what follows from value and range.

    `printed` is the row it came from. `flag` is derived, never the printed one. `analyte`, `loinc`: None where
    name, unit and specimen do not settle it. `doubts` (codes, the printed row's included) say why a person must look:
    "unknown_analyte", "ambiguous_analyte", "unit_impossible", "flag_disagrees", "tenfold_jump", "sex_needed",
    "age_needed", "implausible", "duplicate_row". `needs_confirm` is true where a person must look at this very row.
    """

    printed: PrintedRow
    flag: RowFlag
    needs_confirm: bool
    analyte: str | None = None
    loinc: str | None = None
    own_value: float | None = None  # in the analyte's own unit
    own_unit: str = ""
    low: float | None = None  # the range that decided, in the printed unit
    high: float | None = None
    range_from: Literal["report", "pack", ""] = ""
    citations: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One document as understood; what a person confirms row by row before anything enters the record."""

    printed: PrintedReport
    rows: tuple[ReportRow, ...] = ()
    doubts: tuple[str, ...] = ()
