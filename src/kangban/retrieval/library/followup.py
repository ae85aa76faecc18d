"""A follow-up question as a question that stands alone, by rules. "那儿童呢？" means what was asked before, for a child."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kangban.retrieval.library.terms import focus

_LEANS = re.compile(
    r"^(?:那么?|还有|另外|再|也|然后|如果是|换成)|(?:它|这个|这种|那个|那种|该病|这病|上面|刚才)|呢[?？]?$|"
    r"^(?:and|what about|how about|then)\b|\b(?:it|its|that one|this one|they|them)\b",
    re.I,
)
_POINTS = re.compile(r"它们?的?|这个病?|这种病?|那个病?|那种病?|该病|这病|\b(?:it|its|that one|this one)\b", re.I)
_WHAT_ABOUT = re.compile(
    r"^(?:那么?|还有|换成|如果是)?(?!(?:那么?|还有|另外|然后)呢)(?P<other>[^呢?？，,。]{1,16})呢[?？]?$"
)
_GROUP = re.compile(r"儿童|小孩|孩子|宝宝|婴儿|孕妇|怀孕|哺乳|老人|老年人|成人|大人|男|女|肝|肾")
# Where a question stops naming its subject and begins to ask.
_INTENT = re.compile(
    r"的?(?:症状|病因|并发症)|吃什么|怎么|如何|能不能|可以|有什么|有哪些|是什么|什么|多少|要不要|会不会|严重|传染|能|要"
)
_SHORT = 8


def stands_alone(question: str, earlier: Sequence[str], names_in: Callable[[str], Sequence[str]]) -> str:
    """The question with what it leaves out; unchanged where it leaves out nothing. `earlier`: questions, oldest first.

    `names_in` finds names the library knows (diseases, medicines) in a text.
    """
    bare = question.strip()
    before = next((one.strip() for one in reversed(earlier) if one.strip()), "")
    if not before or not _leans(bare, names_in):
        return bare
    known = list(names_in(before))
    other = _WHAT_ABOUT.match(bare)
    if other and names_in(other["other"]) and known:
        # "那感冒呢" after "流感怎么治": the same question about another thing.
        return before.replace(known[-1], other["other"].strip())
    if other and _GROUP.search(other["other"]):
        return f"{other['other'].strip()}，{before}"
    if other and (asks := _INTENT.search(before)) and asks.start() > 1:
        return f"{other['other'].strip()}{before[asks.start() :]}"
    if known:
        pointed = _POINTS.sub(known[-1], bare, count=1)
        return pointed if pointed != bare else f"{known[-1]} {bare}"
    return f"{before} {bare}"


def _leans(question: str, names_in: Callable[[str], Sequence[str]]) -> bool:
    if _LEANS.search(question):
        return True
    return not names_in(question) and (len(question) <= _SHORT or not focus(question))
