"""A diagnosis stated as certain: only a clinician who saw the person may make one."""

from __future__ import annotations

import re

from kangban.guard import words as w
from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, passed, result
from kangban.kernel.patterns import lazy_pattern
from kangban.rules.catalogue import catalogue

NAME = "diagnosis"
_ZH_DISEASE = (
    r"[\u4e00-\u9fff]{0,8}?(?:炎|癌|瘤|梗死?|中风|卒中|骨折|结石|流感|溃疡|血压|尿病|肺结核|结核|贫血|甲亢|甲减|哮喘|痛风|癫痫|抑郁症|焦虑症|偏头痛|感冒|新冠|脑膜炎|心衰|心绞痛|冠心病|败血症|感染|综合征|综合症|白血病|肝硬化|尿毒症|"
    r"疱疹|水痘|麻疹|荨麻疹|湿疹|青光眼|白内障|脱落|夹层|栓塞|出血|肠梗阻|疝|胃病|心脏病|肾病|肝病|手足口病|川崎病|病(?!人|情|史|历|因|程|房|变|毒|菌|了|得|重|假|痛|症|例|态|患|友|区|床))"
)
_ZH = lazy_pattern(
    rf"(?:(?:您|你|他|她|孩子|宝宝|老人|奶奶|爷爷|妈妈|爸爸|患者|这|那|这种情况|这个|症状|以上|目前)[^，。；;,]{{0,10}}?(?:就是|肯定是|一定是|明显是|显然是|无疑是|属于|得了|得的是|患(?:的是|有|上了?|了)|是(?:由)?(?:典型的?|急性|慢性|普通)?|确诊(?:为|是|了)?|诊断(?:为|是)|感染了)|(?:确诊|可以诊断|诊断)(?:为|是)|(?:就是|肯定是|一定是|必然是|无疑是|毫无疑问是|百分之百是|绝对是|明确是|得的是|得了))\s*(?:了|一种|个|典型的?|急性的?|轻度的?|早期的?)?\s*(?P<d>{_ZH_DISEASE})"
)
# "诊断：肺炎。", "肺炎没跑了"
_ZH_BARE = lazy_pattern(
    rf"(?:(?:诊断|结论|病因|结果)(?:是|为)?[:：]\s*(?P<d>{_ZH_DISEASE})(?=[，。,；;!！]|$))|(?P<e>{_ZH_DISEASE})(?:没跑了|跑不了|错不了|板上钉钉)"
)
_EN_DISEASE = r"(?:anemic|anaemic|diabetic|asthmatic|hypertensive|clinically depressed|(?:(?:a|an|the|acute|chronic|early|mild|severe|bacterial|viral|typical|classic|type \d|full-blown|bad|simple|common|urinary tract|respiratory|stomach|lung|kidney|heart|brain|ear|throat|sinus|iron deficiency|[a-z]+\'s|rheumatoid|acid|gastric|thyroid|liver|coronary|peptic|kidney) )*(?:[a-z]+itis|[a-z]+oma|[a-z]+(?:a|ae)emia|pneumonia|strokes?|heart attack|myocardial infarction|cancer|flu|influenza|infection|migraine|diabetes|asthma|fracture|covid(?:-19)?|angina|cold|depression|epilepsy|gout|ulcers?|hypertension|embolism|thrombosis|tuberculosis|sepsis|heart failure|reflux|shingles|chickenpox|measles|kidney stones?|gallstones|dementia|parkinson's|anemia|hypothyroidism|hyperthyroidism|glaucoma|appendicitis|aneurysm|dissection|anxiety|disease|syndrome|disorder))\b"
_EN = lazy_pattern(
    rf"\b(?:(?:you|he|she|they|your \w+|the (?:baby|child|patient)|grandm\w+|mom|dad)(?:'ve got|'ve|'re| clearly| definitely| certainly| obviously| surely| already| do)* ?(?:have|has|having|are having|is having|had|got|suffers? from|(?:is|are) suffering from|developed|caught|(?:has|have) developed|are|is) |(?<=you're) |(?:it|this|that|these symptoms|the symptoms|the cause)(?:'s| is| are)? (?:clearly |definitely |certainly |obviously |surely |just |simply |undoubtedly |mean(?:s)? (?:you have )?|caused by )*|(?:is|are) (?:definitely|certainly|clearly|undoubtedly) |diagnos(?:is is|ed (?:with|as)|e you with) )(?P<d>{_EN_DISEASE})"
)
_HEDGE = lazy_pattern(
    r"可能|也许|或许|怀疑|考虑|疑似|像|不排除|不一定|不是|并非|未必|是不是|是否|如果|要是|万一|假如|若|能否|排除|鉴别|担心|风险|预防|避免|防止|不能(?:判断|确定|诊断|说)|无法|需要医生|有待|常见(?:于|的)|大概|估计|提示|警惕|会不会|引起的原因|什么是|因为您|您(?:已|的)|记录|信号|表现|征兆|征象|不等于|不代表|当作|当成|按|既往|曾经|对于|患者应|的人|先兆|未|没有|"
    r"\bmay\b|\bmight\b|\bcould\b|\bpossib|\bperhaps\b|\bsuspect|\bif\b|\bwhether\b|\bnot\b|n't\b|rule out|\bsigns? of\b|\bsuggest|\bconcern|\bconsistent\b|\blike(?:ly)?\b|\brisk|\bprevent|\bcannot\b|\bwarning\b|\bsymptoms? of\b|\bbecause you\b|\bsince you\b|\bas you\b|\bhistory of\b|\bpeople with\b|\bcan be\b|\bfamily history\b|\bpatients with\b|\bno (?:sign|evidence)|\bunless\b|\bwho have\b|\btreat (?:this|it) as\b|\bpotential|\bask\b|\bknown\b|\bon (?:your|the) record\b|\bappears?\b|\bseems?\b"
)
_CERTAIN = lazy_pattern(
    r"肯定|一定是|确诊|就是|无疑|百分之百|明确|毫无疑问|绝对|definitely|certainly|clearly|undoubtedly|obviously|surely|without doubt|100 ?%"
)
_SIGNAL_AFTER = lazy_pattern(
    r"^[^，。；;,]{0,8}(?:信号|表现|征兆|征象|警报|症状|风险|可能|的人|患者|高危|时|期间|药|的话)|^\s*(?:warning|symptom|sign|risk|medicine|patients)"
)
_COMPLAINT = lazy_pattern(r"^(?:的)?(?:发烧|发热|头痛|咳嗽|疼痛|高?血压|低?血糖|出血|情况|急症|病)$")


def check(case: Case) -> Result:
    """Fail where a disease nobody recorded or asked about is stated of the person without a hedge."""
    known = _known(case)
    at: list[Sentence] = []
    for one in case.sentences:
        low = one.text.lower()
        asks = w.asking_from(low)
        for found in (*_ZH.finditer(low), *_ZH_BARE.finditer(low), *_EN.finditer(low)):
            if asks is not None and found.end() > asks:
                continue
            start = max(low.rfind(c, 0, found.start()) for c in "，。；;,!！") + 1
            stop = min((i for c in "，。；;,!！" if (i := low.find(c, found.end())) >= 0), default=len(low))
            clause = low[start:stop]
            disease = next(v for v in found.groupdict().values() if v).strip()
            certain = _CERTAIN.search(found.group()) is not None
            if _COMPLAINT.match(disease) or _is_known(disease, known):
                continue
            hedge = _HEDGE.search(clause)
            if hedge is not None and not (
                certain
                and not re.search(
                    r"不|无法|怀疑|可能|如果|\bnot\b|n't|\bif\b|\bmay\b|might|could|cannot|whether|is not|rule", clause
                )
            ):
                continue
            if _SIGNAL_AFTER.match(low[found.end() :]):
                continue
            at.append(one)
            break
    if not at:
        return passed(NAME)
    return result(NAME, "fail", "diagnosis", remedy="strike", at=tuple(at))


def _known(case: Case) -> str:
    """Conditions on the record, and the question's own words where it says they were diagnosed."""
    names = catalogue()
    words = list(case.record.conditions or ())
    for word in (*words, *case.said.conditions):
        for one in names.conditions_of(word):
            row = names.conditions[one]
            words += [row.name, row.name_en, *row.aliases]
    return "|".join(words).lower()


def _is_known(disease: str, known: str) -> bool:
    if not known:
        return False
    core = re.sub(r"^(?:a|an|the|acute|chronic|early|mild|severe)\s+", "", disease)
    return len(core) >= 2 and any(core in part or (len(part) >= 2 and part in core) for part in known.split("|"))
