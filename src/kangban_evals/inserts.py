"""How well the entities of package inserts are found: one JSON object a line with text and entities.

An entity is [start, end, kind] or an object with kind and span; right is the same kind with exactly the same borders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import msgspec

from kangban.clinical.insert import EntityKind
from kangban.journeys.insert_reading import read_words

_Spot = tuple[int, int, str]
KINDS = frozenset(cast("tuple[str, ...]", EntityKind.__args__))  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


class LabelledInsert(msgspec.Struct, frozen=True):
    """A line as labelled. `sections`: keys of the headings in order, None where nobody labelled them."""

    text: str
    entities: frozenset[_Spot]
    sections: tuple[str, ...] | None = None
    id: str = ""


class KindScore(msgspec.Struct, frozen=True):
    """Counts and shares of one kind, or of all."""

    labelled: int
    found: int
    right: int
    precision: float
    recall: float
    f1: float


class InsertMarks(msgspec.Struct, frozen=True):
    """The outcome; `headings` is the share of labelled headings found under their key."""

    inserts: int
    micro: KindScore
    macro_f1: float
    kinds: dict[str, KindScore]
    headings: float | None
    missed: tuple[dict[str, Any], ...]
    wrong: tuple[dict[str, Any], ...]


def read_inserts(path: Path) -> list[LabelledInsert]:
    """Read a list; raises ValueError for an unknown kind or a span outside its text."""
    rows: list[LabelledInsert] = []
    for line in path.read_text("utf-8").splitlines():
        if not line.strip():
            continue
        row = msgspec.json.decode(line, type=dict[str, Any])
        text = str(row["text"])
        spots = frozenset(_spot(one, text) for one in cast("list[Any]", row["entities"]))
        keys = row.get("sections")
        sections = tuple(str(k) for k in cast("list[Any]", keys)) if isinstance(keys, list) else None
        rows.append(LabelledInsert(text, spots, sections, str(row.get("id", ""))))
    return rows


def _spot(one: Any, text: str) -> _Spot:
    if isinstance(one, dict):
        told = cast("dict[str, Any]", one)
        start, end = (int(n) for n in told["span"])
        kind = str(told["kind"])
    else:
        start, end, kind = int(one[0]), int(one[1]), str(one[2])
    if kind not in KINDS or not 0 <= start < end <= len(text):
        raise ValueError("an unknown kind or a span outside the text")
    return start, end, kind


def mark_inserts(rows: Iterable[LabelledInsert]) -> InsertMarks:
    """Read every insert and compare."""
    labelled, found, right = Counter[str](), Counter[str](), Counter[str]()
    missed: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    inserts = headings = headings_right = 0
    for row in rows:
        inserts += 1
        read = read_words(row.text)
        got = {(e.span[0], e.span[1], e.kind) for e in read.entities}
        for counter, spots in ((labelled, row.entities), (found, got), (right, row.entities & got)):
            counter.update(kind for _, _, kind in spots)
        missed += [_shown(row, spot) for spot in sorted(row.entities - got)]
        wrong += [_shown(row, spot) for spot in sorted(got - row.entities)]
        if row.sections is not None:
            keys = Counter(s.key for s in read.sections)
            headings += len(row.sections)
            headings_right += sum((Counter(row.sections) & keys).values())
    kinds = {k: _score(labelled[k], found[k], right[k]) for k in sorted(KINDS) if labelled[k] or found[k]}
    return InsertMarks(
        inserts,
        _score(labelled.total(), found.total(), right.total()),
        sum(s.f1 for s in kinds.values()) / len(kinds) if kinds else 0.0,
        kinds,
        headings_right / headings if headings else None,
        tuple(missed),
        tuple(wrong),
    )


def _shown(row: LabelledInsert, spot: _Spot) -> dict[str, Any]:
    start, end, kind = spot
    return {"id": row.id, "kind": kind, "text": row.text[start:end], "span": [start, end]}


def _score(labelled: int, found: int, right: int) -> KindScore:
    precision = right / found if found else 0.0
    recall = right / labelled if labelled else 0.0
    both = precision + recall
    return KindScore(labelled, found, right, precision, recall, 2 * precision * recall / both if both else 0.0)
