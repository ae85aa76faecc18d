"""Clinical scores: every vector, every edge of a step, nothing assumed, and what was not read says so."""

from __future__ import annotations

from typing import Any

import pytest

from kangban.kernel.errors import InvalidInput
from kangban.retrieval.cite import library
from kangban.rules.scores import Score, ScoreInput, get_score, reckon, scores

VECTORS = [(one, vector) for one in scores().values() for vector in one.vector]


@pytest.mark.parametrize(("one", "vector"), VECTORS, ids=[f"{one.id}-{vector.value}" for one, vector in VECTORS])
def test_every_vector_gives_its_total(one: Score, vector: Any) -> None:
    assert reckon(one, vector.given).value == pytest.approx(vector.value, abs=10**-one.digits / 2 if one.formula else 0)


def test_there_are_at_least_forty_each_with_vectors_bands_in_order_and_a_citation() -> None:
    assert len(scores()) >= 40
    for one in scores().values():
        (citation,) = library().cite((one.source,), "zh")
        assert citation.evidence in {"read_guideline", "read_secondary", "recalled"}
        assert (citation.evidence == "recalled") == (not citation.address), one.id
        assert one.vector, one.id
        assert [b.at for b in one.band] == sorted(b.at for b in one.band), one.id
        assert len({asked.id for asked in one.input}) == len(one.input)


def test_no_band_says_safe() -> None:
    for one in scores().values():
        for band in one.band:
            assert "放心" not in band.zh
            assert "安全" not in band.zh
            assert "safe" not in band.en.lower()


def middle(asked: ScoreInput) -> Any:
    if asked.kind == "yes_no":
        return False
    if asked.kind == "choice":
        return asked.choices[0].id
    if asked.kind == "items":
        return [int(asked.low or 0)] * asked.items
    return ((asked.low or 0) + (asked.high or 100)) / 2


@pytest.mark.parametrize("one", [s for s in scores().values() if not s.formula], ids=lambda s: s.id)
def test_every_step_changes_the_points_exactly_at_its_edge(one: Score) -> None:
    rest = {asked.id: middle(asked) for asked in one.input}
    for asked in one.input:
        for before, step in zip(asked.steps, asked.steps[1:], strict=False):
            edge = step.at if step.at is not None else step.above
            assert edge is not None
            on, below, above = (
                (
                    reckon(one, {**rest, asked.id: value}).points[asked.id]
                    for value in (edge, edge - 0.001, edge + 0.001)
                )
                if edge + 0.001 <= (asked.high or edge + 1)
                else (
                    *(reckon(one, {**rest, asked.id: value}).points[asked.id] for value in (edge, edge - 0.001)),
                    step.points,
                )
            )
            assert (below, above) == (before.points, step.points), (one.id, asked.id, edge)
            assert on == (step.points if step.at is not None else before.points)


@pytest.mark.parametrize("one", scores().values(), ids=lambda s: s.id)
def test_a_missing_input_is_named_and_gives_no_total(one: Score) -> None:
    full = {**{asked.id: middle(asked) for asked in one.input}}
    for asked in one.input:
        given = {key: value for key, value in full.items() if key != asked.id}
        scored = reckon(one, given)
        assert scored.value is None
        assert scored.band is None
        assert [m.id for m in scored.missing] == [asked.id]
        if not one.formula:
            assert scored.possible is not None
            low, high = scored.possible
            assert low <= high


@pytest.mark.parametrize("one", scores().values(), ids=lambda s: s.id)
def test_values_out_of_range_unknown_keys_and_wrong_kinds_are_refused(one: Score) -> None:
    with pytest.raises(InvalidInput):
        reckon(one, {"member_id": 1})
    for asked in one.input:
        wrong: list[Any] = [object(), "nonsense"]
        if asked.kind in {"number", "items"} and asked.high is not None:
            past = asked.high + 1
            wrong += [past, float("nan"), True] if asked.kind == "number" else [[past] * asked.items, [asked.low]]
        if asked.kind == "yes_no":
            wrong += [1, "yes"]
        for value in wrong:
            with pytest.raises(InvalidInput) as raised:
                reckon(one, {asked.id: value})
            assert raised.value.field == f"inputs.{asked.id}"


def test_other_units_are_reckoned_and_strange_ones_refused() -> None:
    egfr = get_score("egfr")
    a = reckon(egfr, {"creatinine": "0.9 mg/dL", "age": "50 岁", "sex": "male"}).value
    assert a == reckon(egfr, {"creatinine": 0.9 * 88.42, "age": 50, "sex": "male"}).value
    assert reckon(egfr, {"creatinine": "80 µmol/L", "age": 50, "sex": "male"}).value == pytest.approx(103.4, abs=0.1)
    with pytest.raises(InvalidInput):
        reckon(egfr, {"creatinine": "80 mmol/L", "age": 50, "sex": "male"})


def test_names_in_both_languages_find_a_score() -> None:
    assert get_score("CHA2DS2-VASc").id == get_score("cha₂ds₂ vasc").id == "cha2ds2_vasc"
    assert get_score("体重指数").id == "bmi"


def test_friedewald_refuses_high_triglycerides() -> None:
    with pytest.raises(InvalidInput):
        reckon(get_score("ldl_friedewald"), {"total": 6, "hdl": 1, "triglycerides": 4.6})
