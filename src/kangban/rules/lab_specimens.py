"""What a report says was sampled, in the words hospitals print."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kangban.rules.schema.others import Specimen

# Words that may stand in front of a name ("血清铁", "尿肌酐"), longest first.
NAMED_FIRST: tuple[tuple[str, Specimen], ...] = (
    ("24小时尿", "urine_24h"), ("24h尿", "urine_24h"), ("脑脊液", "csf"), ("动脉血", "arterial_blood"),
    ("全血", "blood"), ("血清", "serum"), ("血浆", "plasma"), ("血液", "serum"), ("尿液", "urine"), ("尿", "urine"),
    ("血", "serum"), ("粪便", "stool"), ("大便", "stool"), ("精液", "semen"), ("胸水", "fluid"), ("腹水", "fluid"),
    ("serum ", "serum"), ("plasma ", "plasma"), ("urine ", "urine"), ("blood ", "serum"), ("csf ", "csf"),
)  # fmt: skip

# A blood sample of any kind: a report that only says "血" leaves the sort to the analyte.
BLOOD: frozenset[str] = frozenset({"blood", "serum", "plasma", "arterial_blood"})

_SERUM_PANELS = (
    r"血清|肝功|肾功|血脂|生化|电解质|甲功|甲状腺|性激素|肿瘤标志|心肌|免疫|乙肝|肝炎|风湿|serum|chemistry|liver|lipid|thyroid"
    r"|renal function|tumou?r marker"
)
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words), code)
    for words, code in (
        (r"ser(?:um)?\s*/\s*plas(?:ma)?", "any_blood"),
        (r"24\s*(?:小时|h|hr)s?尿|24.?h(?:our)?\s*urine", "urine_24h"),
        (r"脑脊液|csf|cerebrospinal|cerebral spinal", "csf"),
        (r"精液|精浆|semen|seminal", "semen"),
        (r"白带|阴道|宫颈|分泌物|vagin|cervi|genital", "genital"),
        (r"胸[腹]?水|腹水|胸腔|腹腔|积液|引流液|关节液|浆膜腔|羊水|fluid|pleural|ascit|synovial", "fluid"),
        (r"呼气|breath", "breath"),
        (r"尿|urine|urinalysis|^ua$", "urine"),
        (r"粪|大便|便常规|便潜血|stool|feces|faeces|fecal", "stool"),
        (r"动脉血|血气|arterial|blood gas|abg", "arterial_blood"),
        (r"全血|血常规|血细胞|血液分析|血液一般|edta|糖化血红蛋白|血沉|whole blood|cbc|full blood count|fbc", "blood"),
        (r"血浆|凝血|plasma|coagulation|枸橼酸", "plasma"),
        (_SERUM_PANELS, "serum"),
        (r"静脉血|末梢血|指血|血液|血样|抗凝|促凝|采血管|^血|^bld$|blood", "any_blood"),
        (r"体格|一般检查|生命体征|vital sign|physical exam", "body"),
    )
)
_CODES = frozenset(code for _, code in _WORDS)


@lru_cache(maxsize=4096)
def specimen_of(printed: str) -> str:
    """The specimen a printed word or panel title names: a `Specimen`, "any_blood", or "" for none we know."""
    text = unicodedata.normalize("NFKC", printed).casefold().strip()[:80]
    if text in _CODES:
        return text
    return next((code for words, code in _WORDS if words.search(text)), "") if text else ""


@lru_cache(maxsize=4096)
def specimen_named(part: str) -> str:
    """The specimen where a bracketed part of a name says nothing else: "(尿)", "(血清)", else ""."""
    text = unicodedata.normalize("NFKC", part).casefold().strip()
    return _ALONE.get(text.removesuffix("标本"), "")


_ALONE: dict[str, str] = {
    "尿": "urine", "尿液": "urine", "随机尿": "urine", "晨尿": "urine", "24h尿": "urine_24h", "24小时尿": "urine_24h",
    "血": "any_blood", "血液": "any_blood", "静脉血": "any_blood", "末梢血": "any_blood", "全血": "blood",
    "血清": "serum", "血浆": "plasma", "动脉血": "arterial_blood", "脑脊液": "csf", "csf": "csf", "粪便": "stool",
    "大便": "stool", "粪": "stool", "精液": "semen", "胸水": "fluid", "腹水": "fluid", "胸腹水": "fluid",
    "urine": "urine", "serum": "serum", "plasma": "plasma", "blood": "any_blood", "whole blood": "blood",
    "stool": "stool",
}  # fmt: skip


def same_specimen(said: str, analyte: str) -> bool:
    """Whether a report's specimen and an analyte's can be the same: venous blood, serum and plasma go together."""
    if said == analyte or {said, analyte} == {"urine", "urine_24h"}:
        return True
    if "arterial_blood" in (said, analyte):
        return said in ("any_blood", "blood") or analyte == "blood"
    return (said in BLOOD or said == "any_blood") and analyte in BLOOD
