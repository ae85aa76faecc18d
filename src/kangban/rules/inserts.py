"""The words package inserts are recognised by: `medication/inserts/*.toml`. They name things and claim nothing.

Read apart from the packs that decide: a wrong word here may lose a proposal to a person, never a finding.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import msgspec

from kangban.clinical.insert import EntityKind, SectionKey
from kangban.kernel.errors import RulePackRefused
from kangban.rules.load import PACKS_ROOT, read_toml
from kangban.rules.schema.base import Row


class WordGroup(Row, frozen=True):
    """Chinese words parted by blanks, English phrases as a list."""

    kind: EntityKind
    words: str = ""
    phrases: tuple[str, ...] = ()


class HeadingNames(Row, frozen=True):
    """One heading and the ways it is printed."""

    key: SectionKey
    names: tuple[str, ...] = ()
    english: tuple[str, ...] = ()


class SyndromeParts(Row, frozen=True):
    """What names of syndromes are made of; blanks part the words."""

    places: str
    causes: str
    states: str


class SymptomParts(Row, frozen=True):
    """Places and what is wrong there."""

    places: str
    states: str


class EfficacyParts(Row, frozen=True):
    """What effects in the words of Chinese medicine are made of."""

    verbs: str
    objects: str
    long_objects: str


class TasteParts(Row, frozen=True):
    """What nature and taste are made of."""

    smells: str
    tastes: str
    natures: str


class InsertWordsFile(Row, frozen=True):
    """`medication/inserts/*.toml`."""

    version: int
    author: str
    review_by: date
    checked_by: str = ""
    clinician_reviewed: bool = False
    group: tuple[WordGroup, ...] = ()
    heading: tuple[HeadingNames, ...] = ()
    syndrome_parts: SyndromeParts | None = None
    symptom_parts: SymptomParts | None = None
    efficacy_parts: EfficacyParts | None = None
    taste: TasteParts | None = None


class InsertWords(msgspec.Struct, frozen=True):
    """Every word list of the folder together."""

    words: dict[str, EntityKind]
    headings: tuple[HeadingNames, ...]
    syndrome: SyndromeParts
    symptom: SymptomParts
    efficacy: EfficacyParts
    taste: TasteParts


def read_insert_words(root: Path = PACKS_ROOT) -> InsertWords:
    """Read and prove the word lists; raises RulePackRefused for a word of two kinds or a missing part."""
    files = [read_toml(path, InsertWordsFile) for path in sorted(root.glob("medication/inserts/*.toml"))]
    words: dict[str, EntityKind] = {}
    for group in (g for f in files for g in f.group):
        for word in (*group.words.split(), *group.phrases):
            # Where a substance stands tells whether it is an ingredient or a drug.
            if {words.setdefault(word, group.kind), group.kind} not in ({group.kind}, {"drug", "ingredient"}):
                raise RulePackRefused(f"inserts: {word} is {words[word]} and {group.kind}")
    headings = tuple(h for f in files for h in f.heading)
    printed = [name for h in headings for name in (*h.names, *h.english)]
    twice = {name for name in printed if printed.count(name) > 1}
    if twice:
        raise RulePackRefused(f"inserts: headings printed twice: {sorted(twice)[0]}")
    syndrome = next((f.syndrome_parts for f in files if f.syndrome_parts), None)
    symptom = next((f.symptom_parts for f in files if f.symptom_parts), None)
    efficacy = next((f.efficacy_parts for f in files if f.efficacy_parts), None)
    taste = next((f.taste for f in files if f.taste), None)
    if not (words and headings and syndrome and symptom and efficacy and taste):
        raise RulePackRefused("inserts: a part is missing")
    return InsertWords(words, headings, syndrome, symptom, efficacy, taste)


@lru_cache(maxsize=1)
def insert_words() -> InsertWords:
    """The shipped word lists, read once per process."""
    return read_insert_words()
