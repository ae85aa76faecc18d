"""Names the family has told us: found wherever they stand, whole or as the given name alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kangban.perception.language.identifiers.name_words import COMPOUND, KIN, TITLES
from kangban.perception.language.identifiers.span import Span

_WORDS = frozenset((*KIN, *TITLES))


def given_names(name: str) -> list[str]:
    """The given names in a full name: 桂兰 of 沈桂兰, 晓雨 of 欧阳晓雨; Grace and Hopper of Grace Hopper."""
    if " " in name:
        return [part for part in name.split() if len(part) > 2]
    if all("\u4e00" <= c <= "\u9fff" for c in name):
        if len(name) == 4 or (len(name) == 3 and name[:2] not in COMPOUND):
            return [name[-2:]]
        return []
    return []


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    # An account called 妈妈 names nobody.
    names = tuple(n for n in names if n.strip() not in _WORDS)
    told = {n.strip() for n in names} | {given for n in names for given in given_names(n.strip())}
    longest_first = sorted((n for n in told if len(n) >= 2), key=lambda n: (-len(n), n))
    return re.compile("|".join(map(_one, longest_first)), re.IGNORECASE) if longest_first else None


def _one(name: str) -> str:
    # Latin names stand as words: Al is not in Also, and somebody called Mg takes 5 mg. OCR puts blanks between Chinese characters.
    if name.isascii():
        return rf"(?<![a-zA-Z\d])(?<!\d ){re.escape(name)}(?![a-zA-Z])".replace(r"\ ", r"[ \n]+")
    return r"[ \n]?".join(re.escape(c) for c in name)


def known(text: str, names: Sequence[str]) -> Iterator[Span]:
    """Every place where one of the names stands."""
    pattern = _pattern(tuple(sorted(set(names))))
    if pattern is not None:
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "NAME")
