"""AMap 高德 Web service v3: geocode, place around, direction. An empty word is [], an error has status 200."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.kernel.errors import InvalidInput, KangbanError, NotFound, Unavailable
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext
from kangban.toolbox.web.asking import Service, ask_json
from kangban.toolbox.web.spots import Place, Point, Way

AMAP = Service("amap", "https://restapi.amap.com")
# Its classes of places: 综合医院+专科医院, 急救中心, 诊所, 医药保健销售店.
_TYPES = {"hospital": "090100|090200", "emergency": "090400", "clinic": "090300", "pharmacy": "090600"}
_KEYS = ("10001", "10005", "10009", "10012", "10026", "10041")
_LIMITS = ("10003", "10004", "10019", "10020", "10021", "10029", "10044", "10045")
_TOO_FAR = ("20800", "20801", "20802", "20803")


class _Code(msgspec.Struct, frozen=True):
    location: str | list[Any] = ""
    formatted_address: str | list[Any] = ""
    level: str | list[Any] = ""


class _Poi(msgspec.Struct, frozen=True):
    name: str | list[Any] = ""
    address: str | list[Any] = ""
    location: str | list[Any] = ""
    distance: str | list[Any] = ""
    tel: str | list[Any] = ""
    type: str | list[Any] = ""


class _Step(msgspec.Struct, frozen=True):
    instruction: str | list[Any] = ""


class _Path(msgspec.Struct, frozen=True):
    distance: float = 0
    duration: float = 0
    steps: list[_Step] = []


class _Line(msgspec.Struct, frozen=True):
    name: str | list[Any] = ""


class _Bus(msgspec.Struct, frozen=True):
    buslines: list[_Line] = []


class _Segment(msgspec.Struct, frozen=True):
    bus: _Bus | list[Any] = []


class _Transit(msgspec.Struct, frozen=True):
    distance: float = 0
    duration: float = 0
    segments: list[_Segment] = []


class _Route(msgspec.Struct, frozen=True):
    paths: list[_Path] = []
    transits: list[_Transit] = []


class _Told(msgspec.Struct, frozen=True):
    status: str = ""
    infocode: str = ""
    geocodes: list[_Code] = []
    pois: list[_Poi] = []
    route: _Route | list[Any] = []


async def geocode(context: ToolContext, address: str, city: str) -> list[Place]:
    """Places of an address, best first."""
    told = await _ask(context, "/v3/geocode/geo", {"address": address, **({"city": city} if city else {})})
    found = [(_point(one.location), one) for one in told.geocodes]
    return [Place(_word(one.formatted_address), "", point, kind=_word(one.level)) for point, one in found if point]


async def around(context: ToolContext, centre: Point, what: str, words: str, radius_m: int) -> list[Place]:
    """Places of a kind around a point, nearest first."""
    kind = {"keywords": words} if what == "other" else {"types": _TYPES[what]}
    asked = {"location": _pair(centre), "radius": radius_m, "sortrule": "distance", "offset": 20, "page": 1, **kind}
    told = await _ask(context, "/v3/place/around", asked)
    places: list[Place] = []
    for one in told.pois:
        point = _point(one.location)
        if point is not None:
            far = _word(one.distance)
            metres = int(far) if far.isdigit() else None
            places.append(Place(_word(one.name), _word(one.address), point, metres, _word(one.tel), _word(one.type)))
    return places


async def way(context: ToolContext, start: Point, end: Point, how: str, city: str) -> Way:
    """The first route it offers; raises NotFound."""
    ends = {"origin": _pair(start), "destination": _pair(end)}
    if how == "transit":
        told = await _ask(context, "/v3/direction/transit/integrated", {**ends, "city": city})
        route = told.route if isinstance(told.route, _Route) else _Route()
        for one in route.transits:
            lines = [line for part in one.segments if isinstance(part.bus, _Bus) for line in part.bus.buslines[:1]]
            return Way(round(one.distance), round(one.duration), tuple(_word(line.name) for line in lines))
        raise NotFound("no route between these places", field="end")
    told = await _ask(context, f"/v3/direction/{how}", dict(ends))
    route = told.route if isinstance(told.route, _Route) else _Route()
    for one in route.paths:
        return Way(round(one.distance), round(one.duration), tuple(_word(step.instruction) for step in one.steps))
    raise NotFound("no route between these places", field="end")


async def _ask(context: ToolContext, path: str, asked: dict[str, Any]) -> _Told:
    key = outside_of(context).secrets("amap_key")
    told = await ask_json(context, AMAP, path, {**asked, "key": key, "output": "JSON"}, shape=_Told)
    if told.status != "1":
        raise _refused(told.infocode)
    return told


def _refused(code: str) -> KangbanError:
    if code in _KEYS:
        return Unavailable("amap refused the key", field="amap")
    if code in _LIMITS:
        return Unavailable("amap allows no more requests now", field="amap")
    if code in _TOO_FAR:
        return NotFound("no route between these places", field="end")
    if code.startswith("3"):
        # 30001: no answer of the engine, which is also how an address nobody knows is told.
        return NotFound("amap knows no such place", field="address")
    return InvalidInput("amap did not take the arguments", field="arguments")


def _word(value: str | list[Any]) -> str:
    return value if isinstance(value, str) else ""


def _pair(point: Point) -> str:
    return f"{point.longitude:.6f},{point.latitude:.6f}"


def _point(value: str | list[Any]) -> Point | None:
    parts = _word(value).split(",")
    try:
        return Point(float(parts[0]), float(parts[1]))
    except (ValueError, IndexError):
        return None
