"""Decision tables: every complete set of facts hits exactly one row; vectors on every row and edge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kangban.rules.evaluate import hits, outcome_of
from kangban.rules.faults import Fault
from kangban.rules.load import Packs
from kangban.rules.schema import DecisionTable


def edges(table: DecisionTable) -> dict[str, list[float]]:
    """Every band edge per input, within the domain, with the domain's own low edge."""
    found: dict[str, list[float]] = {}
    for one in table.inputs:
        points = {one.low}
        for row in table.rows:
            for edge in row.bands.get(one.name, (None, None)):
                if edge is not None and one.low <= edge < one.high:
                    points.add(edge)
        found[one.name] = sorted(points)
    return found


def prove_tables(packs: Packs) -> Iterator[Fault]:
    """Gaps, overlaps, edges, vectors and known ids of every decision table."""
    targets = {i.id for i in packs.ingredients} | {f"class:{c.id}" for c in packs.drug_classes}
    for table in packs.tables:
        place = f"table {table.id}"
        for one in table.applies_to:
            if one not in targets:
                yield Fault(place, f"applies to unknown {one}")
        yield from prove_table(table)


def prove_table(table: DecisionTable) -> Iterator[Fault]:
    """Because bands are half-open and constant between edges, testing every corner tests every cell."""
    place = f"table {table.id}"
    names = {i.name for i in table.inputs}
    for number, row in enumerate(table.rows):
        if set(row.bands) - names:
            yield Fault(place, f"row {number} has a band on an input the table does not have")
            return
        if row.outcome != "none" and not (row.message and row.message_en):
            yield Fault(place, f"row {number} has no message in both languages")
    grid = edges(table)
    for corner in product(*grid.values()):
        facts: dict[str, float | None] = dict(zip(grid, corner, strict=True))
        count = sum(1 for row in table.rows if hits(row, facts))
        if count != 1:
            yield Fault(place, f"{'gap' if count == 0 else 'overlap'} at {facts}: {count} rows")
    yield from _prove_vectors(table, grid)


def _prove_vectors(table: DecisionTable, grid: dict[str, list[float]]) -> Iterator[Fault]:
    place = f"table {table.id}"
    covered: set[int] = set()
    values: dict[str, set[float]] = {name: set() for name in grid}
    for vector in table.vectors:
        got = outcome_of(table, vector.facts)
        if got != vector.outcome:
            yield Fault(place, f"vector {vector.facts} gives {got}, not {vector.outcome}")
        covered |= {n for n, row in enumerate(table.rows) if hits(row, vector.facts)}
        for name, value in vector.facts.items():
            if value is not None and name in values:
                values[name].add(value)
    for number in set(range(len(table.rows))) - covered:
        yield Fault(place, f"no vector on row {number}")
    for name, points in grid.items():
        for missing in sorted(set(points) - values[name]):
            yield Fault(place, f"no vector on the edge {name} = {missing}")
