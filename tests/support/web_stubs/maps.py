"""AMap 高德 and Bing Maps.

AMap: Web service v3: geocode/geo and place/around as the published reference (read 2026-11-21 through its copies: the v3
reference of 2023-07 and coze-studio's description of it), direction/walking and driving from
developer.amap.com/api/webservice/guide/api/direction (updated 2024-07-09, read 2026-11-21); error codes and classes of
places from memory of the same site.
Bing Maps: learn.microsoft.com bingmaps/rest-services "Common Response Description" and "JSON Data Contracts", read
2026-11-21; LocalSearch from memory of the same reference.
"""

from __future__ import annotations

from typing import Any

from tests.support.web_stubs import Answer, Asked, Told

SPOTS = {"人民广场": "121.475190,31.228833", "华山医院": "121.441700,31.214300", "岛": "110.000000,5.000000"}
OK = {"status": "1", "info": "OK", "infocode": "10000", "count": "1"}


def amap(asked: Asked) -> Told:
    if asked.query.get("key") != "good":
        return Told({"status": "0", "info": "INVALID_USER_KEY", "infocode": "10001"})
    if asked.query.get("address") == "limit":
        return Told({"status": "0", "info": "CUQPS_HAS_EXCEEDED_THE_LIMIT", "infocode": "10021"})
    if asked.path == "/v3/geocode/geo":
        spot = next((p for name, p in SPOTS.items() if name in asked.query["address"]), None)
        if spot is None:
            return Told({"status": "0", "info": "ENGINE_RESPONSE_DATA_ERROR", "infocode": "30001"})
        code = {
            "formatted_address": asked.query["address"],
            "city": "上海市",
            "building": {"name": []},
            "location": spot,
            "level": "兴趣点",
        }
        return Told({**OK, "geocodes": [code]})
    if asked.path == "/v3/place/around":
        return Told({**OK, "pois": _pois(asked.query)})
    if asked.query["destination"] == SPOTS["岛"]:
        return Told({"status": "0", "info": "OUT_OF_SERVICE", "infocode": "20800"})
    if asked.path == "/v3/direction/transit/integrated":
        lines = [{"bus": {"buslines": [{"name": "地铁2号线"}]}}, {"bus": []}]
        return Told(
            {**OK, "route": {"origin": "x", "transits": [{"distance": "4500", "duration": "1500", "segments": lines}]}}
        )
    step = {"instruction": "沿延安路步行500米", "road": [], "distance": "500", "duration": "400"}
    return Told({**OK, "route": {"origin": "x", "paths": [{"distance": "4200", "duration": "3300", "steps": [step]}]}})


def _pois(query: dict[str, str]) -> list[dict[str, Any]]:
    if query.get("types") == "090600":
        return [
            {"name": "远药房", "address": [], "location": "121.48,31.23", "distance": "900", "tel": [], "type": "药房"},
            {
                "name": "近药房",
                "address": "福州路1号",
                "location": "121.476,31.229",
                "distance": "120",
                "tel": "021-1",
                "type": "药房",
            },
        ]
    return [{"name": query["keywords"], "location": "121.476,31.229", "distance": []}] if "keywords" in query else []


def bing_maps(asked: Asked) -> Told:
    if asked.query.get("key") != "good":
        return Told(
            {"authenticationResultCode": "InvalidCredentials", "errorDetails": ["KEY-SECRET"], "statusCode": 401}, 401
        )
    if asked.path == "/REST/v1/Locations":
        found = {
            "name": "Seattle, WA",
            "point": {"type": "Point", "coordinates": [47.6, -122.33]},
            "entityType": "PopulatedPlace",
            "address": {"formattedAddress": "Seattle, WA"},
        }
        return _bing([] if asked.query["q"] == "nowhere" else [found])
    if asked.path == "/REST/v1/LocalSearch/":
        far = {
            "name": "Far pharmacy",
            "point": {"coordinates": [47.62, -122.33]},
            "Address": {"formattedAddress": "2 St"},
        }
        near = {
            "name": "Near pharmacy",
            "point": {"coordinates": [47.601, -122.33]},
            "PhoneNumber": "(206) 1",
            "entityType": "Pharmacy",
        }
        return _bing([far, near])
    if asked.query["wp.1"].startswith("5."):
        return Told({"statusCode": 404, "errorDetails": ["No route was found"], "resourceSets": []}, 404)
    legs = [{"itineraryItems": [{"instruction": {"text": "Head north", "maneuverType": "DepartStart"}}]}]
    return _bing([{"travelDistance": 3.25, "travelDuration": 600, "distanceUnit": "Kilometer", "routeLegs": legs}])


def _bing(resources: list[dict[str, Any]]) -> Told:
    return Told({"statusCode": 200, "resourceSets": [{"estimatedTotal": len(resources), "resources": resources}]})


SERVICES: dict[str, Answer] = {"amap": amap, "bing_maps": bing_maps}
