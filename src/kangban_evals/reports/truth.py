"""What stands on an invented report, known because we printed it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kangban.clinical.person import Sex
from kangban.clinical.report import Comparator

TrueFlag = Literal["low", "normal", "high", "abnormal"]
Trap = Literal["", "arrow", "unit_missing", "unit_slipped"]
Bounds = tuple[float | None, float | None]


class TrueRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One printed row. `bounds` is the range that holds for this patient; `by_sex` the ranges where two are printed.

    `flag` follows from value and printed range; None where a reader may judge either way. `printed_flag` is "high" or
    "low" as an arrow says. `trap` names what was printed wrong on purpose; `own_unit` is the unit that would be right.
    """

    name: str
    text: str
    unit: str
    range_text: str
    value: float | None = None
    comparator: Comparator | None = None
    bounds: Bounds = (None, None)
    by_sex: tuple[tuple[Sex, float | None, float | None], ...] = ()
    flag: TrueFlag | None = None
    printed_flag: Literal["", "low", "high"] = ""
    code: str = ""
    loinc: tuple[str, ...] = ()
    own_unit: str = ""
    trap: Trap = ""


class TruePanel(msgspec.Struct, frozen=True):
    """A heading and the rows under it."""

    title: str
    specimen: str
    rows: tuple[TrueRow, ...]


class TruePerson(msgspec.Struct, frozen=True):
    """Whom the report names; `age` as printed."""

    name: str
    sex: Sex
    age: str
    age_years: float


class TrueReport(msgspec.Struct, frozen=True):
    """One invented report before it is laid out."""

    seed: int
    lang: Literal["zh", "en"]
    hospital: str
    person: TruePerson
    sampled: datetime
    reported: datetime
    panels: tuple[TruePanel, ...]

    @property
    def rows(self) -> tuple[TrueRow, ...]:
        """Every row, in printed order."""
        return tuple(row for panel in self.panels for row in panel.rows)
