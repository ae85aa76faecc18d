"""Tool: the weather by QWeather 和风天气, with what it means for health by our own rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from kangban.kernel.errors import InvalidInput, NotFound
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.web.asking import FOREIGN, Service, ask_json, on_day, refused
from kangban.toolbox.web.weather_advice import Sky, advice_on

QWEATHER = Service("qweather")
# Sport, clothing, ultraviolet light, allergy, comfort, common cold, how pollution spreads, sun protection.
_INDICES = "1,3,5,7,8,9,10,16"
_SPANS = (3, 7, 10, 15, 30)
Plain = dict[str, Any]


class _City(msgspec.Struct, frozen=True):
    id: str
    name: str = ""
    lat: float = 0.0
    lon: float = 0.0
    adm1: str = ""
    adm2: str = ""
    country: str = ""


class _Cities(msgspec.Struct, frozen=True):
    code: str = "200"
    location: list[_City] = []


class _Told(msgspec.Struct, frozen=True):
    """Any of the v7 answers: a code, and one of these."""

    code: str = "200"
    fxLink: str = ""  # noqa: N815 - the service's own spelling
    updateTime: str = ""  # noqa: N815
    now: Plain = {}
    daily: list[Plain] = []
    weatherDaily: Plain = {}  # noqa: N815
    weatherHourly: list[Plain] = []  # noqa: N815


class _Index(msgspec.Struct, frozen=True):
    code: str = ""
    name: str = ""
    aqi: float | None = None
    category: str | None = ""
    primaryPollutant: Plain | None = None  # noqa: N815
    health: Plain | None = None


class _Air(msgspec.Struct, frozen=True):
    indexes: list[_Index]
    pollutants: list[Plain] = []


@tool(
    "weather", group="weather", needs=("url:qweather", "qweather_key"), cost="metered", **FOREIGN, cache_s=600.0,
    examples=({"city": "上海"}, {"city": "朝阳", "within": "北京", "what": "forecast", "days": 7}),
)  # fmt: skip
async def weather(
    context: ToolContext,
    city: Annotated[str, msgspec.Meta(min_length=1, max_length=60)],
    what: Literal["now", "forecast", "history", "air", "indices"] = "now",
    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 3,
    day: str = "",
    within: Annotated[str, msgspec.Meta(max_length=60)] = "",
) -> ToolResult:
    """The weather of a city, with what it means for health. 查天气：实况、预报、历史、空气质量、生活指数。

    city: its name in any language, or "longitude,latitude"
    what: now, the days to come, a past day, the quality of the air, or indices for daily life
    days: how many days of forecast
    day: for history, YYYY-MM-DD, one of the last ten days
    within: the province or city it lies in, where several have the name
    """
    place, others = await _city(context, city, within)
    sky = Sky()
    if what == "air":
        found, sky = await _air(context, place)
    else:
        found, sky = await _weather(context, place, what, days, day)
    advice, citations = advice_on(sky, context.lang)
    content = {
        "place": {"name": place.name, "within": [p for p in (place.adm2, place.adm1, place.country) if p]},
        "others_of_that_name": others, "what": what, **found, "advice": advice, "source": "QWeather",
    }  # fmt: skip
    return ToolResult(content, citations=citations)


async def _city(context: ToolContext, city: str, within: str) -> tuple[_City, list[str]]:
    asked = {"location": city, "number": 5, "lang": context.lang, **({"adm": within} if within else {})}
    found = await ask_json(
        context, QWEATHER, "/geo/v2/city/lookup", asked, shape=_Cities, headers=_key(context), missing="no such city"
    )
    if found.code in ("404", "204") or (found.code == "200" and not found.location):
        raise NotFound("no such city", field="city")
    _check(found.code)
    first, *rest = found.location
    return first, [f"{one.name} ({one.adm2}, {one.adm1}, {one.country})" for one in rest if one.name == first.name]


async def _weather(context: ToolContext, place: _City, what: str, days: int, day: str) -> tuple[Plain, Sky]:
    asked: dict[str, str | int] = {"location": place.id, "lang": context.lang}
    if what == "history":
        asked["date"] = on_day(day, "day").strftime("%Y%m%d")
    elif what == "indices":
        asked["type"] = _INDICES
    span = next(one for one in _SPANS if one >= days)
    path = {
        "now": "/v7/weather/now", "forecast": f"/v7/weather/{span}d", "history": "/v7/historical/weather",
        "indices": "/v7/indices/1d",
    }[what]  # fmt: skip
    told = await ask_json(context, QWEATHER, path, asked, shape=_Told, headers=_key(context), missing="nothing known")
    _check(told.code)
    base: Plain = {
        "updated": told.updateTime,
        "page": told.fxLink,
        "units": {"temperature": "℃", "wind": "km/h", "rain": "mm"},
    }
    if what == "now":
        return base | {"now": told.now}, Sky(
            feels=_number(told.now, "feelsLike"), coldest=_number(told.now, "feelsLike")
        )
    if what == "history":
        return base | {"day": told.weatherDaily, "hours": told.weatherHourly}, Sky()
    rows = told.daily[: days if what == "forecast" else 20]
    if what == "indices":
        return base | {"indices": rows}, Sky()
    hot = [n for n in (_number(one, "tempMax") for one in rows) if n is not None]
    cold = [n for n in (_number(one, "tempMin") for one in rows) if n is not None]
    light = [n for n in (_number(one, "uvIndex") for one in rows) if n is not None]
    return base | {"days": rows}, Sky(max(hot, default=None), min(cold, default=None), max(light, default=None))


async def _air(context: ToolContext, place: _City) -> tuple[Plain, Sky]:
    path = f"/airquality/v1/current/{place.lat:.2f}/{place.lon:.2f}"
    told = await ask_json(
        context, QWEATHER, path, {"lang": context.lang}, shape=_Air, headers=_key(context), missing="nothing known"
    )
    rows = [
        {
            "index": one.code, "name": one.name, "aqi": one.aqi, "category": one.category,
            "first": (one.primaryPollutant or {}).get("name"), "their_advice": one.health,
        }
        for one in told.indexes
    ]  # fmt: skip
    # Our rule follows the Chinese scale; the same number means something else on another country's.
    chinese = [one.aqi for one in told.indexes if one.code in ("cn-mee", "cn-mee-1h") and one.aqi is not None]
    return {"air": rows, "pollutants": told.pollutants}, Sky(aqi_china=max(chinese, default=None))


def _key(context: ToolContext) -> dict[str, str]:
    return {"X-QW-Api-Key": outside_of(context).secrets("qweather_key")}


def _check(code: str) -> None:
    if code == "204":
        raise NotFound("nothing known for this place and time", field="day")
    if code != "200":
        raise refused(QWEATHER, int(code)) if code.isdigit() else InvalidInput("qweather did not take the arguments")


def _number(row: Plain, key: str) -> float | None:
    try:
        return float(row[key])
    except (KeyError, TypeError, ValueError):
        return None
