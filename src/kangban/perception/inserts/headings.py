"""Where headings stand: 【适应症】 and its kin, bare headings at the start of a line, English labels, misread brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from kangban.clinical.insert import SectionKey
from kangban.perception.inserts.printed import same_length
from kangban.rules.inserts import HeadingNames, insert_words

_OPEN = r"【〖\[〔「『《<"
_CLOSE = r"】〗\]〕」』》>"
# "see 【禁忌】" points elsewhere; it opens nothing.
_POINTER = re.compile(r"(?:[见照按阅于在及和与或从、“\"(]|参考|遵循)\s{0,3}$")
_BULLET = (
    r"(?:[一二三四五六七八九十]{1,3}\s{0,3}[、.]\s{0,3}|\(\s{0,3}[一二三四五六七八九十\d]{1,2}\s{0,3}\)\s{0,3}"
    r"|\d{1,2}(?:\.\d{1,2}){0,2}\s{0,3}[.、)]?\s{0,3}|[■●◆▲★*#·◇□•○]+\s{0,3})?"
)
# Two characters that open a section even without a colon; other short names are ordinary words as well.
_PLAIN_SHORT = {"禁忌", "规格", "贮藏", "包装", "性状", "成份", "成分", "组成", "辅料", "储藏", "贮存", "处方"}
_INLINE_SHORT = _PLAIN_SHORT | {"用法", "用量", "功能", "主治"}
# English headings that run on into their text.
_RUNNING = {
    "uses", "directions", "warnings", "contraindications", "inactive ingredients", "inactive ingredient",
    "other information", "do not use", "do not use if", "ask a doctor before use if", "allergy alert",
    "ask a doctor before use if you have", "ask a doctor or pharmacist before use if", "when using this product",
    "ask a doctor or pharmacist before use if you are", "stop use and ask a doctor if", "if pregnant or breast-feeding",
    "if pregnant or breastfeeding", "keep out of reach of children", "stomach bleeding warning", "liver warning",
    "overdose warning",
}  # fmt: skip


class Heading(msgspec.Struct, frozen=True):
    """A heading at source [start, end), closing bracket and colon included; `name` is as printed without gaps."""

    start: int
    end: int
    key: SectionKey
    name: str


class _Forms(msgspec.Struct, frozen=True):
    """The patterns and what each folded name means."""

    patterns: tuple[re.Pattern[str], ...]
    keys: dict[str, SectionKey]


def find_headings(source: str) -> list[Heading]:
    """Every heading in the order of the text, none inside another."""
    text = same_length(source)
    forms = _forms()
    found: list[Heading] = []
    taken = bytearray(len(text))
    for pattern in forms.patterns:
        for match in pattern.finditer(text):
            one = _heading(match, source, text, forms)
            if one is not None and not any(taken[one.start : one.end]):
                found.append(one)
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
    return sorted(found, key=lambda h: h.start)


def _heading(match: re.Match[str], source: str, text: str, forms: _Forms) -> Heading | None:
    groups = match.groupdict()
    start, end = match.span()
    if groups.get("english") is not None:
        # Capitals tell a heading from a sentence that happens to begin a line.
        if not source[match.start("english")].isupper():
            return None
        name = " ".join(match["english"].split())
        key = forms.keys.get(name) or ("composition" if name.startswith("active ingredient") else None)
        shown = " ".join(source[match.start("english") : match.end("english")].split())
        return Heading(start, end, key, shown) if key else None
    name = "".join((groups.get("name") or groups.get("free") or "").split())
    if _POINTER.search(text[max(0, start - 4) : start]) and groups.get("bracketed") is not None:
        return None
    if groups.get("free") is not None:
        return Heading(start, end, forms.keys.get(name, "other"), name)
    return Heading(start, end, forms.keys[name], name)


def _gapped(names: Iterable[str]) -> str:
    ordered = sorted(set(names), key=len, reverse=True)
    return "|".join(r"\s{0,3}".join(re.escape(c) for c in name) for name in ordered)


def _english(names: Iterable[str]) -> str:
    ordered = sorted(set(names), key=len, reverse=True)
    return "|".join(r"\s{1,3}".join(re.escape(word) for word in name.split()) for name in ordered)


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    rows = insert_words().headings
    keys: dict[str, SectionKey] = {same_length(n): row.key for row in rows for n in (*row.names, *row.english)}
    chinese = [same_length(n) for row in rows for n in row.names]
    every = _gapped(chinese)
    long_names = _gapped([n for n in chinese if len(n) > 2 or n in _PLAIN_SHORT])
    inline = _gapped([n for n in chinese if len(n) > 2 or n in _INLINE_SHORT])
    line = r"(?:(?<=\n)|\A)[ \t\u3000]{0,40}"
    tail = r"[ \t\u3000]{0,40}:?"
    sources = (
        rf"(?P<bracketed>[{_OPEN}])\s{{0,3}}(?P<name>{every})\s{{0,3}}[{_CLOSE}]{tail}",
        rf"{line}\(\s{{0,3}}(?P<name>{every})\s{{0,3}}\){tail}",
        rf"(?P<bracketed>[【〖])\s{{0,3}}(?P<free>[^【】〖〗\n。:]{{2,20}})\s{{0,3}}[】〗]{tail}",
        rf"{line}[{_OPEN}(]\s{{0,3}}(?P<name>{every})(?![\u4e00-\u9fff]){tail}",
        rf"{line}[il1|丨!t]?\s{{0,3}}(?P<name>{every})\s{{0,3}}[{_CLOSE})]{tail}",
        rf"{line}{_BULLET}(?P<name>{every})\s{{0,3}}:",
        rf"{line}{_BULLET}(?P<name>{long_names})(?=[ \t\u3000]{{0,40}}(?:\n|\Z)|[ \t\u3000]{{1,40}}\S)",
        rf"(?<=[。;!?\s】\]])(?P<name>{inline})[ \t\u3000]{{0,40}}:",
        *_english_sources(rows, line),
    )
    return _Forms(tuple(re.compile(s) for s in sources), keys)


def _english_sources(rows: tuple[HeadingNames, ...], line: str) -> tuple[str, ...]:
    names = [same_length(n) for row in rows for n in row.english]
    number = r"(?:\d{1,2}(?:\.\d{1,2})?\.?\s{1,3}|[■•●*]\s{0,3})?"
    active = r"active\s{1,3}ingredients?(?:\s{0,3}\([^)\n]{1,60}\))?(?:[ \t]{1,40}purposes?)?"
    return (
        rf"{line}{number}(?P<english>{active})[ \t]{{0,40}}(?::|(?=\n|\Z)|(?=[ \t]))",
        rf"{line}{number}(?P<english>{_english(names)})[ \t]{{0,40}}(?:\(continued\))?[ \t]{{0,40}}(?::|(?=\n|\Z)|(?=[ \t]{{2,}}\S))",
        rf"{line}{number}(?P<english>{_english(_RUNNING)})(?=[ \t]{{1,40}}\S|[.,])",
    )
