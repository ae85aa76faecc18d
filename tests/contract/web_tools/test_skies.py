"""The weather, and what it means for health."""

from __future__ import annotations

from typing import Any

import pytest

from kangban.kernel.errors import InvalidInput, NotFound, Unavailable
from kangban.toolbox.web.weather_advice import Sky, advice_on
from tests.contract.web_tools.conftest import Call

KEY = {"qweather_key": "good"}


async def test_now_with_advice_that_names_its_source(call: Call) -> None:
    found = await call("weather", city="上海", secrets=KEY)
    assert found.content["now"]["feelsLike"] == "36"
    assert found.content["place"] == {"name": "上海", "within": ["上海", "上海市", "中国"]}
    (advice,) = found.content["advice"]
    assert (advice["rule"], advice["recalled"]) == ("heat", False)
    assert found.citations[0].id == advice["citation"]
    assert found.citations[0].address


async def test_forecast_of_the_days_asked_for(call: Call) -> None:
    found = await call("weather", city="上海", what="forecast", days=4, secrets=KEY)
    assert [one["fxDate"] for one in found.content["days"]] == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
    # What nobody has checked against a source says so.
    assert {(a["rule"], a["recalled"]) for a in found.content["advice"]} == {("cold", True), ("sun", True)}
    assert {c.evidence for c in found.citations} == {"recalled"}


async def test_history_and_indices(call: Call) -> None:
    past = await call("weather", city="上海", what="history", day="2026-11-20", secrets=KEY)
    assert (past.content["day"]["tempMax"], len(past.content["hours"])) == ("12", 1)
    indices = await call("weather", city="上海", what="indices", secrets=KEY)
    assert indices.content["indices"][0]["name"] == "感冒指数"
    assert indices.content["advice"] == []


async def test_air_by_the_chinese_scale_only(call: Call) -> None:
    foul = await call("weather", city="雾城", what="air", secrets=KEY)
    assert [a["rule"] for a in foul.content["advice"]] == ["air_5"]
    assert foul.content["air"][0]["first"] == "PM 2.5"
    assert (await call("weather", city="上海", what="air", secrets=KEY)).content["advice"] == []


async def test_several_cities_of_one_name(call: Call) -> None:
    found = await call("weather", city="朝阳", secrets=KEY)
    assert found.content["others_of_that_name"] == ["朝阳 (朝阳, 辽宁省, 中国)"]
    other = await call("weather", city="朝阳", within="辽宁", secrets=KEY)
    assert (other.content["place"]["within"][1], other.content["others_of_that_name"]) == ("辽宁省", [])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"city": "无此城"}, NotFound), ({"city": "空城"}, NotFound), ({"city": "limit"}, Unavailable),
        ({"city": "上海", "what": "history"}, InvalidInput), ({"city": "上海", "what": "history", "day": "2020-01-01"}, InvalidInput),
        ({"city": "上海", "days": 31}, InvalidInput), ({"city": "slow down"}, Unavailable), ({"city": "fall over"}, Unavailable),
        ({"city": "garbage"}, Unavailable),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered(call: Call, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await call("weather", **arguments, secrets=KEY)


async def test_without_a_key_or_an_address_it_says_what_to_set(call: Call, settings_of: Any) -> None:
    with pytest.raises(Unavailable, match="kangban secrets set qweather_key"):
        await call("weather", city="上海")
    with pytest.raises(Unavailable, match="KANGBAN_TOOL_URL_QWEATHER"):
        await call("weather", city="上海", secrets=KEY, settings=settings_of(KANGBAN_TOOL_URL_QWEATHER=""))
    with pytest.raises(Unavailable):
        await call("weather", city="上海", secrets={"qweather_key": "bad"})


@pytest.mark.parametrize(
    ("aqi", "rules"), [(None, []), (100, []), (101, ["air_3"]), (151, ["air_4"]), (201, ["air_5"]), (300, ["air_5"]), (301, ["air_6"])]
)  # fmt: skip
def test_bounds_of_the_air(aqi: float | None, rules: list[str]) -> None:
    assert [a["rule"] for a in advice_on(Sky(aqi_china=aqi), "en")[0]] == rules


@pytest.mark.parametrize(
    ("sky", "rules"), [(Sky(feels=34.9), []), (Sky(feels=35), ["heat"]), (Sky(coldest=0), ["cold"]), (Sky(), [])]
)
def test_bounds_of_heat_and_cold(sky: Sky, rules: list[str]) -> None:
    assert [a["rule"] for a in advice_on(sky, "zh")[0]] == rules
