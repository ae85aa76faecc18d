"""Nobody but the prescriber stops or changes a medicine a clinician ordered."""

from __future__ import annotations

import re

from kangban.clinical.person import MedicineUse
from kangban.guard import words as w
from kangban.guard.case import Case, Sentence
from kangban.guard.fault import Result, passed, result
from kangban.reasoning.medication.resolve import resolver
from kangban.rules.catalogue import Named, catalogue

NAME = "ordered_medicine"
# Bought without order, yet ordered where somebody takes them steadily.
_STEADY = ("class:antiplatelet", "class:anticoagulant", "class:insulin", "class:antidiabetic", "class:antihypertensive")
# A question that offers to stop is no question about what was done.
_OFFERS = re.compile(
    r"(?:要不要|想不想|先|不如|同意)[^，。？?]{0,8}停|(?:shall|should) (?:we|i|you|he|she) (?:stop|quit)"
)
_NAMELESS = re.compile(
    r"停药|药(?:先)?(?:都)?停(?:了|掉)|把药停|(?:所有|全部)的?药|这(?:个|些)药|stop (?:taking )?(?:your|the|all|his|her|that|this|it) ?(?:medic\w+|pills?|tablets?|drugs?)?"
)


def _asked(text: str) -> bool:
    return w.asking_from(text) is not None and _OFFERS.search(text) is None


def is_ordered(use: MedicineUse) -> bool:
    """Ordered on the record, or of a kind that only comes on order."""
    named = resolver().resolve(use.name).named
    return use.ordered or (named is not None and _by_order(named))


def _by_order(named: Named) -> bool:
    names = catalogue()
    if named.drug_class is not None:
        members = names.members.get(named.id, frozenset())
        return bool(members) and all(names.ingredients[m].market in ("rx", "controlled") for m in members)
    if named.market in ("rx", "controlled"):
        return True
    keys = frozenset[str]().union(*(names.keys.get(i, frozenset()) for i, _ in named.contents))
    return not keys.isdisjoint(_STEADY)


def check(case: Case) -> Result:
    """Fail where a sentence says to stop a medicine of this person that was ordered.

    Where nobody knows what they take, a medicine that only comes on order and is named as theirs counts as ordered.
    """
    ordered = [u for u in case.taken if is_ordered(u)]
    ids = {n.id: u.name for u in ordered if (n := resolver().resolve(u.name).named) is not None}
    if case.record.medicines is None:
        said = {d.name for clause in case.clauses for d in clause.drugs}
        found = [(resolver().resolve(name).named, name) for name in sorted(said)]
        ids = {n.id: name for n, name in found if n is not None and _by_order(n)} | ids
    if not ids:
        return result(NAME, "not_applicable")
    at: list[Sentence] = []
    names: list[str] = []
    for clause in case.clauses:
        bare = w.NOT_STOPS.sub(" ", clause.text)
        if not w.STOPS.search(bare) or w.ASKS_DOCTOR.search(bare):
            continue
        if clause.stance == "mention" and _asked(case.sentence_of(clause).text.lower()):
            continue
        told = [d.name for d in clause.drugs if d.named_id in ids]
        if clause.drugs and not told:
            continue
        if not clause.drugs:
            carried = [d.name for d in clause.carried if d.named_id in ids]
            told = carried or (list(ids.values()) if _NAMELESS.search(bare) else [])
            if clause.carried and not carried and not _NAMELESS.search(bare):
                continue
        if told:
            at.append(case.sentence_of(clause))
            names += told
    if not at:
        return passed(NAME)
    shown = tuple(dict.fromkeys(names))
    return result(
        NAME,
        "fail",
        "stops_ordered",
        remedy="strike",
        at=tuple(at),
        lines=("prescriber",),
        names=shown,
        medicine="、".join(shown),
    )
