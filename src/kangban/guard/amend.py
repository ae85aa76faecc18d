"""Texts of amended, held and refused answers: what the rules alone allow, through translation keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kangban.clinical.person import MedicineUse
from kangban.clinical.urgency import Lang
from kangban.guard.case import Case
from kangban.guard.fault import Line, Result
from kangban.kernel.texts import has_text, t
from kangban.reasoning.medication.check import check_medicines

MOST_FINDINGS = 6


def prefix(case: Case, lines: Sequence[Line], names: Sequence[str]) -> str:
    """The guard's own first lines."""
    made: list[str] = []
    if "urgency" in lines:
        made += urgency_lines(case)
    if "crisis" in lines:
        made.append(t("guard.crisis_line", case.lang))
    if "prescriber" in lines:
        join = "、" if case.lang == "zh" else ", "
        made.append(t("guard.prescriber_line", case.lang, names=join.join(names)))
    return "".join(f"{line}\n" for line in made)


def urgency_lines(case: Case) -> list[str]:
    """How soon to act and what to do, from the rules alone; empty when no complaint was told."""
    out, lang = case.outcome, case.lang
    if out.urgency == "unknown":
        return []
    why = next(((r.why if lang == "zh" else r.why_en) for r in out.rules if r.level == out.urgency), "")
    head = t(f"triage.level.{out.urgency}", lang)
    colon, stop = ("：", "。") if lang == "zh" else (": ", ".")
    line = f"{head}{colon}{why}" if why else head
    made = [line if line.endswith(("。", ".", "！")) else line + stop]
    advice = out.advice if lang == "zh" else out.advice_en
    return [*made, advice] if advice else made


def body_without(case: Case, struck: frozenset[int]) -> str:
    """The text with sentences taken out; lines and headings left empty go, too."""
    text = case.draft.text
    places = sorted(((s.start, s.end) for s in case.sentences if s.at in struck and s.start >= 0), reverse=True)
    for start, end in places:
        text = text[:start] + text[end:]
    lines = [line.rstrip() for line in text[case.trusted :].splitlines()]
    lines = [line for line in lines if re.sub(r"^[\s\-*•·#\d.)、（）()一二三四五六七八九十]+", "", line).strip()]
    kept = [
        line
        for n, line in enumerate(lines)
        if not line.startswith("## ") or (n + 1 < len(lines) and not lines[n + 1].startswith("## "))
    ]
    return "\n".join(kept)


def withheld(case: Case, results: Sequence[Result], refused: bool) -> str:
    """The text of a held or refused answer: urgency, what the rules allow, why the rest is kept back, where to ask."""
    lang: Lang = case.lang
    lines = urgency_lines(case)
    if any("crisis" in r.lines for r in results) or "12356" in case.outcome.call:
        lines.append(t("guard.crisis_line", lang))
    lines += rules_alone(case)
    reasons = tuple(dict.fromkeys(r.check.name for r in results if r.check.outcome in ("fail", "error")))
    join = "；" if lang == "zh" else "; "
    said = join.join(t(f"guard.reason.{n}", lang) for n in reasons if has_text(f"guard.reason.{n}", lang))
    lines.append(t("guard.refused" if refused else "guard.held", lang, reasons=said or t("guard.reason.error", lang)))
    lines.append(t("guard.where_emergency" if case.outcome.urgency == "emergency" else "guard.where", lang))
    return "\n".join(lines)


def rules_alone(case: Case) -> list[str]:
    """Grave findings about what is asked about and taken, as the packs say them."""
    asked = [MedicineUse(d.name) for d in case.asked]
    if not asked and not case.taken:
        return []
    found = check_medicines(case.person, asked).findings
    lines: list[str] = []
    for one in [f for f in found if f.severity in ("contraindicated", "avoid")][:MOST_FINDINGS]:
        message = one.message if case.lang == "zh" else one.message_en
        instead = one.instead if case.lang == "zh" else one.instead_en
        names = " + ".join(one.medicines)
        lines.append(
            f"- {names}{'：' if case.lang == 'zh' else ': '}{message}{' ' if case.lang == 'en' else ''}{instead}"
        )
    return [t("guard.rules_found", case.lang), *lines] if lines else []
