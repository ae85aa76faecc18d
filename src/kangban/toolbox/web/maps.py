"""Tools: places, distances, routes and what is near, by AMap 高德 or Bing Maps. One shape for both."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import replace

from kangban.kernel.errors import InvalidInput, NotFound
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.web import amap, bing_maps
from kangban.toolbox.web.asking import FOREIGN
from kangban.toolbox.web.spots import Place, Point, Way, straight_m

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
City = Annotated[str, msgspec.Meta(max_length=40)]
_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，]\s*(-?\d{1,2}(?:\.\d+)?)\s*")
_NEEDS = {"amap": ("amap_key",), "bing": ("bing_maps_key",)}
Provider = Literal["amap", "bing"]


@tool("find_place", group="maps", needs=_NEEDS["amap"], cost="metered", **FOREIGN, cache_s=3600.0,
      examples=({"address": "北京市朝阳区阜通东大街6号"},))  # fmt: skip
async def find_place(context: ToolContext, address: Words, city: City = "", by: Provider = "amap") -> ToolResult:
    """Find the coordinates of an address or a place. 查地址的坐标、经纬度、位置。

    address: the address or name
    city: the city it lies in, if known
    by: amap for places in China, bing for others
    """
    found = await (amap if by == "amap" else bing_maps).geocode(context, address, city)
    return ToolResult({"places": [_shown(one) for one in found[:5]], "by": by})


@tool("nearby", group="maps", needs=_NEEDS["amap"], cost="metered", **FOREIGN, cache_s=600.0,
      examples=({"around": "上海市人民广场", "what": "pharmacy"},))  # fmt: skip
async def nearby(
    context: ToolContext,
    around: Words,
    what: Literal["hospital", "emergency", "clinic", "pharmacy", "other"] = "hospital",
    words: Annotated[str, msgspec.Meta(max_length=40)] = "",
    radius_m: Annotated[int, msgspec.Meta(ge=100, le=50_000)] = 3_000,
    city: City = "",
    by: Provider = "amap",
) -> ToolResult:
    """Find hospitals, emergency rooms, clinics, pharmacies or others near a place. 附近的医院、药店。

    In an emergency call the emergency number first; a map does not know who is open.

    around: an address, or "longitude,latitude"
    what: which kind of place
    words: what to look for instead, with what="other"
    radius_m: how far around, in metres
    city: the city of the address, if known
    by: amap for places in China, bing for others
    """
    if what == "other" and not words:
        raise InvalidInput("say in words what to look for", field="words")
    centre = await _point(context, around, city, by)
    found = await (amap if by == "amap" else bing_maps).around(context, centre, what, words, radius_m)
    # A service without distances of its own is measured along the straight line.
    near = [
        one if one.distance_m is not None else replace(one, distance_m=straight_m(centre, one.point)) for one in found
    ]
    rows = sorted((one for one in near if (one.distance_m or 0) <= radius_m), key=lambda one: one.distance_m or 0)
    return ToolResult({"centre": _pair(centre), "places": [_shown(one) for one in rows[:10]], "by": by})


@tool("route", group="maps", needs=_NEEDS["amap"], cost="metered", **FOREIGN, cache_s=600.0,
      examples=({"start": "上海市人民广场", "end": "华山医院", "city": "上海", "how": "walking"},))  # fmt: skip
async def route(
    context: ToolContext,
    start: Words,
    end: Words,
    how: Literal["driving", "walking", "transit"] = "driving",
    city: City = "",
    steps: bool = True,
    by: Provider = "amap",
) -> ToolResult:
    """Distance, time and route between two places. 两地距离、多远、多久、怎么走。

    start: an address, or "longitude,latitude"
    end: the same
    how: by car, on foot, or by public transport
    city: the city of both; AMap needs it for public transport
    steps: whether the turns come along
    by: amap for places in China, bing for others
    """
    if how == "transit" and by == "amap" and not city:
        raise InvalidInput("public transport needs the city", field="city")
    first, last = await _point(context, start, city, by), await _point(context, end, city, by)
    way: Way = await (amap if by == "amap" else bing_maps).way(context, first, last, how, city)
    content: dict[str, Any] = {
        "start": _pair(first), "end": _pair(last), "how": how, "distance_m": way.distance_m,
        "duration_s": way.duration_s, "straight_m": straight_m(first, last), "by": by,
    }  # fmt: skip
    return ToolResult(content | ({"steps": list(way.steps)[:60]} if steps else {}))


async def _point(context: ToolContext, words: str, city: str, by: Provider) -> Point:
    told = _POINT.fullmatch(words)
    if told:
        point = Point(float(told[1]), float(told[2]))
        if abs(point.longitude) > 180 or abs(point.latitude) > 90:
            raise InvalidInput("coordinates are written longitude,latitude", field="around")
        return point
    found = await (amap if by == "amap" else bing_maps).geocode(context, words, city)
    if not found:
        raise NotFound("no such place", field="address")
    return found[0].point


def _pair(point: Point) -> dict[str, float]:
    return {"longitude": point.longitude, "latitude": point.latitude}


def _shown(one: Place) -> dict[str, Any]:
    row: dict[str, Any] = {"name": one.name, "address": one.address, **_pair(one.point)}
    more = {"distance_m": one.distance_m, "telephone": one.telephone, "kind": one.kind}
    return row | {key: value for key, value in more.items() if value not in (None, "")}
