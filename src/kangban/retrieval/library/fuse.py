"""Several rankings into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_DAMPING = 60  # reciprocal rank fusion: how little the very first places differ


def fused(rankings: Iterable[tuple[float, Sequence[str]]], top: int) -> list[tuple[str, float]]:
    """(id, score) by reciprocal ranks, each ranking with its weight; best first, of equals the one seen first."""
    scores: dict[str, float] = {}
    for weight, ids in rankings:
        for rank, id_ in enumerate(ids):
            scores[id_] = scores.get(id_, 0.0) + weight / (_DAMPING + rank)
    return sorted(scores.items(), key=lambda one: -one[1])[:top]
