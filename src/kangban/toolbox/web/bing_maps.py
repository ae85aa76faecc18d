"""Bing Maps REST services v1: Locations, LocalSearch, Routes.

Basic accounts ended in June 2025, enterprise ones end in 2028.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from kangban.kernel.errors import NotFound
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext
from kangban.toolbox.web.asking import Service, ask_json
from kangban.toolbox.web.spots import Place, Point, Way

BING_MAPS = Service("bing_maps", "https://dev.virtualearth.net")
_WORDS = {"hospital": "hospital", "emergency": "emergency room", "clinic": "clinic", "pharmacy": "pharmacy"}


class _Spot(msgspec.Struct, frozen=True):
    coordinates: list[float] = []  # latitude, longitude


class _Address(msgspec.Struct, frozen=True, rename="camel"):
    formatted_address: str = ""


class _Turn(msgspec.Struct, frozen=True):
    text: str = ""


class _Item(msgspec.Struct, frozen=True):
    instruction: _Turn = _Turn()


class _Leg(msgspec.Struct, frozen=True, rename="camel"):
    itinerary_items: list[_Item] = []


class _Resource(msgspec.Struct, frozen=True):
    name: str = ""
    point: _Spot | None = None
    address: _Address | None = msgspec.field(name="Address", default=None)
    plain_address: _Address | None = msgspec.field(name="address", default=None)
    telephone: str = msgspec.field(name="PhoneNumber", default="")
    kind: str = msgspec.field(name="entityType", default="")
    distance: float = msgspec.field(name="travelDistance", default=0)  # kilometres
    duration: float = msgspec.field(name="travelDuration", default=0)  # seconds
    legs: list[_Leg] = msgspec.field(name="routeLegs", default_factory=list[_Leg])


class _Set(msgspec.Struct, frozen=True):
    resources: list[_Resource] = []


class _Told(msgspec.Struct, frozen=True, rename="camel"):
    resource_sets: list[_Set] = []


async def geocode(context: ToolContext, address: str, city: str) -> list[Place]:
    """Places of an address, best first."""
    asked = {"q": f"{address}, {city}" if city else address, "maxResults": 5}
    return _places(await _ask(context, "/REST/v1/Locations", asked))


async def around(context: ToolContext, centre: Point, what: str, words: str, radius_m: int) -> list[Place]:
    """Places of a kind around a point, as the service orders them."""
    circle = f"{centre.latitude:.6f},{centre.longitude:.6f},{min(radius_m, 5_000)}"
    asked = {"query": words if what == "other" else _WORDS[what], "userCircularMapView": circle, "maxResults": 20}
    return _places(await _ask(context, "/REST/v1/LocalSearch/", asked))


async def way(context: ToolContext, start: Point, end: Point, how: str, city: str) -> Way:  # noqa: ARG001
    """The first route; raises NotFound. `city` is of no use here."""
    mode = {"driving": "Driving", "walking": "Walking", "transit": "Transit"}[how]
    ends = {f"wp.{n}": f"{one.latitude:.6f},{one.longitude:.6f}" for n, one in ((0, start), (1, end))}
    asked: dict[str, Any] = {**ends, "distanceUnit": "km"}
    if how == "transit":
        asked["timeType"] = "Departure"
    for one in await _ask(context, f"/REST/v1/Routes/{quote(mode)}", asked, missing="no route between these places"):
        turns = tuple(item.instruction.text for leg in one.legs for item in leg.itinerary_items)
        return Way(round(one.distance * 1000), round(one.duration), turns)
    raise NotFound("no route between these places", field="end")


async def _ask(
    context: ToolContext, path: str, asked: dict[str, Any], missing: str = "no such place"
) -> list[_Resource]:
    key = outside_of(context).secrets("bing_maps_key")
    told = await ask_json(context, BING_MAPS, path, {**asked, "key": key}, shape=_Told, missing=missing)
    return [one for each in told.resource_sets for one in each.resources]


def _places(found: list[_Resource]) -> list[Place]:
    places: list[Place] = []
    for one in found:
        if one.point is not None and len(one.point.coordinates) == 2:
            latitude, longitude = one.point.coordinates
            address = one.address or one.plain_address or _Address()
            spot = Point(longitude, latitude)
            places.append(Place(one.name, address.formatted_address, spot, None, one.telephone, one.kind))
    return places
