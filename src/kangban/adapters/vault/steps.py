"""Steps of long work, told to whoever wants to know; tests stop a program at each of them."""

from __future__ import annotations

from collections.abc import Callable

Passed = Callable[[str], None]


def nobody_told(_step: str) -> None:
    """The step is of no interest."""
