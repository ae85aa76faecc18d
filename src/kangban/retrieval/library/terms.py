"""Terms of a text and how much each weighs in a question. Chosen on half of a question–answer set, proved on the rest.

Chinese is indexed by pairs of characters and by single ones, other writing by words. What a person tells around a
question (who, when, please) makes rare pairs that mean nothing, and a plain BM25 is led astray by them; so pairs that
hold a function word weigh less, the clause that asks weighs more, and terms that come in bursts (names of diseases,
herbs, tests) weigh more than terms spread thin.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[.\-][a-z0-9]+)*")
_CLAUSE = re.compile(r"(?<=[，。；！？,;!?\n])")
_ASKS = re.compile(
    r"[?？]|吗|怎|什么|如何|咋|哪|多少|能不能|是否|呢|会不会|可以|\b(?:what|how|which|why|when|can|may|should|is it)\b"
)
# Characters of who tells and how, not of what it is about.
_FUNCTION = frozenset(
    "的了着我你他她它们是在有说都也就把被这那个和与或吗呢吧啊呀么什怎样为以及而但如果因所到从对将让给还又很太更最非常没不要会能可去来过后前时候里上下中"
    "一二两些几多少点想请问您好谢麻烦医生现在知道"
)
_STOP = frozenset((
    "a", "an", "the", "of", "to", "is", "are", "was", "i", "my", "me", "it", "its", "for", "and", "or", "in", "on", "what", "how", "can",
    "do", "does", "should", "you", "your", "with", "this", "that", "be", "at", "by", "from", "he", "she", "his", "her", "we", "may",
))  # fmt: skip

MOST_ASKED = 2000  # characters of a question that are read
K1, B = 0.8, 0.75
_SINGLE, _FUNCTIONAL, _ASKING, _REPEATED, _BURST = 0.3, 0.4, 0.5, 0.8, 0.5


def terms(text: str) -> Counter[str]:
    """How often each term stands in a text: pairs and single characters of Chinese, words of the rest."""
    found: Counter[str] = Counter()
    for run in _RUN.findall(text.lower()):
        if run[0] >= "\u3400":
            found.update(run)
            found.update(map("".join, itertools.pairwise(run)))
        elif run not in _STOP:
            found[run] += 1
    return found


def passage_terms(heading: str, text: str) -> Counter[str]:
    """Terms of a passage under its heading, which counts twice."""
    found = terms(text)
    for term, count in terms(heading).items():
        found[term] += 2 * count
    return found


def asked(question: str) -> dict[str, float]:
    """The terms of a question with their weights; {} where it holds none."""
    counts: dict[str, float] = {}
    for clause in _CLAUSE.split(question[:MOST_ASKED]):
        weight = 1 + (_ASKING if _ASKS.search(clause.lower()) else 0)
        for term, count in terms(clause).items():
            counts[term] = counts.get(term, 0.0) + weight * count
    return {term: count**_REPEATED * _kind_weight(term) for term, count in counts.items()}


def _kind_weight(term: str) -> float:
    if term[0] < "\u3400":
        return 1.0
    functional = _FUNCTIONAL if term[0] in _FUNCTION or term[-1] in _FUNCTION else 1.0
    return functional * (_SINGLE if len(term) == 1 else 1.0)


def rarity(total: int, holding: int, times: int) -> float:
    """What a term is worth: rare among `total` passages, and coming in bursts (`times` in the `holding` ones)."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5)) * (times / holding) ** _BURST


def focus(question: str) -> frozenset[str]:
    """Pairs and words that say what a question is about: without function words and single characters."""
    return frozenset(t for t in asked(question) if len(t) > 1 and _kind_weight(t) == 1.0)
