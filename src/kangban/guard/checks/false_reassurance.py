"""Nobody can promise safety: what was not found in the checked rules is not "safe"."""

from __future__ import annotations

import re

from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, passed, result

NAME = "false_reassurance"
_PROMISES = re.compile(
    r"百分之?百|百分百|100 ?%\s*(?:安全|没|无|有效|放心)|绝对(?:安全|没|无|不会|放心|可以|有效|可靠|不可能)|(?:肯定|一定|保证|保管|包)(?:没事|没问题|安全|不会|能?好|有效|治好)|完全(?:安全|没(?:有)?(?:问题|事|风险|危险|副作用)|不用担心|可以放心|无害|放心|不会)|(?:尽管|大可|只管|请|就|可以|您|你|大家|完全)?放心(?:吃|用|服|喝|地|大胆|好了|吧|啦|使用|服用)|可以放心|(?:尽管|大胆)(?:地)?(?:吃|用|服|喝)|"
    r"没有?(?:任何|一点|丝毫|半点)(?:的)?(?:风险|副作用|问题|危险|害处|不良反应|危害|影响)|(?:零|0)(?:风险|副作用)|(?:无|没有?)(?:毒)?副作用|无任何|(?:一点|丝毫)(?:问题|事|风险|副作用)(?:都|也)?没有|包(?:治|好|除根)|万无一失|不可能(?:有事|出事|有问题)|随便吃|想吃多少|越多越好|多吃点?(?:也)?没(?:事|问题|关系)|"
    r"(?:completely|absolutely|perfectly|totally|entirely|100 ?%|hundred percent|always|definitely|certainly|guaranteed) (?:safe|fine|harmless|risk[- ]free|ok(?:ay)?|no (?:risk|problem|danger)|nothing|safe)|(?:no|zero|without any|free of) (?:risks?|side[- ]effects?|danger)(?: at all| whatsoever| of any kind)?(?=[\s.,;!]|$)|\bguarantee[ds]?\b|nothing to (?:worry|fear|be concerned)|rest assured|risk[- ]free|can't (?:hurt|harm)|cannot (?:hurt|harm)|couldn't be safer|as (?:much|many) as you (?:like|want)|no need to worry|not to worry|will (?:definitely|certainly|surely) be (?:fine|ok)"
)
_DENIES = re.compile(
    r"(?:不能|不敢|无法|没法|难以|不会|不可能|没有人能?|谁也不|不应|不要|别|不是|并非|不等于|不代表|不算|不意味着|未必|并不|不可以?|不可|没有|不)[^，。；;]{0,8}$|(?:not|n't|never|cannot|no one can|nobody can|no|isn't|does not mean|hardly|without)\s+(?:\w+\s+){0,4}$"
)


def check(case: Case) -> Result:
    """Fail for a promise, unless it is denied in the same breath."""
    at: list[Sentence] = []
    for one in case.sentences:
        low = one.text.lower()
        for found in _PROMISES.finditer(low):
            head = re.split(r"[，。；;,!！]", low[: found.start()])[-1]
            if not _DENIES.search(head) and not re.match(r"[^，。]{0,3}(?:说|的药|吗|？)", low[found.end() :]):
                at.append(one)
                break
    return result(NAME, "fail", "reassurance", remedy="strike", at=tuple(at)) if at else passed(NAME)
