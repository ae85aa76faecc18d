"""A settled report in plain words for one person: how soon to act first, then what, how far, why, what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kangban.clinical.finding import Finding
from kangban.clinical.person import PersonFacts
from kangban.clinical.report import Report, ReportRow
from kangban.clinical.report_explanation import (
    EarlierResult,
    ExplainedPattern,
    ExplainedRow,
    Explanation,
    ExplanationSection,
    MedicineInView,
    OpenQuestion,
    PatternFound,
    RowNotCounted,
    SectionKey,
)
from kangban.clinical.urgency import Lang, Severity, Urgency, urgency_rank
from kangban.kernel.texts import has_text, t
from kangban.reasoning.labs.glosses import Glossing
from kangban.reasoning.labs.judge import labs
from kangban.reasoning.labs.medicines_in_view import findings_by_results
from kangban.reasoning.labs.patterns import find_patterns, patterns_by_id
from kangban.reasoning.labs.readings import Readings
from kangban.reasoning.labs.say import breaths, result, row_sentences
from kangban.reasoning.labs.since import since_sentences
from kangban.reasoning.labs.trend import series_of
from kangban.rules.plain import unplain

_OUT = ("low", "high", "critical_low", "critical_high", "abnormal")
_BY_SEVERITY: dict[Severity, Urgency] = {
    "contraindicated": "same_day", "avoid": "this_week", "caution": "self_care", "note": "self_care",
}  # fmt: skip
# A result this far out, in no pattern, is worth a visit and not only a word at the next one (house rule, cautious).
_FAR_ABOVE, _FAR_BELOW = 2.0, 0.5
MOST_QUESTIONS = 6
MOST_NOT_COUNTED = 8


def explain_report(
    report: Report, person: PersonFacts, earlier: Sequence[EarlierResult] = (), lang: Lang = "zh"
) -> Explanation:
    """Explain a report to a person, or to whoever looks after them.

    Only rows that nobody has to confirm count; the others are named as not counted. `person` is the snapshot of the
    record, `earlier` what it holds from before this report. Pure; never a diagnosis, never a promise.
    """
    readings = Readings(report, person, earlier)
    patterns = find_patterns(readings)
    told = [_pattern(f, lang) for f in patterns.found if not f.borderline]
    borderline = [_pattern(f, lang) for f in patterns.found if f.borderline]
    covered = frozenset(n for f in patterns.found for n in f.rows)
    rows = [_row(report, n, covered, lang) for n in readings.counted if report.rows[n].flag in _OUT]
    medicines = [_medicine(f, lang) for f in findings_by_results(readings)]
    doubtful = tuple(_doubtful(n, r, lang) for n, r in enumerate(report.rows) if r.needs_confirm)
    series = series_of(report, readings)
    checked = sum(1 for n in readings.counted if report.rows[n].flag != "unknown")
    levels: list[Urgency] = [
        *(p.level for p in (*told, *borderline)),
        *(_level(report.rows[r.row]) for r in rows if r.row not in covered),
        *(_BY_SEVERITY[m.severity] for m in medicines),
    ]
    sure = _soonest(levels)
    urgency = _soonest([sure, *(d.if_true for d in doubtful if d.if_true is not None)])
    first = _first(sure, urgency, found=bool(levels), checked=checked, doubtful=doubtful, report=report, lang=lang)
    glossing = Glossing(lang)
    questions = tuple(dict.fromkeys(q for p in (*told, *borderline) for q in p.ask))[:MOST_QUESTIONS]
    lines: list[tuple[SectionKey, Iterable[str]]] = [
        ("first", (*first, *(told[0].what,)) if told else first),
        ("patterns", (s for p in told for s in _pattern_lines(p, lang))),
        ("medicines", dict.fromkeys(s for m in medicines for s in m.sentences)),
        ("ranges", _range_lines(rows, glossing)),
        ("borderline", (s for p in borderline for s in _pattern_lines(p, lang))),
        ("since", since_sentences(series, lang)),
        ("not_counted", _not_counted_lines(doubtful, lang)),
        ("needs", (s for q in patterns.open for s in _need(q, lang))),
        ("questions", questions),
        ("limits", _limits(checked, len(rows), lang)),
    ]
    sections: list[ExplanationSection] = [s for key, said in lines if (s := glossing.section(key, said)) is not None]
    cited = [c for part in (told, borderline, rows, medicines, series) for one in part for c in one.citations]
    return Explanation(
        lang, urgency, first[0], checked, tuple(sections), tuple(rows), tuple(told), tuple(borderline),
        tuple(medicines), series, doubtful, patterns.open, questions, tuple(glossing.entries),
        tuple(dict.fromkeys(cited)),
    )  # fmt: skip


def _soonest(levels: Sequence[Urgency]) -> Urgency:
    return min(levels, key=urgency_rank) if levels else "self_care"


def _pattern(found: PatternFound, lang: Lang) -> ExplainedPattern:
    row = patterns_by_id()[found.id]
    texts = (row.what, row.means, row.next, row.ask) if lang == "zh" else (
        row.what_en, row.means_en, row.next_en, row.ask_en
    )  # fmt: skip
    return ExplainedPattern(row.id, found.level, found.rows, *texts, row.citations)


def _pattern_lines(pattern: ExplainedPattern, lang: Lang) -> tuple[str, ...]:
    return tuple(s for part in (pattern.what, pattern.means, pattern.next) for s in breaths(part, lang))


def row_name(row: ReportRow, lang: Lang) -> str:
    """The catalogue's name of a test, else the printed one."""
    analyte = labs().by_id.get(row.analyte or "")
    if analyte is None:
        return row.printed.name.strip()[:20]
    return analyte.name if lang == "zh" else analyte.name_en


def _row(report: Report, place: int, covered: frozenset[int], lang: Lang) -> ExplainedRow:
    row = report.rows[place]
    name = row_name(row, lang)
    analyte = labs().by_id.get(row.analyte or "")
    meaning: tuple[str, ...] = ()
    if analyte is not None and place not in covered:
        low = row.flag in ("low", "critical_low")
        texts = (
            (analyte.low_meaning, analyte.low_meaning_en) if low else (analyte.high_meaning, analyte.high_meaning_en)
        )
        # A meaning was written to be read alone; what is not fit to stand here is left out, never softened.
        meaning = tuple(s for s in breaths(texts[lang == "en"], lang) if not list(unplain(s, lang)))
    cited = analyte.citations if analyte is not None and meaning else ()
    return ExplainedRow(
        place, row.analyte, name, row.flag, row.printed.page, row.printed.box, row_sentences(row, name, lang), meaning,
        tuple(dict.fromkeys((*row.citations, *cited))),
    )  # fmt: skip


def _level(row: ReportRow) -> Urgency:
    """How soon, for a result in no pattern."""
    if row.flag in ("critical_low", "critical_high"):
        return "emergency"
    value = row.printed.value
    far = value is not None and (
        (row.flag == "high" and bool(row.high) and value >= _FAR_ABOVE * (row.high or 0))
        or (row.flag == "low" and bool(row.low) and value <= _FAR_BELOW * (row.low or 0))
    )
    return "this_week" if far or row.flag == "abnormal" else "self_care"


def _medicine(finding: Finding, lang: Lang) -> MedicineInView:
    head = t("explain.medicine.head", lang, severity=t(f"severity.{finding.severity}", lang),
             medicines=("、" if lang == "zh" else ", ").join(finding.medicines))  # fmt: skip
    texts = (finding.message, finding.instead) if lang == "zh" else (finding.message_en, finding.instead_en)
    said = tuple(s for text in (head, *texts) for s in breaths(text, lang))
    return MedicineInView(finding.rule, finding.severity, finding.medicines, said, finding.citations)


def _doubtful(place: int, row: ReportRow, lang: Lang) -> RowNotCounted:
    code = next((d for d in row.doubts if has_text(f"explain.doubt.{d}")), "other")
    name = row_name(row, lang)
    why = t(f"explain.doubt.{code}", lang)
    said = t("explain.not_counted.row", lang, name=name, value=result(row, lang), why=why)
    critical = row.flag in ("critical_low", "critical_high")
    return RowNotCounted(place, name, said, row.doubts, "emergency" if critical else None)


def _not_counted_lines(doubtful: Sequence[RowNotCounted], lang: Lang) -> tuple[str, ...]:
    shown = sorted(doubtful, key=lambda d: (d.if_true is None, d.row))[:MOST_NOT_COUNTED]
    lines = [s for d in shown for s in breaths(d.sentence, lang)]
    if len(doubtful) > len(shown):
        lines.append(t("explain.not_counted.more", lang, n=len(doubtful) - len(shown)))
    return tuple(lines)


def _first(
    sure: Urgency, urgency: Urgency, *, found: bool, checked: int, doubtful: Sequence[RowNotCounted], report: Report,
    lang: Lang,
) -> tuple[str, ...]:  # fmt: skip
    """Whether and how soon to act; never less urgent than anything below it."""
    if urgency_rank(urgency) < urgency_rank(sure):
        worst = next(d for d in doubtful if d.if_true == urgency)
        value = result(report.rows[worst.row], lang)
        return (
            t(f"explain.first.check_{urgency}", lang),
            *breaths(t("explain.first.which", lang, name=worst.name, value=value), lang),
            *((t(f"explain.first.{sure}", lang),) if found else ()),
        )
    if found:
        return (t(f"explain.first.{sure}", lang),)
    if checked:
        return (t("explain.first.nothing", lang), t("explain.first.none_found", lang, n=checked))
    return (t("explain.first.none_counted", lang),)


def _range_lines(rows: Sequence[ExplainedRow], glossing: Glossing) -> Iterable[str]:
    for row in rows:
        yield from row.sentences
        plain = glossing.unnamed(row.analyte, row.name)
        if plain is not None:
            yield plain
        yield from row.meaning


def _need(question: OpenQuestion, lang: Lang) -> tuple[str, ...]:
    key = f"fact.{question.fact}"
    said = t("explain.needs.fact", lang, fact=t(key, lang) if has_text(key) else question.fact)
    urgent = question.level in ("emergency", "same_day")
    return (*breaths(said, lang), t("explain.needs.urgent", lang)) if urgent else breaths(said, lang)


def _limits(checked: int, out: int, lang: Lang) -> tuple[str, ...]:
    said = (t("explain.limits.checked", lang, n=checked, k=out),) if out else ()
    return (*said, *(t(f"explain.limits.{key}", lang) for key in ("not_all", "unwell", "no_diagnosis")))
