"""How names are compared: one folding for catalogue, people and OCR alike."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DROP = dict.fromkeys(map(ord, " \t\u3000·•.-_/®™()（）[]【】'\"“”’"), None)
# Greek and subscript forms people type in drug names.
_SAME = str.maketrans({"α": "a", "β": "b", "ω": "w", "Ⅱ": "2", "Ⅲ": "3", "₂": "2", "Ⅰ": "1"})


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Fold a name for comparison: NFKC, case folded, without spaces and joining marks."""
    return unicodedata.normalize("NFKC", name).casefold().translate(_SAME).translate(_DROP)
