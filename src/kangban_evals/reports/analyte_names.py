"""Names of analytes as hospitals print them → LOINC: right, wrong though sure, or open; invented ones map to nothing.

A list is JSON lines {"name", "unit"?, "specimen"?, "loinc": [codes that are right] or null for an invented name,
"sure"?: false where the codes were only remembered, not read}. Codes that differ only by method are all right.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from kangban.reasoning.labs.resolve import resolve_analyte


class Printed(msgspec.Struct, frozen=True):
    """One line of a list."""

    name: str
    loinc: tuple[str, ...] | None
    unit: str = ""
    specimen: str = ""
    sure: bool = True


class NameMarks(msgspec.Struct, frozen=True):
    """Counts, and what went wrong on every second line; the other lines stay blind."""

    names: int
    right: int
    wrong: int
    open: int
    invented: int
    invented_mapped: int
    unsure_names: int
    unsure_right: int
    blind_names: int  # every second line: nothing of these was ever told
    blind_right: int
    faults: tuple[str, ...]


def read_names(path: Path) -> list[Printed]:
    """Read a list; raises as open and msgspec do."""
    return [msgspec.json.decode(line, type=Printed) for line in path.read_bytes().splitlines() if line.strip()]


def mark_names(lines: Sequence[Printed]) -> NameMarks:
    """Resolve every line with its unit and specimen."""
    right = wrong = left = mapped = unsure_right = blind_right = 0
    faults: list[str] = []
    for place, line in enumerate(lines):
        found = resolve_analyte(line.name, line.unit, line.specimen)
        if line.loinc is None:
            good = found.loinc is None and found.analyte is None
            mapped += not good
        elif not line.sure:
            good = found.loinc in line.loinc
            unsure_right += good
        else:
            good = found.loinc in line.loinc
            right += good
            blind_right += good and place % 2
            wrong += not good and found.loinc is not None
            left += found.loinc is None
        if not good and place % 2 == 0:
            said = f"{found.loinc} {found.analyte} {found.candidates}"
            faults.append(f"{line.name} | {line.unit} | {line.specimen} | {'/'.join(line.loinc or ())} · read: {said}")
    real = [line for line in lines if line.loinc is not None]
    return NameMarks(
        names=sum(line.sure for line in real),
        right=right,
        wrong=wrong,
        open=left,
        invented=len(lines) - len(real),
        invented_mapped=mapped,
        unsure_names=sum(not line.sure for line in real),
        unsure_right=unsure_right,
        blind_names=sum(line.sure and line.loinc is not None for line in lines[1::2]),
        blind_right=blind_right,
        faults=tuple(faults),
    )
