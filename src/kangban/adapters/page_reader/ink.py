"""Which letters of a text layer can be seen: the page is drawn small, and a letter must have left ink on it.

White on white, layers that are switched off, full transparency and whatever lies under a picture all draw nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_SCALE = 1.5  # pixels a point
_LEAST = 14  # grey levels between the letter and what lies around it
_LIGHT = 200  # grey level from which a letter needs a darker ground


class Mark(NamedTuple):
    """Where a letter's ink must be (shown points), how light its colour is (0 black – 255) and in which font it is.

    `font` is the font's number in this run; `own` whether the file brings the font along.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    light: float
    font: int
    own: bool


def seen(page: Any, marks: Sequence[Mark]) -> list[bool]:
    """For each mark whether a reader of the page sees it.

    A font that neither the file nor this machine has leaves no ink at all: of such a font only the colour is judged.
    """
    if not marks:
        return []
    bitmap = page.render(scale=_SCALE, grayscale=True, may_draw_forms=False)
    try:
        pixels = np.asarray(bitmap.to_numpy(), np.uint8)
        grey = np.ascontiguousarray(pixels if pixels.ndim == 2 else pixels[:, :, 0])
    finally:
        bitmap.close()
    inked = _with_dots(marks, [_has_ink(grey, mark) for mark in marks])
    drawn = {mark.font for mark, ink in zip(marks, inked, strict=True) if ink or mark.own}
    return [ink or (mark.font not in drawn and mark.light < _LIGHT) for mark, ink in zip(marks, inked, strict=True)]


def _with_dots(marks: Sequence[Mark], inked: list[bool]) -> list[bool]:
    """A dot may be too small to leave ink, or drawn beside its box by another font: it goes with its neighbour.

    To lose the point of 6.21 is worse than to keep one letter of a hidden text that touches a visible one.
    """
    whole = list(inked)
    for n, (mark, ink) in enumerate(zip(marks, inked, strict=True)):
        if not ink and mark.light < _LIGHT:
            whole[n] = any(0 <= m < len(marks) and inked[m] and _beside(mark, marks[m]) for m in (n - 1, n + 1))
    return whole


def _beside(one: Mark, other: Mark) -> bool:
    """Whether two letters of one colour stand on one line with less than a letter between them."""
    gap = max(one.x0, other.x0) - min(one.x1, other.x1)
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    return abs(one.light - other.light) < 1 and gap < one.y1 - one.y0 and overlap > (one.y1 - one.y0) / 2


def _has_ink(grey: NDArray[np.uint8], mark: Mark) -> bool:
    high, wide = grey.shape
    # A pixel more on each side: a dash fills its own box.
    left, top = max(0, int(mark.x0 * _SCALE) - 1), max(0, int(mark.y0 * _SCALE) - 1)
    right, bottom = min(wide, int(mark.x1 * _SCALE) + 2), min(high, int(mark.y1 * _SCALE) + 2)
    part = grey[top:bottom, left:right]
    if part.size == 0 or int(part.max()) - int(part.min()) < _LEAST:
        return False
    # Light letters over dark ones leave the dark ones' ink.
    return mark.light < _LIGHT or float(np.percentile(part, 30)) < _LIGHT
