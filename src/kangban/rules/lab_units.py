"""Units as laboratories print them, read into what they measure and how large they are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec


class LabUnit(msgspec.Struct, frozen=True):
    """A printed unit: `ucum` as UCUM writes it, `measures` what it counts per what, `scale` to that measure's base.

    Two units of the same `measures` convert by the ratio of their scales: mg/dL and g/L are both "mass/volume".
    """

    ucum: str
    measures: str
    scale: float


_PREFIX = {"": 1.0, "k": 1e3, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}

# Written form → (UCUM, kind, size in the kind's base). The longest form is tried first.
_TOPS: dict[str, tuple[str, str, float]] = {
    "%": ("%", "share", 0.01),
    "个": ("", "count", 1),
    "cells": ("", "count", 1),
    "cell": ("", "count", 1),
    "拷贝": ("{copies}", "copies", 1),
    "copies": ("{copies}", "copies", 1),
    "copy": ("{copies}", "copies", 1),
    "cfu": ("[CFU]", "cfu", 1),
    "coi": ("{COI}", "index", 1),
    "s/co": ("{s_co_ratio}", "index", 1),
    "s/n": ("{s_n_ratio}", "index", 1),
    "index": ("{index}", "index", 1),
    "mom": ("{M.o.M}", "mom", 1),
    "ru": ("[RU]", "ru", 1),
    "au": ("[AU]", "au", 1),
    "bau": ("[BAU]", "bau", 1),
    "gpl": ("[GPL'U]", "gpl", 1),
    "mpl": ("[MPL'U]", "mpl", 1),
    "cu": ("[CU]", "cu", 1),
    "ncu": ("[NCU]", "ncu", 1),
    "pei-iu": ("[PEI'IU]", "units", 1),
    "pei": ("[PEI'U]", "units", 1),
    "mmhg": ("mm[Hg]", "pressure", 133.322),
    "kpa": ("kPa", "pressure", 1000),
    "mmh2o": ("mm[H2O]", "pressure", 9.80665),
    "cmh2o": ("cm[H2O]", "pressure", 98.0665),
    "℃": ("Cel", "warmth", 1),
    "°c": ("Cel", "warmth", 1),
    "cel": ("Cel", "warmth", 1),
    "次": ("", "count", 1),
    "beats": ("", "count", 1),
    "bpm": ("/min", "count/time", 1 / 60),
    "秒": ("s", "time", 1),
    "sec": ("s", "time", 1),
    "second": ("s", "time", 1),
    "seconds": ("s", "time", 1),
    "分钟": ("min", "time", 60),
    "分": ("min", "time", 60),
    "小时": ("h", "time", 3600),
    "hr": ("h", "time", 3600),
    "公斤": ("kg", "mass", 1000),
    "千克": ("kg", "mass", 1000),
    "克": ("g", "mass", 1),
    "斤": ("[jin_ch]", "mass", 500),
    "厘米": ("cm", "length", 0.01),
    "公分": ("cm", "length", 0.01),
    "米": ("m", "length", 1),
    "毫升": ("mL", "volume", 1e-3),
    "ml": ("mL", "volume", 1e-3),
    "s": ("s", "time", 1),
    "min": ("min", "time", 60),
    "h": ("h", "time", 3600),
    "d": ("d", "time", 86400),
    "mm": ("mm", "length", 1e-3),
    "cm": ("cm", "length", 1e-2),
    "m": ("m", "length", 1),
    "度": ("deg", "angle", 1),
}

# What may carry a prefix: symbol → (UCUM, kind).
_BASES: dict[str, tuple[str, str]] = {
    "mol": ("mol", "moles"),
    "osm": ("osm", "osmoles"),
    "kat": ("kat", "catalysis"),
    "iu": ("[IU]", "units"),
    "eq": ("eq", "charge"),
    "g": ("g", "mass"),
    "u": ("U", "units"),
    "l": ("L", "volume"),
}

# Written form → (UCUM, kind, size).
_BOTTOMS: dict[str, tuple[str, str, float]] = {
    "24h": ("(24.h)", "day", 1),
    "24hr": ("(24.h)", "day", 1),
    "24小时": ("(24.h)", "day", 1),
    "24hrs": ("(24.h)", "day", 1),
    "day": ("d", "day", 1),
    "d": ("d", "day", 1),
    "天": ("d", "day", 1),
    "日": ("d", "day", 1),
    "1h": ("h", "time", 3600),
    "h": ("h", "time", 3600),
    "hr": ("h", "time", 3600),
    "小时": ("h", "time", 3600),
    "min": ("min", "time", 60),
    "分": ("min", "time", 60),
    "分钟": ("min", "time", 60),
    "s": ("s", "time", 1),
    "秒": ("s", "time", 1),
    "hp": ("[HPF]", "hpf", 1),
    "hpf": ("[HPF]", "hpf", 1),
    "高倍视野": ("[HPF]", "hpf", 1),
    "高倍": ("[HPF]", "hpf", 1),
    "lp": ("[LPF]", "lpf", 1),
    "lpf": ("[LPF]", "lpf", 1),
    "低倍视野": ("[LPF]", "lpf", 1),
    "低倍": ("[LPF]", "lpf", 1),
    "mm3": ("uL", "volume", 1e-6),
    "cumm": ("uL", "volume", 1e-6),
    "微升": ("uL", "volume", 1e-6),
    "毫升": ("mL", "volume", 1e-3),
    "升": ("L", "volume", 1),
    "100ml": ("dL", "volume", 0.1),
    "100wbc": ("100{WBCs}", "hundred_cells", 1),
    "100个白细胞": ("100{WBCs}", "hundred_cells", 1),
    "100个wbc": ("100{WBCs}", "hundred_cells", 1),
    "gcr": ("g{creat}", "mass", 1),
    "g.cr": ("g{creat}", "mass", 1),
    "mmolcr": ("mmol{creat}", "moles", 1e-3),
    "1.73m2": ("{1.73_m2}", "body_surface", 1),
    "1.73_m2": ("{1.73_m2}", "body_surface", 1),
    "1.73m^2": ("{1.73_m2}", "body_surface", 1),
    "m2": ("m2", "area", 1),
    "m^2": ("m2", "area", 1),
    "cm2": ("cm2", "area", 1e-4),
    "test": ("{test}", "test", 1),
}

# "×10^9/L", "10*9/L", "10E9/L", "10⁹/L", "10~9/L": the power may have lost its mark in print.
_POWER = re.compile(r"^[x×✕*]?10(?:\^|\*{1,2}|e|~|'|exp)?(\d{1,2})(?=/|$)")
_MARKS = str.maketrans({"μ": "u", "µ": "u", "㎡": "m2", "㎜": "mm", "·": ".", "•": ".", "∕": "/", "⁄": "/", "／": "/"})
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_RUN = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_MINUTES = re.compile(r"[(（]?min[.*·•×x]?1\.73(?:m2|m\^2)[)）]?|1\.73(?:m2|m\^2)[./]min")


# D-dimer is counted in two ways that differ about twofold; the mark belongs to the unit.
_FIBRIN = re.compile(r"[({\[]?(feu|ddu)[)}\]]?")
_NOTES = re.compile(r"\{(?!1\.73)[^}]*\}|\.h2o|h2o(?=\)?$)")
_BRACKETS = dict.fromkeys(map(ord, "[](){}"), None)


def plain_unit(printed: str) -> str:
    """The unit in one spelling: NFKC, lower case, no blanks, µ as u, powers of ten with a mark."""
    text = _RAISED_RUN.sub(lambda m: "^" + m.group().translate(_RAISED), printed.strip())
    text = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_MARKS).casefold()
    return re.sub(r"\s+", "", text).strip("()（）:,;")


@lru_cache(maxsize=8192)
def read_unit(printed: str) -> LabUnit | None:
    """What a printed unit is; None where it is none we know. "" is None as well."""
    if len(printed) > 60:
        return None
    text = plain_unit(printed)
    fibrin = _FIBRIN.search(text)
    text = _FIBRIN.sub("", text) if fibrin else text
    if "1.73" in text:
        text = _MINUTES.sub("min/1.73m2", text)
    text = _NOTES.sub("", text.replace("24.h", "24h")).translate(_BRACKETS)
    top, bottoms = _split(text)
    first = _top(top) if text else None
    if first is None:
        return None
    ucum, kind, scale = first
    if fibrin:
        ucum, kind = f"{ucum}{{{fibrin[1].upper()}}}", fibrin[1]
    for bottom in bottoms:
        lower = _bottom(bottom)
        if lower is None:
            return None
        ucum, kind, scale = f"{ucum}/{lower[0]}", f"{kind}/{lower[1]}", scale / lower[2]
    return LabUnit(ucum, "share" if kind == "volume/volume" else kind, scale)


def _split(text: str) -> tuple[str, list[str]]:
    if text in _TOPS:
        return text, []
    for whole in ("s/co", "s/n"):
        if text.startswith(whole):
            return whole, [p for p in text[len(whole) :].split("/") if p]
    top, *bottoms = text.split("/")
    return top, bottoms


def _top(text: str) -> tuple[str, str, float] | None:
    if not text:  # "/HP", "/uL"
        return "", "count", 1
    power = _POWER.match(text)
    if power is not None and int(power[1]) <= 12:
        return f"10*{int(power[1])}", "count", 10.0 ** int(power[1])
    return _TOPS.get(text) or _prefixed(text)


def _bottom(text: str) -> tuple[str, str, float] | None:
    return _BOTTOMS.get(text) or _prefixed(text)


def _prefixed(text: str) -> tuple[str, str, float] | None:
    for symbol, (ucum, kind) in _BASES.items():
        if text.endswith(symbol) and text[: -len(symbol)] in _PREFIX:
            prefix = text[: -len(symbol)]
            return f"{prefix}{ucum}", kind, _PREFIX[prefix]
    return None
