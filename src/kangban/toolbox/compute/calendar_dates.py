"""Tools: calendar files to open on a phone, and reckoning with dates. The Chinese lunar calendar is not known here."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.ports.media import Media
from kangban.ports.tool import ToolResult, tool

_MOST_EVENTS = 100


class CalendarEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event: a local moment ("2026-12-01T08:00") or a whole day ("2026-12-01")."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    starts: str
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_080)] = 30
    repeats: Literal["", "daily", "weekly", "monthly", "yearly"] = ""
    times: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    remind_minutes: Annotated[int, msgspec.Meta(ge=0, le=40_320)] | None = None
    place: Annotated[str, msgspec.Meta(max_length=200)] = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@tool(
    "calendar_event",
    group="compute",
    permissions=("files",),
    gives=("file",),
    examples=({"events": [{"title": "复诊", "starts": "2026-12-01T08:30", "remind_minutes": 60}]},),
)
async def calendar_event(events: tuple[CalendarEntry, ...], time_zone: str = "Asia/Shanghai") -> ToolResult:
    """Make a calendar file (.ics) of events and reminders to open on a phone; nothing is sent. 生成日历提醒文件。

    events: title, starts (local "2026-12-01T08:30", or "2026-12-01" for a whole day), repeats and remind_minutes
    time_zone: IANA name, e.g. "Asia/Shanghai"
    """
    if not 1 <= len(events) <= _MOST_EVENTS:
        raise InvalidInput(f"1 to {_MOST_EVENTS} events", field="events")
    made = Media("file", "text/calendar", _written(events, _zone(time_zone)), "kangban.ics")
    return ToolResult({"file": made.ref, "name": made.name, "events": len(events)}, media=(made,))


def _written(events: tuple[CalendarEntry, ...], zone: ZoneInfo) -> bytes:
    from icalendar import Alarm, Calendar, Event  # loaded with the first file

    calendar: Any = Calendar()
    calendar.add("prodid", "-//Kangban//tools//")
    calendar.add("version", "2.0")
    for number, entry in enumerate(events):
        starts = _starts(entry.starts, zone, f"events.{number}.starts")
        event: Any = Event()
        event.add("uid", hashlib.sha256(msgspec.json.encode((entry, str(zone)))).hexdigest()[:24] + "@kangban")
        # The stamp is the start, not the present moment, so that the same question gives the same file.
        event.add(
            "dtstamp",
            starts if isinstance(starts, datetime) else datetime(starts.year, starts.month, starts.day, tzinfo=zone),
        )
        event.add("summary", entry.title)
        event.add("dtstart", starts)
        event.add(
            "dtend", starts + (timedelta(minutes=entry.minutes) if isinstance(starts, datetime) else timedelta(days=1))
        )
        for name, text in (("location", entry.place), ("description", entry.note)):
            if text:
                event.add(name, text)
        if entry.repeats:
            event.add("rrule", {"freq": entry.repeats, "count": entry.times})
        if entry.remind_minutes is not None:
            alarm: Any = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", entry.title)
            alarm.add("trigger", -timedelta(minutes=entry.remind_minutes))
            event.add_component(alarm)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput("no such time zone", field="time_zone") from error


def _starts(text: str, zone: ZoneInfo, field: str) -> datetime | date:
    try:
        if len(text) == len("2026-12-01"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("a date like 2026-12-01 or a moment like 2026-12-01T08:30", field=field) from error
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


@tool(
    "reckon_dates",
    group="compute",
    permissions=("compute",),
    examples=({"start": "2026-01-31", "months": 1}, {"start": "2026-01-01", "end": "2026-12-01"}),
)
async def reckon_dates(
    start: str,
    end: str = "",
    days: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] = 0,
    weeks: Annotated[int, msgspec.Meta(ge=-10_000, le=10_000)] = 0,
    months: Annotated[int, msgspec.Meta(ge=-4_800, le=4_800)] = 0,
    years: Annotated[int, msgspec.Meta(ge=-400, le=400)] = 0,
) -> dict[str, Any]:
    """How long it is between two dates, or which date lies so many days, weeks, months or years away. 日期推算。

    start: a date like 2026-12-01
    end: the other date; without it the spans are added to start, negative ones go back
    """
    first = _day(start, "start")
    if end:
        last = _day(end, "end")
        low, high = sorted((first, last))
        whole = (high.year - low.year) * 12 + high.month - low.month
        whole -= _months_on(low, whole) > high
        rest = (high - _months_on(low, whole)).days
        return {
            "days": (last - first).days,
            "weeks": (high - low).days // 7,
            "years_months_days": [whole // 12, whole % 12, rest],
            "weekday": last.isoweekday(),
        }
    try:
        found = _months_on(first, months + 12 * years) + timedelta(days=days + 7 * weeks)
    except (OverflowError, ValueError) as error:
        raise InvalidInput("the date lies outside the calendar", field="start") from error
    return {"date": found.isoformat(), "weekday": found.isoweekday(), "days": (found - first).days}


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("a date like 2026-12-01", field=field) from error


def _months_on(first: date, months: int) -> date:
    """So many months on; the last day of a shorter month stands for a day it does not have."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(first.day, (after - timedelta(days=1)).day))
