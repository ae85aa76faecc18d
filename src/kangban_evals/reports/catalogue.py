"""The panels we may print, read from panels.txt: names, units, ranges and the LOINC codes a reader may answer.

A line is `names | English name | abbreviation | unit | range | decimals or results | LOINC | limit`, the last two
optional. Names are told apart by "/". A range is `low-high`, `<high`, `>low`, `m…;f…` for the sexes, `=text` for a
qualitative result that is normal, `~text` for a text nothing follows from. A limit is `lt0.5` or `gt1000`: beyond it
the laboratory prints "<0.5". Most codes were read in public LOINC tables, a few only remembered (the set of names marks
which); codes that differ by method alone are all right. Ranges only have to look like a report.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from kangban.clinical.person import Sex
from kangban_evals.reports.truth import Bounds

_RANGE = re.compile(r"^(?P<low>-?[\d.]+)-(?P<high>-?[\d.]+)$")


class Analyte(msgspec.Struct, frozen=True):
    """One line of panels.txt. `bounds` has one entry ("") or one a sex; `words` are results of a qualitative test."""

    names: tuple[str, ...]
    english: str
    code: str
    unit: str
    bounds: dict[Sex | str, Bounds]
    decimals: int
    words: tuple[str, ...]
    expected: str
    judged: bool
    loinc: tuple[str, ...]
    below: str = ""
    above: str = ""


class Panel(msgspec.Struct, frozen=True):
    """A heading in both languages ("-" where it is printed in English only), its specimen and its analytes."""

    title: str
    english: str
    specimen: str
    analytes: tuple[Analyte, ...]


def read_range(text: str) -> Bounds:
    """Bounds of `low-high`, `<high` or `>low`; raises ValueError for anything else."""
    if text[0] == "<":
        return None, float(text[1:])
    if text[0] == ">":
        return float(text[1:]), None
    found = _RANGE.match(text)
    if found is None:
        raise ValueError(f"no range: {text}")
    return float(found["low"]), float(found["high"])


def _analyte(line: str) -> Analyte:
    cells = [cell.strip() for cell in line.split("|")]
    names, english, code, unit, printed, results, loinc, limit = [*cells, *[""] * (8 - len(cells))]
    spoken = printed[:1] in "=~"
    sexes: dict[Sex | str, Bounds] = {}
    if not spoken:
        halves = printed.split(";")
        if len(halves) == 1:
            sexes[""] = read_range(printed)
        for half in halves if len(halves) > 1 else ():
            sexes["male" if half[0] == "m" else "female"] = read_range(half[1:])
    return Analyte(
        names=() if names == "-" else tuple(names.split("/")),
        english=english,
        code=code,
        unit=unit,
        bounds=sexes,
        decimals=0 if spoken else int(results),
        words=tuple(results.split(",")) if spoken else (),
        expected=printed[1:] if spoken else "",
        judged=not printed.startswith("~"),
        loinc=tuple(loinc.split(",")) if loinc else (),
        below=limit[2:] if limit.startswith("lt") else "",
        above=limit[2:] if limit.startswith("gt") else "",
    )


@cache
def panels() -> tuple[Panel, ...]:
    """Every panel of panels.txt."""
    found: list[Panel] = []
    title, english, specimen, analytes = "", "", "", list[Analyte]()
    for line in Path(__file__).with_name("panels.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            if analytes:
                found.append(Panel(title, english, specimen, tuple(analytes)))
            (title, english, specimen), analytes = (part.strip() for part in line[1:].split("|")), []
        elif line.strip():
            analytes.append(_analyte(line))
    return (*found, Panel(title, english, specimen, tuple(analytes)))


def printed_in(lang: str) -> tuple[Panel, ...]:
    """Panels that may be printed in a language: English ones have their own conventional units beside the shared."""
    return tuple(p for p in panels() if lang == "en" or p.title != "-")
