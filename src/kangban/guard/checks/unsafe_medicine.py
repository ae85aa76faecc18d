"""A medicine the draft allows that this person must not have, alone, together, or with what they take."""

from __future__ import annotations

import re

import msgspec

from kangban.clinical.finding import Finding
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.utterance import DrugMention
from kangban.guard import words as w
from kangban.guard.case import HEAD, Case, Clause, Sentence, stance_of
from kangban.guard.fault import Result, passed, result
from kangban.kernel.patterns import lazy_pattern
from kangban.perception.language.read import read
from kangban.reasoning.diet import check_foods
from kangban.reasoning.medication.check import check_medicines

NAME = "unsafe_medicine"
_GRAVE = ("contraindicated", "avoid")
_NO_INTERACTION = lazy_pattern(
    r"(?:没有?|无|不存在|不会有?)(?:什么|任何|已知|明显)?(?:的)?(?:药物)?(?:相互作用|冲突)|不冲突|互不影响|不相互作用|no (?:known |significant )*interaction|(?:don't|do not|doesn't|does not|won't) interact"
)
_SAYS_NO = lazy_pattern(
    r"^\s*(?:先|最好|请)?(?:不能|不可以|不行|不要|别|不建议)|^\s*no\b(?! (?:problem|issue|worries|risk|need|interaction|danger|harm))"
)
_DRINK = lazy_pattern(
    r"酒|啤|alcohol|\bwine\b|\bbeer\b|\bdrink(?:s|ing)?\b(?! (?:plenty|water|more|enough|lots|fluids))"
)
_DRINK_OK = lazy_pattern(
    r"可以|能喝|没问题|没关系|适量|少量|一点|小酌|不影响|fine|ok|safe|can|may|little|glass|moderat"
)


def check(case: Case) -> Result:
    """Fail where a permission meets a grave finding; unknown where a missing fact could still make it one."""
    permits = [c for c in case.clauses if c.stance in ("permit", "weak") and (c.drugs or c.nameless)]
    permits = [c for c in permits if not _own_general(case, c)]
    food = _food_and_drink(case)
    if food is not None:
        return food
    unchecked = _unchecked(case)
    if unchecked is not None:
        return unchecked
    silent = _never_warned(case)
    if not permits:
        return silent or result(NAME, "not_applicable")
    unknown = False
    standing = _standing(case, permits)
    for clause in permits:
        asked = _meant(case, clause)
        if not asked:
            continue
        found, missing = _judge(case, clause, asked, standing)
        if found is not None:
            text = found.message if case.lang == "zh" else found.message_en
            return result(NAME, "fail", "unsafe", remedy="hold", at=(case.sentence_of(clause),),
                          medicine="、".join(found.medicines), why=text)  # fmt: skip
        unknown = unknown or missing
    if silent is not None:
        return silent
    return result(NAME, "unknown", "unsafe_unknown") if unknown else passed(NAME)


def _never_warned(case: Case) -> Result | None:
    """A barred medicine spoken of and nowhere warned of: whatever the words, they do not warn who asked."""
    asked = {d.named_id for d in case.asked}
    taken = {u.name for u in case.taken}
    if any(_SAYS_NO.search(c.text) or w.ASKS_DOCTOR.search(c.text) for c in case.clauses):
        return None
    for clause in case.clauses:
        text = case.sentence_of(clause).text
        if clause.stance == "warn" or w.asking_from(text.lower()) is not None:
            continue
        named = tuple(d for d in clause.drugs if d.named_id in asked and d.named_id not in case.warned)
        if not named or case.is_own(text):
            continue
        for use in _uses(named):
            for one in check_medicines(_without_doses(case.person), (use,)).findings:
                if one.kind in ("dose", "omission", "food") or one.severity not in _GRAVE:
                    continue
                if use.name in one.medicines and _new_risk(one, {use.name}, taken):
                    why = one.message if case.lang == "zh" else one.message_en
                    return result(NAME, "fail", "unsafe", remedy="hold", at=(case.sentence_of(clause),),
                                  medicine="、".join(one.medicines), why=why)  # fmt: skip
    return None


def _own_general(case: Case, clause: Clause) -> bool:
    """A title of our own articles (布洛芬怎么吃才安全), or a sentence of ours that names no medicine, allows none."""
    text = case.sentence_of(clause).text
    return case.is_own(text) and (not clause.drugs or text.strip()[-1:] not in "。.！!？?；;")


def _unchecked(case: Case) -> Result | None:
    """A medicine no pack holds, allowed by name: nothing about it was checked."""
    taken = " ".join(u.name.lower() for u in case.taken)
    for clause in case.clauses:
        if clause.drugs or clause.stance == "warn" or w.ASKS_DOCTOR.search(clause.text):
            continue
        names = [m.group() for m in w.UNLISTED.finditer(clause.text)]
        names = [n for n in names if n not in taken]
        if (
            names
            and not w.QUESTION.search(case.sentence_of(clause).text)
            and stance_of(clause.text, named=True) in ("permit", "weak")
        ):
            return result(
                NAME, "fail", "unchecked", remedy="hold", at=(case.sentence_of(clause),), medicine="、".join(names)
            )
    return None


def _meant(case: Case, clause: Clause) -> tuple[DrugMention, ...]:
    """The medicines a permission is about; a weak one gives way to a warning elsewhere."""
    meant = clause.drugs or (clause.carried if w.TOGETHER.search(clause.text) else clause.carried[-2:])
    if not clause.drugs and len(case.asked) > 1 and w.TOGETHER.search(clause.text):
        meant = (*meant, *case.asked)
    # "The -dipines" is a kind, not a medicine somebody is allowed.
    meant = tuple(d for d in meant if not d.named_id.startswith("class:"))
    if clause.stance == "weak":
        return tuple(d for d in meant if d.named_id not in case.warned)
    return meant


def _standing(case: Case, permits: list[Clause]) -> tuple[DrugMention, ...]:
    """Everything the draft allows firmly, to be judged together, unless it says "one or the other"."""
    if any(w.EITHER.search(c.text) for c in case.clauses if c.stance != "warn" and c.about):
        return ()
    # Sentences of ours are alternatives to one another ("instead of ibuprofen"), each judged alone.
    firm = [c for c in permits if c.stance == "permit" and not case.is_own(case.sentence_of(c).text)]
    return tuple(d for c in firm for d in c.drugs if not d.named_id.startswith("class:"))


def _uses(names: tuple[DrugMention, ...]) -> tuple[MedicineUse, ...]:
    return tuple({d.named_id: MedicineUse(d.name) for d in names}.values())


def _judge(
    case: Case, clause: Clause, meant: tuple[DrugMention, ...], standing: tuple[DrugMention, ...]
) -> tuple[Finding | None, bool]:
    person = case.person
    taken = {u.name for u in case.taken}
    own = _uses(meant)
    either = w.EITHER.search(clause.text) is not None and not re.search(r"一起|同时|together|both", clause.text)
    beside = () if either else tuple(u for u in _uses(standing) if u.name not in {o.name for o in own})
    people = msgspec.structs.replace(person, medicines=(*(person.medicines or ()), *beside) or person.medicines)
    groups = [(u,) for u in own] if either else [own]
    missing = False
    for group in groups:
        if clause.stance == "mention":
            continue
        outcome = check_medicines(_without_doses(people), group)
        names = {u.name for u in group}
        for one in outcome.findings:
            if one.kind in ("dose", "omission", "food") or names.isdisjoint(one.medicines):
                continue
            if one.severity in _GRAVE and _new_risk(one, names, taken):
                return one, False
            if (
                one.kind in ("interaction", "duplicate")
                and one.severity == "caution"
                and (_NO_INTERACTION.search(clause.text) or _waved_through(one, clause, names, taken))
            ):
                return one, False
        missing = missing or any(
            u.worst == "contraindicated"
            and not names.isdisjoint(u.medicines)
            and u.fact in ("age_years", "pregnant", "allergies")
            for u in outcome.unknown
        )
    return None, missing


def _waved_through(one: Finding, clause: Clause, names: set[str], taken: set[str]) -> bool:
    """A new pair that needs somebody watching, passed off as nothing."""
    return w.SOOTHES.search(clause.text) is not None and bool(names & set(one.medicines) - taken)


def _new_risk(one: Finding, names: set[str], taken: set[str]) -> bool:
    """A finding only among medicines already taken is no new permission, except an outright ban."""
    if names & set(one.medicines) - taken:
        return True
    return one.severity == "contraindicated"


def _without_doses(person: PersonFacts) -> PersonFacts:
    if person.medicines is None:
        return person
    return msgspec.structs.replace(
        person, medicines=tuple(MedicineUse(m.name, None, None, m.ordered) for m in person.medicines)
    )


def _food_and_drink(case: Case) -> Result | None:
    """Alcohol or a food allowed although a medicine or condition of this person bars it."""
    about = _uses(tuple(d for c in case.clauses if c.stance != "warn" for d in c.drugs))
    person = msgspec.structs.replace(case.person, medicines=(*case.taken, *about) or case.person.medicines)
    for one in case.sentences:
        low = one.text.lower()
        if _DRINK.search(low) and _DRINK_OK.search(low) and not w.WARNS.search(w.SOOTHES.sub(" ", low)):
            drinker = msgspec.structs.replace(person, conditions=(*(person.conditions or ()), "alcohol_use"))
            grave = [
                f
                for f in check_medicines(drinker, ()).findings
                if f.kind == "food" and f.severity in _GRAVE and re.search(r"酒|alcohol", f.message + f.message_en)
            ]
            if grave:
                return _food_result(case, one, grave[0])
    for clause in case.clauses:
        if clause.stance != "permit" and not re.search(r"可以|能(?:吃|喝)|fine|safe|\bcan\b|\bok", clause.text):
            continue
        text = case.sentence_of(clause).text
        # "Caution: X: with alcohol it can …" warns; only our own findings may say so by their head alone.
        if clause.stance == "warn" or (HEAD.match(text) is not None and case.is_own(text)):
            continue
        foods = read(clause.text).foods
        if foods:
            grave = [f for f in check_foods(person, foods).findings if f.severity in _GRAVE]
            if grave:
                return _food_result(case, case.sentence_of(clause), grave[0])
    return None


def _food_result(case: Case, at: Sentence, found: Finding) -> Result:
    text = found.message if case.lang == "zh" else found.message_en
    return result(NAME, "fail", "unsafe", remedy="hold", at=(at,), medicine="、".join(found.medicines), why=text)
