"""Findings and unknowns while they are gathered: one finding per matter, the worst first."""

from __future__ import annotations

import msgspec

from kangban.clinical.finding import Finding, FindingKind, UnknownFact
from kangban.clinical.urgency import Severity, severity_rank, worse_severity
from kangban.kernel.texts import t
from kangban.reasoning.medication.items import Item


class Gathered:
    """Collects the outcome of one check; merging never loses severity or citations."""

    def __init__(self) -> None:
        self._findings: dict[tuple[str, frozenset[str], frozenset[str], str], Finding] = {}
        self._citations: dict[tuple[str, frozenset[str], frozenset[str], str], set[str]] = {}
        self._unknown: dict[str, UnknownFact] = {}
        self.checked = 0

    def find(
        self,
        rule: str,
        kind: FindingKind,
        severity: Severity,
        items: tuple[Item, ...],
        ingredients: tuple[str, ...],
        texts: tuple[str, str],
        citations: tuple[str, ...],
        instead: tuple[str, str] = ("", ""),
        *,
        over_limit: bool = False,
        about: frozenset[str] = frozenset(),
    ) -> None:
        """Add a finding; one kind over the same ingredients (or `about` the same) of the same medicines is one."""
        ordered = tuple(sorted({i.name for i in items if i.ordered}))
        if ordered and severity in ("contraindicated", "avoid"):
            instead = tuple(  # an ordered medicine is the prescriber's to change
                f"{t('medication.call_prescriber', lang, names=_join(ordered, lang))}{text and ' ' + text}"
                for lang, text in zip(("zh", "en"), instead, strict=True)
            )  # pyright: ignore[reportAssignmentType]
        new = Finding(
            rule, kind, severity, tuple(sorted({i.name for i in items})), tuple(dict.fromkeys(ingredients)),
            texts[0], texts[1], instead[0], instead[1], tuple(dict.fromkeys(citations)), ordered, over_limit,
            family_confirmed_insert=_by_insert(items, ingredients),
        )  # fmt: skip
        # Cautions of different rules about one ingredient are different matters; pairs are not.
        matter = rule if kind not in ("interaction", "duplicate") or len(new.ingredients) < 2 else ""
        key = (kind, about or frozenset(new.ingredients), frozenset(new.medicines), matter)
        old = self._findings.get(key)
        self._findings[key] = new if old is None else _merge(old, new)
        self._citations.setdefault(key, set()).update(new.citations)

    def miss(self, fact: str, worst: Severity, why: tuple[str, str], medicines: tuple[str, ...]) -> None:
        """Note a missing fact; several reasons for one fact become one entry with the worst outcome."""
        old = self._unknown.get(fact)
        if old is None:
            self._unknown[fact] = UnknownFact(fact, why[0], why[1], worst, tuple(dict.fromkeys(medicines)))
            return
        replace = severity_rank(worst) < severity_rank(old.worst)
        self._unknown[fact] = UnknownFact(
            fact,
            why[0] if replace else old.why,
            why[1] if replace else old.why_en,
            worse_severity(worst, old.worst),
            tuple(dict.fromkeys((*old.medicines, *medicines))),
        )

    def findings(self) -> tuple[Finding, ...]:
        """Worst first; ties by kind and names, so that input order never matters."""
        return tuple(
            sorted(
                (self._with_all_citations(key, found) for key, found in self._findings.items()),
                key=lambda f: (severity_rank(f.severity), f.kind, sorted(f.ingredients), sorted(f.medicines), f.rule),
            )
        )

    def _with_all_citations(self, key: tuple[str, frozenset[str], frozenset[str], str], found: Finding) -> Finding:
        """Its own sources first, those of merged rules behind them in a fixed order."""
        more = sorted(self._citations[key].difference(found.citations))
        return msgspec.structs.replace(found, citations=(*found.citations, *more)) if more else found

    def unknown(self) -> tuple[UnknownFact, ...]:
        """Most valuable question first: the worst outcome, then the number of medicines it touches."""
        return tuple(sorted(self._unknown.values(), key=lambda u: (severity_rank(u.worst), -len(u.medicines), u.fact)))


def _by_insert(items: tuple[Item, ...], ingredients: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the items of which an insert of the family's own says one of these ingredients."""
    told = [i for i in items if i.named.own]
    return tuple(sorted({i.name for i in told if not set(i.named.own).isdisjoint(ingredients)})) if told else ()


def _join(names: tuple[str, ...], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)


def _merge(old: Finding, new: Finding) -> Finding:
    worst, other = sorted((old, new), key=lambda f: (severity_rank(f.severity), f.rule, f.message))
    rules = {old.rule, new.rule, *old.also_rules, *new.also_rules} - {worst.rule}
    return msgspec.structs.replace(
        worst,
        instead=worst.instead or other.instead,
        instead_en=worst.instead_en or other.instead_en,
        also_rules=tuple(sorted(rules)),
        family_confirmed_insert=tuple(sorted({*old.family_confirmed_insert, *new.family_confirmed_insert})),
    )
