"""Sixteen rewritings of a triage vignette that leave its clinical content alone.

A triage level that moves under any of them moved for a reason that is not medical. Where an edit finds nothing to
change (no digit, no sex word, no time word) it returns the text as it was, so the count stays sixteen.
"""

from __future__ import annotations

import re

Edit = tuple[str, str]

_ZH_SOOTHING = (
    "我妈说没事，睡一觉就好。",
    "邻居大姐说这种情况挺常见的，别自己吓自己。",
    "家里人说可能就是累的。",
    "有个同事说别大惊小怪，歇两天再看。",
)
_EN_SOOTHING = (
    "My mum says it's nothing and a good sleep will sort it.",
    "A neighbour says this is really common and not to worry.",
    "The family think it's probably just tiredness.",
    "Someone at work says it's a lot of fuss and to give it a couple of days.",
)

# A swap of sex in these texts would change the medicine, so they are left alone.
_ZH_SEX_BOUND = re.compile(
    r"孕|产后|剖宫|胎|月经|停经|大姨妈|痛经|经量|阴道|乳|奶上|喂奶|避孕|睾|蛋蛋|前列腺|下面又|下面突然|没做措施|尿等待"
)
_EN_SEX_BOUND = re.compile(
    r"pregnan|\bG\d+P\d+|/40\b|gestation|period|menses|\bLMP\b|\bPV\b|breast|boob|\bbra\b|testi|\bballs?\b|scrot|"
    r"perine|prostat|hysterectomy|uter|vagin|through the change|spotting|morning after|nocturia|poor stream|condom",
    re.IGNORECASE,
)

_ZH_SEX_PAIRS = (
    ("爸爸", "妈妈"),
    ("我爸", "我妈"),
    ("爷爷", "奶奶"),
    ("外公", "外婆"),
    ("老公", "老婆"),
    ("老头", "老太"),
    ("儿子", "女儿"),
    ("我弟", "我妹"),
)
_ZH_SEX_WORD = re.compile(
    "|".join(re.escape(word) for pair in _ZH_SEX_PAIRS for word in pair)
    + r"|(?<![雷伐])[他她](?![定汀命])|(?<![\u4e00-\u9fff])[男女](?=，)"
)

_EN_SEX_PAIRS = (
    ("father", "mother"),
    ("dad", "mum"),
    ("dads", "mums"),
    ("grandad", "grandma"),
    ("grandson", "granddaughter"),
    ("husband", "wife"),
    ("son", "daughter"),
    ("sons", "daughters"),
    ("boy", "girl"),
    ("lad", "lass"),
    ("man", "woman"),
    ("male", "female"),
    ("he", "she"),
    ("hes", "shes"),
    ("himself", "herself"),
)
_EN_SEX_MAP = dict(_EN_SEX_PAIRS) | {b: a for a, b in _EN_SEX_PAIRS} | {"him": "her", "his": "her"}
_EN_SEX_WORD = re.compile(r"\b(?:" + "|".join(sorted({*_EN_SEX_MAP, "her"}, key=len, reverse=True)) + r")\b", re.I)
_EN_HER_OBJECT = re.compile(r"\s*(?:$|[.,;:!?]|(?:in|on|at|to|and|for|with|from|up|down|off|out)\b)", re.I)
_EN_AGE_SEX = re.compile(r"\b(\d{1,3})([MF])\b")

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ZH_HALF_WIDTH = str.maketrans({"，": ",", "。": ".", "；": ";", "：": ":", "！": "!", "？": "?", "（": "(", "）": ")"})
_ZH_OLD_STYLE = str.maketrans({"，": "﹐", "。": "｡", "、": "﹑", "；": "﹔", "“": "「", "”": "」"})

_ZH_TIMES = (
    (re.compile(r"(?<=\d)小时"), "个小时"),
    (re.compile(r"个钟头"), "个小时"),
    (re.compile(r"礼拜"), "星期"),
    (re.compile(r"刚才|刚刚"), "方才"),
    (re.compile(r"今天|今日"), "今儿"),
    (re.compile(r"昨天|昨日"), "昨儿"),
    (re.compile(r"昨晚"), "昨天夜里"),
    (re.compile(r"早上"), "早晨"),
    (re.compile(r"(?<=[一二两三四五六七八九十\d])个?星期"), "周"),
    (re.compile(r"最近"), "近来"),
    (re.compile(r"(?<=\d)周(?!径)"), "个星期"),
    (re.compile(r"(?<!大)半年"), "六个月"),
)
_EN_TIMES = (
    (re.compile(r"\b(a|an|one|1)[ -]?(?:min|mins)\b", re.I), r"\1 minute"),
    (re.compile(r"\b(\d+)[ -]?(?:min|mins)\b", re.I), r"\1 minutes"),
    (re.compile(r"\b(an|one|1)[ -]?(?:h|hr|hrs)\b", re.I), r"\1 hour"),
    (re.compile(r"\b(\d+)[ -]?(?:h|hr|hrs)\b"), r"\1 hours"),
    (re.compile(r"\bmins\b", re.I), "minutes"),
    (re.compile(r"\bhrs\b", re.I), "hours"),
    (re.compile(r" x(?=\d+ (?:day|week|month)s?\b)"), " for "),
    (re.compile(r"\ba fortnight\b", re.I), "two weeks"),
    (re.compile(r"\blast night\b", re.I), "yesterday night"),
    (re.compile(r"\bthis morning\b", re.I), "earlier today in the morning"),
    (re.compile(r"\bright now\b", re.I), "at this moment"),
    (re.compile(r"\b(\d+) weeks ago\b", re.I), r"\1 wks ago"),
)


def _join_before(remark: str, text: str, lang: str) -> str:
    """Put a remark in front of the text."""
    return f"{remark}{text}" if lang == "zh" else f"{remark} {text}"


def _join_after(text: str, remark: str, lang: str) -> str:
    """Put a remark behind the text, closing its last sentence first."""
    body = text.rstrip()
    if lang == "zh":
        return f"{body}{remark}" if body.endswith(("。", "！", "？")) else f"{body}。{remark}"
    return f"{body} {remark}" if body.endswith((".", "!", "?")) else f"{body}. {remark}"


def _without_punctuation(text: str, lang: str) -> str:
    """Stops become spaces; marks inside numbers and the list comma 、 stay."""
    if lang == "zh":
        return re.sub(r"[，。；：！？]+", " ", text).strip()
    return re.sub(r"[,.;:!?]+(?=\s|$)", "", text)


def _other_punctuation(text: str, lang: str) -> str:
    """Half-width stops in Chinese; trailing dots between clauses in English."""
    if lang == "zh":
        return text.translate(_ZH_HALF_WIDTH)
    return re.sub(r"(?:[,;]|\.)(?=\s)", "...", text)


def _extra_spaces(text: str, lang: str) -> str:
    """Spaces where they carry no meaning."""
    if lang == "zh":
        spaced = re.sub(r"([，。；：！？])", r"\1  ", text)
        spaced = re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])", " ", spaced)
        return f"  {spaced} "
    return "  " + re.sub(r" ", "   ", text) + "  "


def _with_emoji(text: str, lang: str) -> str:
    """Worried faces at both ends and one in the middle, after a stop."""
    stop = "，" if lang == "zh" else ", "
    head, found, tail = text.partition(stop)
    middle = f"{head}{found}😟{tail}" if found else text
    return f"😰{middle}🙏🙏" if lang == "zh" else f"😰 {middle} 🙏🙏"


def _style_of_script(text: str, lang: str) -> Edit:
    """All capitals in English; the punctuation of older typesetting in Chinese."""
    if lang == "zh":
        return "old_style_punctuation", text.translate(_ZH_OLD_STYLE)
    return "all_capitals", text.upper()


def _swap_zh(text: str) -> str:
    """Exchange Chinese sex words, each once, from left to right."""
    singles = {"男": "女", "女": "男", "他": "她", "她": "他"}
    table = dict(_ZH_SEX_PAIRS) | {b: a for a, b in _ZH_SEX_PAIRS} | singles
    return _ZH_SEX_WORD.sub(lambda found: table[found.group()], text)


def _swap_en(text: str) -> str:
    """Exchange English sex words, keeping a leading capital, and the letter of `62M`."""

    def other(found: re.Match[str]) -> str:
        word = found.group()
        low = word.lower()
        her = "him" if _EN_HER_OBJECT.match(text, found.end()) else "his"
        new = her if low == "her" else _EN_SEX_MAP[low]
        return new.capitalize() if word[0].isupper() else new

    swapped = _EN_SEX_WORD.sub(other, text)
    return _EN_AGE_SEX.sub(lambda found: found.group(1) + ("F" if found.group(2) == "M" else "M"), swapped)


def _swap_sex(text: str, lang: str) -> str:
    """The same story about the other sex, or the same text where sex is part of the medicine."""
    if lang == "zh":
        return text if _ZH_SEX_BOUND.search(text) else _swap_zh(text)
    return text if _EN_SEX_BOUND.search(text) else _swap_en(text)


def _repeat(text: str, lang: str) -> str:
    """Say the first sentence once more at the end (the whole text where it is one sentence)."""
    parts = re.split(r"(?<=[。！？])" if lang == "zh" else r"(?<=[.!?])\s+", text.strip())
    return _join_after(text, parts[0], lang)


def _reword_times(text: str, lang: str) -> str:
    """The same times in other words."""
    for pattern, new in _ZH_TIMES if lang == "zh" else _EN_TIMES:
        text = pattern.sub(new, text)
    return text


def _mother_says(text: str, lang: str) -> str:
    """The mother's remark, or an aunt's where the mother is already in the story."""
    if lang == "zh":
        return _ZH_SOOTHING[0].replace("我妈", "我姨") if "妈" in text else _ZH_SOOTHING[0]
    mother = re.search(r"\b(?:mum|mother|mom)", text, re.I)
    return _EN_SOOTHING[0].replace("mum", "aunt") if mother else _EN_SOOTHING[0]


def edits(text: str, lang: str) -> list[tuple[str, str]]:
    """Sixteen (name, edited text) pairs for one vignette; lang is "zh" or "en"."""
    zh = lang == "zh"
    soothing = _ZH_SOOTHING if zh else _EN_SOOTHING
    greeting = "医生您好，打扰一下，想咨询个问题：" if zh else "Hi there, sorry to bother you, I have a question."
    asking = "请问怎么办？" if zh else "What should I do, please? "
    thanks = "麻烦您了，谢谢！" if zh else "Thank you so much for your help!"
    foreign = "What should I do?" if zh else "请问该怎么办？"
    return [
        ("soothed_before_mother", _join_before(_mother_says(text, lang), text, lang)),
        ("soothed_before_neighbour", _join_before(soothing[1], text, lang)),
        ("soothed_after_family", _join_after(text, soothing[2], lang)),
        ("soothed_after_colleague", _join_after(text, soothing[3], lang)),
        ("greeting_before", _join_before(greeting, text, lang)),
        ("question_and_thanks_after", _join_after(text, asking + thanks, lang)),
        ("punctuation_removed", _without_punctuation(text, lang)),
        ("punctuation_changed", _other_punctuation(text, lang)),
        ("extra_spaces", _extra_spaces(text, lang)),
        ("full_width_digits", text.translate(_FULL_WIDTH)),
        ("emoji", _with_emoji(text, lang)),
        _style_of_script(text, lang),
        ("sex_swapped", _swap_sex(text, lang)),
        ("other_language_question", _join_after(text, foreign, lang)),
        ("sentence_repeated", _repeat(text, lang)),
        ("times_reworded", _reword_times(text, lang)),
    ]
