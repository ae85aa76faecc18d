"""Lines that are no rows: headings of panels, feet of tables, and lines of labelled fields."""

from __future__ import annotations

import re
from functools import lru_cache

_FOOT = re.compile(
    r"检验者|检验人|检验医[师生]|检验师|审核者|审核人|审核医[师生]|报告人|报告者|报告医[师生]|打印(?:时间|日期)|报告(?:时间|日期)\s*:|接收(?:时间|日期)|采[样集](?:时间|日期)\s*:"
    r"|^备注\s*:|^注\s*[::]|^说明\s*:|^提示\s*:|^建议|声明|本报告|此报告|仅对(?:本|该|来|此|所)|以上结果|第\s*\d+\s*页|共\s*\d+\s*页|页码|送检医[师生]|^小结|诊断意见|临床诊断"
    r"|^结论|tested by|reviewed by|verified by|approved by|authori[sz]ed|^comments?\b|^notes?\s*:|^remarks?\b|page \d|end of report|以下空白|this report|laboratory director"
    r"|printed (?:on|at)|核对者|操作者|仪器型号\s*:|地址\s*:|电话\s*:|\bTEL\b|检验机构",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:姓\s*名|性\s*别|年\s*龄|科\s*[室别]|床\s*号|病历号|门诊号|住院号|病案号|病员号|标本号|样本号|条码号?|申请单?号|诊断|标本(?:类型|种类)?|样本(?:类型|种类)?|患者类型|病人类型"
    r"|送检科室|开单医[师生]|申请医[师生]|patient(?: name)?|name|sex|gender|age|dob|mrn|specimen|collected|received|reported|ordered by)\s*:",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]{1,3}|\(?[一二三四五六七八九十\d]{1,2}\)?)[、.)]\s*(.+)$")
_BRACKETED = re.compile(r"^[【\[〖<《◆■●▍▶*=\-—\s]+(.+?)[】\]〗>》=\-—\s]*$")
_PANEL = re.compile(
    r"常规|血细胞|肝功|肾功|血脂|生化|电解质|离子|甲状腺|甲功|凝血|心肌|心梗|心衰|肿瘤|激素|性激素|铁代谢|炎症|感染|血气|两对半|乙肝|传染|输血前|贫血|维生素|微量元素|免疫|尿沉渣|尿液|分析|全套|检验|检测|三项"
    r"|四项|五项|六项|七项|八项|组合|标志物|血糖|糖代谢|骨代谢|风湿|自身抗体|过敏|血型|糖尿病|一般检查|体格检查|血压|内科|外科|眼科|超声|心电图|便|dipstick|urinalysis|panel|profile|function|blood count|cbc"
    r"|chemistry|coagulation|thyroid|lipids?\b|markers?|serology|hormones?|studies|electrolytes|haematology|hematology|tests?$|metabolism|inflammation|iron",
    re.IGNORECASE,
)
_SPECIMEN = re.compile(
    r"(?:标本|样本|样品|送检)(?:类型|种类|类别|名称|物|性质)?\s*[::]\s*(?P<zh>[\u4e00-\u9fff/、+()A-Z\-]{1,16})|(?:specimen|sample)(?: type)?\s*:\s*(?P<en>[a-z][a-z /]{2,24})",
    re.IGNORECASE,
)


def is_foot(text: str) -> bool:
    """Whether a line ends a table: who signed, when printed, notes, page numbers, labelled fields."""
    return bool(_FOOT.search(text)) or (is_labelled(text) and heading_of(text) is None)


def is_labelled(text: str) -> bool:
    """Whether a line holds labelled fields of patient, order or specimen."""
    return ":" in text and bool(_LABELLED.search(text))


@lru_cache(maxsize=4096)
def heading_of(text: str) -> str | None:
    """The name of a panel, of a line that has nothing but it; None for other texts."""
    bare = re.sub(r"\s*[(（]?(?:标本|样本).*$", "", text).strip(" :")
    marked = _BRACKETED.match(bare)
    bracketed = bool(marked) and not bare[0].isalnum() and bare[0] not in "*<"
    if marked and bracketed:
        bare = marked[1].strip()
    numbered = _NUMBERED.match(bare)
    if numbered:
        bare = numbered[1].strip()
    if not 2 <= len(bare) <= 40 or re.search(r"\d\s*[-~.]\s*\d", bare):
        return None
    return bare if bracketed or numbered or (_PANEL.search(bare) and not re.search(r"[,。;:]", bare)) else None


def specimen_in(text: str) -> str:
    """The specimen a labelled field names ("标本:血清"), or ""."""
    found = _SPECIMEN.search(text)
    if not found:
        return ""
    if found["zh"]:
        word = re.split(r"(?:采|送|检|状|科|申|条|编|备|临)", found["zh"])[0] or found["zh"]
        return word.strip("()-/、")
    return found["en"].strip()
