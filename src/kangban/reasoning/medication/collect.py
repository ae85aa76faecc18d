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
        self._findings: dict[tuple[str, frozenset[str], frozenset[str], str], list[Finding]] = {}
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
        self._findings.setdefault(key, []).append(new)

    def miss(self, fact: str, worst: Severity, why: tuple[str, str], medicines: tuple[str, ...]) -> None:
        """Note a missing fact; several reasons for one fact become one entry with the worst outcome."""
        old = self._unknown.get(fact)
        if old is None:
            self._unknown[fact] = UnknownFact(fact, why[0], why[1], worst, tuple(sorted(set(medicines))))
            return
        replace = (severity_rank(worst), why[0]) < (severity_rank(old.worst), old.why)
        self._unknown[fact] = UnknownFact(
            fact,
            why[0] if replace else old.why,
            why[1] if replace else old.why_en,
            worse_severity(worst, old.worst),
            tuple(sorted({*old.medicines, *medicines})),
        )

    def findings(self) -> tuple[Finding, ...]:
        """Worst first; ties by kind and names, so that input order never matters."""
        return tuple(
            sorted(
                map(_merged, self._findings.values()),
                key=lambda f: (severity_rank(f.severity), f.kind, sorted(f.ingredients), sorted(f.medicines), f.rule),
            )
        )

    def unknown(self) -> tuple[UnknownFact, ...]:
        """Most valuable question first: the worst outcome, then the number of medicines it touches."""
        return tuple(sorted(self._unknown.values(), key=lambda u: (severity_rank(u.worst), -len(u.medicines), u.fact)))


def _by_insert(items: tuple[Item, ...], ingredients: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the items of which an insert of the family's own says one of these ingredients."""
    told = [i for i in items if i.named.own]
    return tuple(sorted({i.name for i in told if not set(i.named.own).isdisjoint(ingredients)})) if told else ()


def _join(names: tuple[str, ...], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)


def _merged(found: list[Finding]) -> Finding:
    """Rules about one matter as one finding: the worst leads, its own sources first, whatever order they came in."""
    if len(found) == 1:
        return found[0]
    worst, *others = sorted(found, key=lambda f: (severity_rank(f.severity), f.rule, f.message))
    rules = {one.rule for one in others} - {worst.rule}
    instead = next((one for one in (worst, *others) if one.instead), worst)
    more = {citation for one in others for citation in one.citations}.difference(worst.citations)
    return msgspec.structs.replace(
        worst,
        instead=instead.instead,
        instead_en=instead.instead_en,
        citations=(*worst.citations, *sorted(more)),
        also_rules=tuple(sorted(rules)),
        family_confirmed_insert=tuple(sorted({name for one in found for name in one.family_confirmed_insert})),
    )
