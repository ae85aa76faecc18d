"""A name as somebody wrote it → what it means in the catalogue. Misspelt is never confident."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Literal

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kangban.kernel.patterns import lazy_pattern
from kangban.reasoning.medication.inside import find_inside
from kangban.reasoning.medication.pinyin import sound_key, sounds_alike, sounds_of
from kangban.rules.catalogue import Catalogue, Named, catalogue
from kangban.rules.names import fold

NameMatch = Literal["exact", "alias", "misspelt"]

# Words around a name that do not change what is in it. Salts and esters belong to their base.
_FORMS = (
    "缓释胶囊|缓释片|控释片|肠溶片|肠溶胶囊|分散片|咀嚼片|泡腾片|口崩片|薄膜衣片|糖衣片|软胶囊|混悬液|混悬滴剂|干混悬剂|口服溶液|口服液|"
    "滴眼液|眼药水|滴鼻液|鼻喷雾剂|吸入剂|气雾剂|喷雾剂|注射液|注射用|颗粒剂|颗粒|冲剂|胶囊剂|胶囊|糖浆|滴剂|栓剂|栓|乳膏|软膏|凝胶|贴剂|"
    "片剂|片|丸|散|滴丸|药片|药"
)
_SALTS = "盐酸|马来酸|富马酸|琥珀酸|酒石酸|枸橼酸|氢溴酸|苯磺酸|甲磺酸|硫酸|磷酸|硝酸|醋酸|草酸|阿托伐他汀钙"
_SALTS_EN = (
    r"hydrochloride|hcl|maleate|fumarate|succinate|tartrate|citrate|hydrobromide|besylate|besilate|mesylate|sulfate|sulphate|"
    r"phosphate|acetate|sodium|potassium|calcium|tablets?|tabs?|capsules?|caps?|syrup|suspension|oral|er|sr|xr|mr|cr|ec|"
    r"extended release|film coated|chewable|drops?"
)
_STRENGTH = lazy_pattern(
    r"\d+(?:\.\d+)?\s*(?:mg|g|ug|µg|mcg|ml|iu|%|毫克|克|毫升|微克|单位|万单位)(?:\s*[/:：*×x]\s*\d*(?:\.\d+)?\s*(?:mg|g|ml|片|粒|袋|支|s|毫升)?)*"
    r"|\d+(?:\.\d+)?的$|\d+(?:片|粒|袋|支)(?:装|/盒)?",
    re.IGNORECASE,
)
_TALK = lazy_pattern(
    r"^(?:那个|这个|一种|叫|叫做|吃的|家里的|孩子的|进口|国产|儿童用|成人用)+|(?:这个药|那个药|的药|这药|牌)$"
)


class Resolved(msgspec.Struct, frozen=True):
    """What a name means. `named` is None when nothing was found; suggestions are catalogue spellings."""

    name: str
    named: Named | None
    match: NameMatch | None
    matched: str | None = None
    suggestions: tuple[str, ...] = ()


class Resolver:
    """Looks names up; built once per catalogue."""

    def __init__(self, names: Catalogue) -> None:
        self.names = names
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for folded, named in names.by_name.items():
            if named.kind != "class":
                self._by_length[len(folded)].append(folded)
        self._cache: dict[str, Resolved] = {}

    def resolve(self, name: str) -> Resolved:
        """Resolve one name; remembers a bounded number of answers."""
        found = self._cache.get(name)
        if found is None:
            found = self._resolve(name[:200])
            if len(self._cache) > 8192:
                self._cache.clear()
            self._cache[name] = found
        return found

    def _resolve(self, name: str) -> Resolved:
        for text in simpler(name):
            named = self.names.by_name.get(fold(text))
            if named is not None:
                return self._confident(name, fold(text), named)
        inside = find_inside(name, self.names)
        if inside is not None:
            return Resolved(name, inside, "alias", inside.name)
        if sound_key(name):
            by_sound = self._by_sound(name)
            if by_sound is not None:
                return by_sound
        near = self._near(name)
        if near and near[0][1] <= _allowed(fold(name)):
            best = [f for f, distance in near if distance == near[0][1]]
            suggestions = tuple(dict.fromkeys(self.names.spelling[f] for f, _ in near))
            # More behind a known name is another product (Tylenol PM), not a slip of the pen.
            longer = any(fold(name).startswith(f) for f in best)
            if not longer and len({self.names.by_name[f].id for f in best}) == 1 and _slip(fold(name), best[0]):
                folded = best[0]
                return Resolved(
                    name, self.names.by_name[folded], "misspelt", self.names.spelling[folded], suggestions[:3]
                )
            return Resolved(name, None, None, None, suggestions[:3])
        return Resolved(name, None, None, None, tuple(dict.fromkeys(self.names.spelling[f] for f, _ in near))[:3])

    def _by_sound(self, name: str) -> Resolved | None:
        """Pinyin in full means its one name; initials and syllables that several names share only suggest."""
        sounds = sounds_of(self.names)
        meant = sounds.meant_by(name)
        if meant is not None:
            return Resolved(name, meant[0], "alias", meant[1])
        near = [self.names.spelling[f] for f, _ in self._near(name)]
        alike = [s for s in sounds.like(name) if s not in near]
        return Resolved(name, None, None, None, tuple(alike[:3])) if alike and not near else None

    def _confident(self, name: str, folded: str, named: Named) -> Resolved:
        spelling = self.names.spelling[folded]
        main = {fold(named.name), fold(named.name_en)} if named.name_en else {fold(named.name)}
        exact = folded in main or (fold(name) == folded and named.kind in ("brand", "product", "patent"))
        return Resolved(name, named, "exact" if exact else "alias", spelling)

    def _near(self, name: str) -> list[tuple[str, int]]:
        """The nearest catalogue names by edit distance, at most three, nearest first."""
        folded = fold(_STRENGTH.sub("", name))
        if len(folded) < 2:
            return []
        allowed = _allowed(folded) + 1
        lengths = range(len(folded) - allowed, len(folded) + allowed + 1)
        choices = [f for n in lengths for f in self._by_length.get(n, ())]
        found = process.extract(folded, choices, scorer=OSA.distance, score_cutoff=allowed, limit=6)
        near = [(f, int(d)) for f, d, _ in found if d < len(folded) - 1 and _shares(folded, f)]
        return sorted(near, key=lambda pair: pair[1])[:3]


def _shares(first: str, second: str) -> bool:
    """Chinese names must share half of their characters, or any short name is near any other."""
    return first.isascii() or 2 * len(set(first) & set(second)) >= min(len(set(first)), len(set(second)))


def _slip(written: str, known: str) -> bool:
    """A Chinese name with another character in it is a slip only where that sounds alike: 美托普利 is no 卡托普利."""
    return written.isascii() or len(written) != len(known) or sounds_alike(written, known)


def _allowed(folded: str) -> int:
    """How many edits still count as a misspelling: none for two characters, few for Latin words."""
    if folded.isascii():
        return 0 if len(folded) < 5 else 1 if len(folded) < 8 else 2
    return 0 if len(folded) < 3 else 1 if len(folded) < 6 else 2


def simpler(name: str) -> list[str]:
    """The name as written, then with strength, talk, form words, salts and brand marks taken off."""
    plain = name.strip()
    tries = [plain]
    bare = re.sub(r"[（(][^）)]*[）)]", "", plain)
    bare = _TALK.sub("", _STRENGTH.sub(" ", bare)).strip(" 的，,。.、:：")
    tries.append(bare)
    inside = re.findall(r"[（(]([^）)]*)[）)]", plain)
    unformed = re.sub(rf"(?:{_FORMS})$", "", bare)
    unsalted = re.sub(rf"^(?:注射用)?(?:{_SALTS})", "", unformed)
    unsalted_form = re.sub(rf"^(?:{_SALTS})", "", bare)
    tries += [unformed, unsalted_form, unsalted, re.sub(r"(?:钠|钾|钙|镁)$", "", unsalted)]
    english = re.sub(rf"\b(?:{_SALTS_EN})\b", " ", bare, flags=re.IGNORECASE)
    tries.append(english)
    for prefix in ("复方", "小儿"):
        # A compound is never its plain ingredient, and a child's product never an adult's.
        if bare.startswith(prefix):
            plain_child = bare.removeprefix(prefix) if prefix == "小儿" else ""
            tries = [t for t in tries if t.startswith(prefix)] + ([plain_child] if plain_child else [])
    tries += [i for i in inside if len(i) >= 2 and not _STRENGTH.fullmatch(i)] if not bare else []
    return [t for t in dict.fromkeys(tries) if t]


@lru_cache(maxsize=1)
def resolver() -> Resolver:
    """The resolver over the shipped catalogue."""
    return Resolver(catalogue())
