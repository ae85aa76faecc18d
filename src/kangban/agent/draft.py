"""A brain's words → a Draft of claims. One format for every brain.

A sentence carries its sources as `[source#key]` marks behind it. A line `【问】…` asks back; a line
`【选】a|b` offers replies; a line `## …` heads a part. Unknown marks are dropped from the text and kept
out of the claim, so that an invented citation leaves its sentence without one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from kangban.clinical.citation import Citation
from kangban.clinical.draft import Claim, Draft, ToolTrace
from kangban.kernel.patterns import lazy_pattern

# The look behind keeps a long run of blanks from being tried at each of its blanks.
MARK = lazy_pattern(r"(?<!\s)\s*\[\^?([A-Za-z0-9_.:-]{1,200}#[^\]\s]{1,200})\]")
# What an eye does not see and a pattern stumbles over: invisible characters, tags, emphasis, letters set apart.
_UNSEEN = lazy_pattern(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|<!--(?:(?!<!--).)*?-->|</?[A-Za-z][^<>\n]{0,200}>|\*\*|__|`",
    re.DOTALL,
)
_EMPHASIS = lazy_pattern(r"(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?!\w)")
_APART = lazy_pattern(r"(?<=(?<!\w)[\u4e00-\u9fff])[ \t\u3000](?=[\u4e00-\u9fff](?!\w))")
# Letters and digits drawn as bold, script or double-struck are the letters and digits they look like.
_WIDE = {
    code: code - 0xFEE0 for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)) for code in range(*span)
} | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800)}
# A bare footnote number names no source.
_FOOTNOTE = lazy_pattern(r"\s*[\[［【]\^?\d{1,3}[\]］】]")
ASKS = ("【问】", "Q:")
OFFERS = ("【选】", "OPTIONS:")
# A sentence ends at full stops, question and exclamation marks, with any marks behind it.
_SENTENCE = lazy_pattern(
    r".+?(?:[。！？!?；;]+(?:\s*\[\^?[A-Za-z0-9_.:-]{1,200}#[^\]\s]{1,200}\])*|(?<=[a-z0-9)\]])\.(?=\s|$)(?:\s*\[\^?[A-Za-z0-9_.:-]{1,200}#[^\]\s]{1,200}\])*|$)",
    re.DOTALL,
)
_BULLET = lazy_pattern(r"^\s*(?:[-*•·]|\d+[.)、])\s*")


def plain_words(text: str) -> str:
    """A brain's words as they are read: without invisible characters, tags and emphasis."""
    bare = _EMPHASIS.sub("", _UNSEEN.sub("", text)).translate(_WIDE)
    return _APART.sub("", bare)


def without_footnotes(text: str) -> str:
    """Words without bare numbers in brackets: they would count sources of our own numbering."""
    return _FOOTNOTE.sub("", text)


def says_something(text: str) -> bool:
    """Whether anything would be left to show: a sentence or a question, not only headings, marks and options."""
    draft, _ = draft_of(text, (), (), "")
    told = [c.text for c in draft.claims if not c.text.startswith("## ")] + [draft.question or ""]
    return any(c.isalnum() for one in told for c in one)


def sentences(line: str) -> list[str]:
    """Sentences of a line, each with the marks that follow it."""
    found = [m.group().strip() for m in _SENTENCE.finditer(line)]
    joined: list[str] = []
    for one in found:
        if not one:
            continue
        # Marks in front of a sentence belong to the one before.
        lead = re.match(r"(?:\s*\[\^?[A-Za-z0-9_.:-]{1,200}#[^\]\s]{1,200}\])+", one)
        rest = one
        if lead and joined:
            joined[-1] += lead.group()
            rest = one[lead.end() :].strip()
        if rest:
            joined.append(rest)
    return joined


def claim_of(sentence: str, known: set[str]) -> Claim:
    """One claim: text without marks, and those marks that name a citation the tools gave."""
    marks = tuple(dict.fromkeys(m for m in MARK.findall(sentence) if m in known))
    return Claim(MARK.sub("", sentence).strip(), marks)


def draft_of(
    text: str, citations: Iterable[Citation], traces: Iterable[ToolTrace], brain: str
) -> tuple[Draft, tuple[str, ...]]:
    """(draft, offered replies) of a brain's final text."""
    sources = tuple({c.id: c for c in citations}.values())
    known = {c.id for c in sources}
    claims: list[Claim] = []
    question: str | None = None
    offers: tuple[str, ...] = ()
    shown: list[str] = []
    for line in plain_words(text).splitlines():
        bare = line.strip()
        if bare.startswith(ASKS):
            question = MARK.sub("", bare.split("】", 1)[-1] if bare.startswith("【") else bare[2:]).strip()
            continue
        if bare.startswith(OFFERS):
            offers = tuple(
                o.strip() for o in bare.split("】" if bare.startswith("【") else ":", 1)[1].split("|") if o.strip()
            )
            continue
        if not bare:
            continue
        if bare.startswith("#"):
            heading = bare.lstrip("#").strip()
            claims.append(Claim(f"## {heading}", (), clinical=False, line=True))
            shown.append(f"## {heading}")
            continue
        bullet = "- " if _BULLET.match(bare) else ""
        made = [claim_of(s, known) for s in sentences(_BULLET.sub("", bare))]
        claims += [
            Claim(bullet + c.text if n == 0 else c.text, c.citations, line=n == 0) for n, c in enumerate(made) if c.text
        ]
        shown.append(bullet + "".join(c.text for c in made))
    return Draft("\n".join(shown), tuple(claims), sources, tuple(traces), question, brain), offers
