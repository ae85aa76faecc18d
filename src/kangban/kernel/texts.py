"""Texts for people, by translation key "area.name". One JSON file an area and language, read on first use."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import cast

from kangban.kernel.errors import Broken

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("zh", "en")


@lru_cache(maxsize=64)
def area_texts(area: str, lang: str) -> dict[str, str]:
    """All texts of one area ("medication") in one language; {} when there is no such file."""
    path = LOCALES / lang / f"{area}.json"
    if not path.is_file():
        return {}
    return cast("dict[str, str]", json.loads(path.read_text("utf-8")))


def has_text(key: str, lang: str = "zh") -> bool:
    """Whether a key exists."""
    area, _, name = key.partition(".")
    return name in area_texts(area, lang)


def t(key: str, lang: str, **values: object) -> str:
    """The text of `key` in `lang`, with {placeholders} filled; raises Broken for an unknown key."""
    area, _, name = key.partition(".")
    text = area_texts(area, lang).get(name)
    if text is None:
        raise Broken(f"no text for key {key} in {lang}")
    return text.format(**values) if values else text
