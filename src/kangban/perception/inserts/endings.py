"""Names told by their endings: diseases, groups of diseases and medicines, foods, products, persons by age."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from kangban.clinical.insert import EntityKind

_HAN = r"[\u3400-\u9fff]"
_AGE = r"\d{1,3}\s*(?:个月|月|周岁|岁)"
_WHOM = (
    r"(?:的)?(?:儿童|小儿|婴幼儿|婴儿|幼儿|患儿|孩子|青少年|少年儿童|新生儿|早产儿|青年|老年人|老年患者|老人|患者|病人|"
    r"者|妇女|女性|人群)"
)
_PERSONS = re.compile(
    rf"(?:{_AGE}\s*(?:及其?|或)?(?:以下|以上|以内|内|及以下|及以上)|(?:小于|不足|未满|不满|大于|超过)\s*{_AGE}"
    rf"|\d{{1,2}}\s*(?:岁|个?月)?\s*[-~—–至到]\s*{_AGE}){_WHOM}"
    r"|对本[品药](?:(?:中|所含|的|及|其|和|或|任何|任一|一种|某一?|活性|主要)*(?:成[份分]|辅料|组分|同类药物?))?(?:有)?过敏(?:史)?(?:者|的?患者|的?病人|的人)?"
    r"|(?:机械|机器|车辆|精密仪器|高空|高处|水下|危险|仪器)?(?:驾驶|操作|作业|操纵)(?:人员|者|员)|(?:平素|素体|体质)[\u4e00-\u9fff]{2,4}者"
    r"|(?:adults?\s+and\s+)?(?P<en>children\s+(?:under|over|below)\s+\d{1,2}(?:\s+years?)?(?:\s+of\s+age)?"
    r"|children\s+\d{1,2}(?:\s*(?:to|-)\s*(?:under\s+)?\d{1,2})?\s+years?(?:\s+of\s+age)?(?:\s+and\s+(?:over|older))?)"
)
_DISEASE_END = re.compile(
    r"(?:综合征|感染|中毒症|中毒|溃疡|结石|衰竭|梗死|梗塞|栓塞|阻塞|闭塞|狭窄|硬化|骨折|囊肿|息肉|肥大|增生|穿孔|脱垂|"
    r"下垂|积液|变性|麻痹|不全|缺乏|休克|癫痫|哮喘|紫癜|黄疸|卒中|癌|瘤|炎|病(?!史)|症|癣|疹|痘|疟|痔|疝|疣|疳|疽|疸|癖|痫|痹|痢)"
    r"(?:症|病(?!史))?(?!状|变态|毒|因|人|情|程|后|机|时|理|变|例|肿|害)"
)
# A name never reaches back over these.
_LEAD = re.compile(
    r"^.*(?:用于|主治|治疗|缓解|减轻|改善|预防|防治|引起|导致|所致|引发|诱发|伴有?|见于|[由因患有及其和或与的等为对是致并合需应可请在当于以]|"
    r"辅助|偶见|少见|罕见|常见|出现|发生|症见|轻度|中度|重度|严重|中重度|轻中度|某些|其他|各种|一过性|适用|增加|升高|降低|同用|"
    r"不同|包括|例如|如|伴|兼|下列|以下|上述|早期|晚期|中期|部分患者|未控制|控制|升高|急需|本品|型|期间|对于|另|加重|个别|少数|诊断|曾|若|使)"
)
_NO_DISEASE = re.compile(
    r"(?:并发症|适应症|禁忌症|抗炎|消炎|抗病|疾病|发病|生病|看病|得病|重症|急症|何病|本病|该病|原病|病症|诸症|轻症|虚症|诸病|治病|时病|"
    r"后遗症|不全|缺乏|中毒|感染|增生|肥大|狭窄|溃疡|闭塞|阻塞)$"
)
_TYPES = re.compile(
    r"(?:(?:亚?急性|慢性|急、?慢性|原发性|继发性|细菌性|病毒性|真菌性|霉菌性|过敏性|变应性|老年性|老年|小儿|复发性|先天性|特发性|化脓性|"
    r"卡他性|萎缩性|浅表性|溃疡性|功能性|药物性|酒精性|非特异性|神经性|反复性|季节性|常年性|流行性|习惯性|顽固性|单纯性|混合性|感染性|"
    r"缺血性|出血性|稳定型|不稳定型|活动性|良性|恶性|寻常|绝经后|春季|部分性|全身性|全面性|获得性|社区获得性|糖尿病性?|高血压性?|风湿性|阿米巴)"
    r")+$"
)
_DISEASE_TAIL = re.compile(r"(?:发作期?|后遗症|恢复期|急性发作期?|急性加重期?|症|病(?!史|人|情|患))")
_GROUP_TAIL = re.compile(rf"{_HAN}{{1,8}}(?:系统疾病|疾病|疾患)")
_CLASS_TAIL = re.compile(
    rf"(?:[a-zβα\d-]{{1,8}})?{_HAN}{{1,9}}?(?:类(?!非处方){_HAN}{{0,5}}?(?:抗生素|药物|药品|制剂|药|剂|激素)|类(?={_HAN}?[、。,;()和或及等同合联并时]|$)|抑制[剂药]|拮抗[剂药]|阻滞[剂药]|"
    r"阻断[剂药]|激动[剂药]|诱导剂|抗[\u4e00-\u9fff]{1,5}药物?)|[a-z]{2,4}\d?[a-z]?\d{0,2}(?:强)?(?:抑制|诱导|拮抗)[剂药]"
)
_CLASS_LEAD = re.compile(
    r"^.*(?:[与和及或用为等对含被]|服用|合用|其他|联用|避免|同服|大量|以及|一些|某些|本品|增强|降低|影响|抑制(?!剂|药)|不宜|属|长期)"
)
_FOOD_TAIL = re.compile(
    r"(?:(?:高|低|富含|生|冷|辛|辣|油|腻|酸|腥|热|甜|咸|硬|粗|腌|熏|煎|炸|烤|刺激|厚|肥|补|温|黏|寒|凉|燥|发|味|海|盐|脂|糖|蛋白|嘌呤|钾|钙|铁|纤维|酪胺|脂肪|腻|性|制|或){1,7})"
    r"(?:食物|食品|饮食|饮料|之品|厚味|发物|餐)"
)
_FORM = "缓释胶囊|缓释片|控释片|肠溶片|分散片|咀嚼片|泡腾片|软胶囊|胶囊|颗粒|口服溶液|口服液|合剂|混悬液|糖浆|滴眼液|滴丸|注射液|乳膏|软膏|眼膏|凝胶|贴膏|喷雾剂|栓|片|丸|散|酊|膏"
_PRODUCT = re.compile(
    rf"(?:(?<=[与和及、或])|(?<=服用)|(?<=使用)|(?<=合用))(?P<name>{_HAN}{{2,8}}?(?:{_FORM}))(?={_HAN}?[、。,;()等同合联并]|$)"
)
_TITLE = re.compile(rf"(?:\A|(?<=\n))(?P<name>[{_HAN[1:-1]}()a-z]{{2,20}}(?:{_FORM}))(?=(?:使用)?说明书)")
_ENGLISH_DISEASE = re.compile(
    r"\b(?:(?:seasonal|perennial|acute|chronic|allergic|bacterial|viral|primary|rheumatoid|erosive|active|essential|infective|ulcerative|atopic|contact)\s+)*"
    r"[a-z]{3,}(?:itis|osis|emia|aemia|oma|pathy|asthenia|philia|penia|ectasis|sclerosis|plegia|epilepsy)\b(?!-)"
)
_ENGLISH_SYMPTOM = re.compile(r"\b[a-z]{2,}(?:algia|rrhea|rrhoea|uria|pnea|pnoea|plopia|esthesia|edema)\b")
_NOT_ENGLISH = re.compile(r"diagnosis|prognosis|dosis|overdosis|symptoma|sarcoma$|idiopathy")


class Ending(msgspec.Struct, frozen=True):
    """An entity at [start, end) of printed text."""

    start: int
    end: int
    kind: EntityKind


def find_endings(text: str) -> Iterator[Ending]:
    """Every entity told by its ending, overlaps included."""
    for match in _PERSONS.finditer(text):
        name = "en" if match["en"] else 0
        yield Ending(match.start(name), match.end(name), "person_group")
    for pattern in (_PRODUCT, _TITLE):
        yield from (Ending(m.start("name"), m.end("name"), "drug") for m in pattern.finditer(text))
    for match in _CLASS_TAIL.finditer(text):
        yield from _after_lead(match, _CLASS_LEAD, "drug_group")
    for match in _GROUP_TAIL.finditer(text):
        yield from _after_lead(match, _LEAD, "disease_group")
    for match in _FOOD_TAIL.finditer(text):
        yield Ending(match.start(), match.end(), "food_group")
    for match in _DISEASE_END.finditer(text):
        yield from _disease(text, match)
    for match in _ENGLISH_DISEASE.finditer(text):
        if not _NOT_ENGLISH.search(match.group()):
            yield Ending(match.start(), match.end(), "disease")
    yield from (Ending(m.start(), m.end(), "symptom") for m in _ENGLISH_SYMPTOM.finditer(text))


def _after_lead(match: re.Match[str], lead: re.Pattern[str], kind: EntityKind) -> Iterator[Ending]:
    name = lead.sub("", match.group())
    if len(name) >= 3:
        yield Ending(match.end() - len(name), match.end(), kind)


_BEFORE = re.compile(rf"(?:[a-z][a-z\d]{{0,6}}-?|\d(?=型)|[iⅰⅱ]{{1,2}}(?=型))?{_HAN}{{1,11}}$")


def _disease(text: str, match: re.Match[str]) -> Iterator[Ending]:
    before = _BEFORE.search(text, max(0, match.start() - 14), match.start())
    if before is None:
        return
    name = _LEAD.sub("", before.group() + match.group())
    bare = name.removesuffix("史")
    if len(bare) < 3 or (len(bare) < 4 and _NO_DISEASE.search(bare)) or re.search(r"[不无未药]", bare[:2]):
        return
    if not re.search(r"(?:并发症|适应症|禁忌症|抗炎|消炎|疾病|病症|诸症|等症|急症|重症|何病|本病|该病)$", bare):
        yield Ending(match.end() - len(name), match.end() - len(name) + len(bare), "disease")


def widened(text: str, start: int, end: int) -> tuple[int, int]:
    """A known disease with its kind before it (季节性过敏性鼻炎) and its course after it (癫痫发作)."""
    before = _TYPES.search(text, max(0, start - 14), start)
    after = _DISEASE_TAIL.match(text, end)
    return before.start() if before else start, after.end() if after else end
