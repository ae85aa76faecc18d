"""The medicine check: one pure function from names and a person to findings, unknowns and what was not checked."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.finding import MedicineCheck
from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.clinical.urgency import Severity, severity_rank
from kangban.kernel.logic import Tri
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import t
from kangban.reasoning.medication.collect import Gathered
from kangban.reasoning.medication.doses import find_doses
from kangban.reasoning.medication.items import Item, gather
from kangban.reasoning.medication.own_products import find_inserts, resolver_for
from kangban.reasoning.medication.pairs import find_hidden, find_pairs
from kangban.reasoning.medication.person import PersonView, holds, view_of
from kangban.reasoning.medication.resolve import Resolver
from kangban.reasoning.medication.taken import also_taken, find_taken
from kangban.rules.catalogue import Catalogue
from kangban.rules.evaluate import rows_open
from kangban.rules.schema import Caution, DecisionTable, Ingredient, Person

EVERYBODY_ROW = Person()
DRINKS_FROM = 14.0  # years; below it nobody is told not to drink alcohol with a medicine

# Groups within which an allergy to one member is taken as an allergy to all.
ALLERGY_GROUPS = frozenset(
    f"class:{c}"
    for c in ("penicillin", "cephalosporin", "nsaid", "sulfonamide", "macrolide", "quinolone", "tetracycline_class")
)


def check_medicines(
    person: PersonFacts, medicines: Sequence[MedicineUse], using: Resolver | None = None
) -> MedicineCheck:
    """Check `medicines` for `person`, together with what the person already takes.

    Findings are worst first; every missing fact is listed with the worst outcome still possible.
    With no medicines given, what the person takes is checked as a whole.
    """
    resolver_ = using or resolver_for(person)
    names = resolver_.names
    listed = (*(person.medicines or ()), *also_taken(person, medicines, resolver_))
    items, missing = gather(medicines, listed, resolver_)
    takes = frozenset[str]().union(*(i.keys for i in items)) if person.medicines is not None or items else None
    view = view_of(person, names, takes)
    gathered = Gathered()
    chosen = [i for i in items if i.asked] if medicines else items
    if chosen:
        find_pairs(items, names, gathered)
        find_hidden(items, names, gathered)
        find_doses(items, view, names, gathered)
        find_taken(items, person.taken, view, resolver_, gathered)
    find_inserts(chosen, resolver_, gathered)
    for item in chosen:
        _find_item(item, view, names, gathered)
    if person.medicines is None and chosen:
        _ask_medicines(chosen, gathered)
    _unread(view, chosen, gathered)
    _doubted_weight(view, chosen, gathered)
    herbs = tuple(f"{i.name}: {'、'.join(i.named.herbs)}" for i in chosen if i.named.herbs and len(items) > 1)
    return MedicineCheck(
        gathered.findings(), gathered.unknown(), tuple(sorted(missing, key=lambda m: m.name)), gathered.checked, herbs
    )


def _find_item(item: Item, view: PersonView, names: Catalogue, gathered: Gathered) -> None:
    if item.named.drug_class is not None:
        why = (
            t("medication.which_of_class", "zh", name=item.name),
            t("medication.which_of_class", "en", name=item.name),
        )
        gathered.miss(f"medicine:{item.name}", "contraindicated", why, (item.name,))
    product = item.named.product
    if product is not None and product.composition_recalled:
        why = (
            t("medication.composition_recalled", "zh", name=item.name),
            t("medication.composition_recalled", "en", name=item.name),
        )
        gathered.miss(f"composition:{item.name}", "contraindicated", why, (item.name,))
    if product is not None:
        for row in product.caution:
            _caution((product.id, 1), row, item, item.ingredients, view, names, gathered)
    for ingredient_id in item.ingredients:
        ingredient = names.ingredients.get(ingredient_id)
        if ingredient is None:
            continue
        for row in ingredient.caution:
            _caution((ingredient.id, ingredient.version), row, item, (ingredient.id,), view, names, gathered)
        _food_and_drink(ingredient, item, view, names, gathered)
        _allergy(ingredient, item, view, names, gathered)
        for table in names.tables[ingredient.id]:
            _table(table, item, ingredient, view, names, gathered)


def _eased(severity: Severity, item: Item, kind: str) -> Severity:
    """What is put on the skin or in the eye warns, but only an allergy or age bar stays as strong."""
    if item.local and kind not in ("allergy", "age") and severity_rank(severity) < severity_rank("caution"):
        product = item.named.product
        return severity if product is not None and len(item.named.contents) == 0 else "caution"
    return severity


def _caution(
    owner: tuple[str, int],
    row: Caution,
    item: Item,
    ingredients: tuple[str, ...],
    view: PersonView,
    names: Catalogue,
    gathered: Gathered,
) -> None:
    gathered.checked += 1
    tri, missing = holds(row.person, view, names)
    if tri is Tri.NO:
        return
    rule = f"{owner[0]}.{row.key}@{owner[1]}"
    severity = (
        row.severity if row.person.allergies or rule.startswith(item.named.id) else _eased(row.severity, item, row.kind)
    )
    if severity == "avoid" and row.person == EVERYBODY_ROW:
        # Advice for everybody who takes it (no driving, no alcohol) is no reason to keep it from this person.
        severity = "caution"
    if tri is Tri.YES:
        gathered.find(
            rule, row.kind, severity, (item,), ingredients, (row.message, row.message_en), row.citations,
            (row.instead, row.instead_en),
        )  # fmt: skip
        return
    for fact in missing:
        gathered.miss(fact, severity, (row.message, row.message_en), (item.name,))


def _food_and_drink(ingredient: Ingredient, item: Item, view: PersonView, names: Catalogue, gathered: Gathered) -> None:
    """Food and alcohol of the label: advice for everybody, a full warning for who drinks."""
    drinks = view.conditions is not None and "alcohol_use" in view.conditions
    for row in names.foods[ingredient.id]:
        small = view.age is not None and view.age < DRINKS_FROM
        if small and row.other == "food:alcohol":
            continue
        severity: Severity = row.severity
        if not (drinks and row.other == "food:alcohol") and severity_rank(severity) < severity_rank("caution"):
            severity = "caution"
        gathered.find(
            f"{ingredient.id}.{row.key}@{ingredient.version}", "food", severity, (item,), (ingredient.id,),
            (row.message, row.message_en), row.citations, (row.instead, row.instead_en),
        )  # fmt: skip


def _allergy(ingredient: Ingredient, item: Item, view: PersonView, names: Catalogue, gathered: Gathered) -> None:
    keys = names.keys[ingredient.id]
    own_rows = [c.citations for c in ingredient.caution if c.kind == "allergy"]
    citations = tuple(c for some in own_rows for c in some)[:2]
    if view.allergy_keys is None:
        why = (t("medication.allergy_unknown", "zh", name=ingredient.name),
               t("medication.allergy_unknown", "en", name=ingredient.name_en))  # fmt: skip
        gathered.miss("allergies", "contraindicated", why, (item.name,))
        return
    allergic_groups = (
        frozenset[str]().union(*(names.keys.get(k, frozenset((k,))) for k in view.allergy_keys)) & ALLERGY_GROUPS
    )
    if ingredient.id in view.allergy_keys or keys & view.allergy_keys or keys & allergic_groups:
        gathered.find(
            f"{ingredient.id}.own-allergy@{ingredient.version}",
            "allergy",
            "contraindicated",
            (item,),
            (ingredient.id,),
            (
                t("medication.allergic", "zh", name=ingredient.name),
                t("medication.allergic", "en", name=ingredient.name_en),
            ),
            citations,
            (t("medication.allergic_instead", "zh"), t("medication.allergic_instead", "en")),
        )


def _table(
    table: DecisionTable, item: Item, ingredient: Ingredient, view: PersonView, names: Catalogue, gathered: Gathered
) -> None:
    if table.person is not None and holds(table.person, view, names)[0] is Tri.NO:
        return
    known: dict[str, float | None] = {
        "age_years": view.age, "weight_kg": view.weight, "egfr": view.egfr, "pregnancy_weeks": view.weeks,
    }  # fmt: skip
    facts = {i.name: known.get(i.name, view.observations.get(i.name)) for i in table.inputs}
    open_rows = rows_open(table, facts)
    gathered.checked += 1
    outcomes = {r.outcome for r in open_rows}
    if len(outcomes) == 1:
        row = open_rows[0]
        if row.outcome != "none":
            gathered.find(
                f"{table.id}@{table.version}", table.kind, row.outcome, (item,), (ingredient.id,),
                (row.message, row.message_en), row.citations, (row.instead, row.instead_en),
            )  # fmt: skip
        return
    bad = [r for r in open_rows if r.outcome != "none"]
    worst = min(bad, key=lambda r: severity_rank(r.outcome) if r.outcome != "none" else 9)
    for fact, value in facts.items():
        if value is None and worst.outcome != "none":
            gathered.miss(fact, worst.outcome, (worst.message, worst.message_en), (item.name,))


def _ask_medicines(chosen: Sequence[Item], gathered: Gathered) -> None:
    why = (t("medication.medicines_unknown", "zh"), t("medication.medicines_unknown", "en"))
    gathered.miss("medicines", "contraindicated", why, tuple(i.name for i in chosen))


def _unread(view: PersonView, chosen: Sequence[Item], gathered: Gathered) -> None:
    """A condition or allergy in words that mean nothing to the packs was not checked; say so."""
    names = tuple(i.name for i in chosen)
    for word in view.unread_conditions if chosen else ():
        why = (t("medication.condition_unread", "zh", word=word), t("medication.condition_unread", "en", word=word))
        gathered.miss(f"condition:{word}", "avoid", why, names)
    for word in view.unread_allergies if chosen else ():
        why = (t("medication.allergy_unread", "zh", word=word), t("medication.allergy_unread", "en", word=word))
        gathered.miss(f"allergy:{word}", "contraindicated", why, names)


def _doubted_weight(view: PersonView, chosen: Sequence[Item], gathered: Gathered) -> None:
    """A weight and an age that contradict each other: one of them is wrong, and no dose is reckoned from either."""
    if view.doubted_weight is None or view.age is None or not chosen:
        return
    said = {"weight": plain_number(view.doubted_weight), "age": plain_number(round(view.age, 1))}
    why = (t("medication.weight_doubted", "zh", **said), t("medication.weight_doubted", "en", **said))
    gathered.miss("weight_kg", "contraindicated", why, tuple(i.name for i in chosen))
