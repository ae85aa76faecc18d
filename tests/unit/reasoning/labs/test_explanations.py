"""Over a thousand invented reports: every explanation is readable, begins with what to do, and passes the guard."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import pytest

from kangban.clinical.draft import Draft, ToolTrace
from kangban.clinical.person import PersonFacts
from kangban.clinical.report import Report, ReportRow
from kangban.clinical.report_explanation import EarlierResult, Explanation
from kangban.clinical.urgency import Lang, urgency_rank
from kangban.guard.review import review
from kangban.reasoning.labs.explain import explain_report
from kangban.reasoning.labs.readable import unreadable
from kangban.retrieval.cite import library
from kangban.rules.compiled import shipped
from kangban.rules.schema import Analyte
from tests.support.reports import ANALYTES, earlier, person_of, report_of, row_of

LANGS: tuple[Lang, ...] = ("zh", "en")
PATTERNS = shipped().packs.patterns
PEOPLE = (
    PersonFacts(age_years=45, sex="female", pregnant=False, conditions=(), medicines=(), allergies=()),
    PersonFacts(age_years=71, sex="male"),
    PersonFacts(age_years=5, sex="female"),
    PersonFacts(),
    PersonFacts(age_years=30, sex="female", pregnant=True, pregnancy_weeks=25, conditions=(), medicines=()),
)


@dataclass
class Case:
    name: str
    report: Report
    person: PersonFacts
    earlier: tuple[EarlierResult, ...] = ()


def from_vectors() -> Iterator[Case]:
    for pattern in PATTERNS:
        for number, vector in enumerate(pattern.vectors):
            person = person_of(vector.person)
            ranges = {a: (low, high) for a, low, high in vector.ranges}
            before = tuple(earlier(a, days, value) for a, days, value in vector.earlier)
            yield Case(f"{pattern.id}-{number}", report_of(vector.values, person, ranges=ranges), person, before)


def drawn(count: int = 130) -> Iterator[Case]:
    """Reports with many results, far out and near, some to be confirmed, some known from before."""
    dice = random.Random(20260302)
    numbers = [a for a in ANALYTES.values() if a.ranges and a.scale == "quantitative"]
    words = [a for a in ANALYTES.values() if a.scale == "qualitative"]
    for n in range(count):
        person = dice.choice(PEOPLE)
        some = dice.sample(numbers, dice.randint(1, 18)) + dice.sample(words, dice.randint(0, 4))
        rows = [_drawn_row(a, dice, person, place) for place, a in enumerate(some)]
        before = tuple(
            earlier(r.analyte, dice.choice((7, 40, 120, 400)), r.own_value * dice.choice((0.5, 0.97, 1, 1.3)) + 0.01)
            for r in rows
            if r.analyte and r.own_value is not None and dice.random() < 0.4
        )
        yield Case(f"drawn-{n}", report_of({}, person, rows), person, before)


def _drawn_row(analyte: Analyte, dice: random.Random, person: PersonFacts, place: int) -> ReportRow:
    if analyte.scale == "qualitative":
        row = row_of(analyte.id, dice.choice(("阴性", "阳性", "2+", "±")), person, place)
    else:
        band = dice.choice(analyte.ranges)
        low, high = band.low or 0.0, band.high if band.high is not None else (band.low or 1.0) * 2
        value = dice.choice((low * 0.4, low * 0.95, (low + high) / 2, high * 1.05, high * 3, high * 12))
        row = row_of(analyte.id, round(value, 3), person, place)
    if dice.random() < 0.15:
        code = dice.choice(("unit_missing", "flag_disagrees", "tenfold_jump", "low_confidence", "ambiguous_analyte"))
        return msgspec.structs.replace(row, needs_confirm=True, doubts=(code,))
    return row


CASES = [*from_vectors(), *drawn()]


@pytest.fixture(scope="module")
def told() -> list[tuple[Case, Explanation]]:
    return [(c, explain_report(c.report, c.person, c.earlier, lang)) for c in CASES for lang in LANGS]


def test_there_are_enough(told: list[tuple[Case, Explanation]]) -> None:
    assert len(told) >= 1000
    assert {e.urgency for _, e in told} == {"emergency", "same_day", "this_week", "self_care"}


def test_every_explanation_is_readable(told: list[tuple[Case, Explanation]]) -> None:
    bad = [f"{c.name} {e.lang}: {what}" for c, e in told for what in unreadable(e)]
    assert not bad, f"{len(bad)}\n" + "\n".join(sorted(set(bad))[:40])


def test_nothing_below_is_more_urgent_than_the_first_line(told: list[tuple[Case, Explanation]]) -> None:
    for case, one in told:
        parts = [p.level for p in (*one.patterns, *one.borderline)]
        parts += [d.if_true for d in one.not_counted if d.if_true is not None]
        assert all(urgency_rank(one.urgency) <= urgency_rank(level) for level in parts), case.name
        for row in one.rows:
            covered = any(row.row in p.rows for p in (*one.patterns, *one.borderline))
            assert covered or not row.flag.startswith("critical") or one.urgency == "emergency", case.name


def test_what_waits_for_a_person_is_named_and_counts_for_nothing(told: list[tuple[Case, Explanation]]) -> None:
    for case, one in told:
        waiting = {n for n, row in enumerate(case.report.rows) if row.needs_confirm}
        assert {d.row for d in one.not_counted} == waiting
        used = {r.row for r in one.rows} | {n for p in (*one.patterns, *one.borderline) for n in p.rows}
        assert not used & waiting, case.name


def test_every_result_out_of_range_is_told(told: list[tuple[Case, Explanation]]) -> None:
    for case, one in told:
        out = {n for n, r in enumerate(case.report.rows) if not r.needs_confirm and r.flag not in ("normal", "unknown")}
        assert {r.row for r in one.rows} == out, case.name


def test_every_citation_can_be_opened(told: list[tuple[Case, Explanation]]) -> None:
    shelf = library()
    assert all(c in shelf for _, one in told for c in one.citations)
    assert all(one.citations for _, one in told if one.patterns)


QUESTION = {"zh": "这份报告怎么看？", "en": "What does this report mean?"}


def held_back(text: str, shown: object, person: PersonFacts, lang: Lang, results: tuple[str, ...] = ()) -> list[str]:
    """What the guard objects to. Numbers may stand because a tool said them; only `results` count as our own words."""
    trace = ToolTrace("explain_report", {}, msgspec.to_builtins(shown))
    verdict = review(Draft(text, trace=(trace,)), QUESTION[lang], person, lang=lang, own_words=results)
    failed = [c for c in verdict.checks if c.outcome in ("fail", "error")]
    return [f"{c.name}: {where}" for c in failed for where in ([text[a:b] for a, b in c.spans] or [c.why_en])]


def test_the_guard_lets_every_pattern_out_as_it_is() -> None:
    bad: list[str] = []
    for pattern in PATTERNS:
        person = person_of(next(v for v in pattern.vectors if v.holds == "yes").person)
        for lang, texts in (
            ("zh", (pattern.what, pattern.means, pattern.next, *pattern.ask)),
            ("en", (pattern.what_en, pattern.means_en, pattern.next_en, *pattern.ask_en)),
        ):
            bad += [f"{pattern.id} {what}" for what in held_back("\n".join(texts), texts, person, lang)]
    assert not bad, f"{len(bad)}\n" + "\n".join(sorted(set(bad))[:40])


def test_the_guard_lets_whole_explanations_out_as_they_are(told: list[tuple[Case, Explanation]]) -> None:
    bad: list[str] = []
    for case, one in told[5::17]:
        text = "\n".join(s for section in one.sections for s in section.sentences)
        values = tuple(s for row in one.rows for s in row.sentences) + tuple(d.sentence for d in one.not_counted)
        bad += [f"{case.name} {what}" for what in held_back(text, one, case.person, one.lang, values)]
    assert not bad, f"{len(bad)}\n" + "\n".join(sorted(set(bad))[:40])
