"""A passage index in memory with numpy: BM25 over weighted terms, and cosine over vectors where there are any."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kangban.kernel.errors import InvalidInput
from kangban.retrieval.library.terms import K1, B, rarity

_DEAD_SHARE = 0.5  # beyond it the index is built again without what was removed


class GramIndex:
    """A `PassageIndex`. Nothing of it is ever on a disk; calls from several threads wait for one another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []
        self._dead = 0
        self._lengths = array("f")
        self._alive = array("b")
        # term → slots that hold it, and how often
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._matrix: tuple[list[str], NDArray[np.float32]] | None = None

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, items: Iterable[tuple[str, Mapping[str, int]]]) -> None:
        """See PassageIndex.add."""
        with self._lock:
            for id_, counts in items:
                if id_ not in self._slots:
                    self._insert(id_, counts)

    def _insert(self, id_: str, counts: Mapping[str, int]) -> None:
        slot = len(self._ids)
        self._slots[id_] = slot
        self._ids.append(id_)
        self._lengths.append(sum(counts.values()))
        self._alive.append(1)
        for term, count in counts.items():
            held = self._postings.get(term)
            if held is None:
                held = self._postings[term] = (array("I"), array("H"))
            held[0].append(slot)
            held[1].append(min(count, 65535))

    def add_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """See PassageIndex.add_vectors."""
        with self._lock:
            size = next((v.size for v in self._vectors.values()), 0)
            for id_, raw in vectors.items():
                vector = np.frombuffer(raw, dtype="<f4").astype(np.float32)
                if not vector.size or (size and vector.size != size):
                    raise InvalidInput("vectors of different lengths", field="vectors")
                size = vector.size
                self._vectors[id_] = vector / max(float(np.linalg.norm(vector)), 1e-12)
            self._matrix = None

    def remove(self, ids: Iterable[str]) -> None:
        """See PassageIndex.remove."""
        with self._lock:
            for id_ in ids:
                slot = self._slots.pop(id_, None)
                if slot is not None:
                    self._alive[slot] = 0
                    self._dead += 1
                if self._vectors.pop(id_, None) is not None:
                    self._matrix = None
            if self._dead > _DEAD_SHARE * len(self._ids):
                self._rebuild()

    def _rebuild(self) -> None:
        counts: dict[int, dict[str, int]] = {slot: {} for slot in self._slots.values()}
        for term, (slots, times) in self._postings.items():
            for slot, count in zip(slots, times, strict=True):
                if slot in counts:
                    counts[slot][term] = count
        kept, vectors = dict(self._slots), self._vectors
        self._clear()
        self._vectors = vectors
        for id_, slot in kept.items():
            self._insert(id_, counts[slot])

    def search(self, asked: Mapping[str, float], top: int) -> list[tuple[str, float]]:
        """See PassageIndex.search."""
        with self._lock:
            if not self._slots or top < 1:
                return []
            total = len(self._ids)
            lengths = np.frombuffer(self._lengths, dtype=np.float32)
            norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1e-6))
            scores = np.zeros(total, dtype=np.float32)
            for term, weight in asked.items():
                held = self._postings.get(term)
                if held is None:
                    continue
                slots = np.frombuffer(held[0], dtype=np.uint32)
                times = np.frombuffer(held[1], dtype=np.uint16).astype(np.float32)
                worth = weight * rarity(total, len(slots), int(times.sum()))
                scores[slots] += worth * times * (K1 + 1) / (times + norm[slots])
            scores *= np.frombuffer(self._alive, dtype=np.int8)
            return [(self._ids[n], float(scores[n])) for n in _best(scores, top) if scores[n] > 0]

    def near(self, vector: Sequence[float], top: int) -> list[tuple[str, float]]:
        """See PassageIndex.near."""
        with self._lock:
            if not self._vectors or top < 1:
                return []
            if self._matrix is None:
                self._matrix = list(self._vectors), np.stack(list(self._vectors.values()))
            ids, matrix = self._matrix
            asked = np.asarray(vector, dtype=np.float32)
            if asked.size != matrix.shape[1]:
                raise InvalidInput("the question's vector has another length", field="vectors")
            scores = matrix @ (asked / max(float(np.linalg.norm(asked)), 1e-12))
            return [(ids[n], float(scores[n])) for n in _best(scores.astype(np.float32), top)]


def _best(scores: NDArray[np.float32], top: int) -> list[int]:
    """Places of the highest scores, best first; of equal ones the earlier."""
    if top < scores.size:
        edge = np.partition(scores, scores.size - top)[scores.size - top]
        places = np.flatnonzero(scores >= edge)
    else:
        places = np.arange(scores.size)
    order = np.lexsort((places, -scores[places]))
    return [int(n) for n in places[order][:top]]
