"""What kind of document the words are of: evidence is weighed, a title most of all."""

from __future__ import annotations

import re

from kangban.clinical.report import ReportKind

_TITLES: tuple[tuple[ReportKind, str], ...] = (
    ("discharge_summary", r"出院小结|出院记录|出院总结|出院证明|discharge summary"),
    ("prescription", r"处方笺|处方单|门诊处方|电子处方|中药处方|西药处方|急诊处方|儿科处方|处\s*方$|prescription"),
    ("pathology", r"病理(?:诊断|检查|学)?(?:报告|检查|诊断)|细胞学(?:检查|诊断)?报告|TCT报告|pathology report|活检"),
    ("imaging", r"(?:超声|彩超|B超|CT|MRI?|磁共振|X线|X光|DR|放射|影像|心电图|内镜|胃镜|肠镜|钼靶|骨密度|造影)[\u4e00-\u9fff()（）]{0,12}(?:报告|检查单|诊断书?)|影像学?(?:诊断|检查)?报告|ultrasound report|radiology report|CT report|MRI report"),
    ("checkup", r"体检(?:报告|总检|结论|小结)|健康(?:体检|检查)(?:报告|表)|总检报告|check-?up|physical examination report"),
    ("vaccination", r"(?:预防)?接种(?:证|记录|凭证|卡|史)|疫苗接种|vaccination|immuni[sz]ation"),
    ("home_measurements", r"(?:血压|血糖|体重|自测|家庭)[\u4e00-\u9fff/、]{0,10}(?:记录|监测|日志|日记|自测)|blood pressure (?:log|diary)|glucose (?:log|diary)|测量记录|监测记录"),
    ("laboratory", r"检验报告|检验单|化验单|化验报告|检测报告|检验结果|实验室报告|laboratory report|lab(?:oratory)? results?|test report|检验科"),
    ("outpatient_note", r"门诊病历|门\(?急\)?诊病历|急诊病历|病历记录|就诊记录|门诊记录|初诊记录|复诊记录|outpatient (?:note|record)|clinic note"),
)  # fmt: skip
_BODIES: tuple[tuple[ReportKind, float, str], ...] = (
    ("discharge_summary", 1.5, r"入院(?:日期|时间|诊断|情况)|出院(?:日期|时间|诊断|医嘱|带药|情况)|住院天数|诊疗经过|治疗经过|discharge (?:diagnosis|medications)"),
    ("prescription", 1.5, r"\bRp\b|\bR\s*[.:]|用法\s*[::]|药师|调配|(?:口服|外用).{0,16}(?:每日|一日|每次|一次)|\bSig\b|每日.次"),
    ("outpatient_note", 1.2, r"主诉|现病史|既往史|体格检查|查体|处理意见|初步诊断|个人史|家族史|chief complaint|history of present"),
    ("imaging", 1.5, r"检查所见|影像所见|超声所见|超声描述|影像表现|影像诊断|超声提示|检查部位|印象\s*:|诊断意见|findings\s*:|impression\s*:"),
    ("pathology", 1.5, r"肉眼所见|镜下所见|大体所见|病理诊断|免疫组化|送检材料|病理号|gross description|microscopic"),
    ("checkup", 1.2, r"体检编号|体检号|总检|健康建议|一般检查|内科检查|外科检查|体检日期|总检医师|主检医师"),
    ("vaccination", 1.5, r"疫苗|剂次|接种日期|接种部位|接种单位|下次接种|vaccine|dose \d"),
    ("home_measurements", 1.3, r"收缩压|舒张压|空腹血糖.{0,10}餐后|早餐前|早餐后|睡前血糖|记录人|测量时间|晨起|systolic|diastolic"),
    ("medicine_box", 2.0, r"国药准字|生产批号|有效期至?|生产日期|\bOTC\b|贮\s*藏|批准文号|性\s*状|【(?:成\s*份|适应症|功能主治|用法用量|规格|贮藏|禁忌|不良反应)】|Exp(?:iry)?\b|LOT\b|生产企业"),
    ("laboratory", 1.0, r"参考(?:值|范围|区间)|标本|样本类型|检验者|审核者|检验项目|送检|reference (?:range|interval)|specimen|采样"),
)  # fmt: skip


_MOST_LINES = 150  # at the head and at the foot


def kind_of(lines: list[str], *, table: bool) -> ReportKind:
    """The kind with most evidence; `table` says that a laboratory table was found. "other" where nothing speaks."""
    top = [line for line in lines[:8] if len(line) <= 60]
    score: dict[ReportKind, float] = {"other": 0.0}
    for kind, pattern in _TITLES:
        at = next(
            (
                i
                for i, line in enumerate(top)
                if re.search(pattern, line.replace(" ", "") if _han(line) else line, re.IGNORECASE)
            ),
            None,
        )
        if at is not None:
            score[kind] = score.get(kind, 0.0) + (4.0 if at < 4 else 2.5)
    whole = "\n".join((*lines[:_MOST_LINES], *lines[_MOST_LINES:][-_MOST_LINES:]))
    for kind, weight, pattern in _BODIES:
        different = {m.group() for m in re.finditer(pattern, whole, re.IGNORECASE)}
        score[kind] = score.get(kind, 0.0) + weight * min(len(different), 4)
    if table:
        score["laboratory"] = score.get("laboratory", 0.0) + 2.5
    if not re.search(r"国药准字|批准文号|药\s*业|制药|说明书|OTC", whole):
        score.pop("medicine_box", None)
    best: ReportKind = "other"
    for kind, weight in score.items():
        if weight >= 2.0 and weight > score.get(best, 0.0):
            best = kind
    return best


def _han(text: str) -> bool:
    return bool(re.search(r"[\u3400-\u9fff]", text))


_TITLE_LINE = re.compile("|".join(pattern for _, pattern in _TITLES) + r"|报告单|诊断证明", re.IGNORECASE)


def title_in(text: str) -> bool:
    """Whether a short line is a document's title."""
    bare = text.replace(" ", "") if _han(text) else text
    if len(bare) > 48 or re.search(r"[。;;]|[::]\s*\S|\d{4}-\d", bare):
        return False
    found = _TITLE_LINE.search(bare)
    return found is not None and found.end() - found.start() >= 3
