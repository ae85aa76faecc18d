"""Makes contradictions out of true (passage, sentence) pairs of the packs: one planted change each."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from kangban.retrieval.cite import library
from kangban.retrieval.support import supports
from kangban.retrieval.traits import traits
from kangban.rules.compiled import shipped

Pair = tuple[str, tuple[str, ...], str]  # sentence, passages, kind of change

_WORDS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("polarity", (("禁用", "可以用"), ("不能", "可以"), ("不要", "可以"), ("避免", "可以放心"), ("不可", "可以"), ("慎用", "可以放心用"), ("禁止", "允许"), ("不宜", "适宜"),
                  ("可以", "不能"), ("可用", "禁用"), ("contraindicated", "safe"), ("Avoid", "Feel free to use"), ("avoid", "feel free to use"), ("Do not", "You may"), ("do not", "you may"),
                  ("must not", "may"), ("Not ", "Fine "), ("Forbidden", "Allowed"), ("Care in", "Safe in"), ("not recommended", "recommended"))),
    ("direction", (("升高", "降低"), ("增加", "减少"), ("增强", "减弱"), ("减弱", "增强"), ("降低", "升高"), ("饭前", "饭后"), ("饭后", "饭前"), ("空腹", "饭后"), ("raise", "lower"),
                   ("increase", "decrease"), ("strengthen", "weaken"), ("weaken", "strengthen"), ("lower", "raise"), ("before meals", "after meals"), ("低血糖", "高血糖"), ("低血压", "高血压"),
                   ("low sugar", "high sugar"), ("嗜睡", "失眠"), ("drows", "insomnia, not drows"))),
    ("who", (("儿童", "成人"), ("孕期", "哺乳期"), ("怀孕", "哺乳"), ("老人", "儿童"), ("children", "adults"), ("pregnancy", "breastfeeding"), ("older people", "children"), ("elderly", "children"),
             ("肾功能", "肝功能"), ("kidney", "liver"), ("哮喘", "青光眼"), ("asthma", "glaucoma"), ("青光眼", "痛风"))),
    ("bound", (("以下", "以上"), ("未满", "超过"), ("不满", "超过"), ("不超过", "至少"), ("最多", "至少"), ("under ", "over "), ("below ", "above "), ("at most", "at least"), ("up to", "at least"), ("from ", "under "))),
    ("often", (("每天", "每周"), ("一日", "每周"), ("daily", "weekly"), ("a day", "a week"), ("可能", "一定会"), ("罕见", "常见"), ("rare", "common"), ("may ", "always "))),
)  # fmt: skip
_NUMBER = re.compile(
    r"(?<![A-Za-z\d.])\d+(?:\.\d+)?(?=\s*(?:mg|g|克|毫克|ml|mL|毫升|片|次|小时|天|周|岁|个月|%|hours?|days?|years?|times|tablets?|months?|weeks?))"
)


def true_pairs() -> list[Pair]:
    """Sentences of the passages themselves and the packs' own messages that the check finds supported."""
    shelf = library()
    found: list[Pair] = []
    for source in shipped().packs.sources:
        for passage in source.passages:
            whole = (shelf.both_languages(f"{source.id}#{passage.key}"),)
            for text in (passage.passage, passage.passage_en):
                parts = re.split(r"(?<=[。；;])\s*", text)
                found += [(part, whole, "as written") for part in parts if len(part) > 12]
    for one in shipped().packs.ingredients:
        for row in (*one.caution, *one.interaction):
            texts = tuple(shelf.both_languages(c) for c in row.citations if c in shelf)
            found += [(m, texts, "message") for m in (row.message, row.message_en) if len(m) > 8 and texts]
    return found


def planted(count: int, seed: int = 7) -> Iterator[Pair]:
    """`count` changed sentences, spread over the kinds; only of pairs that are supported unchanged."""
    rng = random.Random(seed)
    pairs = true_pairs()
    rng.shuffle(pairs)
    makers: list[Callable[[str], tuple[str, str] | None]] = [_word(kind, words) for kind, words in _WORDS] + [
        _numbers(rng)
    ] * 2
    made = 0
    for at, (sentence, texts, _) in enumerate(pairs * 2):
        changed = makers[at % len(makers)](sentence)
        if changed is None or _still_true(changed, sentence, texts) or supports(sentence, texts) != "supported":
            continue
        yield changed[0], texts, changed[1]
        made += 1
        if made >= count:
            return


def _still_true(changed: tuple[str, str], sentence: str, texts: tuple[str, ...]) -> bool:
    """A swapped group or side the source speaks of as well may be no contradiction at all."""
    if changed[1] not in ("who", "direction"):
        return False
    text = "\n".join(texts)
    own = traits(changed[0])
    if changed[1] == "who" and own.groups - traits(sentence).groups <= traits(text).groups:
        return True
    new = set(re.findall(r"[\u4e00-\u9fff]{2}|[a-z]{4,}", changed[0].lower())) - set(
        re.findall(r"[\u4e00-\u9fff]{2}|[a-z]{4,}", sentence.lower())
    )
    return any(word in text.lower() for word in new)


def _word(kind: str, words: tuple[tuple[str, str], ...]) -> Callable[[str], tuple[str, str] | None]:
    def change(sentence: str) -> tuple[str, str] | None:
        for old, new in words:
            bounded = re.search(re.escape(old) + r"\s?[A-Za-z]{0,6}\s?\d|\d\D{0,3}" + re.escape(old), sentence)
            edge = r"\b" if old.isascii() else ""  # "flowers" holds no "lower"
            changed = re.sub(edge + re.escape(old), new, sentence)
            if changed != sentence and new not in sentence and (kind != "bound" or bounded):
                return changed, kind
        return None

    return change


def _numbers(rng: random.Random) -> Callable[[str], tuple[str, str] | None]:
    def change(sentence: str) -> tuple[str, str] | None:
        places = list(_NUMBER.finditer(sentence))
        if not places:
            return None
        place = rng.choice(places)
        factor = rng.choice((0.5, 2, 3, 10))
        new = f"{float(place.group()) * factor:g}"
        return sentence[: place.start()] + new + sentence[place.end() :], "number"

    return change
