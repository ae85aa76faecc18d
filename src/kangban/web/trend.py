"""Values over time, drawn here: a line with the range that was valid at each point, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise

from kangban.clinical.record import Entry, Observation
from kangban.clinical.report_explanation import Series, SeriesPoint
from kangban.kernel.quantity import plain_number
from kangban.reasoning.labs.flags import by_limits
from kangban.record.policy import DAYS
from kangban.rules.analytes import analyte_names
from kangban.web.elements import Tag
from kangban.web.names import unit_name
from kangban.web.visit import Visit

WIDE, HIGH = 250.0, 150.0  # drawn about as large as this, so that its words are as large as others
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 14.0, 30.0
LINE = 18.0  # height of a line of text
MOST_POINTS = 60


def draw_trends(visit: Visit, series: Sequence[Series]) -> None:
    """Charts of everything that was measured more than once; nothing where there is nothing to compare."""
    some = [one for one in series if len(one.points) > 1]
    if not some:
        return
    with Tag("section", classes="sec", aria_labelledby="trends"):
        Tag("h2", visit.text("web_reports.trends"), id="trends")
        with Tag("div", classes="charts"):
            for one in some:
                draw_series(visit, one)


def series_in(log: Sequence[Entry]) -> list[Series]:
    """What a record holds of every measurement with a number, oldest first."""
    names = analyte_names().by_id
    found: dict[str, list[SeriesPoint]] = {}
    for entry in sorted(log, key=lambda e: (e.true_at, e.known_at, e.id)):
        body = entry.body
        if isinstance(body, Observation) and body.value is not None and body.comparator is None and body.code in names:
            if body.unit != names[body.code].unit:
                continue
            limits = (body.low, body.high)
            flag = by_limits(body.value, None, limits) if limits != (None, None) else "unknown"
            point = SeriesPoint(body.value, flag, entry.true_at, body.low, body.high)
            found.setdefault(body.code, []).append(point)
    return [
        Series(code, names[code].name, names[code].name_en, names[code].unit, tuple(points[-MOST_POINTS:]))
        for code, points in found.items()
    ]


def draw_series(visit: Visit, one: Series) -> None:
    """One chart, what changed since last time, and the numbers as a table."""
    name = one.name if visit.lang == "zh" else one.name_en
    unit = unit_name(one.unit)
    with Tag("figure", classes="chart"):
        with Tag("figcaption"):
            Tag("b", name)
            Tag("small", " · ".join(part for part in (unit, since(visit, one)) if part))
        _drawing(visit, one, name)
        with Tag("details", classes="more"):
            Tag("summary", visit.text("web_reports.as_table"))
            _table(visit, one, name, unit)


def since(visit: Visit, one: Series) -> str:
    """Since last time, in words."""
    if len(one.points) < 2:
        return ""
    before, now = one.points[-2].value, one.points[-1].value
    if before == now:
        return visit.text("explain.since.same")
    change = one.change_percent
    if change is None:
        change = round(100 * (now / before - 1), 1) if before else 0.0
    key = {"rose": "rose", "fell": "fell", "steady": "steady"}.get(one.moved, "up" if now > before else "down")
    return visit.text(f"explain.since.{key}", n=shown(abs(round(change, 1))))


def shown(value: float) -> str:
    """A number as it is read off: four digits that count."""
    return plain_number(float(f"{value:.4g}"))


def _day(point: SeriesPoint) -> str:
    if point.at is None:
        return "—"
    at = point.at if point.at.tzinfo is None else point.at.astimezone(DAYS)
    return at.date().isoformat()


def places_of(points: Sequence[SeriesPoint]) -> list[float]:
    """Where points stand from left to right: by time where every one has its own, else evenly."""
    room = WIDE - LEFT - RIGHT
    at = [_naive(point.at) for point in points]
    if None not in at:
        seconds = [(one - at[0]).total_seconds() for one in at if one is not None and at[0] is not None]
        if seconds[-1] > 0 and all(a <= b for a, b in pairwise(seconds)):
            return [LEFT + room * one / seconds[-1] for one in seconds]
    step = room / max(len(points) - 1, 1)
    return [LEFT + step * n for n in range(len(points))]


def _naive(at: datetime | None) -> datetime | None:
    return None if at is None else at if at.tzinfo is None else at.astimezone(DAYS).replace(tzinfo=None)


def _drawing(visit: Visit, one: Series, name: str) -> None:
    points = one.points
    seen = [x for p in points for x in (p.value, p.low, p.high) if x is not None]
    low, high = min(seen), max(seen)
    room = (high - low) or abs(high) or 1.0
    low, high = low - 0.08 * room, high + 0.08 * room

    def down(value: float) -> float:
        return TOP + (HIGH - TOP - BOTTOM) * (high - value) / (high - low)

    across = places_of(points)
    told = visit.text(
        "web_reports.chart_told", name=name, first=shown(points[0].value), last=shown(points[-1].value),
        n=len(points),
    )  # fmt: skip
    with Tag("svg", viewBox=f"0 0 {WIDE:g} {HIGH:g}", role="img", aria_label=told, classes="trend"):
        for n, point in enumerate(points):
            _range(point, across, n, (down(high), down(low)), down)
        marks = [(x, down(p.value)) for x, p in zip(across, points, strict=True)]
        Tag("polyline", classes="trend-line", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in marks))
        for (x, y), point in zip(marks, points, strict=True):
            _point(visit, x, y, point)
        _heights(down, max(p.value for p in points), min(p.value for p in points))
        if _day(points[0]) != _day(points[-1]):
            Tag("text", _day(points[0]), x=f"{LEFT:g}", y=f"{HIGH - 8:g}")
        Tag("text", _day(points[-1]), x=f"{WIDE - RIGHT:g}", y=f"{HIGH - 8:g}", text_anchor="end")


def _heights(down: Callable[[float], float], most: float, least: float) -> None:
    """The highest and the lowest value beside the line, kept apart where they lie close together."""
    if most == least:
        Tag("text", shown(most), x=f"{LEFT - 8:g}", y=f"{down(most) + 5:.1f}", text_anchor="end")
        return
    apart = max(0.0, LINE - (down(least) - down(most))) / 2
    Tag("text", shown(most), x=f"{LEFT - 8:g}", y=f"{down(most) + 5 - apart:.1f}", text_anchor="end")
    Tag("text", shown(least), x=f"{LEFT - 8:g}", y=f"{down(least) + 5 + apart:.1f}", text_anchor="end")


def _range(
    point: SeriesPoint, across: list[float], n: int, edges: tuple[float, float], down: Callable[[float], float]
) -> None:
    """The range that was valid for one point, as far as halfway to its neighbours."""
    if point.low is None and point.high is None:
        return
    left = LEFT if n == 0 else (across[n - 1] + across[n]) / 2
    right = WIDE - RIGHT if n == len(across) - 1 else (across[n] + across[n + 1]) / 2
    top = edges[0] if point.high is None else down(point.high)
    bottom = edges[1] if point.low is None else down(point.low)
    Tag(
        "rect", classes="trend-range", x=f"{left:.1f}", y=f"{top:.1f}", width=f"{max(right - left, 1):.1f}",
        height=f"{max(bottom - top, 1):.1f}",
    )  # fmt: skip


def _point(visit: Visit, x: float, y: float, point: SeriesPoint) -> None:
    """A dot inside the range, a diamond outside it: never told by colour alone."""
    words = f"{_day(point)} {shown(point.value)} {visit.text(f'flag.{point.flag}')}"
    if point.flag in ("normal", "unknown"):
        with Tag("circle", classes="trend-dot", cx=f"{x:.1f}", cy=f"{y:.1f}", r="4.5"):
            Tag("title", words)
        return
    with Tag("path", classes="trend-out", d=f"M{x:.1f} {y - 7:.1f}l7 7-7 7-7-7z"):
        Tag("title", words)


def _table(visit: Visit, one: Series, name: str, unit: str) -> None:
    text = visit.text
    with Tag("div", classes="scroll"), Tag("table", classes="numbers", aria_label=name):
        with Tag("thead"), Tag("tr"):
            for key in ("day", "value", "range", "flag", "source"):
                Tag("th", text(f"web_reports.col.{key}"), scope="col")
        with Tag("tbody"):
            for point in reversed(one.points):
                with Tag("tr"):
                    Tag("td", _day(point))
                    Tag("td", f"{shown(point.value)} {unit}".strip())
                    Tag("td", _limits(point))
                    Tag("td", text(f"flag.{point.flag}") if point.flag != "unknown" else "—")
                    Tag("td", point.source or "—")


def _limits(point: SeriesPoint) -> str:
    if point.low is not None and point.high is not None:
        return f"{shown(point.low)}–{shown(point.high)}"
    if point.high is not None:
        return f"≤{shown(point.high)}"
    return f"≥{shown(point.low)}" if point.low is not None else "—"
