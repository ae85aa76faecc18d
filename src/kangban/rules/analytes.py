"""The names laboratories print, and which analytes each may mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from kangban.rules.compiled import shipped
from kangban.rules.lab_names import (
    CHINESE,
    HOW,
    LEADING,
    TRAILING,
    bracketed,
    cuts,
    fold_printed,
    name_and_count,
    one_slip,
    pieces,
    without_specimen,
)
from kangban.rules.lab_specimens import specimen_named
from kangban.rules.schema import Analyte

MOST_NAME = 120  # characters; a longer cell is no name


class NameMeaning(msgspec.Struct, frozen=True):
    """What a printed name may mean. `open` needs nothing more; `within` only where the specimen says so.

    `counts` is "count", "share" or "qualitative" where the name's ending says so; `specimen` what the name itself
    names; `whole` is false where a part of the printed name stayed unread.
    """

    open: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    counts: str = ""
    specimen: str = ""
    whole: bool = True

    @property
    def ids(self) -> frozenset[str]:
        """Every analyte the name may mean."""
        return self.open | self.within


NOTHING = NameMeaning()


class AnalyteNames:
    """Immutable after building; one per pack fingerprint."""

    def __init__(self, analytes: Iterable[Analyte]) -> None:
        self.by_id = {a.id: a for a in analytes}
        self._open: dict[str, set[str]] = {}
        self._within: dict[str, set[str]] = {}
        for row in self.by_id.values():
            for name in (row.name, row.name_en, *row.aliases, *row.printed):
                self._open.setdefault(fold_printed(name), set()).add(row.id)
            for name in row.within:
                self._within.setdefault(fold_printed(name), set()).add(row.id)
        self._open.pop("", None)
        self._near: dict[str, list[str]] | None = None

    def meaning(self, printed: str) -> NameMeaning:
        """What a printed name may mean; nothing for a name no analyte has, or one that contradicts itself."""
        if len(printed) > MOST_NAME:
            return NOTHING
        text = TRAILING.sub("", LEADING.sub("", unicodedata.normalize("NFKC", printed).strip()))
        return self._exact(text) or self._trimmed(text) or self._parts(text)

    def _exact(self, text: str) -> NameMeaning | None:
        key = fold_printed(text)
        free, bound = self._open.get(key), self._within.get(key)
        if not free and not bound:
            return None
        return NameMeaning(frozenset(free or ()), frozenset(bound or ()), name_and_count(text)[1])

    def _trimmed(self, text: str) -> NameMeaning | None:
        """The name without a specimen in front and without an ending that says how it was counted."""
        bare, counts = name_and_count(text)
        for name, specimen in ((text, ""), *without_specimen(text), (bare, ""), *without_specimen(bare)):
            found = self._exact(name) if name and (name, specimen) != (text, "") else None
            if found is not None:
                return msgspec.structs.replace(found, counts=counts or found.counts, specimen=specimen)
        return None

    def _parts(self, text: str) -> NameMeaning:
        """A code beside a name: "ALT 丙氨酸氨基转移酶", "白蛋白(ALB)", "γ-谷氨酰转肽酶/GGT". Every part must agree."""
        parts = pieces(text)
        if len(parts) < 2:
            return NOTHING
        specimens = {s for p in parts if (s := specimen_named(p))}
        words = [p for p in parts if not HOW.match(fold_printed(p)) and not specimen_named(p)]
        found = [(p, self._exact(p) or self._trimmed(p)) for p in words]
        known = [m for _, m in found if m is not None]
        if not known or len(specimens) > 1:
            return NOTHING
        unread = [p for p, m in found if m is None]
        ids = known[0].ids.intersection(*(m.ids for m in known))
        named = any(m is not None and CHINESE.search(p) for p, m in found)
        whole = all(named and self._hospitals_own(p, text) for p in unread)
        free = known[0].open.union(*(m.open for m in known)) & ids
        counts = {m.counts for m in known if m.counts} | {c for p in parts if (c := name_and_count(p)[1])}
        specimen = next(iter(specimens | {m.specimen for m in known if m.specimen}), "")
        return NameMeaning(free, ids - free, counts.pop() if len(counts) == 1 else "", specimen, whole and bool(ids))

    def _hospitals_own(self, code: str, text: str) -> bool:
        """Whether an unknown bracketed code may be passed over: letters that no known code begins (CKBB is no CK)."""
        key = fold_printed(code)
        if code not in bracketed(text) or not (3 <= len(key) <= 6 and key.isascii() and key.isalpha()):
            return False
        return not any(key[:n] in self._open for n in range(2, len(key)))

    def near(self, printed: str) -> tuple[str, ...]:
        """Analytes one slip away from the name (a character more, less or other); never more than candidates."""
        key = fold_printed(LEADING.sub("", printed))
        if not 3 <= len(key) <= 40:
            return ()
        if self._near is None:
            self._near = {}
            for name in {*self._open, *self._within}:
                if len(name) >= 3:
                    for cut in cuts(name):
                        self._near.setdefault(cut, []).append(name)
        names = {n for cut in cuts(key) for n in self._near.get(cut, ()) if one_slip(key, n)}
        return tuple(sorted({i for n in names for i in (*self._open.get(n, ()), *self._within.get(n, ()))}))


@lru_cache(maxsize=1)
def analyte_names() -> AnalyteNames:
    """The names of the shipped labs pack, built once per process."""
    return AnalyteNames(shipped().packs.analytes)


@lru_cache(maxsize=16384)
def meaning_of(printed: str) -> NameMeaning:
    """`AnalyteNames.meaning` over the shipped pack."""
    return analyte_names().meaning(printed)


def known_name(text: str) -> bool:
    """Whether a printed text is the name of an analyte, ambiguous names included."""
    meaning = meaning_of(text)
    return meaning.whole and bool(meaning.ids)
