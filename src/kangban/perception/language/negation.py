"""Whether a complaint is said to be there, said not to be there, or only part of the history."""

from __future__ import annotations

import re
from bisect import bisect_left

from kangban.kernel.patterns import lazy_pattern

# A clause ends here; 、 and / stay inside, because a denied list goes on over them.
CLAUSE = lazy_pattern(
    r"[。！？!?；;\n]|[，,](?!\d{3})|(?<=[a-z])\.(?=\s|$)|…+|\.{2,}|\bbut\b|\bhowever\b|但是|但|不过|可是|然而|却"
)

_SPACE = lazy_pattern(r"(?<=[\u3400-\u9fff0-9a-z)%]) (?=[\u3400-\u9fff])")

# Cue, how far it reaches in characters, whether it reaches over a list (、和及或/and/or).
_CUES = lazy_pattern(
    r"(?P<wide>否认|未见|未诉|均无|排除|denie[sd]|denying|no (?:history|evidence|sign|signs|complaint)s? of|negative for|without any|without)"
    r"|(?P<list>没有出现|没有明显|没有|并没有|并无|未出现|未有|无明显|从没|从未|不伴有?|无|no\b|not having|no longer|(?:does|did|do|has|have|is|was|are)(?: not|n'?t)(?: have| had| having| any)?|never|nor)"
    r"|(?P<near>没|未|不|别|not|isn'?t|don'?t|doesn'?t|didn'?t|haven'?t|hasn'?t|cant feel any)"
)
# Looks like a cue and is none: 不停地咳, 无法, 没劲 …
_NO_CUE = lazy_pattern(
    r"不(?:停|止|住|断|已|得了|行了|清|出|上|动|起|下|到|醒|稳|适|舒服|舒坦|对劲|良|安|仅|但|光|只是|知道?|晓得|管|过|同|时|小心|见好|退|太|很|怎么(?![疼痛咳发])|大|是很|算|灵|利索|听使唤|完|了|敢|想|愿|肯|能|会|可以|吃|喝|睡|好|得|要|用|够|自主|省|明原因|明|规律|齐|全|足|久|禁)"
    r"|没(?:法|办法|劲|力|精神|胃口|食欲|意识|反应|知觉|尿|退|好|见好|缓解|减轻|改善|事|关系|问题|什么大碍|吃|喝|睡|用|去|来|注意|想到|几天|多久|过多久)"
    r"|(?:特|分|区|个|级|性|识|鉴|类|离)别|不(?:少|止|由|间断|久前)|差不多|忍不住|冷不丁|对不起|要不|是不"
    r"|无(?:痛性?|痛感|法|力|缘无故|故|诱因|明显诱因|尿|意识|反应|精打采|缓解|好转|改善|效|论|所谓|意中|规律|关)|未(?:缓解|好转|见好|见缓解|愈|婚|孕|用|服|吃|做|到)"
    r"|not (?:only|just|sure|able|going away|getting better|improving|stopping|responding|eating|drinking|breathing|waking|well|feeling well|right)|no (?:relief|improvement|better|idea|one|longer able|response|pulse|breathing|urine)"
    r"|never (?:had|felt|experienced) (?:this|anything|such|one)|without (?:warning|reason|relief|improvement|trauma|any reason)"
)
_ENDS_SCOPE = lazy_pattern(
    r"有|出现|伴|只是|就是|而是|突然|又|还|仍|only|just|with\b|has\b|have\b|started|now\b|yet\b"
    r"|\b(?:knocked|fell|passed|keeps|kept|feels?|feeling|getting|went|came|turned|is|are|was|then|been|shes|hes|she|he)\b"
)
# 有没有胸痛 asks; 会不会中风 fears. Neither says the complaint is there, neither denies it.
_ASKED = lazy_pattern(r"(?:有没有|有无|是否有?|会不会|是不是)$")
_AFTER = lazy_pattern(
    r"^(?:[^，。,.]{0,2}(?:没有了|没了|不明显|阴性|\(-\)|（-）|消失了?好?几)|\s*(?:is|was|are)?\s*(?:absent|denied|negative|ruled out))"
)
_PAST = lazy_pattern(
    r"(?:既往|以前|曾经|曾|从前|小时候|去年|前年|大前年|\d+年前|[一二两三四五六七八九十几多]+年前|上次|病史[:：]?|previous(?:ly)?|history of|hx of|past medical history|pmh|last year|years ago|used to have|as a child)"
)  # fmt: skip
_PAST_GOES_ON = lazy_pattern(r"开始|起病|至今|以来|反复|一直|加重|又|再|今|现在|since|ongoing|again|now|today|worse")


class Denied:
    """The denied stretches of one plain text, by position."""

    __slots__ = ("_until",)

    def __init__(self, length: int) -> None:
        self._until = [0] * (length + 1)

    def add(self, start: int, end: int) -> None:
        """Deny [start, end)."""
        until = self._until
        for at in range(start, end):
            if until[at] < end:
                until[at] = end

    def holds(self, start: int, end: int) -> bool:
        """Whether a span lies in a denied stretch; one character may stick out."""
        return 0 < end <= self._until[start] + 1 if start < len(self._until) else False


def clauses(text: str) -> list[tuple[int, int]]:
    """[start, end) of every clause."""
    found: list[tuple[int, int]] = []
    at = 0
    for mark in CLAUSE.finditer(text):
        if mark.start() > at:
            found.append((at, mark.start()))
        at = mark.end() if mark.group() in "。！？!?；;\n，,." or mark.group()[0] in "….." else mark.start()
    if at < len(text):
        found.append((at, len(text)))
    return found


def _word_cue(text: str, start: int, end: int) -> bool:
    """English cues must be whole words."""
    if not text[start].isascii():
        return True
    before = start == 0 or not text[start - 1].isalnum()
    return before and (end >= len(text) or not text[end].isalnum())


def denied(text: str, taken: list[tuple[int, int]]) -> Denied:
    """Stretches that are denied. `taken` are spans of phrases, inside which no cue counts (说不出话)."""
    closed = bytearray(len(text) + 1)
    for start, end in (*taken, *(m.span() for m in _NO_CUE.finditer(text))):
        closed[start:end] = b"\1" * (end - start)
    ends = [end for _, end in clauses(text)]
    found = Denied(len(text))
    for cue in _CUES.finditer(text):
        start, end = cue.span()
        if closed[start] or not _word_cue(text, start, end):
            continue
        if _ASKED.search(text[max(0, start - 2) : end]) or text.startswith(("有没有", "有无"), max(0, start - 1)):
            continue
        found.add(end, _reach(text, cue, end, ends))
    return found


def _reach(text: str, cue: re.Match[str], end: int, ends: list[int]) -> int:
    at = bisect_left(ends, end)
    clause_end = ends[at] if at < len(ends) else len(text)
    if cue.lastgroup == "near":
        return min(clause_end, end + 3 if not text[cue.start()].isascii() else end + 24)
    if cue.lastgroup == "wide":
        stop = lazy_pattern(r"[。！？!?；;\n]|但|\bbut\b|\bhowever\b|(?<=[a-z])\.").search(text, end)
        clause_end = _list_end(text, end, stop.start() if stop else len(text))
        reach = 120
    elif text[cue.start()].isascii():
        clause_end = _short_list_end(text, clause_end)
        reach = 90
    else:
        reach = 30
    gap = _SPACE.search(text, end + 1, clause_end)
    if gap and not text[cue.start()].isascii():
        clause_end = gap.start()
    turn = _ENDS_SCOPE.search(text, end + 1, clause_end)
    return min(turn.start() if turn else clause_end, end + reach)


_TELLS_ANEW = lazy_pattern(
    r"\b(?:only|just|has|have|had|with|reports?|complain\w*|presents?|today|now|since|for \d|started|developed|worsening|ongoing|persistent)\b"
    r"|有|伴|出现|诉|仅|只|今|现|突发|突然|加重|明显|\d+\s*[天小周月年]"
)


def _list_end(text: str, start: int, stop: int) -> int:
    """A denied list goes on over commas until a part tells something new: "denies chest pain, mild headache only"."""
    at = start
    for mark in lazy_pattern(r"[，,]").finditer(text, start, stop):
        if at > start and _TELLS_ANEW.search(text, at, mark.start()):
            return at
        at = mark.end()
    return at if at > start and _TELLS_ANEW.search(text, at, stop) else stop


_SHORT_PART = lazy_pattern(
    r"[,，]\s*(?:and |or |nor )?(?!but |now |then |i |he |she |we |they |my |his |her |it )[a-z-]+(?: [a-z-]+){0,3}\s*(?=[,，.;!?]|$|\n)"
)


_OR = lazy_pattern(r"\b(?:or|nor)\b")


def _short_list_end(text: str, clause_end: int) -> int:
    """In English "no headache, chest pain, breathlessness" denies all: short verbless parts belong to the list."""
    at = clause_end
    while (part := _SHORT_PART.match(text, at)) is not None and not _TELLS_ANEW.search(part.group()):
        at = part.end()
    # Without its "or" the list may have ended at the comma: "no allergies, severe abdominal pain".
    return at if _OR.search(text, clause_end, at) else clause_end


def is_denied(start: int, end: int, scopes: Denied, text: str) -> bool:
    """Whether a span is denied by a cue before it or a word right behind it."""
    return scopes.holds(start, end) or _AFTER.match(text[end : end + 12]) is not None


def is_past(start: int, clause: tuple[int, int], text: str) -> bool:
    """Whether a span only tells of the history: a past word before it in its clause, and nothing that goes on."""
    # No past word reaches further; a text without any comma would cost its length squared.
    first = max(clause[0], start - 400)
    before = text[first:start]
    cues = list(_PAST.finditer(before))
    # A space inside Chinese stands for the comma somebody did not type.
    if cues and _SPACE.search(before, cues[-1].end()):
        return False
    if not cues:
        return text.startswith(("病史", "史"), _end_of(start, clause, text)) and not _PAST_GOES_ON.search(before)
    return _PAST_GOES_ON.search(text[first + cues[-1].end() : min(clause[1], start + 400)]) is None


def _end_of(start: int, clause: tuple[int, int], text: str) -> int:
    found = lazy_pattern(r"病史|史").search(text, start, min(clause[1], start + 8))
    return found.start() if found else start
