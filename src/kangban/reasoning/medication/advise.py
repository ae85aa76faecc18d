"""What of the box may this person take for this complaint? Offers with a label dose, everything else with its reason.

Only a medicine sold without a prescription, or the person's own ordered one, may be offered; only for a
complaint its label names; only when nothing worse than a caution was found and no fact that could change
that is missing. An emergency offers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from kangban.clinical.advice import Advice, BoxItem, Offer, Refusal, RefusalReason
from kangban.clinical.finding import Finding, MedicineCheck, NotInCatalogue, TriageOutcome, UnknownFact
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import severity_rank
from kangban.kernel.logic import Tri
from kangban.kernel.texts import t
from kangban.reasoning.medication.check import check_medicines
from kangban.reasoning.medication.label_dose import LabelDose, label_dose
from kangban.reasoning.medication.own_products import resolver_for
from kangban.reasoning.medication.person import PersonView, holds, view_of
from kangban.reasoning.medication.resolve import Resolver
from kangban.rules.catalogue import Named
from kangban.rules.schema import Indication

SOLD_FREELY = ("otc_a", "otc_b", "supplement", "food")
# A kidney figure nobody has is asked for only where kidneys are likely to be poor.
_KIDNEY_RISKS = frozenset({"ckd", "dialysis", "diabetes", "hypertension", "heart_failure", "gout"})
_KIDNEY_AGE = 60.0
_ESSENTIAL = frozenset(
    {
        "allergies", "conditions", "medicines", "age_years", "weight_kg", "pregnant", "pregnancy_weeks",
        "breastfeeding", "sex",
    }
)  # fmt: skip


class _Fit(msgspec.Struct, frozen=True):
    """A medicine that treats the complaint, before its check."""

    item: BoxItem
    named: Named
    uses: tuple[Indication, ...]
    rank: tuple[int, int, int, str]


def advise(
    person: PersonFacts, told: TriageOutcome, box: Sequence[BoxItem], today: date, using: Resolver | None = None
) -> Advice:
    """Rank a box for a person whose complaint was judged as `told`; `today` decides what has expired."""
    names = using or resolver_for(person)
    view = view_of(person, names.names, None)
    offers: list[tuple[tuple[int, int, int, str], Offer]] = []
    refused: list[Refusal] = []
    missing: list[NotInCatalogue] = []
    unknown: dict[str, UnknownFact] = {}
    if not told.complaints:
        why = (t("advise.complaint_unknown", "zh"), t("advise.complaint_unknown", "en"))
        unknown["complaint"] = UnknownFact("complaint", why[0], why[1], "contraindicated", tuple(b.name for b in box))
    for item in box:
        found = names.resolve(item.name)
        if found.named is None or found.match == "misspelt":
            missing.append(NotInCatalogue(item.name, found.suggestions))
            continue
        fit = _fit(item, found.named, person, view, told, today, names)
        if isinstance(fit, Refusal):
            refused.append(fit)
            continue
        outcome = _offer(fit, person, view, names, unknown)
        if isinstance(outcome, Refusal):
            refused.append(outcome)
        else:
            offers.append((fit.rank, outcome))
    ranked = [offer for _, offer in sorted(offers, key=lambda pair: pair[0])]
    return Advice(
        tuple(_apart(ranked, person, names)),
        tuple(refused),
        tuple(sorted(unknown.values(), key=lambda u: (severity_rank(u.worst), u.fact))),
        tuple(missing),
        told.urgency,
        told.complaints,
    )


def _refusal(item: BoxItem, reason: RefusalReason, **values: str) -> Refusal:
    zh, en = (t(f"advise.{reason}", lang, name=item.name, **values) for lang in ("zh", "en"))
    return Refusal(item.name, reason, zh, en)


def _fit(
    item: BoxItem,
    named: Named,
    person: PersonFacts,
    view: PersonView,
    told: TriageOutcome,
    today: date,
    names: Resolver,
) -> _Fit | Refusal:
    if told.urgency == "emergency":
        return _refusal(item, "emergency")
    if item.expires_on is not None and item.expires_on < today:
        return _refusal(item, "expired", day=item.expires_on.isoformat())
    product = named.product
    if named.drug_class is not None or named.unlisted or (product is not None and product.composition_recalled):
        return _refusal(item, "not_read")
    if not _may_offer(named, names) and not _ordered(named, person, names):
        return _refusal(item, "needs_doctor")
    uses = _uses(named, view, told, names)
    if not uses:
        return _refusal(item, "not_for_this")
    best = min(0 if u.first else 1 for u in uses)
    # What covers more of the complaint first, and of two alike the one with fewer things inside.
    covered = len({c for u in uses for c in u.complaints} & set(told.complaints))
    return _Fit(item, named, uses, (best, -covered, len(named.contents), item.name))


def _may_offer(named: Named, names: Resolver) -> bool:
    if named.market not in SOLD_FREELY:
        return False
    rows = [names.names.ingredients.get(i) for i, _ in named.contents]
    if any(r is None or r.market == "controlled" for r in rows):
        return False
    # A product has its own class; an ingredient's class is that of its usual product.
    return named.product is not None or all(r is not None and r.market in SOLD_FREELY for r in rows)


def _ordered(named: Named, person: PersonFacts, names: Resolver) -> MedicineUse | None:
    inside = {i for i, _ in named.contents}
    for use in person.medicines or ():
        found = names.resolve(use.name).named if use.ordered else None
        if found is not None and inside and {i for i, _ in found.contents} == inside:
            return use
    return None


def _uses(named: Named, view: PersonView, told: TriageOutcome, names: Resolver) -> tuple[Indication, ...]:
    rows = list(named.product.indication) if named.product is not None else []
    if not rows and len(named.contents) == 1:
        ingredient = names.names.ingredients.get(named.contents[0][0])
        rows = list(ingredient.indication) if ingredient is not None else []
    complaints = set(told.complaints)
    return tuple(
        r
        for r in rows
        if complaints & set(r.complaints)
        and not complaints & set(r.unless)
        and holds(r.person, view, names.names)[0] is Tri.YES
    )


def _offer(
    fit: _Fit, person: PersonFacts, view: PersonView, names: Resolver, unknown: dict[str, UnknownFact]
) -> Offer | Refusal:
    dose = _dose(fit, person, view, names)
    use = MedicineUse(fit.item.name, dose.text and _spoken(dose), _daily(dose))
    others = tuple(m for m in person.medicines or () if m is not _ordered(fit.named, person, names))
    asked = msgspec.structs.replace(person, medicines=None if person.medicines is None else others)
    checked = check_medicines(asked, [use], names)
    bad = next((f for f in checked.findings if severity_rank(f.severity) <= severity_rank("avoid")), None)
    if bad is not None:
        return Refusal(fit.item.name, "finding", bad.message, bad.message_en, bad.citations)
    must = must_know(checked, view)
    for one in checked.unknown:
        unknown.setdefault(one.fact, one)
    if must:
        zh, en = ("；".join(u.why for u in must[:2]), "; ".join(u.why_en for u in must[:2]))
        return Refusal(
            fit.item.name, "must_know", t("advise.must_know", "zh", why=zh), t("advise.must_know", "en", why=en)
        )
    if not dose.text:
        return _refusal(fit.item, "no_label_dose")
    return _made(fit, dose, checked)


def _spoken(dose: LabelDose) -> str | None:
    return f"{dose.amount:g} mg" if dose.amount > 0 else None


def _daily(dose: LabelDose) -> float | None:
    return float(dose.max_per_day) if dose.max_per_day and dose.amount > 0 else None


_NO_DOSE = LabelDose(0.0, "", "", None, None, None, ())


def _dose(fit: _Fit, person: PersonFacts, view: PersonView, names: Resolver) -> LabelDose:
    order = _ordered(fit.named, person, names)
    if order is not None:
        each = order.dose or ""
        zh, en = (t("advise.as_ordered", lang, dose=each).strip() for lang in ("zh", "en"))
        times = int(order.per_day) if order.per_day else None
        return LabelDose(0.0, zh, en, None, times, None, ())
    product = fit.named.product
    if product is not None and product.label_dose and (len(fit.named.contents) != 1 or not product.unit):
        grown = view.age is not None and view.age >= 18
        if not grown:
            return _NO_DOSE
        return LabelDose(0.0, product.label_dose, product.label_dose_en, None, None, None, product.citations)
    if len(fit.named.contents) != 1:
        return _NO_DOSE
    ingredient = names.names.ingredients.get(fit.named.contents[0][0])
    found = label_dose(fit.named, ingredient, view, names.names) if ingredient is not None else None
    return found or _NO_DOSE


def must_know(checked: MedicineCheck, view: PersonView) -> list[UnknownFact]:
    """Missing facts that keep a medicine from being offered: those that could forbid it."""
    return [
        u
        for u in checked.unknown
        if severity_rank(u.worst) <= severity_rank("avoid")
        and (u.fact in _ESSENTIAL or ":" in u.fact or (u.fact == "egfr" and _weak_kidneys(view)))
    ]


def _weak_kidneys(view: PersonView) -> bool:
    old = view.age is None or view.age >= _KIDNEY_AGE
    return old or view.conditions is None or not view.conditions.isdisjoint(_KIDNEY_RISKS)


def _made(fit: _Fit, dose: LabelDose, checked: MedicineCheck) -> Offer:
    whys = [(u.text, u.text_en) for u in fit.uses[:1]]
    cautions: list[Finding] = [f for f in checked.findings if f.severity == "caution"][:3]
    whys += [(f.message, f.message_en) for f in cautions]
    citations = (
        c
        for part in (*(u.citations for u in fit.uses), dose.citations, *(f.citations[:1] for f in cautions))
        for c in part
    )
    return Offer(
        fit.item.name, dose.text, dose.text_en, dose.interval_hours, dose.max_per_day,
        "".join(zh for zh, _ in whys), " ".join(en for _, en in whys), tuple(dict.fromkeys(citations)),
        max_days=dose.max_days, fits=whys[0], heed=tuple(whys[1:]),
    )  # fmt: skip


def _apart(offers: list[Offer], person: PersonFacts, names: Resolver) -> list[Offer]:
    """Name the offers that must not be combined with one another."""
    apart: dict[str, list[str]] = {o.name: [] for o in offers}
    for at, first in enumerate(offers):
        for second in offers[at + 1 :]:
            alone = msgspec.structs.replace(person, medicines=())
            checked = check_medicines(alone, [MedicineUse(first.name), MedicineUse(second.name)], names)
            if any(
                f.kind in ("interaction", "duplicate")
                and severity_rank(f.severity) <= severity_rank("avoid")
                and {first.name, second.name} <= set(f.medicines)
                for f in checked.findings
            ):
                apart[first.name].append(second.name)
                apart[second.name].append(first.name)
    return [msgspec.structs.replace(o, not_with=tuple(apart[o.name])) for o in offers]
