"""One automaton over every name and phrase of the packs; built once per process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal

import msgspec

from kangban.kernel.needles import needles
from kangban.perception.language.plain import is_word, plain
from kangban.rules.catalogue import Catalogue, Named, catalogue
from kangban.rules.compiled import shipped
from kangban.rules.load import Packs

_PLURALS = ("s", "es", "'s")


Sort = Literal["drug", "phrase", "group", "condition", "food", "analyte"]


class Entry(msgspec.Struct, frozen=True):
    """What a key of the lexicon means, and whether it must begin and end at word boundaries."""

    length: int
    word_start: bool
    word_end: bool
    meanings: tuple[tuple[Sort, str], ...]


class Hit(msgspec.Struct, frozen=True):
    """One lexicon entry found at [start, end) of the plain text."""

    start: int
    end: int
    sort: Sort
    id: str


class Combo(msgspec.Struct, frozen=True):
    """A symptom found from groups near each other."""

    symptom: str
    groups: tuple[str, ...]
    gap: int
    ordered: bool


class Lexicon:
    """Names and phrases, and what they mean."""

    def __init__(self, packs: Packs, names: Catalogue) -> None:
        self.names = names
        self.drugs: dict[str, Named] = {}  # plain spelling → thing
        self.combos: dict[str, dict[str, list[Combo]]] = {}  # by first and second group
        self.implies = {s.id: s.implies for s in packs.symptoms}
        self.everyday: set[str] = set()  # words that are no misspelt medicine
        self._entries: dict[str, list[tuple[Sort, str]]] = defaultdict(list)
        self._add_drugs(names)
        self._add_symptoms(packs)
        self._add_others(packs)
        self._find = needles(
            {k: Entry(len(k), is_word(k[0]), is_word(k[-1]), tuple(m)) for k, m in self._entries.items()}
        )

    def _put(self, words: Iterable[str], sort: Sort, id_: str) -> None:
        for word in words:
            key = plain(word.strip()).text
            if not key or (len(key) == 1 and sort != "group"):
                continue
            if (sort, id_) not in self._entries[key]:
                self._entries[key].append((sort, id_))

    def _add_drugs(self, names: Catalogue) -> None:
        for folded, named in names.by_name.items():
            for spelling in {names.spelling[folded], folded}:
                key = plain(spelling).text
                if len(key) < 2 or (key.isascii() and len(key) < 3):
                    continue
                self.drugs[key] = named
                self._put((key,), "drug", key)

    def _add_symptoms(self, packs: Packs) -> None:
        for group in packs.groups:
            self._put(group.words, "group", group.id)
            self.everyday |= {plain(w).text for w in group.words}
        for symptom in packs.symptoms:
            self._put(symptom.phrases, "phrase", symptom.id)
            self.everyday |= {plain(w).text for w in (*symptom.phrases, symptom.name)}
            for combo in symptom.combos:
                if not combo:
                    continue
                seconds = self.combos.setdefault(combo[0], {})
                second = combo[1:2] or combo[0:1]
                seconds.setdefault(second[0], []).append(Combo(symptom.id, combo, symptom.gap, symptom.ordered))

    def _add_others(self, packs: Packs) -> None:
        for condition in packs.conditions:
            words = [w for w in (condition.name, condition.name_en, *condition.aliases) if len(w) > 1]
            self._put(words, "condition", condition.id)
            self.everyday |= {plain(w).text for w in words}
        for food in packs.foods:
            words = (food.name, food.name_en, *food.aliases)
            self._put(words, "food", food.id)
            self.everyday |= {plain(w).text for w in words}
        for row in packs.analytes:
            if row.said:
                self._put((row.name, row.name_en, *row.aliases, *row.spoken), "analyte", row.id)

    def hits(self, text: str) -> Iterator[Hit]:
        """Every entry that occurs in plain text, at word boundaries for Latin words, overlaps included."""
        for last, entry in self._find(text):
            start, end = last - entry.length + 1, last + 1
            if entry.word_start and start > 0 and is_word(text[start - 1]):
                continue
            if entry.word_end and end < len(text) and is_word(text[end]):
                end = _plural_end(text, end)
                if end == 0:
                    continue
            for sort, id_ in entry.meanings:
                yield Hit(start, end, sort, id_)


def _plural_end(text: str, end: int) -> int:
    """Where a plural of the word ends, or 0 when another word goes on."""
    for suffix in _PLURALS:
        after = end + len(suffix)
        if text.startswith(suffix, end) and (after >= len(text) or not is_word(text[after])):
            return after
    return 0


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon over the shipped packs."""
    return Lexicon(shipped().packs, catalogue())
