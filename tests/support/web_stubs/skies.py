"""QWeather 和风天气, read 2026-11-21 from dev.qweather.com: docs/api/weather/weather-now, .../weather-daily-forecast,
.../time-machine/time-machine-weather, .../indices/indices-forecast, .../air-quality/air-current (v1), en/docs/api/geoapi/city-lookup
(/geo/v2/city/lookup), docs/configuration/api-config (own host, X-QW-Api-Key).
"""

from __future__ import annotations

from tests.support.web_stubs import Answer, Asked, Told

CITIES = {
    "上海": [("101020100", "上海", "31.23", "121.47", "上海市", "上海")],
    "朝阳": [("101010300", "朝阳", "39.92", "116.49", "北京市", "北京"), ("101071201", "朝阳", "41.58", "120.45", "辽宁省", "朝阳")],
    "雾城": [("9", "雾城", "30.00", "110.00", "某省", "雾城")],
    "空城": [("8", "空城", "10.00", "10.00", "某省", "空城")],
}  # fmt: skip


def qweather(asked: Asked) -> Told:
    if asked.headers.get("x-qw-api-key") != "good" or "key" in asked.query:
        return Told({"error": {"status": 401, "title": "Unauthorized"}}, 401)
    if asked.path == "/geo/v2/city/lookup":
        return _city(asked)
    if asked.path.startswith("/airquality/v1/current/"):
        return _air(asked.path)
    if asked.query["location"] == "8":
        return Told({"code": "204"})
    head = {
        "code": "200",
        "updateTime": "2026-11-21T16:35+08:00",
        "fxLink": "https://www.qweather.com/weather/shanghai",
    }
    if asked.path == "/v7/weather/now":
        now = {
            "obsTime": "2026-11-21T16:30+08:00",
            "temp": "33",
            "feelsLike": "36",
            "text": "晴",
            "humidity": "60",
            "vis": "16",
        }
        return Told({**head, "now": now, "refer": {"sources": ["QWeather"]}})
    if asked.path in ("/v7/weather/3d", "/v7/weather/7d"):
        rows = [
            {"fxDate": f"2026-11-2{n}", "tempMax": str(5 - n), "tempMin": str(-n), "textDay": "晴", "uvIndex": "4"}
            for n in range(int(asked.path[-2]))
        ]
        return Told({**head, "daily": rows})
    if asked.path == "/v7/historical/weather" and asked.query["date"] == "20261120":
        day = {"date": "2026-11-20", "tempMax": "12", "tempMin": "4", "humidity": "52", "precip": "0.0"}
        return Told({**head, "weatherDaily": day, "weatherHourly": [{"time": "2026-11-20 00:00", "temp": "5"}]})
    if asked.path == "/v7/indices/1d":
        return Told(
            {
                **head,
                "daily": [{"date": "2026-11-21", "type": "9", "name": "感冒指数", "level": "3", "category": "易发"}],
            }
        )
    return Told({"code": "400"})


def _city(asked: Asked) -> Told:
    words = asked.query["location"]
    if words == "limit":
        return Told({"code": "402"})
    rows = [one for one in CITIES.get(words, []) if asked.query.get("adm", "") in f"{one[4]}{one[5]}"]
    if not rows:
        return Told({"error": {"status": 404, "title": "No Such Location"}}, 404)
    keys = ("id", "name", "lat", "lon", "adm1", "adm2")
    return Told(
        {
            "code": "200",
            "location": [
                {**dict(zip((*keys,), (i, n, la, lo, a1, a2), strict=True)), "country": "中国"}
                for i, n, la, lo, a1, a2 in rows
            ],
        }
    )


def _air(path: str) -> Told:
    aqi = 218 if path.startswith("/airquality/v1/current/30.00") else 46
    index = {
        "code": "cn-mee", "name": "AQI (CN)", "aqi": aqi, "aqiDisplay": str(aqi), "level": "5", "category": "重度污染",
        "primaryPollutant": {"code": "pm2p5", "name": "PM 2.5"}, "health": {"effect": "…", "advice": {"generalPopulation": "…"}},
    }  # fmt: skip
    american = {**index, "code": "us-epa", "aqi": 301, "primaryPollutant": None}
    pollutants = [{"code": "pm2p5", "concentration": {"value": 168.0, "unit": "μg/m³"}}]
    return Told({"metadata": {"tag": "d7"}, "indexes": [index, american], "pollutants": pollutants})


SERVICES: dict[str, Answer] = {"qweather": qweather}
