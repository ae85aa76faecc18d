"""Fetches from public addresses only: resolved once, checked, and connected to exactly what was checked."""

from __future__ import annotations

from kangban.adapters.safe_fetch.fetch import FetchLimits, SafeFetch, system_resolver
from kangban.adapters.safe_fetch.targets import Target, allowed_places, is_public, leads_inside, read_target

__all__ = [
    "FetchLimits",
    "SafeFetch",
    "Target",
    "allowed_places",
    "is_public",
    "leads_inside",
    "read_target",
    "system_resolver",
]
