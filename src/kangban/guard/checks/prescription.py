"""Prescription-shaped words: dose, frequency or duration of what only comes on order; where to get it without one."""

from __future__ import annotations

import re

from kangban.clinical.utterance import DrugMention
from kangban.guard import words as w
from kangban.guard.case import Case, Sentence
from kangban.guard.checks.ordered_medicine import is_ordered
from kangban.guard.doses import stated
from kangban.guard.fault import Line, Result, passed, result
from kangban.kernel.patterns import lazy_pattern
from kangban.kernel.quantity import find_amount
from kangban.reasoning.medication.resolve import resolver
from kangban.rules.catalogue import catalogue

NAME = "prescription"
_CHANGES = lazy_pattern(
    r"加量|减量|减半|加倍|翻倍|加到|减到|增加到|减少到|增至|减至|调(?:整)?(?:到|成|为|高|低)|改(?:成|为|吃|用)\s*[\d一二两三四半]|多(?:吃|加|服|用)(?:一|半|两|\d)|少(?:吃|服|用)(?:一|半|两|\d)|补(?:吃|服)两|剂量(?:可以)?(?:加|减|提高|降低|翻)|(?:加|减)(?:一|半|两)(?:片|粒|颗|倍|个?单位)|(?:加|减|增加|减少|上调|下调)\s*\d+\s*(?:单位|片|mg|毫克|u\b)|"
    r"\b(?:double|halve|increase|raise|reduce|lower|cut|adjust|up|bump up|taper|titrate)\b[^.]{0,30}\b(?:dose|dosage|units?|tablets?|pills?|mg)\b|\b(?:double|halve|increase|reduce|lower|raise|cut) (?:your|the|his|her|it)\b|\btake (?:an )?extra\b|\b(?:increase|reduce|raise|lower|cut)\b[^.]{0,30}\b(?:to|by|in) (?:\d|half)"
)
_NOT_CHANGES = lazy_pattern(
    r"(?:不要|别|不能|不可|切勿|勿|不得|不应|不建议|避免|千万|不宜|擅自|自行|自己|私自|随意|\bnot\b|n't|\bnever\b|\bavoid|whether|without)[^，。,.；;]{0,16}$"
)
_GETS = lazy_pattern(
    r"(?:网上|淘宝|微信|代购|黑市|黄牛|私下|熟人|海淘|小药店)[^，。]{0,12}(?:买|购|搞|弄|拿)|(?:不用|不需要?|无需|没有?|绕过)(?:医生)?(?:的)?处方(?:也|就|都)?(?:能|可以)?(?:买|拿|搞|配|开)|(?:buy|get|order|obtain)\b[^.]{0,40}\b(?:without (?:a )?prescription|online|dark ?web|from a dealer|black market|no prescription)"
)
_REFUSES = lazy_pattern(r"不能|不要|别|不可|违法|非法|禁止|\bnot\b|n't\b|\billegal|\bnever\b|\bavoid")
_ASKS = lazy_pattern(
    r"开(?:个|点|一?些|给我)?(?:药|处方|方子)|(?:给|帮)我开|(?:吃|服|用|打|加|减)(?:多少|几|多大)|多少(?:片|粒|毫克|mg|单位|量)?|几(?:片|粒|颗|单位|次)|剂量|怎么(?:吃|用|服|加|减|买|弄|搞)|(?:加|减)量|处方|能(?:加|减)|how (?:much|many|often|do i (?:take|get|buy))|what dose|dosage|prescri|increase|double|adjust|without a prescription",
    re.I,
)


def by_order(drug: DrugMention) -> bool:
    """Whether a medicine comes only on order."""
    named = resolver().resolve(drug.name).named
    if named is None:
        return False
    names = catalogue()
    if named.drug_class is not None:
        members = names.members.get(named.id, frozenset())
        return bool(members) and sum(names.ingredients[m].market in ("rx", "controlled") for m in members) * 2 > len(
            members
        )
    if named.kind == "ingredient":
        return named.market in ("rx", "controlled")
    return named.market in ("rx", "controlled") or (
        named.market == "unknown"
        and any(
            names.ingredients[i].market in ("rx", "controlled") for i, _ in named.contents if i in names.ingredients
        )
    )


def check(case: Case) -> Result:
    """Fail for an individual dose of an ordered-only medicine, a change of an ordered one, or a way round the order."""
    at: dict[int, Sentence] = {}
    names: list[str] = []
    for one in stated(case):
        drugs = [d for d in one.drugs if by_order(d)]
        if not drugs or one.clause.stance == "warn" or w.ASKS_DOCTOR.search(one.clause.text):
            continue
        if (
            one.quantity is not None
            and not (one.per_day or one.hours or one.days or one.daily)
            and one.clause.stance not in ("permit", "weak")
        ):
            continue
        if one.quantity is None and not (one.days or one.per_day or one.hours):
            continue
        if _as_recorded(case, one.words, drugs):
            continue
        at[one.sentence.at] = one.sentence
        names += [d.name for d in drugs]
    _changes(case, at, names)
    gets = [
        s
        for s in case.sentences
        if _GETS.search(s.text.lower())
        and not _REFUSES.search(re.sub(r"不用|不需要?|无需|without", "", s.text.lower()))
    ]
    at |= {s.at: s for s in gets}
    if not at:
        return passed(NAME)
    asked = _ASKS.search(case.question) is not None and (
        bool(gets) or any(by_order(d) for d in case.said.drugs) or not case.said.drugs
    )
    lines: tuple[Line, ...] = ("prescriber",) if names else ()
    return result(NAME, "fail", "prescription", remedy="refuse" if asked else "strike", at=tuple(at.values()), lines=lines,
                  names=tuple(dict.fromkeys(names)), medicine="、".join(dict.fromkeys(names)) or "—")  # fmt: skip


def _changes(case: Case, at: dict[int, Sentence], names: list[str]) -> None:
    ordered = [u.name for u in case.taken if is_ordered(u)]
    for clause in case.clauses:
        found = _CHANGES.search(clause.text)
        if found is None or _NOT_CHANGES.search(clause.text[: found.start()]) or w.ASKS_DOCTOR.search(clause.text):
            continue
        if clause.stance == "warn" and re.search(r"不能|不要|别|\bnot\b|n't|never", clause.text):
            continue
        about = [d.name for d in clause.about if by_order(d)] or (ordered if not clause.drugs else [])
        if about:
            at[clause.sentence] = case.sentence_of(clause)
            names += about


def _as_recorded(case: Case, words: str, drugs: list[DrugMention]) -> bool:
    """The dose on the record, or told in the question, said again."""
    said = find_amount(words)
    ids = {d.named_id for d in drugs}
    for use in (*case.taken, *(case.record.medicines or ())):
        named = resolver().resolve(use.name).named
        if use.dose and named is not None and named.id in ids:
            have = find_amount(use.dose)
            if use.dose.replace(" ", "") == words.replace(" ", "") or (
                said and have and said.base_high == have.base_high
            ):
                return True
    return False
