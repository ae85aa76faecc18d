"""Complaints: whole phrases, and groups of words that stand near each other in one clause."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import islice, pairwise, product

from kangban.clinical.utterance import SymptomMention
from kangban.kernel.patterns import lazy_pattern
from kangban.perception.language.lexicon import Combo, Hit, Lexicon
from kangban.perception.language.negation import Denied, clauses, denied, is_denied, is_past

_STEP = lazy_pattern(r"[a-z0-9]+|[^\sa-z0-9]")
_MOST_TRIES = 64

# A count of tablets nobody takes at once, or "all of them", beside a word of taking: an overdose of whatever it was.
_PILLS = r"(?:tablets?|tabs?|pills?|caps(?:ules)?|doses?)"
_MANY = r"(?:[89]|[1-9]\d{1,2}|eight|nine|ten|eleven|twelve|fifteen|sixteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|dozens|a dozen|several dozen|loads of|so many)"
_PACK = r"(?:(?:a|the|one|two|three|2|3|4|\d\d|her|his|my) (?:whole|entire|full|half)? ?(?:bottles?|box(?:es)?|pack(?:et)?s?|strips?|tubs?|handfuls?)|(?:whole|entire|full) (?:bottle|box|pack|packet|strip|tub)|handfuls?)"
_TOOK = r"\b(?:took|taken|swallowed|ate|eaten|downed|necked|ingested|ingestion of|overdosed on|swallowing|had)\b"
_ZH_MANY = r"(?:[89]|[1-9]\d{1,2}|十|十[一二三四五六七八九几来多]|[二两三四五六七八九]十[一二三四五六七八九几来多]?|二三十|三四十|几十|上百|一百多?|好几十|百来)"
_ZH_TOOK = r"(?:吃|服|吞|喝|灌|咽|误食|误服|口服|服用)(?:了|下了?|下去了?|掉了?|进去了?|光了?|完)?"
_OVERDOSE = lazy_pattern(
    rf"{_TOOK}(?:[^.!?;\n]|\.\.\.){{0,50}}?\b{_MANY}\s*(?:x|of|or so|-ish|\+|plus)?\s*(?:(?:of )?(?:her|his|my|the|mums|dads|nans)\s)?(?:\d+\s*m?c?g\s)?(?:[a-z-]+\s){{0,2}}(?:{_PILLS}\b|\x00)"
    rf"|{_TOOK}\s(?:[a-z]+\s){{0,3}}{_PACK}\s(?:of\s)?[^,.!?;\n]{{0,30}}(?:{_PILLS}\b|\x00)"
    rf"|(?:{_TOOK})\s(?:all|the lot|the rest|every one)(?: of)?(?: (?:my|his|her|their|the|mums|dads|nans|grans|the whole))\s(?:[a-z-]+\s){{0,2}}(?:{_PILLS}\b|\x00|[a-z]{{6,}})"
    rf"|\b(?:took|taken|swallowed|downed|necked) (?:the )?(?:whole )?(?:lot|whole thing)\b"
    rf"|{_ZH_TOOK}[^。！？；!?;\n]{{0,14}}?{_ZH_MANY}\s*多?(?:片|粒|颗|丸|板|瓶|支)"
    rf"|{_ZH_TOOK}[^。！？；!?;\n，,]{{0,6}}?(?:[一两二三半几]|大半|整|一整|好几)(?:整|大)?(?:瓶|把|板)(?!水|酒|啤|牛奶|饮料|果汁|可乐|白酒|红酒|米|花生|瓜子)"
    rf"|{_ZH_TOOK}[^。！？；!?;\n，,]{{0,6}}?(?:整|整整[一两]|大半)盒"
    rf"|(?:把|将)[^，。,.]{{1,14}}(?:都|全都|全部|全)(?:给)?(?:吃|吞|喝|服|咽)(?:了|光|下|掉|完)(?!饭)"
    rf"|一(?:次|下子?|口气|股脑)(?:性)?(?:就)?(?:吃|服|吞|喝)(?:了|下了?|掉了?)?[^，。,.]{{0,8}}?(?:整盒|一盒|两盒|三盒|整板|全部)"
)
# … unless it was the course, day by day.
_COURSE = lazy_pattern(
    r"course|over the|in total|altogether this|as (?:prescribed|usual|normal|directed)|this morning|for the day|on time|each day|a day|per day|daily|every day|weeks? ago|last (?:week|month|year)"
    r"|疗程|每天|一天|每日|天天|每次|一共|总共|按时|按医嘱|还没好|没见好|不见好|没效|不管用|见效|好了|星期|个月|早晚|饭|奶粉|钙片|维c|维生素c|益生菌|vitamin c|vit c|probiotics?|\d天了|[一二两三四五六七八九十几]天了?(?!前)"
)
# Words that only look like a complaint: a vaccine's name, 肉眼血尿 is no eye, a painless lump does not hurt.
_NO_COMPLAINT = lazy_pattern(
    r"(?:流感|肺炎|带状疱疹|麻疹|水痘|乙肝|狂犬病?|破伤风)疫苗|(?:flu|shingles|pneumonia|tetanus|rabies|measles|chickenpox) (?:jab|vaccine|shot|vaccination)s?"
    r"|(?:a )?negative pregnancy test|(?:urine )?pregnancy test (?:is |was |came back )?neg(?:ative)?|妊娠试验:?(?:阴性|\(-\))|验孕(?:棒)?(?:是)?(?:阴性|一条杠|没怀)|(?:血|尿)hcg:?阴性|(?:urine |beta-?)?hcg (?:neg(?:ative)?)"
    r"|[没无](?:有)?尿(?=[频急痛疼路血床])"
    r"|what temperature is a fever|(?:发烧|发热)(?:多少|几)度|(?:多少|几)度(?:算|才算|是)(?:发烧|发热)"
)
_NO_PART = lazy_pattern(r"肉眼|无痛性?|painless|不痛不痒")
# 吃头孢能喝酒吗 asks leave for what nobody took yet.
_INTAKE = frozenset(
    {"disulfiram", "drunk", "overdose", "double_dose", "wrong_medicine", "rich_meal", "insulin_too_much"}
)
_LEAVE = lazy_pattern(
    r"能不能|可不可以|可以不可以|[能可][以]?[^，。,.!！]{0,12}[吗么?？]|多久(?:才|后|以后)?(?:能|可以)|什么时候(?:能|可以)|会(?:不会|怎么样|怎样)"
    r"|\b(?:can|may|could|should) (?:i|you|we|he|she|my|people|someone)\b|\bis it (?:ok|okay|safe|fine|alright|all right|bad|dangerous)\b|\bhow (?:long|soon|many|much)\b|\bwhen can\b|\bwhat (?:if|happens)\b|\bis .{1,30} an overdose\b"
)
_TAKEN = lazy_pattern(
    r"喝了(?!药)|喝完|喝过|吃了.{0,8}又|已经|刚|了(?:酒|两杯|一杯|半斤|一瓶)|\b(?:drank|had|took|taken|been drinking|swallowed|ate|overdosed)\b"
)
_MEDICINE = lazy_pattern(r"药|片|粒|胶囊|丸|安定|tablet|pill|capsule|bottle|pack|strip|box|med")


class Found:
    """A complaint with the spans of its parts, in plain offsets."""

    __slots__ = ("concept", "phrase", "spans")

    def __init__(self, concept: str, spans: tuple[tuple[int, int], ...], phrase: bool) -> None:
        self.concept = concept
        self.spans = spans
        self.phrase = phrase


def find_symptoms(text: str, hits: list[Hit], lexicon: Lexicon) -> tuple[list[SymptomMention], Denied]:
    """All complaints in plain text with negation and history, and the denied stretches; offsets are plain."""
    hits = _real(text, hits)
    parts = clauses(text)
    starts = [start for start, _ in parts]
    found = [Found(h.id, ((h.start, h.end),), True) for h in hits if h.sort == "phrase"]
    found += _combos(text, hits, lexicon, starts)
    found += _overdoses(text, hits)
    scopes = denied(text, [span for one in found if one.phrase for span in one.spans])
    mentions: dict[tuple[str, int, int], SymptomMention] = {}
    for one in found:
        start, end = min(s for s, _ in one.spans), max(e for _, e in one.spans)
        clause = parts[max(0, bisect_right(starts, start) - 1)] if parts else (0, len(text))
        if one.concept in _INTAKE and _asks_leave(text[clause[0] : clause[1] + 1]):
            continue
        negated = _negated(one, start, end, scopes, text)
        past = is_past(start, clause, text)
        for concept in _closure(one.concept, lexicon.implies):
            mentions.setdefault((concept, start, end), SymptomMention(start, end, concept, negated=negated, past=past))
    return sorted(mentions.values(), key=lambda m: (m.start, m.end, m.concept)), scopes


def _real(text: str, hits: list[Hit]) -> list[Hit]:
    """Hits outside words that only look like a complaint."""
    whole = [m.span() for m in _NO_COMPLAINT.finditer(text)]
    partly = [m.span() for m in _NO_PART.finditer(text)]
    if not whole and not partly:
        return hits
    return [
        h
        for h in hits
        if h.sort not in ("group", "phrase")
        or (
            not any(s < h.end and h.start < e for s, e in whole)
            and not (h.sort == "group" and any(s <= h.start and h.end <= e for s, e in partly))
        )
    ]


def _asks_leave(clause: str) -> bool:
    return _LEAVE.search(clause) is not None and _TAKEN.search(clause) is None


def _overdoses(text: str, hits: list[Hit]) -> list[Found]:
    """Too many tablets at once, of any medicine: a named one stands for the word "tablet"."""
    names = [(h.start, h.end) for h in hits if h.sort == "drug"]
    marked = text
    for start, end in names:
        marked = f"{marked[:start]}\0{' ' * (end - start - 1)}{marked[end:]}" if text[start].isascii() else marked
    found: list[Found] = []
    for source in (text, marked) if marked != text else (text,):
        for m in _OVERDOSE.finditer(source):
            near = text[max(0, m.start() - 12) : m.end() + 24]
            told = _MEDICINE.search(near) or any(a < m.end() + 24 and m.start() - 24 < b for a, b in names)
            if told and not _COURSE.search(near):
                found.append(Found("overdose", ((m.start(), m.end()),), True))
    return found


def _negated(one: Found, start: int, end: int, scopes: Denied, text: str) -> bool:
    if one.phrase:
        return is_denied(start, end, scopes, text)
    # 胸口不疼: the cue stands between the parts, so the last part decides.
    last = max(one.spans)
    return is_denied(last[0], last[1], scopes, text)


def _closure(concept: str, implies: dict[str, tuple[str, ...]]) -> list[str]:
    seen: list[str] = []
    waiting = [concept]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.append(one)
            waiting += implies.get(one, ())
    return seen


def _combos(text: str, hits: list[Hit], lexicon: Lexicon, starts: list[int]) -> list[Found]:
    by_clause: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for hit in hits:
        if hit.sort == "group":
            at = bisect_right(starts, hit.start) - 1
            if at >= 0:
                by_clause[at][hit.id].append((hit.start, hit.end))
    found: list[Found] = []
    for groups in by_clause.values():
        for first in groups:
            seconds = lexicon.combos.get(first)
            for second in seconds.keys() & groups.keys() if seconds else ():
                for combo in seconds[second] if seconds else ():
                    if len(combo.groups) < 3 or all(g in groups for g in combo.groups):
                        found += _match(text, combo, [groups[g] for g in combo.groups])
    return found


def _match(text: str, combo: Combo, places: list[list[tuple[int, int]]]) -> list[Found]:
    best: dict[tuple[int, int], Found] = {}
    for spans in islice(product(*(p[:8] for p in places)), _MOST_TRIES):
        in_order = tuple(sorted(spans))
        if combo.ordered and in_order != spans:
            continue
        if _near(text, in_order, combo.gap):
            found = Found(combo.symptom, in_order, False)
            best.setdefault((in_order[0][0], in_order[-1][1]), found)
    return list(best.values())


def _near(text: str, spans: tuple[tuple[int, int], ...], gap: int) -> bool:
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            return False
        # Few characters cannot be many words; very many cannot be few.
        if start - end > gap and (start - end > gap * 14 or len(_STEP.findall(text, end, start)) > gap):
            return False
    return True
