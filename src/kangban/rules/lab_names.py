"""How laboratories write names: marks in front, codes beside, endings that say how it was counted."""

from __future__ import annotations

import re
import unicodedata

from kangban.kernel.patterns import lazy_pattern
from kangban.rules.lab_specimens import NAMED_FIRST

_GREEK = str.maketrans({"α": "a", "β": "b", "γ": "g", "δ": "delta", "κ": "k", "λ": "l", "ω": "w", "μ": "u", "µ": "u"})
_DROP = dict.fromkeys(map(ord, " \t\u3000·•.-_‐‑–—−~*★☆△▲▽◆◇●○■□※'\"“”’`:：,，、;；()（）[]【】{}"), None)
LEADING = lazy_pattern(r"^(?:[\s*★☆△▲▽◆◇●○■□※#&+]+|\d{1,3}\s*[.、)）]\s*|\(\d{1,3}\)\s*|[①-⑳]\s*)+")
TRAILING = lazy_pattern(r"[\s*★☆△▲▽◆◇●○■□※↑↓&:：]+$")
_BRACKETED = lazy_pattern(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
# 乙型肝炎病毒, 乙型肝炎, 乙肝病毒 and 乙肝 say the same in the name of a test.
_HEPATITIS = lazy_pattern(r"([甲乙丙丁戊庚])型?肝炎?(?:病毒)?")
CHINESE = lazy_pattern(r"[\u3400-\u9fff]")

# Endings that say nothing about what is measured.
_EMPTY_ENDINGS = (
    "测定", "检测", "检查", "试验", "定量", "浓度", "含量", "水平", "活性", "测量", "结果", "值", "项目", "分析",
    "筛查", "level", "levels", "concentration", "test", "assay", "quantitative", "quantitation",
)  # fmt: skip
_COUNT_ENDINGS = ("绝对计数", "绝对值", "绝对数", "计数", "数目", "总数", "数量", "#", "数", "count", "absolute", "abs")
_SHARE_ENDINGS = ("百分比", "百分率", "百分数", "比率", "比例", "分数", "percentage", "percent", "%")
_QUALITATIVE_ENDINGS = ("定性试验", "定性", "qualitative", "qual")
_ENDINGS = (
    ("qualitative", _QUALITATIVE_ENDINGS), ("share", _SHARE_ENDINGS), ("count", _COUNT_ENDINGS), ("", _EMPTY_ENDINGS),
)  # fmt: skip
_EVERY_ENDING = tuple(ending for _, endings in _ENDINGS for ending in endings)
_EVERY_SPECIMEN = tuple(word for word, _ in NAMED_FIRST)
# Bracketed words that tell how it was done, not what it is.
HOW = lazy_pattern(
    r"^(?:干化学|湿化学|化学|速率|酶|比色|免疫|化学发光|电化学发光|胶体金|金标|仪器|镜检|手工|人工|离子选择电极|间接离子选择电极|放免"
    r"|荧光|散射|透射|比浊|凝固|终点|两点|动态|连续监测|溴甲酚绿|双缩脲|氧化酶|己糖激酶|苦味酸|肌氨酸氧化酶|尿酸酶|质谱|流式|魏氏"
    r"|elisa|clia|ecli|eclia|cmia|pcr|ifcc|hplc|ise|poct|急诊|急|快速|全自动|静脉血?|末梢血?|复查|计算|新)(?:法|学法|学|值|术)?$"
)


def fold_printed(name: str) -> str:
    """A printed name for comparison: one width, one case, Greek as Latin, without blanks, marks and brackets."""
    text = unicodedata.normalize("NFKC", name).casefold().translate(_GREEK)
    return _HEPATITIS.sub(r"\1肝", text.translate(_DROP))


def cuts(name: str) -> set[str]:
    """The name and every form of it with one character taken out."""
    return {name} | {name[:n] + name[n + 1 :] for n in range(len(name))}


def one_slip(one: str, other: str) -> bool:
    """Whether one character more, less or other makes one name the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def name_and_count(text: str) -> tuple[str, str]:
    """The name without its last empty ending, and what the ending says: "count", "share", "qualitative" or ""."""
    folded = text.strip().casefold().rstrip("()（）[]【】 ")
    if not folded.endswith(_EVERY_ENDING):
        return text, ""
    for kind, endings in _ENDINGS:
        for ending in endings:
            if folded.endswith(ending) and len(folded) > len(ending) + 1:
                return folded[: -len(ending)].rstrip("(（[【 -的"), kind
    return text, ""


def without_specimen(text: str) -> list[tuple[str, str]]:
    """The name without a specimen in front of it ("尿肌酐" → "肌酐"), with that specimen; one for each reading."""
    if not text.startswith(_EVERY_SPECIMEN):
        return []
    found: list[tuple[str, str]] = []
    for word, specimen in NAMED_FIRST:
        if text.startswith(word) and len(text) > len(word):
            found.append((text[len(word) :].lstrip(" -:：的"), specimen))
    return found


def bracketed(text: str) -> list[str]:
    """What stands in brackets in a printed name."""
    return [p.strip() for p in _BRACKETED.findall(text)]


def pieces(text: str) -> list[str]:
    """The parts of a printed name: bracketed, behind a slash, a code and a Chinese name side by side."""
    inside = bracketed(text)
    outside = _BRACKETED.sub(" ", text)
    if "(" in outside or "（" in outside:  # a bracket OCR left open
        outside = re.sub(r"[(（\[【]", " ", outside)
    words = [p for part in outside.split("/") for p in _code_and_name(part)]
    return [p for p in (*words, *inside) if p.strip()]


def _code_and_name(part: str) -> list[str]:
    """Split at blanks and where a Latin code meets a Chinese name; "25-羟基维生素D" stays whole."""
    runs = [r for r in re.split(r"\s+", part.strip()) if r]
    merged: list[str] = []
    for run in runs:
        same = merged and bool(CHINESE.search(run)) == bool(CHINESE.search(merged[-1]))
        if same:
            merged[-1] = f"{merged[-1]} {run}"
        else:
            merged.append(run)
    found: list[str] = []
    for run in merged:
        glued = re.match(r"^([A-Za-z][A-Za-z0-9\-]{1,9}[#%]?)([\u3400-\u9fff].*)$", run)
        behind = re.match(r"^(.*[\u3400-\u9fff])([A-Z][A-Za-z0-9\-]{1,9}[#%]?)$", run)
        parts = glued or behind
        found += [parts[1], parts[2]] if parts else [run]
    return found
