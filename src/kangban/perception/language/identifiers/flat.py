"""One spelling for what OCR and keyboards write in many: full-width signs, other dashes, invisible characters."""

from __future__ import annotations

import re
import unicodedata

import msgspec

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_MAP: dict[int, str] = {
    **{0xFF01 + n: chr(0x21 + n) for n in range(94)},
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u3000\u2002\u2003\u2009\u202f\t"), " "),
    **dict.fromkeys(map(ord, "•・‧"), "·"),
    **dict.fromkeys(map(ord, "’‘"), "'"),
    **dict.fromkeys((0x2028, 0x0D), "\n"),
    **{n: str(unicodedata.digit(chr(n))) for n in range(0x660, 0x20000) if unicodedata.category(chr(n)) == "Nd"},
}


class Flat(msgspec.Struct, frozen=True):
    """The flat text; `where[n]` is the place in the original of its n-th character, None when they are the same."""

    text: str
    where: tuple[int, ...] | None

    def start(self, at: int) -> int:
        """Where a span that begins here begins in the original."""
        return self.where[at] if self.where else at

    def end(self, at: int) -> int:
        """Where a span that ends before here ends in the original."""
        return self.where[at - 1] + 1 if self.where else at


def flat(text: str) -> Flat:
    """Flatten; every kept character stands for exactly one of the original."""
    where: tuple[int, ...] | None = None
    if not text.isascii():
        if _INVISIBLE.search(text):
            where = tuple(n for n, c in enumerate(text) if not _INVISIBLE.match(c))
            text = "".join(text[n] for n in where)
        return Flat(text.translate(_MAP), where)
    return Flat(text.replace("\t", " ").replace("\r", "\n"), where)
