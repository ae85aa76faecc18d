"""Invented laboratory reports in every layout: read from PDF, scanned, tilted in a shadow, photographed; names; whose.

About six minutes on two cores. Pictures are read for as long as their share of it lasts, and the rows say how many.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from kangban_evals.reports.analyte_names import mark_names, read_names
from kangban_evals.reports.bad_files import mark_bad
from kangban_evals.reports.belonging import mark_belonging, tries
from kangban_evals.reports.pace import pace
from kangban_evals.reports.press import Press
from kangban_evals.reports.reading import Line
from kangban_evals.reports.score import Counts
from kangban_evals.reports.sets import SetName, cases, told

NAMES = Path(__file__).parent / "sets" / "analyte_names.jsonl"
# Set → sheets at most, seconds at most, and what is held: (measure, short of 100 at most).
SHEETS: dict[SetName, tuple[int, float, dict[str, float]]] = {
    "clean": (72, 40, {"rows exact": 0.5}),
    "scan": (18, 60, {"rows exact": 1}),
    "tilt": (18, 50, {"values on the right row": 5}),
    "photo": (18, 60, {}),
    "sideways": (6, 20, {}),
    "traps": (18, 15, {}),
}
SHOWN = (
    "sheets", "rows", "rows exact", "values on the right row", "rows taken without asking", "LOINC right",
    "value box on its value", "patient right", "naive grouping: values on the right row",
)  # fmt: skip
FIRST = 500  # seeds nobody was shown


def run() -> dict[str, Any]:
    line, measures = Line(), dict[str, Any]()
    try:
        with Press() as press:
            _sheets(press, line, measures)
            ratios = pace(press, line)
        measures |= _people(line)
        memory = line.most_memory_mb()
    finally:
        line.close()
    measures |= {
        "upright page in RapidOCR's own time": {"value": ratios["upright"], "unit": "×", "limit": 1.3},
        "sideways page in RapidOCR's own time": {"value": ratios["sideways"], "unit": "×", "limit": 2},
        "RapidOCR alone, a page": {"value": ratios["alone"], "unit": "s"},
        "reading process, most memory": {"value": memory or 0.0, "unit": "MB", "limit": 1500},
    }
    return measures | _names()


def _sheets(press: Press, line: Line, measures: dict[str, Any]) -> None:
    every = Counts()
    for of, (most, seconds, held) in SHEETS.items():
        sums = Counts()
        for case in cases(press, line, of, most, FIRST, time.monotonic() + seconds):
            sums.add(case.counts)
        every.add(sums)
        shares = told(sums)
        measures |= {f"{of}: {name}": _shown(name, shares[name]) for name in SHOWN}
        for name, most_short in held.items():
            measures[f"{of}: {name}, short of 100"] = {"value": 100 - shares[name], "unit": "%", "limit": most_short}
        if of == "traps":
            measures["traps: printed"] = sums.traps
            measures["traps: taken without asking"] = {"value": sums.traps_missed, "unit": "rows", "limit": 0}
    shares = told(every)
    measures |= {
        "taken without asking: rows": every.sure,
        "taken without asking: wrong value or unit": _held(shares["of these wrong value or unit"], 0.1),
        "taken without asking: wrong flag": _held(shares["of these wrong flag"], 0),
        "taken without asking: wrong range": _held(shares["of these wrong range"], 0.1),
        "taken without asking: never printed": {"value": every.sure_invented, "unit": "rows", "limit": 0},
        "taken without asking: wrong LOINC": _held(shares["LOINC wrong without asking"], 0.5),
    }


def _shown(name: str, value: float) -> Any:
    return value if name in ("sheets", "rows") else {"value": value, "unit": "%"}


def _held(value: float, limit: float) -> dict[str, Any]:
    return {"value": value, "unit": "%", "limit": limit}


def _people(line: Line) -> dict[str, Any]:
    marks = mark_belonging(line, tries())
    bad = mark_bad(line)
    return {
        "whose: documents of others": marks.others,
        "whose: passed in silence": {"value": marks.silent, "unit": "documents", "limit": 0},
        "whose: own documents asked about": f"{marks.asked} of {marks.own}",
        "bad files: without a clear outcome": {"value": sum(t.startswith("WRONG") for t in bad.values()), "limit": 0},
    }


def _names() -> dict[str, Any]:
    marks = mark_names(read_names(NAMES))
    return {
        "names: with codes that were read": marks.names,
        "names: without their LOINC": _held(100 - 100 * marks.right / marks.names, 3),
        "names: blind half, right": f"{marks.blind_right} of {marks.blind_names}",
        "names: sure and wrong": _held(100 * marks.wrong / marks.names, 0.5),
        "names: with remembered codes, right": f"{marks.unsure_right} of {marks.unsure_names}",
        "names: invented, mapped to something": {
            "value": marks.invented_mapped,
            "unit": f"of {marks.invented}",
            "limit": 0,
        },
    }
