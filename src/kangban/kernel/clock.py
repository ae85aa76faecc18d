"""The only reader of the clock. Everything else is handed a moment or a Clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the present moment, always timezone-aware UTC."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands where it is put; for tests and replay."""

    def __init__(self, at: datetime) -> None:
        self._at = aware(at)

    def now(self) -> datetime:
        """Return the moment the clock was put at."""
        return self._at

    def move(self, by: timedelta) -> None:
        """Move the clock forwards (or back, to test jumps)."""
        self._at += by


def aware(moment: datetime) -> datetime:
    """Return the moment in UTC; a naive one is read as UTC, because SQLite returns naive times."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def age_years(born_on: date, on: date) -> float:
    """Return the age in years with fractions (days / 365.25); never negative."""
    return max(0.0, (on - born_on).days / 365.25)
