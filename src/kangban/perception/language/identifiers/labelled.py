"""Numbers that are somebody's by the word before them: insurance, hospital numbers, permits, accounts, plates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kangban.perception.language.identifiers.checksums import is_credit_code, is_hong_kong, is_taiwan
from kangban.perception.language.identifiers.latin import Parts, finds
from kangban.perception.language.identifiers.span import Kind, Span

_IS = r"[ \n]*(?:号码?|编号|编码|No\.?|number|num|#)?(?:\([^()\n]{1,8}\))?[ \n]*(?:是|为|写的是|[:=#])?[ \n]*"
_END = r"(?![A-Za-z\d]|[/.]\d)"
# A date is no number of a file, whatever stands before it.
_VALUE = rf"(?!(?:19|20)\d\d-\d{{1,2}}-\d{{1,2}}(?!\d))(?P<value>(?=[A-Za-z-]{{0,6}}\d)[A-Za-z\d][A-Za-z\d-]{{2,22}}[A-Za-z\d]){_END}"
_HOSPITAL = (
    "住院(?:号|编号)|门诊号|病案号?|病历号?|检查(?:号|编号|单号)|条形码|条码(?<!商品条码)(?<!产品条码)(?<!药品条码)|标本(?:号|编号)|样本(?:号|编号)|样品号|影像号|放射号|超声号|"
    "病理号|登记号|就诊(?:卡|号|编号)|挂号[号单]|流水号|患者(?:编号|号|ID)|病人(?:号|ID)|档案号|健康卡|诊疗卡|医嘱号|申请单号|报告(?:单号|编号)|留观号|病员号|档案编号|处方(?:号|编号)|预约(?:号|编号)|住院ID|随访(?:号|编号)|ID号|ID(?<![A-Za-z]ID)(?=[ ]*:)|就医号|体检ID|取药号|急诊号|体检(?:号|编号)|床位号"
)
_HOSPITAL_EN = "MRN|medical record|hospital|patient ID|patient no|chart|accession|account number|account no|acct|encounter|visit|case|specimen|sample ID"
_PERMITS = "通行证|回乡证|台胞证|台湾证|居留证|居留许可|居住证|军官证|警官证|驾驶证|驾照|学生证|签证"

_BY_WORD: tuple[tuple[Kind, str], ...] = (
    ("INSURANCE", rf"(?:医保|医疗保险|社保|社会保障|社会保险|参保人?|新农合|农合|保单)(?:卡|证|个人)?{_IS}{_VALUE}"),
    ("FILENO", rf"(?:{_HOSPITAL}){_IS}{_VALUE}"),
    ("FILENO", r"床[号位][ ]*[:]?[ ]*(?P<value>[A-Z加+]{0,2}\d{1,4}(?:-\d{1,2})?[ ]?床?)(?!\d)"),
    ("PASSPORT", rf"护照{_IS}(?P<value>[A-Z]{{0,2}}\d{{6,9}}){_END}"),
    ("PERMIT", rf"(?:{_PERMITS}){_IS}(?P<value>[A-Z]{{0,3}}\d{{6,18}}[A-Z]?(?:\(\w\))?){_END}"),
    (
        "PERMIT",
        rf"(?:身份证|证件){_IS}(?P<value>[A-Z]{{1,2}}\d{{6}}(?:\([\dA]\)|\d)|[A-Z][1289]\d{{8}}|[157]\d{{6}}\(\d\)){_END}",
    ),
    (
        "ID",
        r"(?:身份证|公民身份|证件)(?:号码?|件号码?)?[ \n]*(?:是|为|写的是|[:=#])?[ \n]*(?P<value>\d(?:[ \n-]{0,3}\d){13,16}[ \n-]{0,3}[\dXx])(?!\d|[/.]\d)",
    ),
    ("ORGNO", rf"(?:信用代码|纳税人识别号|税号|机构代码){_IS}(?P<value>[0-9A-Z]{{15,20}}){_END}"),
    ("ACCOUNT", rf"(?:微信|薇信|威信){_IS}(?:ID[: ]*)?(?P<value>[A-Za-z\d][A-Za-z\d_-]{{4,19}})(?![A-Za-z\d_-])"),
    (
        "ACCOUNT",
        r"(?:支付宝|抖音|快手|小红书|微博|钉钉|飞书)(?:账号|号|ID)?[ ]*(?:是|为|[:@])[ ]*(?P<value>[A-Za-z\d][A-Za-z\d_.-]{3,24})",
    ),
    (
        "CARD",
        r"(?:银行卡?|卡号|借记卡|信用卡|储蓄卡|账号|账户)(?:号码?|卡号)?[ ]*(?:是|为|[:])?[ ]*(?P<value>\d(?:[ -]?\d){11,18})(?!\d)",
    ),
    (
        "PLATE",
        (
            r"(?P<value>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·.-]?"
            rf"(?:[DF][A-HJ-NP-Z\d]\d{{4}}|\d{{5}}[DF]|[A-HJ-NP-Z\d]{{4}}[A-HJ-NP-Z\d学警港澳挂])){_END}"
        ),
    ),
)
# With the words without which the costly pattern need not be tried.
_BY_LATIN_WORD: tuple[tuple[Kind, tuple[str, ...], str], ...] = (
    (
        "FILENO",
        (
            "mrn",
            "record",
            "hospital",
            "patient",
            "chart",
            "accession",
            "account",
            "acct",
            "encounter",
            "visit",
            "case",
            "specimen",
            "sample",
        ),
        rf"(?:{_HOSPITAL_EN})(?:[ ]?(?:number|num|no|id))?[.]?[ ]?[:#]?[ ]?(?:is )?(?!(?:19|20)\d\d-)(?P<value>[A-Z]{{0,3}}-?\d[\dA-Z-]{{3,19}}){_END}",
    ),
    (
        "FILENO",
        ("id:", "id :", "id #", "id no"),
        rf"ID(?: ?no\.?)? ?[:#]? ?(?P<value>[A-Z]{{0,3}}-?\d[\dA-Z-]{{4,19}}){_END}",
    ),
    ("PASSPORT", ("passport",), rf"passport{_IS}(?:is )?(?P<value>[A-Z]{{0,2}}\d{{6,9}}){_END}"),
    (
        "ACCOUNT",
        ("wechat", "weixin", "vx", "wx"),
        rf"(?:wechat|weixin|(?:vx|wx)(?![A-Za-z])){_IS}(?:ID[: ]*)?(?P<value>[A-Za-z\d][A-Za-z\d_-]{{4,19}})(?![A-Za-z\d_-])",
    ),
    (
        "ACCOUNT",
        ("skype", "line id", "telegram", "whatsapp", "instagram"),
        r"(?:Skype|Line ID|Telegram|WhatsApp|Instagram)[ ]*(?:is|[:@])[ ]*(?P<value>[A-Za-z\d][A-Za-z\d_.-]{3,24})",
    ),
    (
        "SSN",
        ("ssn", "social"),
        r"(?:SSN|social security(?: number| no)?)[.:# ]*(?:is )?(?P<value>\d{3}[ -]?\d{2}[ -]?\d{4})(?!\d)",
    ),
    ("NHS", ("nhs",), r"NHS(?: number| num| no)?[.:# ]*(?:is )?(?P<value>\d{3}[ -]?\d{3}[ -]?\d{4})(?!\d)"),
)
_CHINESE: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple((kind, re.compile(p, re.ASCII)) for kind, p in _BY_WORD)
_LATIN: tuple[tuple[Kind, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (kind, hints, re.compile(rf"(?<![A-Za-z])(?:{p})", re.ASCII | re.IGNORECASE)) for kind, hints, p in _BY_LATIN_WORD
)
_QQ = re.compile(r"(?<![A-Za-z])[Qq]{2}(?:号码?|群)?[ ]*(?:是|为|[:])?[ ]*(?P<value>[1-9]\d{4,11})(?!\d)")
_BED = re.compile(r"床(?![位头旁边单前上下垫])")
_BED_NUMBER = re.compile(r"(?<![\d.第共有])(?P<value>[加+]?\d{1,3})\Z")
_BARE = re.compile(
    r"(?<![0-9A-Za-z字])(?:(?P<passport>[EG]\d{8}|E[A-HJ-NP-Z]\d{7})|[159Y][1239]\d{6}[0-9A-HJ-NPQRTUWXY]{10}|[A-Z]{1,2}\d{6}\([\dA]\)|[A-Z][12]\d{8})(?![0-9A-Za-z]|\.\d)"
)


def labelled(text: str, parts: Parts) -> Iterator[Span]:
    """Every value that a label or its own shape makes somebody's."""
    if not text.isascii():
        for kind, label in _CHINESE:
            for match in label.finditer(text):
                yield Span(match.start("value"), match.end("value"), kind)
        for match in _BED.finditer(text):
            number = _BED_NUMBER.search(text, max(0, match.start() - 5), match.start())
            if number:
                yield Span(number.start(), match.end(), "FILENO")
    low = text.lower() if parts else ""
    for kind, hints, label in _LATIN:
        for match in finds(label, text, parts) if any(hint in low for hint in hints) else ():
            yield Span(match.start("value"), match.end("value"), kind)
    if "QQ" in text or "qq" in text:
        for match in _QQ.finditer(text):
            yield Span(match.start("value"), match.end("value"), "ACCOUNT")
    yield from _by_shape(text)


def _by_shape(text: str) -> Iterator[Span]:
    for match in _BARE.finditer(text):
        code = match.group().replace("(", "").replace(")", "")
        if match["passport"]:
            yield Span(match.start(), match.end(), "PASSPORT")
        elif is_credit_code(code):
            yield Span(match.start(), match.end(), "ORGNO")
        elif is_hong_kong(code) or is_taiwan(code):
            yield Span(match.start(), match.end(), "PERMIT")
