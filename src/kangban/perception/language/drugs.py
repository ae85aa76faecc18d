"""Medicines in text: exact names, names with one wrong character, and names that are in no catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

import msgspec
from rapidfuzz.distance import OSA

from kangban.clinical.utterance import DrugMention
from kangban.kernel.frequency import frequencies
from kangban.kernel.numbers import NUMBER
from kangban.kernel.patterns import lazy_pattern
from kangban.perception.language.lexicon import Hit, Lexicon, lexicon
from kangban.perception.language.negation import Denied, is_denied
from kangban.rules.names import fold

_UNIT = r"(?:mg|g|ug|µg|mcg|ml|iu|毫克|克|毫升|微克|单位|片半|片|粒|袋|包|支|丸|颗|滴|揿|喷|吸|tablets?|tabs?|pills?|capsules?|sachets?|puffs?|drops?)"
_DOSE = lazy_pattern(
    rf"(?:一次|每次|每回|一回|吃了|喝了|吃|服|用|take|took|taking)?\s*(?P<dose>(?:\d+/\d+|{NUMBER}|half an?|half|one|two|three|a)\s*(?:[-~–至到]\s*{NUMBER}\s*)?{_UNIT})(?![a-z])"
)
_FORM = "缓释胶囊|缓释片|肠溶片|分散片|软胶囊|胶囊|颗粒|口服液|糖浆|混悬液|滴眼液|眼药水|软膏|乳膏|滴丸|冲剂|注射液|喷雾剂|栓|片|丸|散"
_LOOKS_CN = lazy_pattern(rf"(?P<name>[\u4e00-\u9fff]{{2,9}}?)(?P<form>{_FORM})(?![\u4e00-\u9fff]{{0,1}}[装])")
_STEM_CN = lazy_pattern(
    r"[\u4e00-\u9fff]{1,4}(?:西林|沙星|他汀|洛尔|地平|普利|沙坦|拉唑|替丁|霉素|双胍|列净|列汀|替尼|单抗|头孢|环素|咪唑|洛韦|昔布|格雷|班|唑仑|西泮|西汀|曲坦|司琼|必利)"
)
_STEM_EN = lazy_pattern(
    r"\b[a-z]{3,}(?:cillin|statin|pril|sartan|olol|prazole|conazole|mycin|floxacin|tidine|gliptin|gliflozin|mab|tinib|azepam|zolam|oxetine|triptan|setron|coxib|profen|cycline|vir|dipine|xaban|parin)\b"
)
_VERBS = lazy_pattern(
    r"^.*(?:吃了|服用了|服用|吃着|在吃|正在吃|吃|喝了|喝|用了|使用|用|买了|买|开了|开|家里有|有|和|跟|与|加|或者?|还是|配|一?盒|这个|那个|叫|能|可以|给|把|的)"
)
_NOT_NAMES = {
    "药",
    "一",
    "两",
    "半",
    "几",
    "每次",
    "早晚",
    "降压",
    "退烧",
    "消炎",
    "止痛",
    "感冒",
    "止咳",
    "抗生素",
    "安眠",
    "降糖",
    "退热",
    "照",
    "名",
    "影",
    "图",
    "唱",
    "贴",
    "大",
    "小",
    "刀",
    "尿",
    "胸",
    "拍",
    "相",
    "卡",
}
# 在吃华法林 tells what is taken; 能吃布洛芬吗 asks about one.
_TAKING = lazy_pattern(
    r"(?:(?:在|正|一直|长期|天天|每天|平时|刚|已经|都)(?:在)?(?:吃|服用|服|用|打)(?:着|了)?|(?:吃|服用)着)[^，。,.？?]{0,4}$|\b(?:takes|taking|is on|am on|are on|been on|prescribed)\s[^,.?]{0,8}$"
)
_STOP = set("了的吗呢吃药有和在用着过能可不是还也就都片粒天次个痛病发烧炎症高低压热吧啊喝没会后前时很好")


def find_drugs(
    text: str, hits: list[Hit], lex: Lexicon, scopes: Denied, *, near: bool = True
) -> tuple[list[DrugMention], list[str]]:
    """Mentions in plain offsets, and names that look like medicines but are in no catalogue."""
    chosen = _longest([h for h in hits if h.sort == "drug"])
    mentions = [_mention(text, h.start, h.end, h.id, lex, scopes) for h in chosen]
    taken = [(m.start, m.end) for m in mentions]
    for start, end, spelling in near_names(text, taken) if near else ():
        mentions.append(_mention(text, start, end, spelling, lex, scopes, misspelt=True))
        taken.append((start, end))
    mentions.sort(key=lambda m: m.start)
    return _with_doses(text, mentions), _unknown(text, taken)


def _longest(hits: list[Hit]) -> list[Hit]:
    chosen: list[Hit] = []
    end = -1
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if hit.start >= end:
            chosen.append(hit)
            end = hit.end
        elif hit.end - hit.start > chosen[-1].end - chosen[-1].start:
            chosen[-1] = hit
            end = hit.end
    return chosen


def _mention(
    text: str, start: int, end: int, spelling: str, lex: Lexicon, scopes: Denied, *, misspelt: bool = False
) -> DrugMention:
    named = lex.drugs[spelling]
    exact = fold(spelling) in (fold(named.name), fold(named.name_en))
    match = "misspelt" if misspelt else "exact" if exact else "alias"
    return DrugMention(
        start, end, text[start:end], named.id, lex.names.spelling.get(fold(spelling), spelling), match,
        negated=is_denied(start, end, scopes, text),
        taking=_TAKING.search(text[max(0, start - 12) : start]) is not None or text.startswith(("吃着", "在吃"), end),
    )  # fmt: skip


def _with_doses(text: str, mentions: list[DrugMention]) -> list[DrugMention]:
    done: list[DrugMention] = []
    for at, one in enumerate(mentions):
        stop = mentions[at + 1].start if at + 1 < len(mentions) else len(text)
        after = re.split(r"[。！？!?；;\n]", text[one.end : min(stop, one.end + 40)])[0]
        dose = _DOSE.search(after)
        often = next(frequencies(after), None)
        said = dose["dose"].strip() if dose and dose.start() <= 14 else None
        done.append(msgspec.structs.replace(one, dose=said, per_day=round(often.high, 2) if often else None))
    return done


class NearNames:
    """Finds windows one character away from a name: deletions for short names, halves for long ones."""

    def __init__(self, lex: Lexicon) -> None:
        self._short: dict[str, list[str]] = defaultdict(list)
        self._latin: dict[str, list[str]] = defaultdict(list)
        self._chars: set[str] = set()
        self.everyday = lex.everyday
        self.drugs = lex.drugs
        for name, named in lex.drugs.items():
            if named.kind == "class" or " " in name:
                continue
            if name.isascii():
                if len(name) >= 6:
                    for cut in _cuts(name):
                        self._latin[cut].append(name)
            elif 3 <= len(name) <= 7 and all("\u4e00" <= c <= "\u9fff" for c in name):
                self._chars |= set(name)
                for cut in _cuts(name):
                    self._short[cut].append(name)

    def latin(self, word: str) -> str | None:
        """The one Latin name within one edit of a word, or None."""
        keys = {word, *_cuts(word)}
        near = {n for k in keys for n in self._latin.get(k, ()) if OSA.distance(n, word) == 1}
        ids = {self.drugs[n].id for n in near}
        return min(near) if len(ids) == 1 and word not in self.drugs else None

    def chinese(self, window: str) -> str | None:
        """The one Chinese name that differs from a window of the same length in one character, or None."""
        for cut in _cuts(window):
            names = self._short.get(cut)
            if names:
                near = [
                    n for n in names if len(n) == len(window) and OSA.distance(n, window) == 1 and self._fits(n, window)
                ]
                if len({self.drugs[n].id for n in near}) == 1:
                    return near[0]
        return None

    def _fits(self, name: str, window: str) -> bool:
        at = [i for i, (a, b) in enumerate(zip(name, window, strict=True)) if a != b]
        if len(at) != 1 or window[at[0]] in _STOP:
            return False
        kept = [part for part in (name[: at[0]], name[at[0] + 1 :]) if len(part) >= 2]
        # What is left must be peculiar to the name: 感冒 of 感冒灵 is an everyday word.
        return bool(kept or len(name) == 3) and not any(part in self.everyday for part in kept)

    def known_characters(self, text: str) -> bytes:
        """1 for every character that occurs in a name, else 0; all but one of a window must."""
        return bytes(c in self._chars for c in text)


def _cuts(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


@lru_cache(maxsize=1)
def _near_shipped() -> NearNames:
    return NearNames(lexicon())


def near_names(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """[(start, end, spelling)] of misspelt names outside the spans already taken."""
    near = _near_shipped()
    found: list[tuple[int, int, str]] = []
    busy = bytearray(len(text))
    known = near.known_characters(text)
    for start, end in taken:
        busy[start:end] = b"\1" * (end - start)
    for word in re.finditer(r"[a-z]{6,}", text):
        if not busy[word.start()]:
            name = near.latin(word.group())
            if name:
                found.append((word.start(), word.end(), name))
    for run in re.finditer(r"[\u4e00-\u9fff]{3,}", text):
        start, stop = run.span()
        at = start
        while at + 3 <= stop:
            for size in range(min(7, stop - at), 2, -1):
                if known.count(1, at, at + size) >= size - 1 and not busy.count(1, at, at + size):
                    window = text[at : at + size]
                    name = near.chinese(window)
                    if name:
                        found.append((at, at + size, name))
                        busy[at : at + size] = b"\1" * size
                        break
            at += 1
    return found


def _unknown(text: str, taken: list[tuple[int, int]]) -> list[str]:
    def free(start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in taken)

    found: list[str] = []
    for m in _LOOKS_CN.finditer(text):
        name = _VERBS.sub("", m["name"])
        start = m.end() - len(m["form"]) - len(name)
        if (
            len(name) >= 2
            and name not in _NOT_NAMES
            and free(start, m.end())
            and not re.search(r"[一二两三四五六七八九十半几\d]$", name)
        ):
            found.append(name + m["form"])
    for pattern in (_STEM_CN, _STEM_EN):
        for m in pattern.finditer(text):
            name = _VERBS.sub("", m.group())
            if len(name) >= 3 and free(m.end() - len(name), m.end()):
                found.append(name)
    return list(dict.fromkeys(found))
