"""Words on a photographed medicine box → BoxLabel, with doubts where the print leaves a choice."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from kangban.clinical.report import BoxLabel
from kangban.kernel.barcodes import holds
from kangban.perception.reports.characters import closed
from kangban.perception.reports.lines import Line

_APPROVAL = re.compile(
    r"(?:国\s*药\s*准\s*字|注册证号|进口药品注册证号|批准文号)\s*[::]?\s*(?P<n>(?:国药准字)?\s*[HZSJBTF][A-Z]?\s*[0-9OoIl]{8}|[HZS]C?[0-9]{8})",
    re.IGNORECASE,
)
_FORM = r"(?:片|胶囊|颗粒|口服液|口服溶液|混悬液|混悬滴剂|干混悬剂|糖浆|注射液|软膏|乳膏|凝胶|滴眼液|滴鼻液|喷雾剂|气雾剂|贴剂|贴膏|膏|丸|散|栓|溶液|滴剂|合剂|分散片|缓释片|肠溶片|泡腾片|咀嚼片|滴丸|软胶囊|酊|搽剂|洗液|冲剂|口服散)"
_NAME = re.compile(
    rf"^(?:【?(?:药品|通用|产品)名称】?\s*[::]?\s*|通用名\s*[::]?\s*)?(?P<name>[\u3400-\u9fff()A-Za-z0-9-]{{1,20}}{_FORM})(?:\(.{{1,12}}\))?$"
)
_STRENGTH = re.compile(
    r"(?:【?规\s*格】?\s*[::]?\s*)?(?:每[片粒袋支瓶丸包]\s*(?:装|含|重)?[^\d\n]{0,12})?(?P<s>\d+(?:\.\d+)?\s*(?:mg|g|μg|ug|ml|IU|万单位|单位|毫克|克|毫升|%)(?:\s*[:/]\s*\d*(?:\.\d+)?\s*(?:mg|g|ml|毫升|片|粒|袋|支|IU)?)?)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?P<c>(?:\d+\s*(?:片|粒|袋|支|瓶|丸|贴|包|枚|板|ml)\s*(?:[/*×xX]\s*)?){1,3}(?:/?\s*(?:盒|瓶|板|袋|包))?|\d+(?:\.\d+)?\s*(?:mg|g|ml)\s*[*×xX]\s*\d+\s*(?:片|粒|袋|支|丸|包|贴)(?:\s*/\s*(?:盒|瓶))?)",
    re.IGNORECASE,
)
_MAKER = re.compile(
    r"(?P<m>[\u3400-\u9fff()]{4,30}(?:有限责任公司|股份有限公司|有限公司|制药厂|药厂|集团公司|药业公司|制药公司))|(?P<e>(?:[A-Z][A-Za-z&.\-]+ ){1,5}(?:Co\.?,? ?Ltd|Inc|GmbH|AG|Pharma\w*|Limited)\b\.?)"
)
_BATCH = re.compile(
    r"(?:产品批号|生产批号|批\s*号|Lot(?:\s*No)?|Batch(?:\s*No)?)\s*[.::]*\s*(?P<b>[A-Z0-9][A-Z0-9\-]{2,15})",
    re.IGNORECASE,
)
_LONE_BATCH = re.compile(r"^[A-Z]{0,3}\d{5,10}[A-Z]?\d?$")
_DATE = r"(?P<{0}y>20\d\d)\s*[-/.年]?\s*(?P<{0}m>0?[1-9]|1[0-2])(?!\d)(?:\s*[-/.月]\s*(?P<{0}d>[0-3]?\d)\s*日?)?|(?P<{0}Y>20\d\d)(?P<{0}M>0[1-9]|1[0-2])(?P<{0}D>[0-2]\d|3[01])?(?!\d)"
_MADE = re.compile(
    r"(?:生产日期|制造日期|Mfg\.?(?: ?Date)?|MFD)\s*[.::]*\s*(?:" + _DATE.format("a") + ")", re.IGNORECASE
)
_EXPIRES = re.compile(
    r"(?:有\s*效\s*期\s*(?:至|到)?|失效日期|使用期限|Exp(?:iry)?\.?(?: ?Date)?|EXP)\s*[.::]*\s*(?:至\s*)?(?:"
    + _DATE.format("b")
    + ")",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"有\s*效\s*期\s*[::】]*\s*(?P<n>\d{1,2})\s*个?月")
_ENGLISH = re.compile(
    r"^[A-Z][A-Za-z,\- ]{3,60}(?:Tablets?|Capsules?|Granules?|Syrup|Suspension|Injection|Cream|Ointment|Oral Solution|Drops|Spray|Pills?)\b(?: .{0,20})?$",
    re.IGNORECASE,
)
_BARCODE = re.compile(r"(?<!\d)69\d{11}(?!\d)")


def box_label_of(lines: list[Line]) -> tuple[BoxLabel, tuple[str, ...]]:
    """The label and its doubts: "name_unread", "strength_unread", "expiry_unread", "low_confidence"."""
    texts = [closed(c.text) for line in lines for c in line.cells]
    # A label and what it names may stand in cells of their own: "有效期至" | "2027.05".
    whole = "\n".join(texts + [line.text for line in lines])
    beside = "\n".join([re.sub(r"\s+", " ", line.text) for line in lines])
    name, heights = "", 0.0
    for line in lines:
        for cell in line.cells:
            found = _NAME.match(closed(cell.text).replace(" ", ""))
            # The name is what is printed largest.
            if found and cell.height > heights:
                name, heights = found["name"], cell.height
    approval = _APPROVAL.search(whole)
    strength, count = _strength(texts, whole)
    made, expires, batch = _MADE.search(beside), _EXPIRES.search(beside), _BATCH.search(beside)
    made_on, expires_on = _day(made, "a", last=False), _day(expires, "b", last=True)
    months = _MONTHS.search(whole)
    doubts: set[str] = set()
    if expires_on is None and made_on is not None and months:
        # A period after the making date is printed on the box; the day it ends is computed, so it is doubted.
        expires_on = _after(made_on, int(months["n"]))
        doubts.add("expiry_unread")
    if expires and expires_on is None:
        doubts.add("expiry_unread")
    barcode = next((m.group() for m in _BARCODE.finditer(whole.replace(" ", "")) if holds(m.group())), "")
    maker = _MAKER.search(whole)
    label = BoxLabel(
        name, next((t for t in texts if _ENGLISH.match(t)), ""), strength, count,
        (maker["m"] or maker["e"]).strip() if maker else "", _number(approval["n"]) if approval else "",
        batch["b"] if batch else "", made_on, expires_on, barcode, _market(whole),
    )  # fmt: skip
    if not name:
        doubts.add("name_unread")
    if not strength:
        doubts.add("strength_unread")
    if made_on and expires_on and made_on >= expires_on:
        doubts.add("expiry_unread")
    if any(c.faint for line in lines for c in line.cells if _matters(c.text, label)):
        doubts.add("low_confidence")
    return label, tuple(sorted(doubts))


def _matters(text: str, label: BoxLabel) -> bool:
    return bool(label.name and label.name in text) or bool(re.search(r"有效期|EXP|规格|mg|20\d\d", text, re.IGNORECASE))


def _number(text: str) -> str:
    bare = re.sub(r"\s|国药准字", "", text).upper()
    letters = re.match(r"[A-Z]{1,2}?(?=[0-9OIL]{8}$)", bare)
    at = letters.end() if letters else 1
    return "国药准字" + bare[:at] + bare[at:].translate(str.maketrans("OIL", "011"))


def _strength(texts: list[str], whole: str) -> tuple[str, str]:
    labelled = re.search(r"规\s*格】?\s*[::]?\s*\n?(?P<rest>[^\n]{1,40})", whole)
    places = ([labelled["rest"]] if labelled else []) + [t for t in texts if len(t) < 40]
    strength = next((m["s"].strip() for t in places if (m := _STRENGTH.search(t))), "")
    count = next(
        (
            m["c"].strip()
            for t in places
            if (m := _COUNT.search(t)) and re.search(r"片|粒|袋|支|丸|贴|包|枚|瓶", m["c"])
        ),
        "",
    )
    return strength, count


def _day(found: re.Match[str] | None, key: str, *, last: bool) -> date | None:
    """The day; a month alone is its first day, or its last where something ends."""
    if not found:
        return None
    year = found[f"{key}y"] or found[f"{key}Y"]
    month = int(found[f"{key}m"] or found[f"{key}M"])
    day = found[f"{key}d"] or found[f"{key}D"]
    ends = calendar.monthrange(int(year), month)[1] if last else 1
    try:
        return date(int(year), month, int(day) if day else ends)
    except ValueError:
        return None


def _after(made: date, months: int) -> date:
    at = made.year * 12 + made.month - 1 + months
    year, month = divmod(at, 12)
    # The last good day is the one before.
    return date(year, month + 1, min(made.day, calendar.monthrange(year, month + 1)[1])) - timedelta(days=1)


def _market(whole: str) -> str:
    if re.search(r"甲类(?:非处方药)?|OTC\s*甲类", whole):
        return "otc_a"
    if re.search(r"乙类(?:非处方药)?|OTC\s*乙类", whole):
        return "otc_b"
    return "rx" if re.search(r"凭医师处方|处方药|\bRx\b|℞", whole) and "非处方药" not in whole else ""
