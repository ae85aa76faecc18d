"""The sets we measure on: which sheets are printed, how they are spoiled, and the sums over each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Literal, get_args

import msgspec

from kangban.clinical.page import Box
from kangban.kernel.errors import InvalidInput
from kangban_evals.reports.degrade import Shot, Spoiling, spoil
from kangban_evals.reports.invent import Spoiled, invent
from kangban_evals.reports.layouts import LAYOUTS, Layout
from kangban_evals.reports.press import Press, Sheet, pictures
from kangban_evals.reports.reading import File, Line
from kangban_evals.reports.score import Counts, Fault, score

SetName = Literal["clean", "scan", "tilt", "photo", "sideways", "traps"]
SETS: tuple[SetName, ...] = get_args(SetName)
_DPI = (200, 300, 150)
_TRAPS: tuple[Spoiled, ...] = ("arrow", "unit_missing", "unit_slipped")


class Case(msgspec.Struct, frozen=True):
    """One sheet of a set. Even seeds are shown to whoever writes the reader; odd ones are only ever counted."""

    of: SetName
    layout: str
    seed: int
    done: tuple[str, ...]
    counts: Counts
    faults: tuple[Fault, ...]


def printed(press: Press, layout: Layout, seed: int, spoiled: Spoiled = "") -> Sheet:
    """A sheet of a layout; one whose rows run off the page is invented anew with fewer of them."""
    for fewer in count():
        report = invent(seed, layout.lang, layout.most_rows - 4 * fewer, spoiled, mixed=layout.blocks == "own")
        try:
            return press.sheet(report, layout)
        except ValueError:
            if fewer == 3:
                raise
    raise AssertionError("unreachable")


def _shots(sheet: Sheet, how: Spoiling, seed: int) -> list[Shot]:
    dpi = 200 if how == "tilt" else _DPI[seed % len(_DPI)]
    # A narrow receipt is held nearer to the camera: its print is as large in the picture as that of a sheet.
    near = 1.5 if sheet.layout == "thermal" else 1.0
    return [spoil(page, how, seed * 10 + n) for n, page in enumerate(pictures(sheet.pdf, int(dpi * near)))]


def _read(line: Line, sheet: Sheet, shots: Sequence[Shot]) -> tuple[Counts, list[Fault]]:
    files: list[File] = [(s.content, "image/jpeg") for s in shots] or [(sheet.pdf, "application/pdf")]

    def where(page: int, box: Box) -> Box:
        return shots[page - 1].box(box) if shots else box

    try:
        read = line.read(files)
    except InvalidInput as error:
        return Counts(sheets=1, rows=len(sheet.rows)), [Fault("refused", sheet.layout, str(error), unseen=False)]
    counts, faults = score(sheet, read.pages, read.documents, where)
    counts.reader_s, counts.reasoning_s = read.reader_s, read.reasoning_s
    return counts, faults


def cases(
    press: Press, line: Line, of: SetName, limit: int, first: int = 0, until: float | None = None
) -> Iterator[Case]:
    """`limit` sheets of a set, layouts in turn, seeds from `first`; ends early at `until` (time.monotonic)."""
    for n in range(limit):
        if until is not None and time.monotonic() > until:
            return
        place, round_ = n % len(LAYOUTS), n // len(LAYOUTS)
        layout, seed = LAYOUTS[place], 1000 * place + 74 * SETS.index(of) + round_ + place % 2 + first
        sheet = printed(press, layout, seed, _TRAPS[n % 3] if of == "traps" else "")
        shots = [] if of in ("clean", "traps") else _shots(sheet, of, seed)
        counts, faults = _read(line, sheet, shots)
        yield Case(of, layout.name, seed, shots[0].done if shots else (), counts, tuple(faults))


def share(part: float, whole: float) -> float:
    """Percent, 0 where there is nothing."""
    return 100 * part / whole if whole else 0.0


def told(c: Counts) -> dict[str, float]:
    """Sums as the shares the issue asks for, all percent but the counts and times."""
    return {
        "sheets": c.sheets,
        "rows": c.rows,
        "rows exact": share(c.exact, c.rows),
        "values on the right row": share(c.value_right, c.rows),
        "rows found": share(c.found, c.rows),
        "units right": share(c.unit_right, c.rows),
        "ranges right": share(c.range_right, c.rows),
        "rows taken without asking": share(c.sure, c.rows),
        "of these wrong value or unit": share(c.sure_wrong, c.sure),
        "of these wrong range": share(c.sure_wrong_range, c.sure),
        "of these wrong flag": share(c.sure_wrong_flag, c.sure),
        "rows never printed, taken without asking": c.sure_invented,
        "flags unknown": share(c.flag_unknown, c.rows),
        "LOINC right": share(c.loinc_right, c.rows),
        "LOINC wrong without asking": share(c.loinc_wrong, c.rows),
        "row box on its row": share(c.box_on_row, c.rows),
        "value box on its value": share(c.box_on_value, c.rows),
        "patient right": share(c.person_right, c.sheets),
        "both dates right": share(c.dates_right, c.sheets),
        "sheets split or lost": c.documents_split,
        "naive grouping: values on the right row": share(c.naive_right, c.rows),
        "traps": c.traps,
        "traps taken without asking": c.traps_missed,
        "seconds a page, reader": c.reader_s / c.pages if c.pages else 0.0,
        "seconds a page, reasoning": c.reasoning_s / c.pages if c.pages else 0.0,
    }
