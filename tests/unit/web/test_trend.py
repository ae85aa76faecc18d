"""Values over time: which series a record holds, where points stand, what is said of the change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kangban.clinical.record import Body, Entry, Observation, Provenance
from kangban.clinical.report_explanation import Series, SeriesPoint
from kangban.web.trend import LEFT, RIGHT, WIDE, places_of, series_in, shown

NOW = datetime(2026, 5, 3, 8, tzinfo=UTC)


def entry(number: int, body: Body, days: float) -> Entry:
    at = NOW - timedelta(days=days)
    return Entry(f"e-{number}", "home", "m", body, at, at + timedelta(hours=number), Provenance("person", "person"))


def test_series_hold_numbers_in_their_own_unit_oldest_first() -> None:
    log = [
        entry(1, Observation("weight", 61.0, "kg"), 1),
        entry(2, Observation("weight", 63.5, "kg"), 30),
        entry(3, Observation("creatinine", 76.0, "umol/L", low=41.0, high=73.0), 3),
        entry(4, Observation("creatinine", 0.9, "mg/dL"), 2),  # another unit: no point of this line
        entry(5, Observation("crp", 0.5, "mg/L", comparator="<"), 2),  # a bound is no value
        entry(6, Observation("printed:某项", 3.0, "U"), 2),  # in no catalogue
    ]
    found = {one.analyte: one for one in series_in(log)}
    assert set(found) == {"weight", "creatinine"}
    assert [p.value for p in found["weight"].points] == [63.5, 61.0]
    assert found["creatinine"].points[0].flag == "high"


def test_of_one_moment_the_one_known_later_stands_later() -> None:
    log = [entry(2, Observation("sbp", 126.0, "mm[Hg]"), 1), entry(1, Observation("sbp", 138.0, "mm[Hg]"), 1)]
    assert [p.value for p in series_in(log)[0].points] == [138.0, 126.0]


@pytest.mark.parametrize(
    ("days", "shares"),
    [((10, 5, 0), (0, 0.5, 1)), ((10, 9, 0), (0, 0.1, 1)), ((None, 5, 0), (0, 0.5, 1)), ((3, 3, 3), (0, 0.5, 1))],
)
def test_points_stand_by_time_and_evenly_where_it_is_not_known(
    days: tuple[float | None, ...], shares: tuple[float, ...]
) -> None:
    points = tuple(SeriesPoint(1.0, "normal", None if d is None else NOW - timedelta(days=d)) for d in days)
    room = WIDE - LEFT - RIGHT
    assert places_of(points) == pytest.approx([LEFT + room * one for one in shares])


def test_local_and_aware_moments_are_compared_in_one_zone() -> None:
    local = SeriesPoint(1.0, "normal", datetime(2026, 5, 3, 17))  # noqa: DTZ001 - a hospital's local time, as printed
    series = Series("x", "x", "x", "", (SeriesPoint(1.0, "normal", NOW), local))
    assert places_of(series.points) == pytest.approx([LEFT, WIDE - RIGHT])


@pytest.mark.parametrize(("value", "text"), [(5.123456, "5.123"), (120.0, "120"), (0.0123456, "0.01235"), (0.0, "0")])
def test_numbers_are_short(value: float, text: str) -> None:
    assert shown(value) == text
