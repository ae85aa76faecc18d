"""Record entries as people read them."""

from __future__ import annotations

from datetime import datetime

from kangban.clinical.access import Role
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import (
    AllergyIntolerance,
    Body,
    Condition,
    DocumentReference,
    Entry,
    MedicationAdministration,
    MedicationRequest,
    MedicationStatement,
    Observation,
    Patient,
    Proposal,
)
from kangban.clinical.urgency import Lang
from kangban.journeys.house import Member
from kangban.kernel.clock import age_years
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import has_text, t
from kangban.record.timeline import visible
from kangban.rules.compiled import shipped

_UNITS = {
    "mL/min/{1.73_m2}": "mL/min/1.73 m²", "m[IU]/L": "mIU/L", "umol/L": "μmol/L", "mm[Hg]": "mmHg", "ug": "μg", "1": "",
    "Cel": "℃", "10*9/L": "×10⁹/L", "10*12/L": "×10¹²/L",
}  # fmt: skip
_SHORT = ("inr", "egfr")
BLEEDING = frozenset({"华法林", "利伐沙班", "达比加群", "阿哌沙班", "氯吡格雷"})


def observed_name(code: str, lang: Lang) -> str:
    """What a measurement is called: our own word, else the lab pack's, else the code."""
    if code in _SHORT:
        return {"inr": "INR", "egfr": "eGFR"}[code]
    for area in ("web.obs", "fact"):
        if has_text(f"{area}.{code}", lang):
            return t(f"{area}.{code}", lang)
    row = next((a for a in shipped().packs.analytes if a.id == code), None)
    return code.removeprefix("printed:") if row is None else row.name if lang == "zh" else row.name_en


def unit_name(unit: str) -> str:
    """A UCUM unit as printed."""
    return _UNITS.get(unit, unit)


def age_text(member: Member, now: datetime, lang: Lang) -> str:
    """Whole years; months below two."""
    born = member.patient.born_on
    if born is None:
        return ""
    years = age_years(born, now.date())
    if years < 2:
        return t("web.months", lang, n=int(years * 12))
    return t("web.years", lang, n=int(years))


def role_name(role: Role, lang: Lang) -> str:
    """A role as people call it."""
    return t(f"web_account.role.{role}", lang)


def call_name(member: Member) -> str:
    """The word the family uses."""
    return member.patient.relation or member.patient.name


def _dose(name: str, dose: str | None, per_day: float | None, lang: Lang) -> str:
    times = t("web.per_day", lang, n=plain_number(per_day)) if per_day else ""
    return " ".join(part for part in (name, (dose or "").replace("ug", "μg"), times) if part)


def entry_text(body: Body, lang: Lang) -> str:
    """One entry in a line."""
    if isinstance(body, Condition):
        text = t("web.none_known", lang) if body.text == "none" else body.text
        return text if body.clinical_status == "active" else f"{text}（{t(f'web.{body.clinical_status}', lang)}）"
    if isinstance(body, AllergyIntolerance):
        name = t("web.none_known", lang) if body.substance == "none" else body.substance
        return f"{name} · {body.reaction}" if body.reaction else name
    if isinstance(body, MedicationStatement | MedicationRequest):
        name = t("web.none_known", lang) if body.name == "none" else body.name
        state = f"（{t('web.stopped', lang)}）" if body.status == "stopped" else ""
        return _dose(name, body.dose, body.per_day, lang) + state
    if isinstance(body, MedicationAdministration):
        return _dose(body.name, body.dose, None, lang)
    if isinstance(body, Observation):
        return _observation(body, lang)
    if isinstance(body, Patient):
        born = body.born_on.isoformat() if body.born_on else ""
        sex = t(f"web.{body.sex}", lang) if body.sex else ""
        return " · ".join(part for part in (body.name, body.relation, sex, born) if part)
    if isinstance(body, DocumentReference):
        return body.name
    return entry_text(body.body, lang) if isinstance(body, Proposal) else ""


def _observation(body: Observation, lang: Lang) -> str:
    if body.code in ("pregnancy", "breastfeeding") and body.value is not None:
        if body.value <= 0:
            return f"{observed_name(body.code, lang)} · {t('web.no', lang)}"
        return t("web.weeks", lang, n=int(body.value)) if body.code == "pregnancy" else observed_name(body.code, lang)
    value = f"{body.comparator or ''}{plain_number(body.value)}" if body.value is not None else body.text
    how = [
        t(f"web_measure.{name}.{said}", lang)
        for name, said in (("meal", body.meal), ("position", body.body_position), ("site", body.body_site))
        if said
    ]
    return " · ".join((f"{observed_name(body.code, lang)} {value} {unit_name(body.unit)}".strip(), *how))


def kind_of(entry: Entry) -> str:
    """The part of the family page: conditions, allergies, medicines, cabinet, measurements, person or other."""
    body = entry.body
    if isinstance(body, MedicationStatement):
        return "cabinet" if body.status == "in_cabinet" else "medicines"
    return {
        "Condition": "conditions", "AllergyIntolerance": "allergies", "MedicationRequest": "medicines",
        "MedicationAdministration": "taken",
        "Observation": "measurements", "Patient": "person",
    }.get(entry.kind, "other")  # fmt: skip


def important(log: list[Entry], facts: PersonFacts, lang: Lang, most: int = 4) -> list[tuple[str, bool]]:
    """The facts that matter most for safe answers, at most four: (text, needs care)."""
    entries = visible(log)
    found: list[tuple[str, bool]] = []
    if facts.pregnant and facts.pregnancy_weeks is not None:
        found.append((t("web.weeks", lang, n=int(facts.pregnancy_weeks)), True))
    if facts.breastfeeding:
        found.append((t("web.obs.breastfeeding", lang), True))
    found += [(t("web.allergic", lang, name=name), True) for name in facts.allergies or ()]
    uses = sorted(facts.medicines or (), key=lambda m: (m.name not in BLEEDING, not m.ordered))
    medicines = [(f"{m.name} {(m.dose or '').replace('ug', 'μg')}".strip(), m.name in BLEEDING) for m in uses]
    found += medicines[:2]
    if facts.egfr is not None and facts.egfr < 60:
        found.append((f"eGFR {plain_number(facts.egfr)}", True))
    inr = next((e for e in reversed(entries) if isinstance(e.body, Observation) and e.body.code == "inr"), None)
    if inr is not None and isinstance(inr.body, Observation):
        found.append((_observation(inr.body, lang), False))
    if facts.age_years is not None and facts.age_years < 14 and facts.weight_kg is not None:
        found.append((f"{plain_number(facts.weight_kg)} kg", False))
    found += [(name, False) for name in dict.fromkeys(_conditions(entries))]
    found += medicines[2:]
    return found[:most]


def _conditions(entries: list[Entry]) -> list[str]:
    held = [e.body for e in entries if isinstance(e.body, Condition) and e.body.clinical_status == "active"]
    return [c.text for c in held if c.text != "none"]


def summary(log: list[Entry], facts: PersonFacts, lang: Lang) -> str:
    """A member's line in the list: conditions first, else what else matters."""
    names = _conditions(visible(log))
    if facts.pregnant and facts.pregnancy_weeks is not None:
        names.insert(0, t("web.weeks", lang, n=int(facts.pregnancy_weeks)))
    names += [t("web.allergic", lang, name=a) for a in facts.allergies or ()]
    return " · ".join(list(dict.fromkeys(names))[:3])
