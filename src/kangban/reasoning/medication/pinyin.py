"""Chinese medicine names by their sound: typed in full (buluofen) or by first letters (blf)."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from itertools import islice, product

from kangban.rules.catalogue import Catalogue, Named, catalogue

_MOST_READINGS = 8
_LETTERS = re.compile(r"[a-zü]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class Sounds:
    """Catalogue names by full pinyin and by initials, without tones. ü is written v or u."""

    def __init__(self, names: Catalogue) -> None:
        # The dictionary of readings costs a quarter of a second; only who types Latin letters pays for it.
        from pypinyin import Style, pinyin

        self.whole: dict[str, list[str]] = defaultdict(list)
        self.initials: dict[str, list[str]] = defaultdict(list)
        self._names = names
        for folded, spelling in names.spelling.items():
            if names.by_name[folded].kind == "class" or not _CHINESE.search(folded):
                continue
            readings = pinyin(spelling, style=Style.NORMAL, heteronym=True, errors=_letters_only)
            for syllables in islice(product(*readings), _MOST_READINGS):
                said = [s for s in syllables if s]
                for index, key in ((self.whole, "".join(said)), (self.initials, "".join(s[0] for s in said))):
                    if key and folded not in index[key]:
                        index[key].append(folded)

    def meant_by(self, typed: str) -> tuple[Named, str] | None:
        """The one thing a full pinyin spelling means, with its spelling; None when several share the sound."""
        key = sound_key(typed)
        things = {self._names.by_name[f].id for f in self.whole.get(key, ())}
        if len(key) < 5 or len(things) != 1:
            return None
        folded = self.whole[key][0]
        return self._names.by_name[folded], self._names.spelling[folded]

    def like(self, typed: str) -> list[str]:
        """Spellings whose full sound or initials begin with what was typed, the shortest first."""
        key = sound_key(typed)
        if len(key) < 2:
            return []
        found: dict[str, tuple[bool, int, str]] = {}
        for index in (self.whole, self.initials):
            for sound, names in index.items():
                if sound.startswith(key):
                    for folded in names:
                        rank = (sound != key, len(folded), folded)
                        found[folded] = min(rank, found.get(folded, rank))
        return [self._names.spelling[f] for f in sorted(found, key=found.__getitem__)]


def sounds_alike(first: str, second: str) -> bool:
    """Whether two Chinese words of equal length differ only in characters of a like sound (司 斯, 丁 汀).

    A slip of the ear or of the keyboard keeps the end of a syllable, but for a g.
    """
    from pypinyin import Style, pinyin

    def ends(character: str) -> set[str]:
        (readings,) = pinyin(character, style=Style.FINALS, heteronym=True, strict=False)
        return {reading.removesuffix("g") for reading in readings}

    return all(ends(one) & ends(other) for one, other in zip(first, second, strict=True) if one != other)


def _letters_only(text: str) -> str:
    return "".join(_LETTERS.findall(text.lower()))


def sound_key(typed: str) -> str:
    """Letters only, lower case; "" where the words hold anything else but spaces, apostrophes and tone numbers."""
    plain = re.sub(r"[\s'’1-5-]", "", typed.lower()).replace("ü", "v")
    return plain if re.fullmatch(r"[a-z]+", plain) else ""


def sounds() -> Sounds:
    """The sounds of the shipped catalogue."""
    return sounds_of(catalogue())


@lru_cache(maxsize=1)
def sounds_of(names: Catalogue) -> Sounds:
    """The sounds of a catalogue, made once for whoever asks: resolver and typing field alike."""
    return Sounds(names)
