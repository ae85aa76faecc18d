"""Decision tables: the proof bites on gaps, overlaps, missing edges and wrong vectors; unknown is an outcome."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.clinical.person import MedicineUse, PersonFacts
from kangban.reasoning.medication.check import check_medicines
from kangban.rules.compiled import shipped
from kangban.rules.evaluate import hits, outcome_of
from kangban.rules.proofs_tables import prove_table
from kangban.rules.schema import DecisionTable

TABLES = shipped().packs.tables
METFORMIN = next(t for t in TABLES if t.id == "metformin-egfr")


def faults(table: DecisionTable) -> str:
    return " | ".join(f.what for f in prove_table(table))


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.id)
def test_shipped_tables_are_proved(table: DecisionTable) -> None:
    assert faults(table) == ""


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.id)
@given(st.data())
def test_every_complete_set_of_facts_hits_exactly_one_row(table: DecisionTable, data: st.DataObject) -> None:
    facts = {
        i.name: data.draw(st.floats(i.low, i.high, exclude_max=True, allow_nan=False, allow_infinity=False))
        for i in table.inputs
    }
    assert sum(hits(row, facts) for row in table.rows) == 1


def test_a_gap_is_a_fault() -> None:
    assert "gap" in faults(msgspec.structs.replace(METFORMIN, rows=METFORMIN.rows[:1] + METFORMIN.rows[2:]))


def test_an_overlap_is_a_fault() -> None:
    wide = msgspec.structs.replace(METFORMIN.rows[0], bands={"egfr": (0.0, 31.0)})
    assert "overlap" in faults(msgspec.structs.replace(METFORMIN, rows=(wide, *METFORMIN.rows[1:])))


def test_a_missing_edge_vector_is_a_fault() -> None:
    fewer = tuple(v for v in METFORMIN.vectors if v.facts.get("egfr") != 45)
    assert "no vector on the edge egfr = 45" in faults(msgspec.structs.replace(METFORMIN, vectors=fewer))


def test_a_wrong_vector_is_a_fault() -> None:
    wrong = msgspec.structs.replace(METFORMIN.vectors[0], outcome="none")
    assert "gives contraindicated" in faults(
        msgspec.structs.replace(METFORMIN, vectors=(wrong, *METFORMIN.vectors[1:]))
    )


def test_a_missing_fact_is_unknown() -> None:
    assert outcome_of(METFORMIN, {"egfr": None}) == "unknown"


@pytest.mark.parametrize(
    ("egfr", "severity"), [(29.9, "contraindicated"), (30.0, "caution"), (44.9, "caution"), (45.0, None)]
)
def test_the_check_uses_the_table(egfr: float, severity: str | None) -> None:
    outcome = check_medicines(PersonFacts(egfr=egfr), [MedicineUse("二甲双胍")])
    found = [f.severity for f in outcome.findings if f.rule.startswith("metformin-egfr@")]
    assert found == ([severity] if severity else [])
