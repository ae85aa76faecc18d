"""How fast one caller may ask: a bucket that fills again, one for each caller."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

MOST_CALLERS: Final = 20_000


class Limits(msgspec.Struct, frozen=True):
    """Asked per minute by one key or session, of which so many heavy ones; wrong keys per minute of one address."""

    per_minute: int = 600
    heavy_per_minute: int = 60
    wrong_per_minute: int = 30
    feeds_per_minute: int = 30
    streams_at_once: int = 4
    most_body: int = 256 * 1024
    body_within_s: float = 15.0


class _Bucket(msgspec.Struct):
    left: float
    at: float


class Rate:
    """Tokens of each caller: full at first, filled again over a minute. No method waits, so each is atomic."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._now = now
        self._kept: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, caller: str) -> int:
        """Seconds until the caller may ask again; 0 where they may now."""
        bucket = self._filled(caller)
        return 0 if bucket.left >= 1 else int((1 - bucket.left) * 60 / self._size) + 1

    def take(self, caller: str) -> int:
        """Take one if there is one; else the seconds until there is."""
        waits = self.wait(caller)
        if not waits:
            self._kept[caller].left -= 1
        return waits

    def _filled(self, caller: str) -> _Bucket:
        now = self._now()
        bucket = self._kept.get(caller)
        if bucket is None:
            bucket = self._kept[caller] = _Bucket(self._size, now)
        bucket.left = min(self._size, bucket.left + max(0.0, now - bucket.at) * self._size / 60)
        bucket.at = now
        self._kept.move_to_end(caller)
        while len(self._kept) > MOST_CALLERS:
            self._kept.popitem(last=False)
        return bucket
