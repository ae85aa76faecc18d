"""Invented patients and their results, from a seed alone. Every name, number and hospital here is made up."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from kangban.clinical.person import Sex
from kangban.clinical.report import Comparator
from kangban_evals.reports.catalogue import Analyte, Panel, printed_in
from kangban_evals.reports.truth import Bounds, TrueFlag, TruePanel, TruePerson, TrueReport, TrueRow

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
_GIVEN = {
    "female": ("秀兰", "雪梅", "晓燕", "静怡", "桂芳", "佳宁", "梦琪", "玉珍", "婷", "敏"),
    "male": ("建国", "志强", "伟", "浩然", "国栋", "文博", "德明", "子轩", "鹏", "磊"),
}
_ENGLISH = {
    "female": ("Mary Collins", "Anna Whitfield", "Joan Hartley", "Susan Abbott"),
    "male": ("Peter Langdon", "David Ashworth", "Thomas Kerr", "Henry Walcott"),
}
_HOSPITALS = ("江州市第一人民医院", "云溪县中医医院", "东林大学附属医院", "青禾区妇幼保健院", "北湖市中心医院")
_CLINICS = ("Northfield General Hospital", "Lakeside Medical Laboratory", "St. Aldwyn Clinic")
_COMMON = frozenset({"血常规", "尿常规", "凝血功能", "Complete blood count (US)", "Metabolic panel (US)"})
Spoiled = Literal["", "arrow", "unit_missing", "unit_slipped"]


def person(rng: random.Random, lang: str) -> TruePerson:
    """Somebody between one and ninety; a small child's age is printed in years and months."""
    sex: Sex = rng.choice(("female", "male"))
    years = rng.choice((rng.randint(18, 90), rng.randint(18, 90), rng.randint(18, 90), rng.randint(1, 17)))
    if lang == "en":
        return TruePerson(rng.choice(_ENGLISH[sex]), sex, rng.choice((f"{years}", f"{years} Y", f"{years}Y")), years)
    name = rng.choice(_FAMILY) + rng.choice(_GIVEN[sex])
    months = rng.randint(1, 11)
    if years < 4:
        return TruePerson(name, sex, f"{years}岁{months}月", years + months / 12)
    return TruePerson(name, sex, f"{years}岁", years)


def _number(rng: random.Random, bounds: Bounds, decimals: int, share: bool) -> float:
    """A value mostly in range, else clearly out, never on a bound itself: two readers may differ there."""
    low, high = bounds
    step = 10.0**-decimals
    lowest = low if low is not None else min(0.0, high or 0.0)
    highest = high if high is not None else (low or 0.0) * 2.5
    width = max(highest - lowest, 4 * step)
    where = rng.random()
    if where < 0.7:
        drawn = rng.uniform(lowest + step, highest - step)
    elif where < 0.85 and (low is None or low > 0):
        drawn = rng.uniform(max(lowest - 0.35 * width, lowest * 0.55), lowest - step)
    else:
        drawn = rng.uniform(highest + step, highest + 0.8 * width)
    value = round(drawn, decimals)
    if share and value > 100:
        value = round(100 - step, decimals)
    if value in (low, high):
        value = round(value + step, decimals)
    return value if low is not None and low < 0 else max(value, step)


def flag_of(value: float, comparator: Comparator | None, bounds: Bounds) -> TrueFlag | None:
    """What value and range say; None where a comparator leaves it open."""
    low, high = bounds
    below, above = low is not None and value < low, high is not None and value > high
    if comparator == "<":
        if low is not None and value <= low:
            return "low"
        return "normal" if (low or 0) <= 0 and (high is None or value <= high) else None
    if comparator == ">":
        if high is not None and value >= high:
            return "high"
        return "normal" if high is None and low is not None and value >= low else None
    return "low" if below else "high" if above else "normal"


def shown_range(bounds: Bounds, decimals: int, style: str) -> str:
    """A range as a laboratory prints it: "3.5-9.5", "3.5～9.5", "3.5--9.5", "<5.2", "≤5.2"."""
    low, high = bounds
    if low is None:
        return f"{'≤' if style == '～' and high != 0 else '<'}{high:.{decimals}f}"
    if high is None:
        return f">{low:.{decimals}f}"
    dash = "～" if low < 0 else style
    return f"{low:.{decimals}f}{dash}{high:.{decimals}f}"


def _spoken(analyte: Analyte, rng: random.Random, **shared: object) -> TrueRow:
    out = rng.random() < 0.3 or not analyte.judged
    said = rng.choice(analyte.words) if out else analyte.expected
    number = said if said[:1].isdigit() and "+" not in said else ""
    flag: TrueFlag | None = None if not analyte.judged else "abnormal" if out else "normal"
    row = TrueRow(text=said, range_text=analyte.expected, flag=flag, **shared)  # pyright: ignore[reportArgumentType]
    return msgspec.structs.replace(row, value=float(number)) if number else row


def row(analyte: Analyte, rng: random.Random, who: TruePerson, lang: str, style: str) -> TrueRow:
    """One result for one person."""
    name = rng.choice(analyte.names) if lang == "zh" else analyte.english
    shared = {
        "name": name,
        "unit": analyte.unit,
        "own_unit": analyte.unit,
        "code": analyte.code,
        "loinc": analyte.loinc,
    }
    if analyte.words:
        return _spoken(analyte, rng, **shared)
    bounds = analyte.bounds.get(who.sex) or analyte.bounds[""]
    value, comparator, limit = _number(rng, bounds, analyte.decimals, analyte.unit == "%"), None, ""
    if (analyte.below or analyte.above) and rng.random() < 0.25:
        comparator, limit = ("<", analyte.below) if analyte.below else (">", analyte.above)
        value = float(limit)
    flag = flag_of(value, comparator, bounds)
    both = len(analyte.bounds) > 1 and rng.random() < 0.25
    texts = {sex: shown_range(b, analyte.decimals, style) for sex, b in analyte.bounds.items()}
    if both:
        words = ("男:", "女:") if lang == "zh" else ("M: ", "F: ")
        range_text = f"{words[0]}{texts['male']}\n{words[1]}{texts['female']}"
    else:
        range_text = shown_range(bounds, analyte.decimals, style)
    made = TrueRow(
        text=f"{comparator}{limit}" if comparator else f"{value:.{analyte.decimals}f}",
        range_text=range_text,
        value=value,
        comparator=comparator,
        bounds=bounds,
        flag=flag,
        printed_flag=flag if flag in ("low", "high") else "",
        **shared,  # pyright: ignore[reportArgumentType]
    )
    if not both:
        return made
    sexes: tuple[Sex, Sex] = ("male", "female")
    return msgspec.structs.replace(made, by_sex=tuple((sex, *analyte.bounds[sex]) for sex in sexes))


def spoil(rows: tuple[TrueRow, ...], how: Spoiled, rng: random.Random) -> tuple[TrueRow, ...]:
    """Print something wrong on purpose: an arrow, no unit, or the units one row too low."""
    if how == "unit_slipped":
        units = ["", *(r.unit for r in rows[:-1])]
        return tuple(
            msgspec.structs.replace(r, unit=u, trap="unit_slipped" if u != r.unit else "")
            for r, u in zip(rows, units, strict=True)
        )
    made: list[TrueRow] = []
    for r in rows:
        chosen = rng.random() < 0.3
        if chosen and how == "arrow" and r.flag in ("low", "normal", "high"):
            wrong: Literal["low", "high"] = "low" if r.flag == "high" else "high"
            made.append(msgspec.structs.replace(r, printed_flag=wrong, trap="arrow"))
        elif chosen and how == "unit_missing" and r.unit:
            made.append(msgspec.structs.replace(r, unit="", trap="unit_missing"))
        else:
            made.append(r)
    return tuple(made)


def _filled(panel: Panel, rng: random.Random, who: TruePerson, lang: str, style: str, spoiled: Spoiled) -> TruePanel:
    rows = tuple(row(a, rng, who, lang, style) for a in panel.analytes)
    title = panel.title if lang == "zh" else panel.english
    return TruePanel(title, panel.specimen, spoil(rows, spoiled, rng) if spoiled else rows)


def _words(panel: Panel) -> set[str]:
    return {word for a in panel.analytes for word in (*a.names, a.english, a.code)}


def _together(panels: list[Panel], most_rows: int, mixed: bool) -> list[Panel]:
    """Panels that may share a sheet, in order of preference: one specimen, and no name twice (that would be a trap)."""
    chosen: list[Panel] = []
    for panel in panels:
        rows = sum(len(p.analytes) for p in chosen) + len(panel.analytes)
        alike = any(_words(panel) & _words(p) for p in chosen)
        fits = not chosen or mixed or panel.specimen == chosen[0].specimen
        if rows <= most_rows and fits and not alike:
            chosen.append(panel)
    return chosen or panels[:1]


def invent(
    seed: int,
    lang: Literal["zh", "en"] = "zh",
    most_rows: int = 24,
    spoiled: Spoiled = "",
    titles: Iterable[str] = (),
    *,
    mixed: bool = False,
) -> TrueReport:
    """A report of one or several panels with at most `most_rows` rows (a panel is never cut); the same for a seed.

    `mixed` lets panels of several specimens share a sheet, as a check-up booklet does.
    """
    rng = random.Random(f"report {seed} {lang}")
    who = person(rng, lang)
    style = rng.choice(("-", "-", "～", "--"))
    asked = set(titles)
    known = [p for p in printed_in(lang) if not asked or p.title in asked or p.english in asked]
    # What people are given most often is printed most often.
    known.sort(key=lambda p: rng.random() * (0.25 if p.title in _COMMON or p.english in _COMMON else 1))
    chosen = _together(known, most_rows, mixed)
    sampled = datetime(2025, 1, 1, 7, 10) + timedelta(days=rng.randint(0, 600), minutes=rng.randint(0, 150))  # noqa: DTZ001  as printed
    return TrueReport(
        seed=seed,
        lang=lang,
        hospital=rng.choice(_HOSPITALS if lang == "zh" else _CLINICS),
        person=who,
        sampled=sampled,
        reported=sampled + timedelta(minutes=rng.randint(50, 300)),
        panels=tuple(_filled(p, rng, who, lang, style, spoiled) for p in chosen),
    )
