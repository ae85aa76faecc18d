"""Results and findings as short sentences: numbers, ranges, how far off, and long texts cut into breaths."""

from __future__ import annotations

import re

from kangban.clinical.report import ReportRow
from kangban.clinical.urgency import Lang
from kangban.kernel.texts import t
from kangban.rules.plain import LONGEST, length, sentences

_CUTS = {
    "zh": (re.compile(r"(?<=[；;])"), re.compile(r"(?<=[，,：])")),
    "en": (re.compile(r"(?<=[;:]) "), re.compile(r"(?<=,) ")),
}
_END = {"zh": "。", "en": "."}
_LONGEST_RESULT = {"zh": 18, "en": 60}  # of a printed result in characters


def number(value: float) -> str:
    """A number as people write it: four digits that count, no exponent."""
    text = f"{value:.4g}"
    return f"{value:.0f}" if "e" in text else text


def result(row: ReportRow, lang: Lang) -> str:
    """What the paper says: result and unit."""
    text = row.printed.text.strip() or (number(row.printed.value) if row.printed.value is not None else "")
    text = text if len(text) <= _LONGEST_RESULT[lang] else text[: _LONGEST_RESULT[lang]] + "…"
    return f"{text} {_plain(row.printed.unit)}".strip()


def _plain(unit: str) -> str:
    """A unit without the marks of UCUM, where a row has that: "mm[Hg]", "m[IU]/mL", "mL/min/{1.73_m2}"."""
    return re.sub(r"\{[^}]*\}|[\[\]]", "", unit).replace("10*", "10^").replace("(24.h)", "24h").rstrip("/").strip()


def limits(low: float | None, high: float | None, lang: Lang) -> str:
    """A range in words: "3.5–5.3", "3.4 以下"; "" where there is none."""
    if low is not None and high is not None:
        return t("explain.row.between", lang, low=number(low), high=number(high))
    if high is not None:
        return t("explain.row.to", lang, high=number(high))
    return t("explain.row.from", lang, low=number(low)) if low is not None else ""


def row_sentences(row: ReportRow, name: str, lang: Lang) -> tuple[str, ...]:
    """What a result out of range is, and how far it is off."""
    said, name = result(row, lang), begun(name, lang)
    if row.flag == "abnormal":
        usual = row.printed.range_text.strip()
        if usual and len(usual) <= 8:
            return breaths(t("explain.row.words", lang, name=name, value=said, range=usual), lang)
        return breaths(t("explain.row.words_only", lang, name=name, value=said), lang)
    first = breaths(t("explain.row.value", lang, name=name, value=said), lang)
    span = limits(row.low, row.high, lang)
    if not span:
        key = "critical" if row.flag.startswith("critical") else "outside"
        return (*first, t(f"explain.row.{key}", lang))
    if row.flag.startswith("critical"):
        return (*first, t(f"explain.row.{row.flag}", lang, range=span))
    return (*first, t(f"explain.row.{row.flag}", lang, range=span, far=_far(row, lang)))


def _far(row: ReportRow, lang: Lang) -> str:
    value, low, high = row.printed.value, row.low, row.high
    if value is not None and row.flag == "high" and high:
        if value >= 2 * high:
            return t("explain.row.far_times", lang, n=number(round(value / high, 1)))
        return _percent(100 * (value / high - 1), "high", lang)
    if value is not None and row.flag == "low" and low:
        return _percent(100 * (1 - value / low), "low", lang)
    return t("explain.row.far_little", lang)


def _percent(share: float, side: str, lang: Lang) -> str:
    if share < 1.5:
        return t("explain.row.far_little", lang)
    return t(f"explain.row.far_percent_{side}", lang, n=round(share))


def breaths(text: str, lang: Lang) -> tuple[str, ...]:
    """The sentences of a text, the long ones cut at their semicolons, then at their commas."""
    return tuple(part for one in sentences(text, lang) for part in _cut(one, lang, 0))


def _cut(sentence: str, lang: Lang, level: int) -> list[str]:
    if length(sentence, lang) <= LONGEST[lang] or level >= len(_CUTS[lang]):
        return [sentence]
    glue = " " if lang == "en" else ""
    parts: list[str] = []
    for piece in _CUTS[lang][level].split(sentence):
        joined = f"{parts[-1]}{glue}{piece}" if parts else piece
        if parts and length(joined, lang) <= LONGEST[lang]:
            parts[-1] = joined
        else:
            parts.append(piece)
    closed = [_closed(p, lang) for p in parts if p.strip()]
    return [deeper for p in closed for deeper in _cut(p, lang, level + 1)]


def _closed(part: str, lang: Lang) -> str:
    bare = part.strip().rstrip("；;，,：: ")
    ended = bare if bare.endswith(("。", "！", "？", "!", "?", ".")) else bare + _END[lang]
    return begun(ended, lang)


def begun(sentence: str, lang: Lang) -> str:
    """An English sentence with its first letter large, unless its first word has large letters inside (eGFR, pH)."""
    if lang == "zh" or not sentence or any(c.isupper() for c in sentence.split()[0][1:]):
        return sentence
    return sentence[0].upper() + sentence[1:]
