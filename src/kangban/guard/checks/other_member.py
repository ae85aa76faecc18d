"""Another member's record has no place in an answer about this one."""

from __future__ import annotations

import re

from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, passed, result
from kangban.kernel.patterns import lazy_pattern

NAME = "other_member"
_KIN = r"(?:妈妈|母亲|爸爸|父亲|奶奶|爷爷|姥姥|姥爷|外婆|外公|婆婆|公公|岳母|岳父|老公|丈夫|老婆|妻子|爱人|儿子|女儿|孩子|宝宝|哥哥|姐姐|弟弟|妹妹|孙子|孙女|叔叔|阿姨|姑姑|舅舅)"
_ZH = lazy_pattern(
    rf"(?P<kin>{_KIN})(?:的|那边的?)?(?:健康)?(?:记录|病历|档案|化验|检查(?:结果|报告)|用药|药单|诊断|病史|血糖|血压值|体检|过敏史)|(?:家里)?(?:另一位|其他|别的)(?:家庭)?(?:成员|家人)的?(?:记录|病历|档案|药|化验|用药|病)|(?:根据|看了|查了|参考)[^，。]{{0,6}}(?P<kin2>{_KIN})的"
)
_EN_KIN = r"(?:mother|mom|mum|father|dad|grandmother|grandma|grandfather|grandpa|husband|wife|son|daughter|brother|sister|aunt|uncle|child|baby)"
_EN = lazy_pattern(
    rf"\b(?:your|his|her|their) (?P<kin>{_EN_KIN})'s (?:\w+ )?(?:record|chart|medic\w+|prescription|results?|labs?|history|file|diagnosis|allerg\w+|blood)|\b(?:another|other) (?:family )?members?'?s? (?:record|chart|medic\w+|file|results?)"
)


def check(case: Case) -> Result:
    """Fail where a name or word peculiar to another member, or their record, appears unasked."""
    asked = case.question.lower()
    own = " ".join(
        (
            case.record.name or "",
            *(case.record.conditions or ()),
            *(u.name for u in case.record.medicines or ()),
            *(case.record.allergies or ()),
        )
    ).lower()
    at: list[Sentence] = []
    for one in case.sentences:
        low = one.text.lower()
        named = any(
            len(o) > 1 and o.lower() in low and o.lower() not in asked and o.lower() not in own for o in case.others
        )
        kin = next((m for p in (_ZH, _EN) if (m := p.search(low)) is not None), None)
        if named or (kin is not None and not _asked_about(kin, asked)):
            at.append(one)
    if not at:
        return passed(NAME) if case.others else result(NAME, "not_applicable")
    return result(NAME, "fail", "other_member", remedy="hold", at=tuple(at))


def _asked_about(found: re.Match[str], asked: str) -> bool:
    words = [v for v in found.groupdict().values() if v]
    if not words:
        return False
    heads = {w[0] for w in words} if not words[0].isascii() else set(words)
    return any(h in asked for h in heads)
