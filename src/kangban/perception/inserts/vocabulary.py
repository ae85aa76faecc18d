"""Every word an insert's entities are known by: our own lists first, then the names of the packs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Literal

import msgspec

from kangban.clinical.insert import EntityKind
from kangban.kernel.needles import needles
from kangban.perception.inserts.printed import same_length
from kangban.rules.catalogue import Catalogue, catalogue
from kangban.rules.compiled import shipped
from kangban.rules.inserts import InsertWords, insert_words
from kangban.rules.load import Packs

Origin = Literal["own", "catalogue", "pack"]
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z0-9]")
# Names of circumstances in the condition pack, which no insert means as a disease.
_NO_DISEASE = {"surgery_recent", "smoking", "contact_lens", "alcohol_use", "premature", "falls", "head_injury_recent"}


class Word(msgspec.Struct, frozen=True):
    """What a key means. `latin` words must stand alone."""

    length: int
    kind: EntityKind
    origin: Origin
    latin: bool


class Known(msgspec.Struct, frozen=True):
    """A word found at [start, end) of printed text."""

    start: int
    end: int
    kind: EntityKind
    origin: Origin


class Vocabulary:
    """Built once per process."""

    def __init__(self, own: InsertWords, packs: Packs, names: Catalogue) -> None:
        self._words: dict[str, Word] = {}
        symptoms = {w for w, k in own.words.items() if k == "symptom"}
        # 头痛发热 is two symptoms printed together.
        self._put(((w, k) for w, k in own.words.items() if k != "symptom" or not _joined(w, symptoms)), "own")
        self._put(_catalogue_words(names), "catalogue")
        self._put(_pack_words(packs), "pack")
        self._find: Callable[[str], Iterable[tuple[int, Word]]] = needles(self._words)

    def _put(self, words: Iterable[tuple[str, EntityKind]], origin: Origin) -> None:
        for word, kind in words:
            key = same_length(word.strip())
            latin = _HAN.search(key) is None
            if not latin:
                key = "".join(key.split())
            if len(key) < (
                4 if latin and origin != "own" else 3 if latin else 1 if kind == "food" and origin == "own" else 2
            ):
                continue
            self._words.setdefault(key, Word(len(key), kind, origin, latin))

    def kind_of(self, word: str) -> EntityKind | None:
        """The kind of a whole word, or None."""
        known = self._words.get(same_length(word))
        return known.kind if known else None

    def find(self, text: str) -> Iterator[Known]:
        """Every known word in printed text, overlaps included."""
        for last, word in self._find(text):
            start, end = last - word.length + 1, last + 1
            if word.latin:
                if start > 0 and _WORD.match(text[start - 1]):
                    continue
                if end < len(text) and text[end] == "s" and not _WORD.match(text[end + 1 : end + 2] or " "):
                    end += 1
                if end < len(text) and _WORD.match(text[end]):
                    continue
            yield Known(start, end, word.kind, word.origin)


def _joined(word: str, others: set[str]) -> bool:
    return any(word[:i] in others and word[i:] in others for i in range(2, len(word) - 1))


def _catalogue_words(names: Catalogue) -> Iterator[tuple[str, EntityKind]]:
    for folded, named in names.by_name.items():
        yield names.spelling[folded], "drug_group" if named.kind == "class" else "drug"


def _pack_words(packs: Packs) -> Iterator[tuple[str, EntityKind]]:
    for condition in packs.conditions:
        if condition.id not in _NO_DISEASE:
            for word in (condition.name, condition.name_en, *condition.aliases):
                yield word, "disease"
    for food in packs.foods:
        for word in (food.name, food.name_en, *food.aliases):
            # 喝酒 is what somebody does; the food is 酒.
            if not word.startswith(("喝", "饮", "吃")):
                yield word, "food"
    for symptom in packs.symptoms:
        if len(symptom.name) <= 5 and not re.search(r"[或的、]", symptom.name):
            yield symptom.name, "symptom"


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary over the shipped lists and packs."""
    return Vocabulary(insert_words(), shipped().packs, catalogue())
