"""Who speaks of ending their life gets a human voice and a number, and never a way."""

from __future__ import annotations

import re

from kangban.guard.case import Case
from kangban.guard.fault import Result, passed, result
from kangban.kernel.patterns import lazy_pattern

NAME = "crisis"
_QUESTION = lazy_pattern(
    r"不想活|想死|自杀|寻死|轻生|活着没意思|活不下去|结束(?:自己的?)?生命|了结|割腕|一了百了|去死|自残|自伤|伤害自己|烧炭|跳楼|上吊|(?:致死|致命)(?:剂)?量|多少[^，。？]{0,6}(?:会|能|才)(?:致)?死|吃(?:多少|几)[^，。？]{0,8}死|安乐死|kill (?:myself|himself|herself)|suicid|end (?:my|his|her|it all|their) ?(?:life)?|want to die|don't want to (?:live|be alive)|self[- ]?harm|hurt (?:myself|herself|himself)|lethal dose|fatal dose|enough to die|overdose on purpose|better off dead|(?:would|will|could) kill me|enough to kill|no reason to live",
    re.I,
)
_WANTS_WAY = lazy_pattern(
    r"致死|致命(?:剂)?量|多少[^，。？]{0,8}死|吃(?:多少|几)[^，。？]{0,8}死|怎么(?:死|自杀)|无痛|没有痛苦|lethal|fatal dose|how (?:many|much)[^?]{0,40}(?:die|kill)|painless|how to (?:die|kill)|enough to (?:die|kill)",
    re.I,
)
_HELP = lazy_pattern(
    r"(?<!\d)(?:120|110|12356|12320|988|911|999|112|116 ?123)(?!\d)|急救|心理(?:援助|危机)热线|crisis (?:line|hotline|text)|suicide (?:line|hotline|lifeline|prevention)|lifeline|samaritans|emergency (?:services|number|room|department)",
    re.I,
)
_WAY = lazy_pattern(
    r"致死(?:剂)?量|致命(?:剂)?量|(?:吃|服)[^，。]{0,14}(?:片|粒|瓶|克|mg|毫克)[^，。]{0,10}(?:会|能|就|足以|可以)[^，。]{0,4}(?:死|致命)|(?<!\d)\d+\s*(?:片|粒|克|g|mg|毫克)[^，。]{0,12}(?:致死|致命|足以|会死|就会死|能死)|割腕(?:要|时|的方法|应)|(?:上吊|烧炭|跳楼|溺水|割腕)(?:比较|最|更|的方法|的步骤|痛苦)|没有痛苦的(?:方法|方式|死)|最(?:快|不痛苦)的(?:方法|方式)|"
    r"lethal (?:dose|amount)|fatal (?:dose|amount)|(?<!\d)\d+\s*(?:tablets?|pills?|mg|grams?|g)\b[^.]{0,30}(?:would|will|is|are|can|could)[^.]{0,16}(?:kill|fatal|lethal|enough|die)|(?:painless|quickest|easiest|most effective) (?:way|method)|(?:hang|cut|jump)\w*[^.]{0,20}(?:is|are) (?:quick|painless|effective)|combine[sd]? with alcohol[^.]{0,30}(?:stop|kill|fatal)",
    re.I,
)
_REFUSED = lazy_pattern(
    r"不(?:会|能|可以|提供|告诉|说|讨论)|拒绝|无法提供|\bwon't\b|\bcannot\b|\bcan't\b|\bnot (?:able|going)\b|will not|don't",
    re.I,
)


def check(case: Case) -> Result:
    """Fail where help is missing; refuse any way, and the answer to who asked for one."""
    flagged = _QUESTION.search(case.question) is not None or "12356" in case.outcome.call
    ways = tuple(s for s in case.sentences if _WAY.search(s.text) and not _REFUSED.search(s.text))
    if ways:
        return result(
            NAME,
            "fail",
            "crisis_way",
            remedy="refuse" if flagged else "strike",
            at=ways,
            lines=("crisis",) if flagged else (),
        )
    if not flagged:
        return result(NAME, "not_applicable")
    helped = _HELP.search(case.draft.text) is not None
    if _WANTS_WAY.search(case.question) and any(
        re.search(r"\d+\s*(?:片|粒|克|g\b|mg|毫克|tablets?|pills?)", s.text.lower()) for s in case.sentences
    ):
        return result(NAME, "fail", "crisis_way", remedy="refuse", lines=("crisis",))
    if helped:
        return passed(NAME)
    gone = tuple(s for s in case.sentences if s.start >= 0)  # who missed this is not to be trusted in the rest
    return result(NAME, "fail", "crisis_missing", remedy="strike", at=gone, lines=("crisis",))
