"""Seven invented people of four generations with real-life conditions. Nobody here exists."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kangban.clinical.record import (
    AllergyIntolerance,
    Body,
    Condition,
    Entry,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    Provenance,
)
from kangban.journeys.house import House
from kangban.record.merge import fact_entry

FAMILY = "demo"
Days = int


def _born(today: date, years: int, days: int) -> date:
    return today - timedelta(days=int(years * 365.25) + days)


def _people(today: date) -> dict[str, tuple[Patient, list[tuple[Days, Body]]]]:
    none = AllergyIntolerance(substance="none")
    healthy = Condition(text="none")
    return {
        "nainai": (
            Patient("沈桂兰", "奶奶", "female", _born(today, 76, 40)),
            [
                (900, Condition("房颤", "atrial_fibrillation")),
                (2500, Condition("高血压", "hypertension")),
                (400, Condition("肾功能下降", "ckd")),
                (900, none),
                (300, MedicationRequest("华法林", "3 mg", 1, requester="心内科门诊")),
                (300, MedicationRequest("氨氯地平", "5 mg", 1, requester="心内科门诊")),
                (9, Observation("inr", 2.6, "1")),
                (40, Observation("egfr", 48, "mL/min/{1.73_m2}")),
                (12, Observation("weight", 56, "kg")),
                (2, Observation("sbp", 138, "mm[Hg]")),
                (2, Observation("dbp", 78, "mm[Hg]")),
            ],
        ),
        "yeye": (
            Patient("周德山", "爷爷", "male", _born(today, 79, 120)),
            [
                (1500, Condition("慢阻肺", "copd")),
                (1000, Condition("前列腺增生", "prostate_enlargement")),
                (700, Condition("痛风", "gout")),
                (700, AllergyIntolerance("磺胺", "全身皮疹")),
                (200, MedicationRequest("坦索罗辛", "0.2 mg", 1, requester="泌尿外科")),
                (200, MedicationRequest("非布司他", "40 mg", 1, requester="风湿科")),
                (30, Observation("egfr", 62, "mL/min/{1.73_m2}")),
                (30, Observation("uric_acid", 410, "umol/L")),
                (20, Observation("weight", 61, "kg")),
            ],
        ),
        "baba": (
            Patient("周建国", "爸爸", "male", _born(today, 51, 200)),
            [
                (1200, Condition("2型糖尿病", "type2_diabetes")),
                (1200, Condition("高脂血症", "hyperlipidaemia")),
                (1200, none),
                (180, MedicationRequest("二甲双胍", "500 mg", 2, requester="内分泌科")),
                (180, MedicationRequest("阿托伐他汀", "20 mg", 1, requester="内分泌科")),
                (25, Observation("hba1c", 7.4, "%")),
                (25, Observation("egfr", 91, "mL/min/{1.73_m2}")),
                (25, Observation("weight", 78, "kg")),
            ],
        ),
        "mama": (
            Patient("陈慧芳", "妈妈", "female", _born(today, 54, 75)),
            [
                (800, Condition("胃溃疡", "peptic_ulcer")),
                (500, Condition("甲减", "hypothyroidism")),
                (800, none),
                (150, MedicationRequest("左甲状腺素钠", "50 ug", 1, requester="内分泌科")),
                (60, Observation("tsh", 3.1, "m[IU]/L")),
                (60, Observation("weight", 59, "kg")),
            ],
        ),
        "xiaoyu": (
            Patient("周小雨", "我", "female", _born(today, 29, 150)),
            [
                (100, Observation("pregnancy", 7.7, "wk")),
                (100, healthy),
                (100, none),
                (60, MedicationStatement("叶酸", "0.4 mg", 1)),
                (8, Observation("weight", 60, "kg")),
                (8, Observation("sbp", 112, "mm[Hg]")),
                (8, Observation("dbp", 70, "mm[Hg]")),
            ],
        ),
        "zhiyuan": (
            Patient("李志远", "丈夫", "male", _born(today, 31, 20)),
            [
                (600, Condition("哮喘", "asthma")),
                (600, AllergyIntolerance("阿司匹林", "喘")),
                (60, MedicationRequest("布地奈德", None, 2, requester="呼吸科")),
                (60, Observation("weight", 72, "kg")),
            ],
        ),
        "doudou": (
            Patient("李一豆", "豆豆", "male", _born(today, 4, 60)),
            [
                (200, AllergyIntolerance("青霉素", "荨麻疹")),
                (200, healthy),
                (30, Observation("weight", 16, "kg")),
                (30, Observation("height", 103, "cm")),
            ],
        ),
    }


CABINET = (("nainai", "布洛芬缓释胶囊"), ("nainai", "感冒灵颗粒"), ("doudou", "小儿氨酚黄那敏颗粒"), ("baba", "阿莫西林胶囊"),
           ("mama", "奥美拉唑"), ("zhiyuan", "氯雷他定"), ("nainai", "对乙酰氨基酚片"))  # fmt: skip


async def load_demo(house: House) -> int:
    """Write the demo family if it is not there; returns how many entries were new. Idempotent within a day."""
    if await house.store.entries(house.family_id, kinds=["Patient"], limit=1):
        return 0
    now = house.clock.now().replace(hour=2, minute=0, second=0, microsecond=0)
    source = Provenance(actor="demo", source="demo")
    entries: list[Entry] = []
    for member, (patient, facts) in _people(now.date()).items():
        born = datetime(now.year - 1, 1, 1, tzinfo=now.tzinfo)
        made: list[tuple[datetime, Body]] = [
            (born, patient),
            *((now - timedelta(days=days), body) for days, body in facts),
        ]
        made += [
            (now - timedelta(days=20), MedicationStatement(name, status="in_cabinet"))
            for who, name in CABINET
            if who == member
        ]
        entries += [
            fact_entry(house.family_id, member, body, true_at=at, known_at=at, provenance=source) for at, body in made
        ]
    return await house.store.append(entries)
