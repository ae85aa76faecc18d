"""Names a question may be about: medicines of our catalogue, and what a library's own graph knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from kangban.kernel.needles import needles
from kangban.retrieval.library.graph import Graph
from kangban.rules.catalogue import catalogue

_SHORTEST = {True: 4, False: 2}  # of Latin and of Chinese names


@lru_cache(maxsize=1)
def _medicines() -> Callable[[str], Iterable[tuple[int, str]]]:
    names = catalogue()
    spelt = {names.spelling[folded].lower() for folded in names.by_name} | set(names.by_name)
    return needles({one: one for one in spelt if len(one) >= _SHORTEST[one.isascii()]})


def names_in(text: str, graph: Graph) -> list[str]:
    """Medicines, diseases and symptoms a text names, in order; the longest name at a place wins."""
    lowered = text.lower()
    spans = [(last - len(name) + 1, last + 1) for last, name in _medicines()(lowered)]
    for name in graph.names_in(text):
        start = text.find(name)
        spans.append((start, start + len(name)))
    kept = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    return list(dict.fromkeys(text[start:end] for start, end in sorted(kept)))
