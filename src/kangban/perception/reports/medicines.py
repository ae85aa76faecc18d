"""Lines of a prescription or of discharge medicines → one PrintedMedicine each, with its directions."""

from __future__ import annotations

import re

from kangban.clinical.page import around
from kangban.clinical.report import PrintedMedicine
from kangban.perception.reports.lines import Line

_AMOUNT = r"\d+(?:\.\d+)?(?:/\d+)?|[一二两三四五六七八九十半]+"
_MASS = r"(?:mg|g|μg|ug|mcg|ml|mL|ML|IU|U|万单位|单位|万U|毫克|克|毫升|微克)"
_COUNTED = r"(?:片|粒|袋|支|瓶|盒|丸|包|板|滴|喷|贴|枚|揿|吸|颗|剂|付|帖|tab|tabs|cap|caps|bottle|box)"
_STRENGTH = re.compile(
    rf"(?:\d+(?:\.\d+)?\s*{_MASS}(?:\s*[:/]\s*\d+(?:\.\d+)?\s*{_MASS})?)(?:\s*/\s*{_COUNTED})?(?:\s*[*×xX]\s*\d+\s*{_COUNTED}?(?:\s*/\s*(?:盒|瓶|板|袋))?)?",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    rf"(?:(?:共|总量|数量|Qty)\s*[::]?\s*|[*×xX#]\s*)(\d+(?:\.\d+)?\s*{_COUNTED})(?!/)|(?<=\s)(\d+\s*(?:盒|瓶|支|袋|片|粒|包|贴))(?=\s*$|\s{{2}}|[,;])",
    re.IGNORECASE,
)
_DOSE = re.compile(
    rf"(?:每次|一次|1次|单次|单次剂量|用量|剂量|take)\s*[::]?\s*((?:{_AMOUNT})\s*(?:{_MASS}|{_COUNTED})(?:\s*\([^)]{{1,16}}\))?)|(?:^|[\s,;:])((?:\d+(?:\.\d+)?)\s*{_MASS})(?=\s*(?:po|p\.o|口服|qd|bid|tid|qid|qn|q\d|每日|一日|iv|im|ih))",
    re.IGNORECASE,
)
_FREQUENCY = re.compile(
    r"(?:每日|每天|一日|1日|一天|日)\s*(?:\d|[一二两三四五六])\s*(?:-\s*\d\s*)?次|每\s*\d{1,2}\s*(?:小时|h)\s*(?:一次|1次)?|每晚(?:睡前)?(?:\s*(?:一次|1次))?|每(?:早|晨|周|月)(?:\s*(?:\d|[一二三])次)?|隔日(?:一次|1次)?"
    r"|(?:once|twice|three times|four times)(?: a day| daily)|every \d{1,2} hours|\b(?:qd|q\.d|bid|b\.i\.d|tid|t\.i\.d|qid|qn|qod|q\d{1,2}h|prn|st|hs)\b\.?|睡前|必要时|晨服|早晚各[^\s,;]{1,6}|顿服",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    r"口服|外用|静脉?滴注|静滴|静脉注射|静推|肌肉?注射|肌注|皮下注射|皮内注射|皮下|雾化吸入|吸入|舌下(?:含服)?|含服|含化|滴眼|滴鼻|滴耳|喷鼻|直肠给药|塞肛|阴道(?:给药|用)|涂抹|贴敷|含漱|嚼服|冲服|饭前口服"
    r"|\b(?:po|p\.o\.?|iv(?:gtt)?|im|ih|sc|topical|oral(?:ly)?|inhaled|sl)\b",
    re.IGNORECASE,
)
_DAYS = re.compile(
    r"(?:共|连[用服]|疗程|服用|用|[*×xX])\s*[::]?\s*((?:\d{1,3}|[一二三四五六七八九十]+)\s*(?:天|日|周|个月))|(?<=\s)(\d{1,3}\s*天)(?=\s|$|[,;])|\bfor (\d{1,3} days)",
    re.IGNORECASE,
)
# A number in a cell of its own counts lines; before a single letter or character it may be an amount.
_START = re.compile(
    r"^\s*(?:(?:\(?\d{1,2}[.、)]|\d{1,2}(?=\s{2,}[A-Za-z\u4e00-\u9fff]{2})|[①-⑳]|Rp?[.:/]?\s|●|■|\*)\s*)+"
)
_DIRECTION = re.compile(r"^(?:用\s*法|用法用量|Sig\.?|sig|医嘱|使用方法|服法|嘱托|用量)\s*[::.]?", re.IGNORECASE)
_FORM = re.compile(
    r"片|胶囊|颗粒|口服液|混悬液|混悬剂|干混悬剂|糖浆|注射液|注射用|软膏|乳膏|凝胶|滴眼液|滴鼻液|滴耳液|喷雾剂|气雾剂|吸入剂|粉雾剂|贴剂|贴膏|丸|散|栓|洗剂|溶液|滴剂|缓释|控释|肠溶|合剂|膏|饮片|酊|tablets?|capsules?|syrup|injection|cream",
    re.IGNORECASE,
)
_END = re.compile(
    r"^(?:医\s*[师生]|药\s*师|审核|调配|发药|核对|备\s*注|金额|合计|以下空白|注\s*[::]|签名|处方金额|药费|收费|\(?以下)|医师\s*:|药师.{0,8}:|有效期|当日有效"
)
_BEGIN = re.compile(
    r"^(?:R[pP]?\s*[.:/]?|Rx|出院带药.{0,4}|带药.{0,4}|药品名称.*|处方内容|治疗|discharge medications?\s*:?)\s*[::]?\s*"
)


def medicines_of(lines: list[Line], *, whole: bool) -> tuple[PrintedMedicine, ...]:
    """Medicines between "Rp" (or "出院带药") and the signatures; `whole` looks at every line where no such mark stands.

    A line with a form or strength starts a medicine, directions and a strength on lines of their own go with it. What
    has no direction, or a name that is not told apart, is doubted.
    """
    begins = [i for i, line in enumerate(lines) if (mark := _BEGIN.match(line.text)) and mark.group().strip()]
    begin = begins[0] if begins else None
    if begin is None and not whole:
        return ()
    groups: list[list[Line]] = []
    for i, line in enumerate(lines[begin or 0 :]):
        text = _BEGIN.sub("", line.text) if i == 0 and begin is not None else line.text
        if _END.search(text.strip()) and (groups or begin is not None):
            break
        if not text.strip():
            continue
        numbered = bool(_START.match(text))
        bare = _START.sub("", text)
        starts = not _DIRECTION.match(bare) and (
            bool(_FORM.search(bare[:40]) and (_STRENGTH.search(bare) or numbered or _QUANTITY.search(bare)))
            or bool(numbered and _STRENGTH.search(bare))
        )
        if starts:
            groups.append([line])
        elif groups:
            groups[-1].append(line)
    return tuple(_medicine(group) for group in groups)


def _medicine(group: list[Line]) -> PrintedMedicine:
    text = "  ".join(line.text for line in group)
    first = _BEGIN.sub("", _START.sub("", _BEGIN.sub("", group[0].text)))
    name, rest = _name_of(first)
    strength = _STRENGTH.search(rest)
    strength_text = strength.group().strip() if strength else ""
    times = re.search(rf"\s*[*×xX]\s*\d+\s*(?:{_COUNTED})?\s*$", strength_text)
    after = rest[strength.end() :] if strength else rest
    quantity = _first(_QUANTITY, after)
    if times and not quantity:
        # "25mg × 20 片" is what was given; before "2盒" it is what one box holds.
        quantity = times.group().strip(" *×xX")
        strength_text = strength_text[: times.start()].strip()
    directions = "  ".join([after, *(line.text for line in group[1:])])
    dose, frequency = (
        _first(_DOSE, directions),
        " ".join(dict.fromkeys(m.group().strip() for m in _FREQUENCY.finditer(directions))),
    )
    route, days = _first(_ROUTE, directions), _first(_DAYS, directions)
    cells = [c for line in group for c in line.cells]
    confidence = min(c.confidence for c in cells)
    doubts: set[str] = set()
    if len(name) > 40 or not any(one.isalpha() for one in name):
        doubts.add("name_unread")
    if not (dose and frequency):
        doubts.add("directions_unread")
    if confidence < 0.8:
        doubts.add("low_confidence")
    return PrintedMedicine(
        name, cells[0].page, around([c.box for c in cells]), confidence, strength_text, dose, frequency, route, days, quantity,
        text, tuple(sorted(doubts)),
    )  # fmt: skip


def _name_of(text: str) -> tuple[str, str]:
    """The name up to its strength or amount, and the rest."""
    cut = re.search(
        r"(?<![A-Za-zB])\d+(?:\.\d+)?\s*(?=mg|g\b|μg|ug|ml|mL|IU|U\b|万|单位|片|粒|袋|支|瓶|盒|毫|克|%)|\s{2,}|[*×]|\bSig",
        text,
        re.IGNORECASE,
    )
    at = cut.start() if cut else len(text)
    return text[:at].strip(" ,;:()、-["), text[at:]


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if not found:
        return ""
    return next((g for g in found.groups() if g), found.group()).strip() if found.groups() else found.group().strip()
