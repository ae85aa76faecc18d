"""Tool results → words. Templates only: every clinical sentence is the packs' own, with its citation marks."""

from __future__ import annotations

import re
from typing import Any, cast

from kangban.agent.offline.asks import is_about_another, question_for
from kangban.agent.offline.box import box_lines
from kangban.agent.offline.cited import cited
from kangban.agent.offline.plan import Plan
from kangban.agent.offline.reports import has_rows, report_lines
from kangban.clinical.person import UNKNOWN_PERSON, PersonFacts
from kangban.clinical.urgency import Lang
from kangban.kernel.quantity import plain_number
from kangban.kernel.texts import t

Result = tuple[str, dict[str, Any]]
Object = dict[str, Any]

MOST_CAUTIONS = 5
_INTERRUPTIVE = ("contraindicated", "avoid")
# Facts without which nobody can say whether a person may take something.
_DECIDING = frozenset(
    {"age_years", "allergies", "conditions", "medicines", "pregnant", "pregnancy_weeks", "breastfeeding", "weight_kg"}
)
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")


def compose(plan: Plan, results: list[Result], lang: Lang, person: PersonFacts = UNKNOWN_PERSON) -> str:
    """The whole answer as marked text, see agent.draft for the format.

    A question that cannot be about the person in view is not answered from this record: it asks whose it is.
    """
    first = plan.intents[0]
    if first in ("greeting", "thanks", "identity", "out_of_scope", "empty"):
        return t(f"offline.{first}", lang)
    by_name: dict[str, list[Object]] = {}
    for name, value in results:
        by_name.setdefault(name, []).append(value)
    lines: list[str] = []
    if first == "reports":
        read, kept = by_name.get("read_report", []), by_name.get("look_up_record", [])
        if has_rows(read) or not kept:
            return "\n".join(report_lines(read, lang) + _newer(kept, read, lang))
        return "\n".join(record_lines(kept, lang))
    if first == "record":
        return "\n".join(record_lines(by_name.get("look_up_record", []), lang))
    if first == "remember":
        return "\n".join(_remembered(by_name.get("add_to_record", []), lang))
    if first == "calculate":
        return "\n".join(_calculated(by_name.get("calculate", []), lang))
    if is_about_another(plan.said, person):
        for outcome in by_name.get("triage", [])[:1]:
            lines += _triage_lines(outcome, lang)
        return "\n".join([*lines, f"【问】{t('ask.other_person', lang, name=person.name or '')}"])
    for outcome in by_name.get("advise_from_box", [])[:1]:
        lines += box_lines(outcome, lang) + _not_checked(outcome, lang)
    for outcome in by_name.get("check_medication", [])[:1]:
        lines += medicine_lines(outcome, lang)
    for outcome in by_name.get("judge_lab_value", []):
        lines += _lab_lines(outcome, lang)
    for outcome in by_name.get("check_food", [])[:1]:
        lines += _food_lines(outcome, lang)
    for outcome in by_name.get("triage", [])[:1]:
        lines += _triage_lines(outcome, lang)
    if first in ("knowledge", "diet") or not lines or (plan.about and first != "box"):
        lines += _knowledge_lines(by_name.get("search_knowledge", []), lang)
    question = question_for(by_name, lang, person)
    if question:
        lines += question
    return "\n".join(lines) if lines else t("offline.nothing_found", lang)


def _marks(citations: list[Object]) -> str:
    return "".join(f" [{c['id']}]" for c in citations[:3])


def medicine_lines(outcome: Object, lang: Lang) -> list[str]:
    """Verdict first, then findings worst first, what to do instead, what was not checked."""
    findings = cast("list[Object]", outcome["findings"])
    grave = [f for f in findings if f["severity"] in _INTERRUPTIVE]
    mild = [f for f in findings if f["severity"] == "caution"]
    lines = [_verdict(grave, mild, outcome, lang)]
    if findings:
        lines.append(f"## {t('offline.found', lang)}")
    shown = [*grave, *_most_personal(mild)]
    for one in shown:
        word = t(f"severity.{one['severity']}", lang)
        names = (" + " if len(one["medicines"]) > 1 else "").join(one["medicines"])
        colon = "：" if lang == "zh" else ": "
        lines.append("- " + cited(colon.join((word, names, one["message"])), _marks(one["citations"])))
    instead = _instead(shown, lang)
    if instead:
        lines.append(f"## {t('offline.do', lang)}")
        lines += [f"- {cited(text, marks)}" for text, marks in instead]
    return lines + _not_checked(outcome, lang)


def _most_personal(mild: list[Object]) -> list[Object]:
    """Cautions that rest on this person or pair come before general ones; a fixed number is shown."""
    rank = {"interaction": 0, "duplicate": 0, "dose": 0, "renal": 1, "hepatic": 1, "condition": 1, "pregnancy": 1,
            "lactation": 1, "allergy": 1, "age": 2, "omission": 3, "composition": 3, "food": 4}  # fmt: skip
    one_each: dict[tuple[str, str], Object] = {}
    for one in mild:
        one_each.setdefault((one["kind"], "+".join(one["medicines"])), one)
    return sorted(one_each.values(), key=lambda f: rank.get(f["kind"], 5))[:MOST_CAUTIONS]


def _verdict(grave: list[Object], mild: list[Object], outcome: Object, lang: Lang) -> str:
    if grave:
        names = list(dict.fromkeys(n for f in grave for n in f["medicines"] if n not in f["ordered"]))
        ordered = list(dict.fromkeys(n for f in grave for n in f["ordered"]))
        join = "、" if lang == "zh" else ", "
        if names:
            pick = [n for n in names if any(n in f["medicines"] for f in grave)]
            return t("offline.verdict_avoid", lang, names=join.join(pick))
        return t("offline.verdict_ordered", lang, names=join.join(ordered))
    if outcome["not_in_catalogue"] and not outcome["findings"] and not outcome["checked"]:
        return t("offline.verdict_unchecked", lang)
    deciding = [u["fact"] for u in outcome["unknown"] if u["fact"] in _DECIDING and u["worst"] in _INTERRUPTIVE]
    if deciding:
        # What could still forbid it comes before any word that sounds like a yes.
        join = "、" if lang == "zh" else ", "
        return t("offline.verdict_must_know", lang, facts=join.join(t(f"fact.{f}", lang) for f in deciding[:4]))
    if mild:
        return t("offline.verdict_caution", lang)
    return t("offline.verdict_nothing_found", lang, count=outcome.get("checked", 0))


def _instead(shown: list[Object], lang: Lang) -> list[tuple[str, str]]:
    """(what to do, its marks), the prescriber first: that sentence is ours and rests on no source."""
    found: dict[str, str] = {}
    join = "、" if lang == "zh" else ", "
    for one in shown:
        text = str(one.get("instead") or "").strip()
        if one["ordered"]:
            call = t("medication.call_prescriber", lang, names=join.join(one["ordered"]))
            if text.startswith(call):
                found.setdefault(call, "")
                text = text.removeprefix(call).strip()
        if text and text not in found:
            found[text] = _marks(one["citations"])
    return list(found.items())[:4]


def _not_checked(outcome: Object, lang: Lang) -> list[str]:
    lines: list[str] = []
    for one in outcome["not_in_catalogue"]:
        near = "、".join(one["suggestions"]) if lang == "zh" else ", ".join(one["suggestions"])
        key = "offline.not_in_catalogue_near" if near else "offline.not_in_catalogue"
        lines.append("- " + t(key, lang, name=one["name"], near=near))
    lines += ["- " + t("offline.herbs_unchecked", lang, herbs=text) for text in outcome.get("herbs_unchecked", [])]
    facts = [
        t(f"fact.{u['fact']}", lang) for u in outcome["unknown"] if ":" not in u["fact"] and u["worst"] in _INTERRUPTIVE
    ]
    if facts:
        join = "、" if lang == "zh" else ", "
        lines.append("- " + t("offline.facts_missing", lang, facts=join.join(facts[:5])))
    lines += [
        "- " + u["why"]
        for u in outcome["unknown"]
        if u["fact"].startswith(("medicine:", "composition:", "condition:", "allergy:", "strength:", "dose:"))
    ]
    return [f"## {t('offline.unchecked', lang)}", *lines] if lines else []


def _triage_lines(outcome: Object, lang: Lang) -> list[str]:
    if outcome["urgency"] == "unknown":
        return []
    top = [r for r in outcome["rules"] if r["level"] == outcome["urgency"]]
    marks = _marks([c for r in top for c in r["citations"]][:2])
    lines = [cited(outcome["advice"]["text"], marks)] if outcome["advice"]["text"] else []
    whys = list(dict.fromkeys(r["why"] for r in top))
    if whys:
        lines.append(f"## {t('offline.why', lang)}")
        lines += [f"- {cited(r['why'], _marks(r['citations'][:2]))}" for r in top[:3]]
    if outcome["advice"]["return_if"]:
        lines.append(f"## {t('offline.watch', lang)}")
        lines += [f"- {x}{marks}" for x in outcome["advice"]["return_if"][:6]]
    return lines


def _lab_lines(outcome: Object, lang: Lang) -> list[str]:
    if not outcome.get("known"):
        return ["- " + t("offline.lab_unknown", lang, name=outcome.get("name", ""))]
    if outcome.get("ambiguous"):
        return ["- " + t("offline.lab_ambiguous", lang, options=" / ".join(outcome["ambiguous"]))]
    if "value" not in outcome:
        return []
    marks = "".join(f" [{c}]" for c in outcome["citations"][:2])
    lines = ["- " + outcome["text"]]
    if outcome["range_text"]:
        lines.append(f"- {outcome['range_text']}{marks}")
    if outcome["meaning"]:
        lines.append("- " + cited(outcome["meaning"], marks))
    if outcome["flag"].startswith("critical"):
        lines.append("- " + t("offline.lab_critical", lang) + marks)
    return lines


def _food_lines(outcome: Object, lang: Lang) -> list[str]:
    colon = "：" if lang == "zh" else ": "
    lines = [
        "- " + cited(t(f"severity.{f['severity']}", lang) + colon + f["message"], _marks(f["citations"]))
        for f in outcome["findings"][:8]
    ]
    if not lines:
        lines.append(t("offline.food_nothing", lang))
    return lines + ["- " + t("offline.not_in_catalogue", lang, name=n) for n in outcome["not_in_catalogue"]]


def _knowledge_lines(found: list[Object], lang: Lang) -> list[str]:
    lines: list[str] = []
    for outcome in found[:1]:
        for hit in outcome["hits"][:2]:
            if len(lines) >= 8:
                break
            passage = str(hit["passage"])
            marks = "".join(f" [{c}]" for c in hit["citations"][:1])
            lines.append(f"## {hit['title']}")
            for raw in passage.splitlines()[:6]:
                text = raw.strip().lstrip("-*• ").strip()
                if text:
                    own = "".join(f" [{c}]" for c in _FOOTNOTE.findall(text))
                    lines.append(f"- {cited(_FOOTNOTE.sub('', text).strip(), own or marks)}")
        lines += _library_lines(outcome.get("library", []), lang)
    return lines or [t("offline.nothing_found", lang)]


def _library_lines(rows: list[Object], lang: Lang) -> list[str]:
    """What the household's own library says, sentence by sentence with its mark; the guard judges it as anybody's."""
    told = [(str(text), f" [{row['id']}]") for row in rows for text in row["sentences"][:2]][:3]
    return [f"## {t('library.heading', lang)}", *(f"- {cited(text, mark)}" for text, mark in told)] if told else []


def record_lines(found: list[Object], lang: Lang) -> list[str]:
    """What is on the record, grouped; "not recorded" where nothing is."""
    if not found:
        return [t("offline.no_record", lang)]
    entries = cast("list[Object]", found[0]["entries"])
    lines: list[str] = [t("offline.record_intro", lang)]
    cabinet = [e for e in entries if e.get("status") == "in_cabinet"]
    groups = (("Condition", "text"), ("AllergyIntolerance", "substance"), ("MedicationRequest", "name"),
              ("MedicationStatement", "name"), ("Observation", "code"))  # fmt: skip
    for kind, key in groups:
        rows = [e for e in entries if e["kind"] == kind and e.get("status", "active") == "active"]
        lines.append(f"## {t(f'record.{kind}', lang)}")
        lines += [f"- {_entry(e, key, lang)}" for e in rows[-12:]] or ["- " + t("offline.not_recorded", lang)]
    if cabinet:
        lines.append(f"## {t('record.cabinet', lang)}")
        lines += [f"- {_entry(e, 'name', lang)}" for e in cabinet]
    return lines


def _newer(kept: list[Object], read: list[Object], lang: Lang) -> list[str]:
    """What the record holds of the same test from after the newest report that has it."""
    name = str(read[0]["name"]) if read else ""
    newest = max((str(one["on"] or "") for outcome in read for one in outcome["reports"]), default="")
    rows = [e for outcome in kept for e in cast("list[Object]", outcome["entries"])]
    later = [e for e in rows if e["kind"] == "Observation" and e.get("code") == name and str(e["at"]) > newest]
    lines = [f"- {_entry(e, 'code', lang)}" for e in later[-3:]]
    return [f"## {t('record.Observation', lang)}", *lines] if lines else []


def _entry(entry: Object, key: str, lang: Lang) -> str:
    parts = [t(f"record.none.{entry['kind']}", lang) if entry[key] == "none" else str(entry[key])]
    if entry["kind"] == "Observation":
        value = entry.get("value")
        shown = plain_number(value) if value is not None else entry.get("text", "")
        parts = [f"{entry['name']} {shown} {shown_unit(entry.get('unit', ''))}".strip()]
    parts += [str(entry[k]) for k in ("dose", "reaction") if entry.get(k)]
    return f"{' '.join(parts)}（{entry['at']}）"


def shown_unit(unit: str) -> str:
    """A UCUM unit as people write it."""
    return unit.replace("[", "").replace("]", "").replace("{", "").replace("}", "").replace("_", " ").removeprefix("1")


def _remembered(found: list[Object], lang: Lang) -> list[str]:
    names = [str(f["name"]) for f in found if f.get("proposed")]
    if not names:
        return [t("offline.nothing_to_record", lang)]
    return [t("offline.proposed", lang, names=("、" if lang == "zh" else ", ").join(names))]


def _calculated(found: list[Object], lang: Lang) -> list[str]:
    if not found or "text" not in found[0]:
        return [t("offline.cannot_calculate", lang)]
    marks = "".join(f" [{c}]" for c in found[0].get("citations", []))
    return [found[0]["line"] + marks]
