"""The medication list on paper: complete HTML without script, and the same words as a QR code drawn on this machine."""

from __future__ import annotations

import io
from html import escape

import segno
from segno.encoder import DataOverflowError
from starlette.responses import HTMLResponse

from kangban.clinical.person import MedicineUse
from kangban.clinical.urgency import Lang
from kangban.journeys.medicine_list import MedicineList
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import t
from kangban.reasoning.medication.resolve import resolver
from kangban.rules.catalogue import catalogue
from kangban.web.plain_pages import page

Part = tuple[str, list[str]]  # heading and its lines; no line: not recorded


def list_page(found: MedicineList, member_id: str, lang: Lang) -> HTMLResponse:
    """The page as it is printed."""
    title = _say("list_title", lang, name=found.patient.name)
    rows, parts = facts_of(found, lang), parts_of(found, lang)
    made = _say("list_made", lang, day=found.at.astimezone().strftime("%Y-%m-%d %H:%M"))
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    told = "".join(_part(heading, lines, lang) for heading, lines in parts)
    body = (
        f'<article class="meds"><p class="noprint"><a class="btn flat" href="/cabinet?who={escape(member_id)}">'
        f"{escape(_say('list_back', lang))}</a></p><h1>{escape(title)}</h1>"
        f'<p class="small">{escape(made)}</p><dl>{facts}</dl>{told}{_code(plain_list(found, lang), lang)}</article>'
    )
    return page(lang, title, body, 200)


def facts_of(found: MedicineList, lang: Lang) -> list[tuple[str, str]]:
    """What matters for whoever prescribes; a fact nobody noted is said to be unknown."""
    person, unknown = found.facts, _say("list_unknown", lang)

    def number(value: float | None, unit: str) -> str:
        return unknown if value is None else f"{plain_number(round(value, 1))} {unit}".strip()

    def names(values: tuple[str, ...] | None) -> str:
        join = "、" if lang == "zh" else ", "
        return unknown if values is None else join.join(values) or _say("list_none", lang)

    age = unknown if person.age_years is None else str(int(person.age_years))
    rows = [
        (_say("list_age", lang), age),
        (_say("list_weight", lang), number(person.weight_kg, "kg")),
        (_say("list_egfr", lang), number(person.egfr, "mL/min/1.73 m²")),
        (_say("list_allergies", lang), names(person.allergies)),
        (_say("list_conditions", lang), names(_called(person.conditions, lang))),
    ]
    if person.pregnant is not None and person.sex != "male":
        weeks = person.pregnancy_weeks
        said = _say("list_yes" if person.pregnant else "list_no", lang)
        if person.pregnant and weeks is not None:
            said = _say("list_weeks", lang, n=int(weeks))
        rows.append((_say("list_pregnant", lang), said))
    return rows


def _called(conditions: tuple[str, ...] | None, lang: Lang) -> tuple[str, ...] | None:
    """Conditions as people call them: a code of ours means nothing to a doctor; words stay as written."""
    known = catalogue().conditions
    if conditions is None:
        return None
    return tuple((known[c].name if lang == "zh" else known[c].name_en) if c in known else c for c in conditions)


def parts_of(found: MedicineList, lang: Lang) -> list[Part]:
    """Ordered, taken on their own, taken in the last 24 hours."""
    uses = found.facts.medicines
    nothing = [] if uses is None else [_say("list_none", lang)]
    ordered = [_use(u, lang) for u in uses or () if u.ordered]
    stated = [_use(u, lang) for u in uses or () if not u.ordered]
    taken = [
        " ".join(p for p in (d.at.astimezone().strftime("%m-%d %H:%M"), _named(d.name, lang), d.dose or "") if p)
        for d in found.doses
    ]
    return [
        (_say("list_ordered", lang), ordered or nothing),
        (_say("list_stated", lang), stated or nothing),
        (_say("list_taken", lang), taken),
    ]


def plain_list(found: MedicineList, lang: Lang) -> str:
    """The same as text, as short as it can be read: what the code holds."""
    unknown = _say("list_unknown", lang)
    lines = [found.patient.name, found.at.astimezone().strftime("%Y-%m-%d")]
    lines += [f"{name}: {value}" for name, value in facts_of(found, lang) if value != unknown]
    for heading, parts in parts_of(found, lang):
        lines += [f"[{heading}]", *(f"- {one}" for one in parts)] if parts else []
    return "\n".join(lines)


def _use(use: MedicineUse, lang: Lang) -> str:
    times = _say("list_times", lang, n=plain_number(use.per_day)) if use.per_day else ""
    return " ".join(part for part in (_named(use.name, lang), use.dose or "", times) if part)


def _named(name: str, lang: Lang) -> str:
    """The name as noted; for who does not read it, what it means behind it. A misspelt name is never taken as meant."""
    found = resolver().resolve(name)
    if lang == "zh" or name.isascii() or found.named is None or found.match == "misspelt":
        return name
    inside = [catalogue().ingredients[i].name_en for i, _ in found.named.contents if i in catalogue().ingredients]
    return f"{name} ({' + '.join(inside)})" if inside else name


def _part(heading: str, lines: list[str], lang: Lang) -> str:
    shown = lines or [_say("list_unknown", lang)]
    return (
        f"<section><h2>{escape(heading)}</h2><ul>{''.join(f'<li>{escape(one)}</li>' for one in shown)}</ul></section>"
    )


def _code(text: str, lang: Lang) -> str:
    try:
        code = segno.make(text, error="l", micro=False, encoding="utf-8")
    except DataOverflowError:
        return f'<p class="small">{escape(_say("list_long", lang))}</p>'
    drawn = io.BytesIO()
    # Without a size of its own the drawing has a viewBox and is scaled whole, on a telephone and on paper.
    code.save(drawn, kind="svg", border=4, omitsize=True, xmldecl=False, nl=False, title=_say("list_qr", lang))
    said = f'<figcaption class="small">{escape(_say("list_qr", lang))}</figcaption>'
    return f"<figure>{drawn.getvalue().decode()}{said}</figure>"


def _say(key: str, lang: Lang, /, **values: object) -> str:
    return t(f"web_cabinet.{key}", lang, **values)
