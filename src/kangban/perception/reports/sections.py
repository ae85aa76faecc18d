"""Notes of doctors → headed sections: complaint, findings, diagnosis, orders."""

from __future__ import annotations

import re

_HEADINGS = (
    "主诉|现病史|既往史|个人史|家族史|过敏史|婚育史|月经史|体格检查|查体|专科检查|辅助检查|实验室检查|初步诊断|诊断|门诊诊断|临床诊断|入院诊断|出院诊断|处理意见|处理|治疗意见|医嘱|出院医嘱|出院带药|出院情况|入院情况|诊疗经过|住院经过|治疗经过"
    "|健康教育|随访|复诊|检查部位|检查方法|检查技术|检查所见|影像所见|影像表现|超声所见|超声描述|镜下所见|肉眼所见|大体所见|免疫组化|病理诊断|诊断意见|影像诊断|超声提示|超声诊断|诊断结论|印象|结论|提示|建议|总检结论|总检建议|健康建议|主要异常|异常结果|综述|小结|备注"
    "|Chief Complaint|History of Present Illness|Past Medical History|Physical Exam(?:ination)?|Assessment|Plan|Findings|Impression|Diagnos[ie]s|Discharge Diagnos[ie]s|Discharge Medications?|Hospital Course|Technique|Conclusion|Recommendations?|Follow[- ]up|Specimen"
)
_HEADING = re.compile(
    rf"(?:^|(?<=\s\s)|(?<=。))\s*[【\[]?\s*(?P<name>{_HEADINGS})\s*(?:[】\]]\s*[::]?|[::])\s*", re.IGNORECASE
)
_ALONE = re.compile(rf"^\s*[【\[]?(?:[一二三四五六七八九十]、)?(?P<name>{_HEADINGS})[】\]]?\s*[::]?\s*$", re.IGNORECASE)
_END = re.compile(
    r"^\s*R[pPx]?\s*[.:]|^Rx?\s*$|(?:医\s*师|医\s*生|报告医[师生]|审核医[师生]|签\s*名|主检医师|主治医师|住院医师)(?:签[名字])?\s*[::]|第\s*\d+\s*页|^本报告|^\(?此报告"
)
_LONGEST = 8000


def sections_of(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """(heading, text) in printed order; text before the first heading is in none of them."""
    out: list[tuple[str, list[str]]] = []
    for line in lines:
        alone = _ALONE.match(line)
        if alone:
            out.append((alone["name"], []))
            continue
        at = 0
        for found in _HEADING.finditer(line):
            if out and line[at : found.start()].strip():
                out[-1][1].append(line[at : found.start()].strip())
            out.append((found["name"], []))
            at = found.end()
        rest = line[at:]
        end = _END.search(rest)
        if out and rest[: end.start() if end else None].strip():
            out[-1][1].append(rest[: end.start() if end else None].strip())
        if end and out:
            out.append(("", []))
    return tuple((name, "\n".join(texts)[:_LONGEST]) for name, texts in out if name and texts)
