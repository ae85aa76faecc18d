"""What is written to be understood: no long sentence, no diagnosis, no promise. Run over packs and finished texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = {"zh": 40, "en": 25}  # characters of a Chinese sentence, words of an English one

_ENDS = {
    "zh": re.compile(r"(?<=[。！？!?\n])"),
    "en": re.compile(r"(?<=[!?\n])|(?<=[^0-9]\.)(?=\s|$)|(?<=[0-9]\.)(?=\s+[A-Z]|$)"),
}
_WORD = re.compile(r"[^\s–—]+")

# Words that state a disease of a person, or promise that there is none.
_STATED = {
    "zh": re.compile(
        r"(?:您|你|他|她|孩子)(?:得了|患(?:有|了|上)|就是)|确诊|就是[^，。；！？]{0,6}(?:病|炎|癌|瘤|贫血|减低)|"
        r"(?:可以)?诊断(?:为|是)|(?<!不)一定是|肯定是|就是(?:甲亢|甲减)"
    ),
    "en": re.compile(
        r"\b(?:you have|you've got|he has|she has|diagnosed with|this is definitely|certainly is)\b", re.I
    ),
}
_PROMISED = {
    "zh": re.compile(
        r"放心|没事|没有?问题|不用(?:担心|管|看|去)|不必(?:担心|管)|不要紧|无大碍|一切正常|完全正常|很?安全|"
        r"不严重|没有?大碍|很?健康"
    ),
    "en": re.compile(
        r"\b(?:nothing to worry|no need to worry|don't worry|all is well|everything is (?:fine|normal)|you are fine|"
        r"is safe|perfectly normal|not serious|harmless|rest assured|no problem)\b",
        re.I,
    ),
}


def sentences(text: str, lang: str) -> tuple[str, ...]:
    """The sentences of a text; a line is at most one paragraph, and a decimal point ends nothing."""
    return tuple(part.strip() for part in _ENDS[lang].split(text) if part.strip())


def length(sentence: str, lang: str) -> int:
    """Characters without spaces for Chinese, words for English."""
    return len(re.sub(r"\s", "", sentence)) if lang == "zh" else len(_WORD.findall(sentence))


def too_long(text: str, lang: str) -> tuple[str, ...]:
    """The sentences that are longer than somebody reads in one breath."""
    return tuple(s for s in sentences(text, lang) if length(s, lang) > LONGEST[lang])


def unplain(text: str, lang: str) -> Iterator[str]:
    """What makes a text unfit for people, in English: too long, a stated diagnosis, a promise."""
    for one in too_long(text, lang):
        yield f"a sentence of {length(one, lang)}: {one}"
    for found in _STATED[lang].finditer(text):
        yield f"states a disease: {found.group()}"
    for found in _PROMISED[lang].finditer(text):
        yield f"promises: {found.group()}"
