"""How well identifiers are found in a labelled list: one JSON object a line with text and spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import msgspec

from kangban.perception.language.identifiers import recognise


class Labelled(msgspec.Struct, frozen=True):
    """A line as labelled; spans are [start, end, kind], the kind is only reported."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    id: str = ""


class Marks(msgspec.Struct, frozen=True):
    """The outcome. `recall`: labelled spans wholly hidden. `precision`: hidden spans that hide nothing else.
    `exact`: labelled spans found with exactly their borders. Blanks and line breaks inside do not count.
    """

    lines: int
    labelled: int
    found: int
    recall: float
    precision: float
    exact: float
    missed_by_kind: dict[str, int]
    missed: tuple[dict[str, Any], ...]
    wrong: tuple[dict[str, Any], ...]


def read_list(path: Path) -> list[Labelled]:
    """Read a list; a span may also be an object with start, end and kind."""
    rows: list[Labelled] = []
    for line in path.read_text("utf-8").splitlines():
        if not line.strip():
            continue
        row = msgspec.json.decode(line, type=dict[str, Any])
        spans = tuple(_span(one) for one in cast("list[Any]", row.get("spans") or []))
        rows.append(Labelled(str(row["text"]), spans, str(row.get("id", ""))))
    return rows


def _span(one: Any) -> tuple[int, int, str]:
    if isinstance(one, dict):
        told = cast("dict[str, Any]", one)
        return int(told["start"]), int(told["end"]), str(told.get("kind", ""))
    return int(one[0]), int(one[1]), str(one[2])


def mark(rows: Iterable[Labelled]) -> Marks:
    """Recognise every line and compare."""
    lines = labelled = found = hit = exact = right = 0
    missed: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    kinds: Counter[str] = Counter()
    for row in rows:
        lines += 1
        got = recognise(row.text)
        hidden = _places(row.text, [(s.start, s.end) for s in got])
        meant = _places(row.text, [(start, end) for start, end, _ in row.spans])
        borders = {(s.start, s.end) for s in got}
        for start, end, kind in row.spans:
            labelled += 1
            exact += (start, end) in borders
            if _places(row.text, [(start, end)]) <= hidden:
                hit += 1
            else:
                kinds[kind] += 1
                missed.append({"id": row.id, "kind": kind, "span": row.text[start:end], "text": row.text})
        for span in got:
            found += 1
            if _places(row.text, [(span.start, span.end)]) <= meant:
                right += 1
            else:
                hides = row.text[span.start : span.end]
                wrong.append({"id": row.id, "kind": span.kind, "span": hides, "text": row.text})
    return Marks(
        lines, labelled, found, hit / max(labelled, 1), right / max(found, 1), exact / max(labelled, 1), dict(kinds),
        tuple(missed), tuple(wrong),
    )  # fmt: skip


def _places(text: str, spans: Iterable[tuple[int, int]]) -> set[int]:
    return {at for start, end in spans for at in range(start, end) if not text[at].isspace()}
