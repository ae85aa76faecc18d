"""Sentences of a section with their spans; numbering is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.clinical.insert import Said, Section

_CUT = re.compile(r"[。；;！!\n\r]+|(?<=[a-z)])\.(?=\s|$)|[■•●]")
_NUMBERING = re.compile(
    r"^(?:\s|\d{1,2}\s*[.、．)）](?!\d)|[（(]\s*[\d一二三四五六七八九十]{1,2}\s*[)）]|[①-⑳]|[一二三四五六七八九十]{1,2}、|[-*·])+"
)


def sentences(section: Section) -> Iterator[Said]:
    """Each sentence as it stands in the source."""
    at = 0
    for cut in [*_CUT.finditer(section.text), None]:
        stop = cut.start() if cut else len(section.text)
        part = section.text[at:stop]
        lead = _NUMBERING.match(part)
        start = at + (lead.end() if lead else len(part) - len(part.lstrip()))
        words = section.text[start:stop].rstrip(" \t\u3000,，")
        if len(words) > 1:
            first = section.span[0] + start
            yield Said(words, (first, first + len(words)))
        at = cut.end() if cut else stop
