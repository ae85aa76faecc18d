"""How fast somebody may try: per login and per address, with a growing wait.

The lock after eight wrong passwords is counted in the store. This memory adds the waits, and makes a login that does
not exist look locked too; it dies with the program.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

import msgspec

from kangban.kernel.errors import NotPermitted

LOCK_AFTER: Final = 8
LOCK_FOR: Final = timedelta(minutes=15)
FREE_TRIES: Final = 3  # wrong ones before the first wait
REMOTE_TRIES: Final = 40  # wrong ones of one address within LOCK_FOR, whatever the login
MOST_BEGUN: Final = 60  # logins begun by one address within LOCK_FOR
MOST_KEPT: Final = 20_000


class _Tries(msgspec.Struct):
    wrong: int
    last_at: datetime


class Throttle:
    """Wrong tries of late, by what tells people apart. No method waits, so each one is atomic in its loop."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Tries] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def wait(self, login: str, remote: str, now: datetime, *, wrong: int | None = None) -> timedelta:
        """How long until the next try may be made; zero where it may be now.

        `wrong` is the store's count for a login that exists: an administrator may have set it back elsewhere.
        """
        waits = [timedelta(0)]
        of_login = self._wrong(f"login {login.casefold()}", now)
        if of_login is not None:
            count = of_login.wrong if wrong is None else wrong
            waits.append(self._left(of_login, _pause(count), now))
        of_remote = self._wrong(place(remote), now) if remote else None
        if of_remote is not None and of_remote.wrong >= REMOTE_TRIES:
            waits.append(self._left(of_remote, LOCK_FOR, now))
        return max(waits)

    def is_locked(self, login: str, now: datetime) -> bool:
        """Whether eight wrong ones came in a row."""
        tries = self._wrong(f"login {login.casefold()}", now)
        return tries is not None and tries.wrong >= LOCK_AFTER

    def count(self, login: str, remote: str, now: datetime) -> int:
        """Count a wrong try; returns how many of this login."""
        if remote:
            self._add(place(remote), now)
        return self._add(f"login {login.casefold()}", now)

    def begin(self, remote: str, now: datetime) -> None:
        """Count a login begun with a passkey or elsewhere, each of which is kept for minutes; raises NotPermitted."""
        if remote and self._add(f"begin {place(remote)}", now) > MOST_BEGUN:
            raise NotPermitted("too many logins begun", key="error.login_wait")

    def forget(self, login: str) -> None:
        """After a login that worked, or an unlock; the address keeps its count."""
        self._kept.pop(f"login {login.casefold()}", None)

    def _wrong(self, key: str, now: datetime) -> _Tries | None:
        tries = self._kept.get(key)
        if tries is not None and now - tries.last_at >= LOCK_FOR:
            del self._kept[key]
            return None
        return tries

    def _add(self, key: str, now: datetime) -> int:
        tries = self._wrong(key, now)
        if tries is None:
            tries = self._kept[key] = _Tries(0, now)
        tries.wrong += 1
        tries.last_at = max(tries.last_at, now)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return tries.wrong

    @staticmethod
    def _left(tries: _Tries, wait: timedelta, now: datetime) -> timedelta:
        # A clock that was moved back makes nobody wait longer than the whole wait.
        return max(timedelta(0), min(wait, tries.last_at + wait - now))


def _pause(wrong: int) -> timedelta:
    """1, 2, 4, 8, 16 seconds after the third, fourth … wrong one."""
    if wrong < FREE_TRIES:
        return timedelta(0)
    return timedelta(seconds=2 ** (min(wrong, LOCK_AFTER) - FREE_TRIES))


def place(remote: str) -> str:
    """One caller of one network: IPv6 callers own a /64 and may take any address in it."""
    try:
        address = ipaddress.ip_address(remote.split("%")[0].strip("[]"))
    except ValueError:
        return f"remote {remote[:64]}"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return f"remote {address.ipv4_mapped}"
        return f"remote {ipaddress.ip_network((address, 64), strict=False)}"
    return f"remote {address}"
