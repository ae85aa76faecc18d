"""Places, what is near, and routes, by AMap and Bing Maps."""

from __future__ import annotations

from typing import Any

import pytest

from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from kangban.toolbox.web.spots import Point, straight_m
from tests.contract.web_tools.conftest import Call

KEYS = {"amap_key": "good", "bing_maps_key": "good"}


async def test_an_address_has_coordinates(call: Call) -> None:
    found = await call("find_place", address="上海市人民广场", secrets=KEYS)
    assert found.content["places"] == [
        {"name": "上海市人民广场", "address": "", "longitude": 121.47519, "latitude": 31.228833, "kind": "兴趣点"}
    ]
    other = await call("find_place", address="Seattle", by="bing", secrets=KEYS)
    assert (other.content["places"][0]["longitude"], other.content["places"][0]["address"]) == (-122.33, "Seattle, WA")
    assert (await call("find_place", address="nowhere", by="bing", secrets=KEYS)).content["places"] == []


async def test_the_nearest_pharmacy_stands_first(call: Call) -> None:
    found = await call("nearby", around="人民广场", what="pharmacy", secrets=KEYS)
    assert [(p["name"], p["distance_m"], p.get("telephone")) for p in found.content["places"]] == [
        ("近药房", 120, "021-1"), ("远药房", 900, None),
    ]  # fmt: skip
    other = await call("nearby", around="-122.33,47.6", what="pharmacy", by="bing", secrets=KEYS)
    assert [p["name"] for p in other.content["places"]] == ["Near pharmacy", "Far pharmacy"]
    assert 100 < other.content["places"][0]["distance_m"] < 125
    close = await call("nearby", around="-122.33,47.6", what="pharmacy", by="bing", radius_m=500, secrets=KEYS)
    assert [p["name"] for p in close.content["places"]] == ["Near pharmacy"]


async def test_what_is_looked_for_in_words(call: Call) -> None:
    assert (await call("nearby", around="人民广场", what="hospital", secrets=KEYS)).content["places"] == []
    found = await call("nearby", around="人民广场", what="other", words="血站", secrets=KEYS)
    assert found.content["places"][0]["name"] == "血站"
    with pytest.raises(InvalidInput):
        await call("nearby", around="人民广场", what="other", secrets=KEYS)


@pytest.mark.parametrize(
    ("arguments", "distance", "step"),
    [
        ({"how": "walking"}, 4200, "沿延安路步行500米"), ({"how": "transit", "city": "上海"}, 4500, "地铁2号线"),
        ({"by": "bing"}, 3250, "Head north"),
    ],
)  # fmt: skip
async def test_distance_time_and_turns(call: Call, arguments: dict[str, Any], distance: int, step: str) -> None:
    found = (await call("route", start="人民广场", end="121.4417,31.2143", secrets=KEYS, **arguments)).content
    assert (found["distance_m"], found["steps"]) == (distance, [step])
    assert found["duration_s"] in (3300, 1500, 600)
    if "by" not in arguments:
        assert 3500 < found["straight_m"] < 3700


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("find_place", {"address": "无此地"}, NotFound), ("find_place", {"address": "limit"}, Unavailable),
        ("find_place", {"address": "slow down"}, Unavailable), ("find_place", {"address": "garbage"}, Unavailable),
        ("find_place", {"address": "fall over", "by": "bing"}, Unavailable),
        ("route", {"start": "人民广场", "end": "岛"}, NotFound), ("route", {"start": "1,1", "end": "110,5", "by": "bing"}, NotFound),
        ("route", {"start": "1,1", "end": "2,2", "how": "transit"}, InvalidInput), ("route", {"start": "181,1", "end": "2,2"}, InvalidInput),
        ("nearby", {"around": "nowhere", "by": "bing"}, NotFound),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered(
    call: Call, name: str, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await call(name, **arguments, secrets=KEYS)


@pytest.mark.parametrize(("by", "key"), [("amap", "amap_key"), ("bing", "bing_maps_key")])
async def test_keys(call: Call, by: str, key: str) -> None:
    with pytest.raises(Unavailable, match=f"kangban secrets set {key}"):
        await call("find_place", address="人民广场", by=by)
    with pytest.raises(Unavailable) as told:
        await call("find_place", address="人民广场", by=by, secrets={key: "bad"})
    assert "KEY-SECRET" not in told.value.message


def test_a_degree_of_latitude() -> None:
    assert abs(straight_m(Point(10, 50), Point(10, 51)) - 111_195) < 50
