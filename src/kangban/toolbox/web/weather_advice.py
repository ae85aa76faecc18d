"""What weather means for health: a few rules with their source. They warn; none of them says that all is well."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from kangban.clinical.citation import Citation
from kangban.clinical.urgency import Lang
from kangban.kernel.texts import t

_OPENED = date(2026, 11, 21)
_HOT, _COLD, _STRONG_SUN = 35.0, 0.0, 3.0  # ℃ felt or highest, ℃ lowest, UV index
_AIR = ((300.0, "air_6"), (200.0, "air_5"), (150.0, "air_4"), (100.0, "air_3"))  # above, of the Chinese AQI


class Sky(msgspec.Struct, frozen=True):
    """What the rules look at; None is unknown. ℃, UV index, AQI by the Chinese standard."""

    feels: float | None = None
    coldest: float | None = None
    uv: float | None = None
    aqi_china: float | None = None


def advice_on(sky: Sky, lang: Lang) -> tuple[list[dict[str, Any]], tuple[Citation, ...]]:
    """Rows {"rule", "text", "citation", "recalled"} and their citations; nothing for what is unknown."""
    rules: list[tuple[str, str]] = []
    if sky.feels is not None and sky.feels >= _HOT:
        rules.append(("heat", "heat"))
    if sky.coldest is not None and sky.coldest <= _COLD:
        rules.append(("cold", "recalled"))
    if sky.uv is not None and sky.uv >= _STRONG_SUN:
        rules.append(("sun", "recalled"))
    if sky.aqi_china is not None:
        rules += [(rule, "air") for above, rule in _AIR if sky.aqi_china > above][:1]
    cited = {source: _citation(source, lang) for _, source in rules}
    rows = [
        {
            "rule": rule,
            "text": t(f"weather.{rule}", lang),
            "citation": cited[source].id,
            "recalled": cited[source].evidence == "recalled",
        }
        for rule, source in rules
    ]
    return rows, tuple(cited.values())


def _citation(source: str, lang: Lang) -> Citation:
    title, passage = t(f"weather.{source}_source", lang), t(f"weather.{source}_passage", lang)
    if source == "heat":
        return Citation(
            "weather#heat", title, "Institute of Public Health, Skopje, after WHO/Europe", None, "", passage,
            "read_secondary", accessed_on=_OPENED,
            address="http://mail.iph.mk/en/information-for-the-general-public-during-heat-waves/",
        )  # fmt: skip
    if source == "air":
        return Citation(
            "weather#air", title, "环境保护部", 2012, t("weather.air_place", lang), passage, "read_secondary",
            jurisdiction="CN", address="https://html.hanspub.org/file/_9-1751311_3_hanspub.htm", accessed_on=_OPENED,
        )  # fmt: skip
    return Citation("weather#recalled", title, "Kangban", None, "", passage, "recalled")
