"""Small things the interface rests on: kinds, bodies for every endpoint, buckets, and who is told to wait."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from kangban.api import shapes
from kangban.api.description import document
from kangban.api.rate import MOST_CALLERS, Rate
from kangban.api.table import ENDPOINTS
from kangban.api.wire import read_json, read_query
from kangban.clinical.access import GROUP_OF
from kangban.kernel.errors import InvalidInput
from tests.support.api_bodies import BODIES, body_of


def test_every_kind_of_entry_can_be_asked_for() -> None:
    assert set(get_args(shapes.Kind)) == set(GROUP_OF)


def test_every_body_of_the_tests_is_one_the_endpoint_takes() -> None:
    with_body = {one.name: one.body for one in ENDPOINTS if one.body is not None}
    assert set(BODIES) == set(with_body)
    for name, shape in with_body.items():
        read_json(msgspec.json.encode(body_of(name, {})), shape)


def test_names_and_addresses_are_given_once() -> None:
    assert len({one.name for one in ENDPOINTS}) == len(ENDPOINTS)
    assert len({(one.method, one.path) for one in ENDPOINTS}) == len(ENDPOINTS)
    told = msgspec.json.decode(document())
    assert {(m, p) for p, methods in told["paths"].items() for m in methods} == {
        (one.method.lower(), one.path) for one in ENDPOINTS
    }


def test_every_body_refuses_what_it_does_not_know() -> None:
    told = msgspec.json.decode(document())["components"]["schemas"]
    for one in ENDPOINTS:
        if one.body is not None:
            assert told[one.body.__name__]["additionalProperties"] is False, one.name
            with pytest.raises(InvalidInput):
                read_json(msgspec.json.encode({**body_of(one.name, {}), "operator": True}), one.body)


@pytest.mark.parametrize("pairs", [[("limit", "1"), ("limit", "1")], [("limit", "x")], [("x", "1")], [("after", "\0")]])
def test_wrong_parameters_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput):
        read_query(pairs, shapes.EntriesQuery)


def test_a_bucket_empties_and_fills_again() -> None:
    now = [0.0]
    rate = Rate(60, lambda: now[0])
    assert [rate.take("a") for _ in range(60)] == [0] * 60
    assert rate.take("a") > 0
    assert rate.take("b") == 0
    now[0] += 1.0
    assert rate.take("a") == 0
    assert rate.take("a") > 0
    now[0] -= 100.0
    assert rate.take("a") > 0, "a clock that goes back gives nothing away"
    now[0] += 10_000.0
    assert [rate.take("a") for _ in range(60)] == [0] * 60
    assert rate.take("a") > 0, "never more than a minute's worth"


def test_buckets_of_long_ago_are_forgotten() -> None:
    rate = Rate(1, lambda: 0.0)
    for n in range(MOST_CALLERS + 10):
        rate.take(str(n))
    assert rate.take("0") == 0
    assert rate.take(str(MOST_CALLERS + 9)) > 0
