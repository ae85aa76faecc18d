"""How the medication pack was read: the shares of evidence kinds, by what a fact does.

A fact counts for the best of its citations. `grave` is avoid and contraindicated, `mild` caution and note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

import msgspec

from kangban.rules.load import Packs
from kangban.rules.proofs_sources import evidence_by_citation
from kangban.rules.schema import Caution, DoseLimit, Evidence, Indication, Interaction, Practical, Severity

Duty = Literal["dose", "composition", "grave", "mild", "practical", "indication"]
KINDS: tuple[Evidence, ...] = get_args(Evidence)  # best first
# Of avoid and contraindicated rows at least this much must rest on a label or a guideline that was read.
GRAVE_READ_FLOOR = 0.8


class Share(msgspec.Struct, frozen=True):
    """How many facts of one duty there are, and how many rest on each kind of evidence at best."""

    duty: Duty
    facts: int
    kinds: dict[Evidence, int]

    @property
    def read(self) -> float:
        """Share resting on a label or guideline that was read, 0–1; of nothing it is 1."""
        return (self.kinds["read_label"] + self.kinds["read_guideline"]) / self.facts if self.facts else 1.0


def evidence_shares(packs: Packs) -> tuple[Share, ...]:
    """Count the medication facts of `packs` by duty and best evidence."""
    known = evidence_by_citation(packs)
    counted: Counter[tuple[Duty, Evidence]] = Counter()
    for duty, citations in _facts(packs):
        counted[duty, _best(citations, known)] += 1
    return tuple(
        Share(duty, sum(counted[duty, kind] for kind in KINDS), {kind: counted[duty, kind] for kind in KINDS})
        for duty in get_args(Duty)
    )


def _best(citations: tuple[str, ...], known: Mapping[str, Evidence]) -> Evidence:
    kinds = {known.get(one, "recalled") for one in citations}
    for kind in KINDS:
        if kind in kinds:
            return kind
    return "recalled"


def _facts(packs: Packs) -> Iterator[tuple[Duty, tuple[str, ...]]]:
    for one in packs.ingredients:
        yield from _each("dose", one.dose)
        yield from _graded((*one.caution, *one.interaction))
        yield from _each("practical", one.practical)
        yield from _each("indication", one.indication)
    for product in packs.products:
        if not product.composition_recalled:
            yield "composition", product.citations
        yield from _graded(product.caution)
        yield from _each("indication", product.indication)
    for table in packs.tables:
        for row in table.rows:
            if row.outcome != "none":
                yield _weight(row.outcome), row.citations


def _each(duty: Duty, rows: Iterable[DoseLimit | Practical | Indication]) -> Iterator[tuple[Duty, tuple[str, ...]]]:
    for row in rows:
        yield duty, row.citations


def _graded(rows: Iterable[Caution | Interaction]) -> Iterator[tuple[Duty, tuple[str, ...]]]:
    for row in rows:
        yield _weight(row.severity), row.citations


def _weight(severity: Severity) -> Duty:
    return "grave" if severity in ("avoid", "contraindicated") else "mild"
