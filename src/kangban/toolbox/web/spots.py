"""Places and ways as every map service is made to give them."""

from __future__ import annotations

import math

import msgspec

_EARTH_M = 6_371_000


class Point(msgspec.Struct, frozen=True):
    """Degrees. AMap's are GCJ-02, which lies some hundred metres beside the WGS-84 of other services."""

    longitude: float
    latitude: float


class Place(msgspec.Struct, frozen=True):
    """A place found; `distance_m` from the centre asked for."""

    name: str
    address: str
    point: Point
    distance_m: int | None = None
    telephone: str = ""
    kind: str = ""


class Way(msgspec.Struct, frozen=True):
    """A route in metres and seconds with its turns in words."""

    distance_m: int
    duration_s: int
    steps: tuple[str, ...] = ()


def straight_m(one: Point, other: Point) -> int:
    """Metres along the great circle."""
    a, b = math.radians(one.latitude), math.radians(other.latitude)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return round(2 * _EARTH_M * math.asin(math.sqrt(half)))
