"""Summary first, then passage: which part of which document a question belongs to, before which passage answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kangban.clinical.library import Passage
from kangban.kernel.ids import derived_id
from kangban.retrieval.library.chunking import sentences
from kangban.retrieval.library.terms import passage_terms, terms

_OPENING = 1  # sentences of each passage that stand for it
_SHARE = 0.25


def section_of(passage: Passage) -> str:
    """The part a passage stands in: its document and heading without the last step where it has several."""
    above = passage.heading.rpartition(" › ")[0] or passage.heading
    return derived_id("section", passage.document_id, above)


def summaries(title: str, passages: Iterable[Passage]) -> dict[str, Mapping[str, int]]:
    """Terms of a summary of every part: title, headings, and how each of its passages begins."""
    found: dict[str, dict[str, int]] = {}
    for passage in passages:
        section = section_of(passage)
        counts = found.setdefault(section, dict(terms(title)))
        opening = " ".join(sentences(passage.text)[:_OPENING])
        for term, count in passage_terms(passage.heading, opening).items():
            counts[term] = counts.get(term, 0) + count
    return dict(found)


def with_sections(
    hits: list[tuple[str, float]], sections: Mapping[str, str], found: Iterable[tuple[str, float]]
) -> list[tuple[str, float]]:
    """Passage hits (id, score) moved up by how well their part's summary fits; `sections` gives each hit's part."""
    scores = dict(found)
    best_part, best_hit = max(scores.values(), default=0.0), max((score for _, score in hits), default=0.0)
    if not best_part:
        return hits
    lift = {part: _SHARE * best_hit * score / best_part for part, score in scores.items()}
    moved = [(id_, score + lift.get(sections.get(id_, ""), 0.0)) for id_, score in hits]
    return sorted(moved, key=lambda one: -one[1])
