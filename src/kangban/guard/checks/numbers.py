"""A clinical number in the draft must stand in the question, the record, a source, a tool result, or the packs."""

from __future__ import annotations

import re

from kangban.clinical.draft import ToolTrace
from kangban.clinical.utterance import DrugMention
from kangban.guard import known_numbers as known
from kangban.guard.case import Case, Sentence
from kangban.guard.doses import DOSE_DIMS
from kangban.guard.fault import Result, passed, result
from kangban.kernel.canonical import canonical_json
from kangban.perception.language.lexicon import lexicon
from kangban.perception.language.plain import plain
from kangban.reasoning.medication.resolve import resolver
from kangban.retrieval.cite import library
from kangban.retrieval.quantities import Quantity, find_quantities, same

NAME = "numbers"
_LAB_DIMS = frozenset({"mmol/l", "umol/l", "mg/dl", "mg/l", "g/l", "ng/ml", "u/l", "cells", "ml/min"})
_LOOSE = frozenset({"time", "age", "cel", "fahr", "mmhg", "bpm", "kg", "kg/m2", "times", "fold"})
_HOTLINES = frozenset({110.0, 112.0, 119.0, 120.0, 12356.0, 12320.0, 12345.0, 911.0, 988.0, 999.0, 116.0, 123.0})
_NEAR_VALUE = re.compile(
    r"(?:inr|血压|收缩压|舒张压|血糖|血氧|氧饱和度|心率|脉搏|体温|血红蛋白|血钾|肌酐|尿酸|胆固醇|egfr|crcl|bmi|糖化|血小板|白细胞|甘油三酯|blood pressure|\bbp\b|glucose|spo2|saturation|heart rate|pulse|hba1c|a1c|potassium|creatinine|h(?:a)?emoglobin|platelets?|cholesterol|temperature|uric acid)[^，。,;；\d]{0,12}$"
)


def check(case: Case) -> Result:
    """Fail for a number that stands nowhere; a dose holds, another number is struck with its sentence."""
    allowed = _allowed(case)
    drugs = _drugs_of(case)
    wrong: list[tuple[Sentence, Quantity, bool]] = []
    seen = False
    for one in case.sentences:
        low = one.text.lower()
        quantities = find_quantities(low)
        if not quantities:
            continue
        named = any(c.drugs for c in case.clauses if c.sentence == one.at)
        for q in quantities:
            kind = _kind(q, low, named or (bool(drugs) and q.dim in DOSE_DIMS))
            if kind == "ordinary":
                continue
            seen = True
            if not _stands(q, kind, case, allowed, drugs):
                wrong.append((one, q, kind == "dose"))
    if not wrong:
        return passed(NAME) if seen else result(NAME, "not_applicable")
    dose = any(d for _, _, d in wrong)
    texts = [s.text[q.start : q.end].strip() for s, q, _ in wrong]
    return result(
        NAME,
        "fail",
        "number_nowhere",
        remedy="hold" if dose else "strike",
        at=tuple(dict.fromkeys(s for s, _, _ in wrong)),
        numbers="、".join(texts[:3]),
    )


def _kind(q: Quantity, low: str, about_drug: bool) -> str:
    before, after = low[max(0, q.start - 18) : q.start], low[q.end : q.end + 8]
    if q.dim == "":
        if q.raw in _HOTLINES or (1900 < q.raw < 2100) or not _NEAR_VALUE.search(before):
            return "ordinary"
        return "value"
    if q.dim in ("unit", "times") and re.match(
        r"\s*(?:水|温水|饭|菜|牛奶|纸|口罩|衣|被|新|尿|家|体温|血压|血糖|深?呼吸|症|检)", after
    ):
        return "ordinary"
    if q.dim == "ml" and re.search(r"水|尿|饮|fluid|water|urine", before + after):
        return "loose"
    if q.dim in DOSE_DIMS:
        return "dose" if about_drug or q.dim in ("mg", "mg/kg", "iu", "ml/kg") else "loose"
    if q.dim == "times" and about_drug and re.search(r"天|日|小时|day|daily|24", before + after):
        return "dose"
    if (
        q.dim == "time"
        and about_drug
        and q.high <= 24
        and re.search(r"(?:每隔?|间隔|隔|every|\bq)\s*(?:至少|at least)?\s*$", before)
    ):
        return "dose"
    if q.dim in _LAB_DIMS:
        return "value"
    return "loose" if q.dim in _LOOSE else "strict"


def _stands(q: Quantity, kind: str, case: Case, allowed: known.Numbers, drugs: tuple[str, ...]) -> bool:
    if any(_equal(q, a) for a in allowed):
        return True
    if kind == "loose":
        ends = known.general()
        return all((q.dim, v) in ends or _round(q, v) for v in (q.low, q.high)) or (
            q.dim == "age" and all(("time", v * 8760) in ends for v in (q.low, q.high))
        )
    if kind == "value":
        ends = known.general()
        dims = (q.dim,) if q.dim else ("", "mmhg", "%", "mmol/l", "ml/min")
        return all(any((d, v) in ends for d in dims) for v in (q.raw, q.raw_high))
    if kind == "dose":
        weight = case.person.weight_kg
        if weight is not None and q.dim == "mg":
            amounts = [x for d in drugs for x in known.per_kilogram(d, weight)]
            if all(any(abs(v - a) <= 0.03 * a for a in amounts) for v in (q.low, q.high)):
                return True
        if q.dim == "times":  # every 6 hours is 4 times a day
            return any(
                a.dim == "time" and a.low > 0 and abs(24 / a.low - q.high) < 0.01 for a in allowed if a.low <= 24
            )
        if q.dim == "time":
            return any(a.dim == "times" and a.high > 0 and abs(24 / a.high - q.high) < 0.01 for a in allowed)
    return False


def _equal(q: Quantity, a: Quantity) -> bool:
    """The same number, or both ends each somewhere (a range over two label lines)."""
    return same(q, a)


def _round(q: Quantity, value: float) -> bool:
    """Everyday spans carry no clinical weight: minutes to rest, a day or two, a few weeks."""
    if q.dim == "time":
        return value in (0.25, 1 / 6, 0.5, 1.0, 2.0, 24.0, 48.0, 72.0, 168.0, 336.0, 720.0) or round(value * 60, 3) in (
            5,
            10,
            15,
            20,
            30,
            60,
        )
    return q.dim == "times" and value <= 3


def _drugs_of(case: Case) -> tuple[str, ...]:
    """Ingredient ids of every medicine in play."""
    mentions: tuple[DrugMention, ...] = (*case.mentions, *case.said.drugs)
    found: list[str] = []
    for name in dict.fromkeys([d.name for d in mentions] + [u.name for u in case.taken]):
        named = resolver().resolve(name).named
        if named is None:
            continue
        found += [i for i, _ in named.contents]
        if named.drug_class is not None and len(lexicon().names.members.get(named.id, ())) <= 12:
            found += sorted(lexicon().names.members.get(named.id, ()))
    return tuple(dict.fromkeys(found))


def _told(trace: ToolTrace) -> str:
    """A tool's result without the words it was asked with: an invented number does not prove itself."""
    result, asked = canonical_json(trace.result), canonical_json(trace.arguments)
    for words in sorted(set(re.findall(r'"((?:[^"\\]|\\.)*)"', asked)), key=len, reverse=True):
        if re.search(r"\d|[一二三四五六七八九十百千万两半]", words):
            result = result.replace(f'"{words}"', '""')
    return result


def _allowed(case: Case) -> known.Numbers:
    person = case.record
    parts = [case.question, case.draft.text[: case.trusted]]
    parts += [f"{person.age_years:g} 岁 {int(person.age_years)} 岁"] if person.age_years is not None else []
    parts += [f"{person.weight_kg:g} kg"] if person.weight_kg is not None else []
    parts += [f"{person.pregnancy_weeks:g} 周"] if person.pregnancy_weeks is not None else []
    parts += [f"{person.egfr:g} ml/min {person.egfr:g}"] if person.egfr is not None else []
    parts += [f"{u.dose or ''} ，{u.per_day:g} 次" if u.per_day else u.dose or "" for u in case.taken]
    parts += [f"{o.value:g} {o.unit} ，{o.value:g}" for o in person.observations]
    parts += [*(person.conditions or ()), *(u.name for u in case.taken)]
    shelf = library()
    for c in case.draft.citations:
        parts += [c.passage, c.title, shelf.both_languages(c.id) if c.id in shelf else ""]
    parts += [_told(trace) for trace in case.draft.trace]
    out = case.outcome
    parts += [
        out.advice,
        out.advice_en,
        *out.return_if,
        *out.return_if_en,
        *(x for r in out.rules for x in (r.why, r.why_en)),
    ]
    found = list(known.numbers_of(tuple(parts)))
    for ingredient in _drugs_of(case):
        found += known.of_ingredient(ingredient)
    for name in dict.fromkeys([d.named_id for d in (*case.mentions, *case.said.drugs)]):
        found += known.of_product(name)
    analytes = {h.id for h in lexicon().hits(plain(f"{case.draft.text}\n{case.question}").text) if h.sort == "analyte"}
    for analyte in analytes:
        found += known.of_analyte(analyte)
    return tuple(found)
