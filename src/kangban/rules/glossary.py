"""Medical words of a text, and what they mean in plain ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kangban.rules.schema import Analyte, Term


class Glossary:
    """Finds terms in a text, the longest first, and never one inside another.

    The name of a test is one word, too: "β2-微球蛋白" holds no "球蛋白". It means the term that explains the test.
    """

    def __init__(self, terms: Iterable[Term], tests: Iterable[Analyte] = ()) -> None:
        self.terms = tuple(terms)
        self.of_analyte: dict[str, Term] = {a: t for t in self.terms for a in t.analytes}
        whole = [(a.name, a.name_en, self.of_analyte.get(a.id)) for a in tests]
        self._by_name: dict[str, dict[str, Term | None]] = {
            "zh": {zh.casefold(): t for zh, _, t in whole} | {n.casefold(): t for t in self.terms for n in t.names},
            "en": {en.casefold(): t for _, en, t in whole} | {n.casefold(): t for t in self.terms for n in t.names_en},
        }
        self._search = {lang: _search(names) for lang, names in self._by_name.items()}
        self.find = lru_cache(maxsize=8192)(self._find)

    def _find(self, text: str, lang: str) -> tuple[tuple[str, Term], ...]:
        """(as it stands in the text, term) in order; a term may come several times."""
        names = self._by_name[lang]
        words = (m.group() for m in self._search[lang].finditer(text))
        return tuple((w, term) for w in words if (term := names[w.casefold()]) is not None)


def _search(names: Iterable[str]) -> re.Pattern[str]:
    """Latin letters match whole words only: "ALT" is no part of "SALT", and stands beside Chinese without a space."""
    parts = [
        rf"(?<![A-Za-z0-9]){re.escape(n)}(?![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", n) else re.escape(n)
        for n in sorted(names, key=len, reverse=True)
    ]
    return re.compile("|".join(parts) or r"(?!)", re.I)
