"""The stable shapes scripts see (docs/cli.md). Keys may be added, never renamed, removed or retyped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kangban.clinical.advice import Advice
from kangban.clinical.citation import Citation
from kangban.clinical.draft import Answer, Check, Verdict
from kangban.clinical.finding import Finding, MedicineCheck, NotInCatalogue, TriageOutcome, UnknownFact
from kangban.clinical.urgency import Lang
from kangban.kernel.quantity import show_base
from kangban.ports.search import Hit
from kangban.reasoning.medication.resolve import Resolved
from kangban.reasoning.medication.taken import TakenLog
from kangban.retrieval.cite import library
from kangban.rules.catalogue import catalogue

JsonObject = dict[str, Any]


def citation_object(one: Citation) -> JsonObject:
    """A citation as documented, with address and date opened added."""
    return {
        "id": one.id,
        "title": one.title,
        "publisher": one.publisher,
        "year": one.year,
        "place": one.place,
        "passage": one.passage,
        "evidence": one.evidence,
        "jurisdiction": one.jurisdiction,
        "address": one.address,
        "accessed_on": one.accessed_on.isoformat() if one.accessed_on else None,
    }


def citation_objects(ids: Iterable[str], lang: Lang) -> list[JsonObject]:
    """Citations of known ids."""
    return [citation_object(c) for c in library().cite(ids, lang)]


def finding_object(one: Finding, lang: Lang) -> JsonObject:
    """A finding in one language."""
    return {
        "rule": one.rule,
        "kind": one.kind,
        "severity": one.severity,
        "medicines": list(one.medicines),
        "ingredients": list(one.ingredients),
        "message": one.message if lang == "zh" else one.message_en,
        "instead": one.instead if lang == "zh" else one.instead_en,
        "ordered": list(one.ordered),
        "citations": citation_objects(one.citations, lang),
        "family_confirmed_insert": list(one.family_confirmed_insert),
    }


def unknown_object(one: UnknownFact, lang: Lang) -> JsonObject:
    """A missing fact in one language."""
    return {
        "fact": one.fact,
        "why": one.why if lang == "zh" else one.why_en,
        "worst": one.worst,
        "medicines": list(one.medicines),
    }


def missing_object(one: NotInCatalogue) -> JsonObject:
    """A name that was not checked."""
    return {"name": one.name, "suggestions": list(one.suggestions)}


def check_object(outcome: MedicineCheck, lang: Lang) -> JsonObject:
    """`medicines check`."""
    return {
        "findings": [finding_object(f, lang) for f in outcome.findings],
        "unknown": [unknown_object(u, lang) for u in outcome.unknown],
        "not_in_catalogue": [missing_object(m) for m in outcome.not_in_catalogue],
        "checked": outcome.checked,
        "herbs_unchecked": list(outcome.herbs_unchecked),
    }


def advice_object(advice: Advice, lang: Lang) -> JsonObject:
    """`medicines advise`."""
    zh = lang == "zh"
    return {
        "offer": [
            {
                "name": o.name,
                "dose": o.dose if zh else o.dose_en,
                "interval_hours": o.interval_hours,
                "max_per_day": o.max_per_day,
                "why": o.why if zh else o.why_en,
                "citations": citation_objects(o.citations, lang),
                "not_with": list(o.not_with),
                "max_days": o.max_days,
            }
            for o in advice.offer
        ],
        "refuse": [
            {
                "name": r.name,
                "why": r.why if zh else r.why_en,
                "reason": r.reason,
                "citations": citation_objects(r.citations, lang),
            }
            for r in advice.refuse
        ],
        "unknown": [unknown_object(u, lang) for u in advice.unknown],
        "not_in_catalogue": [missing_object(m) for m in advice.not_in_catalogue],
        "urgency": advice.urgency,
        "complaints": list(advice.complaints),
    }


def taken_object(log: TakenLog, lang: Lang) -> JsonObject:
    """The sums of `medicines taken`: per ingredient over all products of the last 24 hours."""
    return {
        "sums": [
            {
                "ingredient": s.ingredient,
                "name": s.name if lang == "zh" else s.name_en,
                "amount": show_base(s.amount, s.dimension) if s.dimension else None,
                "times": s.times,
                "hours_since": s.hours_since,
                "products": list(s.products),
                "amount_unknown": list(s.untold),
                "limit": show_base(s.limit, s.dimension or "mass") if s.limit is not None else None,
                "place": s.place or None,
            }
            for s in log.sums
        ],
        "not_in_catalogue": [missing_object(m) for m in log.not_in_catalogue],
    }


def triage_object(outcome: TriageOutcome, lang: Lang) -> JsonObject:
    """`triage`."""
    zh = lang == "zh"
    return {
        "urgency": outcome.urgency,
        "rules": [
            {
                "id": r.id,
                "level": r.level,
                "why": r.why if zh else r.why_en,
                "citations": citation_objects(r.citations, lang),
            }
            for r in outcome.rules
        ],
        "advice": {
            "text": outcome.advice if zh else outcome.advice_en,
            "return_if": list(outcome.return_if if zh else outcome.return_if_en),
            "call": list(outcome.call),
        },
        "asks": list(outcome.asks),
        "complaints": list(outcome.complaints),
    }


def resolve_object(found: Resolved) -> JsonObject:
    """`medicines resolve`."""
    named = found.named
    names = catalogue().ingredients
    contents: list[JsonObject] = []
    for ingredient, amount in named.contents if named else ():
        row = names.get(ingredient)
        shown = f"{amount.low:g} {amount.unit}" if amount is not None else None
        contents.append(
            {
                "name": row.name if row else ingredient,
                "name_en": row.name_en if row else ingredient,
                "atc": row.atc if row else None,
                "amount": shown,
                "id": ingredient,
            }
        )
    return {
        "ingredients": contents,
        "matched": found.matched,
        "kind": named.kind if named else None,
        "match": found.match,
        "suggestions": list(found.suggestions),
        "market": named.market if named else None,
        "unit": named.unit if named else None,
        "herbs": list(named.herbs) if named else [],
        "composition_recalled": bool(named and named.product and named.product.composition_recalled),
    }


def hits_object(hits: Iterable[Hit]) -> JsonObject:
    """`search`."""
    return {"hits": [{"id": h.id, "title": h.title, "passage": h.passage, "score": h.score} for h in hits]}


def check_row(one: Check, lang: Lang) -> JsonObject:
    """One guard check."""
    return {"name": one.name, "outcome": one.outcome, "why": one.why if lang == "zh" else one.why_en or one.why}


def verdict_object(verdict: Verdict, lang: Lang) -> JsonObject:
    """`guard check`; `text` only where the guard changed it."""
    found: JsonObject = {"verdict": verdict.decision, "checks": [check_row(c, lang) for c in verdict.checks]}
    if verdict.text is not None:
        found["text"] = verdict.text
    return found


def answer_object(answer: Answer, lang: Lang) -> JsonObject:
    """`ask`."""
    return {
        "id": answer.id,
        "brain": answer.brain,
        "urgency": answer.urgency,
        "verdict": answer.verdict,
        "text": answer.text,
        "question": answer.question,
        "options": list(answer.options),
        "citations": [citation_object(c) for c in answer.citations],
        "findings": [finding_object(f, lang) for f in answer.findings],
        "unknown": [unknown_object(u, lang) for u in answer.unknown],
        "not_in_catalogue": [missing_object(m) for m in answer.not_in_catalogue],
        "proposals": list(answer.proposals),
        "steps": [msgspec.to_builtins(s) for s in answer.steps],
        "claims": [{"text": c.text, "citations": list(c.citations), "clinical": c.clinical} for c in answer.claims],
        "checks": [check_row(c, lang) for c in answer.checks],
        "call": list(answer.call),
        "review": answer.review,
        "reviewed": msgspec.to_builtins(answer.reviewed) if answer.reviewed else None,
    }
