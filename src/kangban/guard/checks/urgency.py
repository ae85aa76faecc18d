"""What the question's red flags demand, the draft must say and may not contradict."""

from __future__ import annotations

import re

from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, passed, result
from kangban.kernel.patterns import lazy_pattern

NAME = "urgency"
_NOT = lazy_pattern(
    r"(?:(?<!要)不要|别|不能|不可|切勿|勿|不应|不该|不宜|不是|千万|绝不|并非|不代表|不等于|\bnot\b|n't|\bnever\b|\binstead of\b|rather than|\bdo not\b|没有?好转|如果|若|要是|\bif\b|等到?)[^，。,.;；]{0,10}$"
)
_CONTRADICTS = lazy_pattern(
    r"(?:不用|不必|不需要?|没(?:有)?必要|无需|用不着|犯不着|没必要)[^，。,；;]{0,8}(?:医院|医生|就医|就诊|急诊|急救|120|救护车|看病|挂号|看|检查|治疗|紧张|担心|管|处理|恐慌)|(?:别|不要)(?:太)?(?:紧张|担心|大惊小怪|慌)[^，。]{0,6}|"
    r"在家(?:里)?(?:先)?(?:观察|休息|躺|养|静养|卧床|等)[^，。；;]{0,8}(?:就|即可|可以|行|好|够|吧|一晚|一天|两天|几天|看看)|(?:可以|先|建议)(?:先)?(?:在家)?(?:里)?(?:再)?(?:观察|休息)(?:观察)?(?:几|一|两|看|下|\d|就|即可|吧|$|，|。)|"
    r"(?:明天|后天|明早|天亮|下周|过几天|过两天|周一|下个?月|改天|有空|方便的?时候|节后)[^，。；;]{0,6}(?:再|去|看|说|就诊|挂号|预约)|等(?:几天|一等|等看|到?明天|天亮|到?下周|一晚|自己)|睡一觉|自己(?:会|就能?|慢慢)?(?:会)?好|会自(?:己|行)(?:好|缓解|恢复)|"
    r"不打也(?:行|可以|没)|(?:大概率|八成|多半|应该|估计|很可能)(?:只)?是(?:焦虑|紧张|惊恐|胃|累|疲劳|感冒|胀气|岔气|肌肉|心理)|不是心脏(?:的)?(?:问题|病|事)|(?:深呼吸|休息|喝点?水|躺)[^，。]{0,8}就(?:能|会|可以)?(?:好|缓|没)|"
    r"(?:急诊|医院|120|救护车|看医生|就医|就诊)(?:吧)?(?:也|都|就|是|根本|其实|完全|真的?)*(?:没(?:有)?(?:什么)?(?:必要|用)|不必|不用(?:打|叫|去|看)|不需要|浪费|多余|大可不必|小题大做|白跑)|"
    r"(?:120|999|911|ambulance|hospital|doctor|emergency \w+|\ber)\b[^.,;]{0,20}\b(?:unnecessary|needless|pointless|overkill|a waste|not (?:needed|necessary|required)|isn't (?:needed|necessary))|"
    r"不(?:严重|要紧|碍事|打紧|算急|着急|急)|没(?:什么)?(?:事|大碍|大事|大问题|关系)|(?:不是|不算|不属于)(?:什么)?(?:急症|大病|大事|大问题|急事)|小(?:毛病|问题|事)|(?:这|那)?(?:周内|星期内)(?:看|就诊|去)|预约(?:门诊|专家)|问题不大|无大碍|多半没|只是(?:太累|累了|紧张|焦虑|感冒|胃病|胀气|疲劳|压力|上火|着凉|更年期|普通)|"
    r"no need (?:to|for)(?: \w+){0,3} (?:see|go|call|visit|hospital|doctor|worry|ambulance|er\b|emergency|panic|a doctor)|(?:don't|do not|doesn't|does not|needn't|won't) need (?:to (?:see|go|call|visit|worry)|a doctor|an ambulance|medical|emergency|the hospital|any treatment)|you don't have to (?:see|go|call)|not (?:an |a )?(?:emergency|urgent|serious|dangerous|medical emergency)|nothing (?:serious|to worry|urgent|dangerous)|"
    r"(?:wait|hold off|watch)(?: and see| until| till| it out| a (?:few|day|while|couple)| for a (?:few|day|while)| for the| \w+ days)|(?:can|could|should) wait|stay (?:at )?home|rest at home|(?:monitor|watch|observe)(?: \w+)? at home|sleep (?:it off|on it)|(?:tomorrow|next week|in a few days|in the morning|later this week|when convenient)|(?:it|this|that) (?:will|should|usually|probably will) (?:pass|go away|settle|resolve)|just (?:anxiety|stress|tired|indigestion|a cold|gas|fatigue|muscle)|probably (?:nothing|just|fine)|don't (?:worry|panic)|make an appointment|this week\b|minor (?:issue|problem)|will be fine"
)
# Named only to be waved away.
_IDLE = lazy_pattern(
    r"(?:也|都|就|根本|其实|完全|真的?|\s)*(?:不用(?:打|叫|去)|不必(?:打|叫|去)?|没(?:有)?必要|是?浪费)|[^.,;\n]{0,20}\b(?:unnecessary|needless|pointless|not (?:needed|necessary|required))\b"
)
_NOW = {
    "emergency": lazy_pattern(r"120|999|911|112|急救|救护车|急诊|立(?:即|刻)(?:去|送|就|到)?[^，。]{0,6}医|马上(?:去|送|就|到)?[^，。]{0,6}医|ambulance|emergency (?:room|department|services?|care|number|line)|\ber\b|a&e|call for emergency|casualty"),
    "same_day": lazy_pattern(r"120|急诊|急救|(?:今天|今日|当天|当日|尽快|尽早|马上|立(?:即|刻)|现在|赶紧|赶快|24 ?小时内|及时|快)[^。；;]{0,20}(?:医|诊|大夫|科|检查)|(?:就医|看医生|去医院|就诊)[^。；;]{0,8}(?:今天|当天|尽快|马上|立即)|(?:today|same[- ]day|right away|immediately|urgent|as soon as|promptly|now|straight away|within 24|tonight)[^.;]{0,80}(?:doctor|clinic|hospital|physician|gp|care|medical|department|seen|see|er\b|emergency)|(?:doctor|clinic|hospital|physician|gp|care|medical|seen|checked)[^.;]{0,60}(?:today|same[- ]day|right away|immediately|urgent|as soon as|promptly|now|straight away|within 24|tonight)|emergency|ambulance"),
}  # fmt: skip
_MILD_FOR_SAME_DAY = lazy_pattern(
    r"只是(?:紧张|普通)|预约|make an appointment|别(?:太)?(?:担心|紧张|慌)|不要(?:太)?(?:担心|紧张|慌)|don't (?:worry|panic)|no need to (?:worry|panic)|stay (?:at )?home|不用(?:太)?(?:担心|紧张)"
)


def check(case: Case) -> Result:
    """Fail where the draft soothes or leaves out what an emergency or a same-day complaint needs."""
    level = case.outcome.urgency
    if level not in ("emergency", "same_day"):
        return result(NAME, "not_applicable") if level == "unknown" else _light(case)
    wrong = tuple(s for s in case.sentences if contradicts(s.text, level))
    kept = "\n".join(s.text for s in case.sentences if s not in wrong).lower()
    kept = case.draft.text[: case.trusted].lower() + "\n" + kept
    said = _NOW[level].search(kept) is not None or (level == "emergency" and any(n in kept for n in case.outcome.call))
    if level == "emergency" and said and not _action(kept, case):
        said = False
    if wrong:
        gone = (*wrong, *_untrusted(case)) if level == "emergency" and not said else wrong
        return result(
            NAME,
            "fail",
            "urgency_against",
            remedy="strike",
            at=tuple(s for s in gone if s.start >= 0),
            lines=("urgency",),
        )
    if not said:
        # A draft that missed an emergency is not to be trusted in the rest.
        gone = _untrusted(case) if level == "emergency" else ()
        return result(
            NAME,
            "fail",
            "urgency_missing",
            remedy="strike",
            at=tuple(s for s in gone if s.start >= 0),
            lines=("urgency",),
        )
    return passed(NAME)


def _untrusted(case: Case) -> tuple[Sentence, ...]:
    """Everything but warnings of a medicine by name."""
    warns = {c.sentence for c in case.clauses if c.stance == "warn" and c.drugs}
    return tuple(s for s in case.sentences if s.at not in warns)


def _action(kept: str, case: Case) -> bool:
    """A telephone number, or the way to an emergency room, said as something to do and not denied."""
    for found in _NOW["emergency"].finditer(kept):
        clause = re.split(r"[，。,.；;\n]", kept[: found.start()])[-1]
        if not re.search(r"不用|不必|不需|无需|没必要|\bno need|\bnot\b|n't\b", clause) and not _IDLE.match(
            kept[found.end() :]
        ):
            return True
    return any(n in kept for n in case.outcome.call)


def _light(case: Case) -> Result:
    """For this week or at home only a flat "never see a doctor" is against the judgement."""
    if case.outcome.urgency == "this_week":
        flat = tuple(
            s
            for s in case.sentences
            if re.search(
                r"(?:不用|不必|不需要|没必要|无需)(?:去)?(?:看医生|就医|医院)|no need to see a doctor|(?:don't|do not) need (?:to see )?a doctor",
                s.text.lower(),
            )
        )
        if flat:
            return result(NAME, "fail", "urgency_against", remedy="strike", at=flat, lines=("urgency",))
    return passed(NAME)


def contradicts(text: str, level: str) -> bool:
    """Whether a sentence soothes, delays or forbids the care its level needs."""
    low = text.lower()
    for found in _CONTRADICTS.finditer(low):
        head = re.split(r"[，。,；;!！]|(?<=[a-z])\.", low[: found.start()])[-1]
        if _NOT.search(head + " ") or _NOT.search(head):
            continue
        if level == "same_day" and _MILD_FOR_SAME_DAY.fullmatch(found.group()):
            continue
        return True
    return False
