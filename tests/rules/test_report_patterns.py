"""The reports pack: every vector of every pattern gives what its author said, and every way is reached."""

from __future__ import annotations

import msgspec
import pytest

from kangban.clinical.urgency import urgency_rank
from kangban.kernel.logic import Tri
from kangban.reasoning.labs.patterns import find_patterns, judge_pattern, view_for
from kangban.reasoning.labs.readings import Readings
from kangban.rules.compiled import shipped
from kangban.rules.glossary import Glossary
from kangban.rules.proofs_reports import conditions_of, prove_reports
from kangban.rules.proofs_sources import evidence_by_citation
from kangban.rules.schema import Pattern, PatternVector, Person
from tests.support.reports import earlier, person_of, report_of

PACKS = shipped().packs
VECTORS = [pytest.param(p, v, id=f"{p.id}-{n}") for p in PACKS.patterns for n, v in enumerate(p.vectors)]


def readings_of(vector: PatternVector) -> Readings:
    person = person_of(vector.person)
    before = [earlier(analyte, days, value) for analyte, days, value in vector.earlier]
    ranges = {analyte: (low, high) for analyte, low, high in vector.ranges}
    return Readings(report_of(vector.values, person, ranges=ranges), person, before)


@pytest.mark.parametrize(("pattern", "vector"), VECTORS)
def test_a_vector_gives_what_it_says(pattern: Pattern, vector: PatternVector) -> None:
    readings = readings_of(vector)
    tri, rows, missing = judge_pattern(pattern, readings, view_for(readings))
    assert tri is Tri(vector.holds), missing
    assert bool(rows) is (tri is Tri.YES)
    assert bool(missing) is (tri is Tri.UNKNOWN)


def test_every_way_of_a_pattern_is_reached_by_a_vector() -> None:
    for pattern in PACKS.patterns:
        for number, way in enumerate(pattern.way):
            alone = _only(pattern, number)
            held = [v for v in pattern.vectors if v.holds == "yes" and _holds(alone, v)]
            assert held, f"{pattern.id} way {number}: {way}"


def _only(pattern: Pattern, number: int) -> Pattern:
    return msgspec.structs.replace(pattern, way=(pattern.way[number],))


def _holds(pattern: Pattern, vector: PatternVector) -> bool:
    readings = readings_of(vector)
    return judge_pattern(pattern, readings, view_for(readings))[0] is Tri.YES


def test_a_vector_that_holds_is_told_unless_a_graver_one_of_its_family_is() -> None:
    by_id = {p.id: p for p in PACKS.patterns}
    for pattern in PACKS.patterns:
        for vector in pattern.vectors:
            if vector.holds != "yes":
                continue
            told = [by_id[f.id] for f in find_patterns(readings_of(vector)).found]
            assert pattern in told or any(p.family == pattern.family and p.rank > pattern.rank for p in told), (
                pattern.id
            )


def test_a_calmer_pattern_wins_only_where_something_about_the_person_explains_it() -> None:
    for winner in PACKS.patterns:
        for other in PACKS.patterns:
            beats = winner.family == other.family and winner.rank > other.rank
            if beats and urgency_rank(winner.level) > urgency_rank(other.level):
                assert all(way.person != Person() for way in winner.way), f"{winner.id} hides {other.id}"


def test_as_many_as_promised() -> None:
    families = {p.family for p in PACKS.patterns}
    assert len(PACKS.patterns) >= 160
    assert len(families) >= 60
    assert len(PACKS.terms) >= 150
    assert len(PACKS.variations) >= 20


def test_most_patterns_rest_on_something_read() -> None:
    known = evidence_by_citation(PACKS)
    read = [p for p in PACKS.patterns if any(known[c] != "recalled" for c in p.citations)]
    assert len(read) >= 0.8 * len(PACKS.patterns)


def test_the_proofs_see_what_is_wrong() -> None:
    good = PACKS.patterns[0]
    bad = (
        msgspec.structs.replace(
            good, what="这是一句非常非常非常非常非常非常非常非常非常非常非常非常非常非常非常长的话，谁也读不完。"
        ),
        msgspec.structs.replace(good, means="您得了贫血。"),
        msgspec.structs.replace(good, next_en="There is nothing to worry about."),
        msgspec.structs.replace(good, ask=(*good.ask, "多了一句？")),
        msgspec.structs.replace(good, vectors=tuple(v for v in good.vectors if v.holds == "yes")),
        msgspec.structs.replace(good, way=(msgspec.structs.replace(good.way[0], absent=("no_such_test",)),)),
    )
    for one in bad:
        assert list(prove_reports(msgspec.structs.replace(PACKS, patterns=(one,), terms=()))), one


def test_a_term_is_found_whole_and_longest_first() -> None:
    glossary = Glossary(PACKS.terms)
    assert [t.id for _, t in glossary.find("中性粒细胞偏低", "zh")] == ["neutrophils"]
    assert not list(glossary.find("SALTY", "en"))
    assert [w for w, _ in glossary.find("查ALT和AST。", "zh")] == ["ALT", "AST"]


def test_conditions_name_only_tests_of_the_labs_pack_or_derived_ones() -> None:
    assert {c.of for p in PACKS.patterns for c in conditions_of(p)} >= {"hemoglobin", "egfr", "r_factor"}
