"""What is named in an insert, by section: the longest name wins, nothing overlaps, borders are exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from kangban.clinical.insert import Entity, EntityKind, Section, SectionKey
from kangban.perception.inserts.compounds import find_compounds
from kangban.perception.inserts.endings import find_endings, widened
from kangban.perception.inserts.printed import Printed, printed
from kangban.perception.inserts.vocabulary import vocabulary

# Addresses and numbers name nothing clinical.
_SILENT: set[SectionKey] = {
    "pinyin", "approval", "standard", "maker", "contact", "batch", "revised", "shelf_life", "package", "formula",
    "english_name",
}  # fmt: skip
_NAMED: set[SectionKey] = {"names", "generic_name", "brand_name"}
_INSIDE: set[SectionKey] = {"composition", "excipients"}
_HAN = r"[\u3400-\u9fff]"
FORMS = (
    "缓释胶囊|缓释片|控释片|肠溶片|肠溶胶囊|分散片|咀嚼片|泡腾片|口崩片|软胶囊|胶囊剂|胶囊|颗粒剂|颗粒|冲剂|口服溶液|口服液|合剂|"
    "干混悬剂|混悬滴剂|混悬液|糖浆|滴眼液|滴眼剂|滴耳液|滴鼻液|鼻喷雾剂|喷雾剂|气雾剂|粉雾剂|注射液|乳膏|软膏|眼膏|眼用凝胶|凝胶|贴膏|贴剂|栓|滴丸|浓缩丸|片剂|片|丸|散|滴剂|滴耳剂|酊"
)
_FORM_AFTER = re.compile(rf"(?:钠|钾|钙|镁)?(?:{FORMS})")
_SALT_BEFORE = re.compile(
    r"(?:盐酸|硫酸|磷酸|马来酸|富马酸|酒石酸|枸橼酸|氢溴酸|苯磺酸|甲磺酸|醋酸|乙酸|琥珀酸|硝酸|重酒石酸|苯甲酸|醋|酒|盐|蜜|姜|炙|炒|制|焦|煅|麸炒|燀|"
    r"小儿|复方|注射用|双|无水|人工)$"
)
_SALT_AFTER = re.compile(
    rf"(?:钠|钾|钙|镁|锌|水合物|一水合物|二水合物|酯)(?!{_HAN})|(?:提取物|浸膏粉|干浸膏|干膏粉|流浸膏|浸膏|挥发油|总黄酮|总皂苷|总苷|素|粉|油|炭|霜|胶)(?=[、,，;。(\n\d]|$)"
)
_SALT_AFTER_EN = re.compile(
    r"\s(?:hydrochloride|hcl|hydrobromide|hbr|maleate|fumarate|succinate|tartrate|citrate|besylate|mesylate|sulfate|phosphate|acetate|sodium|potassium|calcium|magnesium)\b"
)
# What stands in a list of things taken beside the medicine is a medicine, known or not.
_BESIDE = re.compile(
    rf"(?:与|和|及|、|或|同服|服用|合用)(?P<name>{_HAN}{{2,7}}?)(?=[、，,]|和|及|或|等|合用|同用|联用|并用|同服|合并|联合|同时|一起|可|时)"
)
_NO_BESIDE = re.compile(r"[本药剂类用服同时可能应会酒食品后前期者病其他疗]|药物|食物|医")
_CONTAINS = re.compile(r"(?:含有?|含量为|主要成份为|主要成分为|辅料为|contains?|containing)(?:大量|少量|微量|适量)?$")
_ITEM = re.compile(r"[^、,，;；。\n:：()\[\]]+")
_PART = re.compile(r"(?:(?!和|与|及)[^、,，;；。\n:：()\[\]])+")
_ITEM_LEAD = re.compile(
    r"^(?:.*(?:含有?|包括|主要成[份分]|活性成[份分]|成[份分](?:为|有|是)?|辅料(?:为|有|是)?|主要为|由|为|是|有|其中)|每[^含]{1,4}含)(?:主要|以下)?"
)
_ITEM_TAIL = re.compile(r"(?<![a-z\d])(?:等\S{0,6}|组成|制成|各|适量|为主要.*|精制.*|经.*|加工.*|\d.*|\s.*|约.*)$")
_NO_ITEM = re.compile(
    r"^[以按].*计|^[酒醋盐蜜麸姜砂]?[炙制炒煅燀蒸炮]$|包括|本品|复方制剂|化学|分子|结构|制剂|其$|^[等及和味]|成[份分]|辅料|每|主要|之|药|的|^\d|规格|克$|用$|式$|^上述|^以上|^以下"
)
_SYMPTOM_END = re.compile(
    r"(?:疼痛|胀痛|刺痛|痒|胀|胀满|肿|麻木|不适|不安|乏力|无力|困难|减退|不振|障碍|下降|升高|减少|增多|增高|降低|干燥|异常|发黄|发红|过多|过少|不畅|不爽|不利|不清|不宁|不佳|不寐|"
    r"酸软|酸痛|酸楚|沉重|困重|苦|鸣|眩|汗|咳|喘|晕|热|寒|冷|闷|悸|泻|便血|水肿|痛|充血|灼热|潮红|斑|感|秘结|稀溏|黏腻|黄腻|短赤|涩|浑浊|红赤|红肿|"
    r"瘙痒|出血|脱落|增大|肿大|痉挛|抽动|倦怠|懒言|憋闷|嘶哑|肿胀|结痂|皲裂|破溃|渗出|失禁|亢进|紊乱|迟钝|嗜睡|黄染|增加|减轻|加快|减慢|延长|缩短|不调|不止|缠绵|淋漓|脱屑|疲劳|疲倦|烦|怒|忘|干|臭|满|胁痛|肿块|闭|不眠|不孕|多梦)$"
)
# 出血风险 and 发热时间 are not complaints, nor is 过敏史.
_MEANT_OTHERWISE = re.compile(r"(?:风险|时间|过敏史|过敏体质|过敏原|过敏源)$")
_SYMPTOM_LEAD = re.compile(
    r"^.*(?:预防|防治|以免|型|对|引起的?|导致的?|所致的?|引发的?|症见|用于|治疗|缓解|减轻|改善|可见|可有|可能有|可出现|偶见|偶有|少见|常见|罕见|极少|出现|发生|如|有|伴|伴有|见|及其?|和|或|与|以及|并|"
    r"轻度|轻微|中度|重度|严重|短暂|一过性|持续|偶|兼|的|等|患者|个别|少数|部分|可|致|暂时性|时|若|使|因|为|后)(?!常)"
)
_NO_SYMPTOM = re.compile(
    r"数据|显示|自行|消失|监测|资料|研究|报告|轻微|短暂|包括|多为|表现|下列|系统|详见|见于|参见|舌淡|脉|苔|证候|上述|明确|[用服药剂量停医师请应者期]|本品|反应|疗|治|检查|^(?:严重|症状|其他|常见|长期|尚|未|不良|上述|以下|以上|全身|局部|发生|一般)$|不良|功能$|症状|情况"
)


class _Span(msgspec.Struct, frozen=True):
    start: int
    end: int
    kind: EntityKind
    rank: int  # of two names for the same characters the lower rank wins


def find_entities(source: str, sections: Iterable[Section]) -> tuple[Entity, ...]:
    """Entities in the order of the text; `text` is the source at `span`."""
    found: list[Entity] = []
    for section in sections:
        if section.key in _SILENT or not section.text:
            continue
        text = printed(source, *section.span)
        for one in _chosen(_named(text.text) if section.key in _NAMED else _all(text, section.key)):
            start, end = text.span(one.start, one.end)
            found.append(Entity(one.kind, source[start:end], (start, end)))
    return tuple(found)


# Printed without a mark between them these are one: 阴虚肠燥, 海鲜发物.
_ONE_NAME = ("syndrome", "food_group")


def _joined(spans: list[_Span]) -> list[_Span]:
    out: list[_Span] = []
    for one in spans:
        if out and one.kind in _ONE_NAME and out[-1].kind == one.kind and out[-1].end == one.start:
            out[-1] = _Span(out[-1].start, one.end, one.kind, one.rank)
        else:
            out.append(one)
    return out


def _chosen(spans: Iterable[_Span]) -> list[_Span]:
    taken: list[_Span] = []
    busy: set[int] = set()
    for one in sorted(set(spans), key=lambda s: (s.start - s.end, s.rank, s.start)):
        if busy.isdisjoint(range(one.start, one.end)):
            taken.append(one)
            busy.update(range(one.start, one.end))
    return _joined(sorted(taken, key=lambda s: s.start))


def _named(text: str) -> Iterator[_Span]:
    # A field of names is the name, whether the catalogue has it or not.
    for match in re.finditer(r"[^\s,，;。:]+", text):
        if re.search(_HAN, match.group()) and len(match.group()) >= 2:
            yield _Span(match.start(), match.end(), "drug", 0)
    latin = re.fullmatch(r"[a-z][a-z0-9 -]{2,40}", text)
    if latin:
        yield _Span(0, len(text), "drug", 0)


def _all(page: Printed, key: SectionKey) -> Iterator[_Span]:
    text = page.text
    for known in vocabulary().find(text):
        rank = {"own": 1, "catalogue": 2, "pack": 3}[known.origin]
        start, end, kind = known.start, known.end, known.kind
        if kind in ("drug", "ingredient"):
            start, end, kind = _substance(text, start, end, key)
        if kind == "disease":
            start, end = widened(text, start, end)
        if _fits(text, start, end, kind, key):
            yield _Span(start, end, kind, rank)
    for one in (*find_compounds(text, key), *find_endings(text)):
        rank = 0 if one.kind == "person_group" else 5 if one.kind == "disease" else 4
        known = one.kind == "symptom" and _made_of_known(text[one.start : one.end])
        if not known and _fits(text, one.start, one.end, one.kind, key):
            yield _Span(one.start, one.end, one.kind, rank)
    if key in _INSIDE:
        yield from _ingredients(text)
    if key in ("adverse", "indications"):
        yield from _symptoms(text, key)
    if key == "interactions":
        for match in _BESIDE.finditer(text):
            if not _NO_BESIDE.search(match["name"]):
                yield _Span(match.start("name"), match.end("name"), "drug", 7)


def _substance(text: str, start: int, end: int, key: SectionKey) -> tuple[int, int, EntityKind]:
    salt = _SALT_BEFORE.search(text, 0, start)
    if salt and (key in _INSIDE or len(salt.group()) > 1) and salt.group() not in ("小儿", "复方", "双"):
        start = salt.start()
    form = _FORM_AFTER.match(text, end)
    if form and key not in _INSIDE:
        before = re.search(r"(?:小儿|复方)$", text[:start])
        return (before.start() if before else start), form.end(), "drug"
    more = _SALT_AFTER.match(text, end)
    if more is None:
        more = _SALT_AFTER_EN.match(text, end)
    if more:
        end = more.end()
    inside = key in _INSIDE or _CONTAINS.search(text[max(0, start - 12) : start].rstrip()) is not None
    return start, end, "ingredient" if inside else "drug"


def _fits(text: str, start: int, end: int, kind: EntityKind, key: SectionKey) -> bool:
    word = text[start:end]
    if kind == "dosage_form" and re.search(r"内容物[^,。;]*$", text[max(0, start - 24) : start]):
        return False
    if kind == "dosage_form":
        # A form is told where the thing is described; "each tablet" in a dose is a count.
        return (
            key in ("appearance", "strength", "preface", "other", "category")
            or word.endswith(("剂", "衣片"))
            or key == "dose"
        )
    if kind in ("food", "food_group"):
        if len(word) == 1 and not re.search(r"[、,忌食饮与喝吃含和及。]$", text[max(0, start - 1) : start]):
            return False
        return key not in ("composition", "excipients", "appearance", "storage", "strength")
    if kind == "symptom" and _MEANT_OTHERWISE.search(text[start : end + 2]):
        return False
    if word == "过敏" and re.search(r"对[^,。;]{1,30}$", text[max(0, start - 32) : start]):
        return False
    if kind == "symptom" and key in ("composition", "excipients", "storage", "strength"):
        return False
    if kind == "person_group":
        return not (key in ("storage",) or text.startswith(("不能接触", "不能触及", "接触不到"), end))
    if kind in ("syndrome", "efficacy") and key in (
        "composition",
        "excipients",
        "appearance",
        "storage",
        "dose",
        "strength",
    ):
        return False
    return not (kind == "ingredient" and key in ("storage", "appearance"))


def _ingredients(text: str) -> Iterator[_Span]:
    """Items of the composition that no list holds."""
    for match in _PART.finditer(text):
        item = _ITEM_TAIL.sub("", match.group())
        lead = _ITEM_LEAD.match(item)
        start = match.start() + (lead.end() if lead else 0)
        name = item[lead.end() if lead else 0 :].strip()
        start += len(item[lead.end() if lead else 0 :]) - len(item[lead.end() if lead else 0 :].lstrip())
        if 2 <= len(name) <= 14 and re.search(_HAN, name) and not _NO_ITEM.search(name):
            yield _Span(start, start + len(name), "ingredient", 5)


def _symptoms(text: str, key: SectionKey) -> Iterator[_Span]:
    """Items of a list of complaints that no list of ours holds."""
    for match in _ITEM.finditer(text):
        item = re.sub(r"(?:等\S{0,8}|者|症状|现象|反应)$", "", match.group().rstrip())
        name = _SYMPTOM_LEAD.sub("", item)
        if not 2 <= len(name) <= 8 or not re.fullmatch(f"{_HAN}+", name) or _NO_SYMPTOM.search(name):
            continue
        if not _made_of_known(name) and (_SYMPTOM_END.search(name) or (key == "adverse" and _listed(text, match))):
            end = match.start() + len(item)
            yield _Span(end - len(name), end, "symptom", 6)


def _listed(text: str, item: re.Match[str]) -> bool:
    return text[max(0, item.start() - 1) : item.start()] == "、" or text[item.end() : item.end() + 1] == "、"


def _made_of_known(name: str) -> bool:
    """Whether known words make up the whole name: then they are named, not it."""
    reach = {0}
    for one in sorted(vocabulary().find(name), key=lambda k: k.start):
        if one.start in reach:
            reach.add(one.end)
    return len(name) in reach
