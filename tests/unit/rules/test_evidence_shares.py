"""What the medication pack rests on, and the floor under its gravest words."""

from __future__ import annotations

from datetime import date

import pytest

from kangban.rules.evidence import GRAVE_READ_FLOOR, evidence_shares
from kangban.rules.load import PACKS_ROOT, Packs, read_packs
from kangban.rules.schema import Caution, Ingredient, Passage, Person, Source


def _caution(key: str, severity: str, *citations: str) -> Caution:
    return Caution(key, "condition", severity, Person(), "话", "words", citations)  # pyright: ignore[reportArgumentType]


def _packs(*cautions: Caution) -> Packs:
    passage = (Passage("p", "place", "话"),)
    sources = (
        Source("label", "t", "p", "read_label", passage),
        Source("book", "t", "p", "read_secondary", passage),
        Source("memory", "t", "p", "recalled", passage),
    )
    one = Ingredient("x", "x", "x", 1, "a", date(2027, 1, 1), caution=cautions)
    return Packs(sources=sources, ingredients=(one,))


def test_a_fact_counts_for_the_best_of_its_citations() -> None:
    grave = {share.duty: share for share in evidence_shares(_packs(_caution("a", "avoid", "memory#p", "label#p")))}
    assert grave["grave"].kinds["read_label"] == 1
    assert grave["grave"].read == 1.0


def test_books_and_memory_are_no_label() -> None:
    shares = evidence_shares(
        _packs(
            _caution("a", "contraindicated", "label#p"),
            _caution("b", "avoid", "book#p"),
            _caution("c", "caution", "memory#p"),
        )
    )
    by_duty = {share.duty: share for share in shares}
    assert by_duty["grave"].read == pytest.approx(0.5)
    assert by_duty["mild"].read == 0.0


def test_the_packs_stand_on_what_was_read() -> None:
    by_duty = {share.duty: share for share in evidence_shares(read_packs(PACKS_ROOT))}
    assert by_duty["grave"].read >= GRAVE_READ_FLOOR
    assert by_duty["dose"].kinds["read_label"] == by_duty["dose"].facts
    assert by_duty["composition"].kinds["read_label"] == by_duty["composition"].facts
