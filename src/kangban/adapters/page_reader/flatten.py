"""From the slant of text boxes to a flat page: one turn, then a smooth bend where it can be shown to help."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # n × 2, x and y in pixels
Matrix = NDArray[np.float64]

MOST_SLANT = math.radians(20)
_ENOUGH_BOXES = 12  # for a bend; fewer give a turn only
_ROUNDS = 4


class Flat:
    """Maps points of a slanted or bent page onto the flat one, in pixels."""

    def __init__(self, angle: float, centre: Points, half: float, bend: Matrix | None) -> None:
        self.angle, self._centre, self._half, self._bend = angle, centre, half, bend

    def __call__(self, points: Points) -> Points:
        """The same points on the flat page."""
        turned = _turned(points, self.angle, self._centre)
        if self._bend is not None:
            turned[:, 1] += _terms((turned - self._centre) / self._half) @ self._bend
        return turned


def flatten(quads: NDArray[np.float32], width: int, height: int) -> Flat:
    """How a page with these boxes is to be flattened; nothing is changed where there is too little text to tell."""
    centre, half = np.array([width / 2, height / 2]), max(width, height) / 2
    boxes = quads.astype(np.float64)
    lefts, rights = (boxes[:, 0] + boxes[:, 3]) / 2, (boxes[:, 1] + boxes[:, 2]) / 2
    heights = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    lengths = np.linalg.norm(rights - lefts, axis=1)
    angle = _slant(lefts, rights, heights, lengths)
    lefts, rights = _turned(lefts, angle, centre), _turned(rights, angle, centre)
    if len(boxes) < _ENOUGH_BOXES:
        return Flat(angle, centre, half, None)
    bend = _bend((lefts - centre) / half, (rights - centre) / half, heights / half)
    return Flat(angle, centre, half, bend * half if bend is not None else None)


def _slant(lefts: Points, rights: Points, heights: Matrix, lengths: Matrix) -> float:
    long = lengths >= 2.5 * heights
    if not long.any():
        return 0.0
    across = (rights - lefts)[long]
    angles: Matrix = np.arctan2(across[:, 1], across[:, 0])
    order: NDArray[np.intp] = np.argsort(angles)
    weights: Matrix = np.cumsum(lengths[long][order] ** 2)
    half_way = float(weights[-1]) / 2
    middle = float(angles[int(order[int(np.searchsorted(weights, half_way))])])
    return middle if abs(middle) <= MOST_SLANT else 0.0


def _turned(points: Points, angle: float, centre: Points) -> Points:
    cos, sin = math.cos(-angle), math.sin(-angle)
    return (points - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre


def _terms(points: Points) -> Matrix:
    """What the bend is made of; every term holds x, because a shift of whole rows changes nothing."""
    x, y = points[:, 0], points[:, 1]
    return np.stack([x, x * y, x * y * y, x * x, x * x * y, x * x * y * y, x**3, x**3 * y, x * y**3], axis=1)


def _bend(lefts: Points, rights: Points, heights: Matrix) -> Matrix | None:
    """Weights of the terms, in units of half the page; None where the page is flat already or does not get flatter.

    First the slant of each box alone, then neighbours of one row too, found on the page as flattened so far.
    """
    wide = np.linalg.norm(rights - lefts, axis=1) >= 2 * heights
    if wide.sum() < _ENOUGH_BOXES // 2:
        return None
    slants = (_terms(rights[wide]) - _terms(lefts[wide]), (rights - lefts)[wide, 1])
    bend = _solve(*slants, heights[wide])
    before = _unevenness(lefts, rights, heights, lambda points: points[:, 1])
    for _ in range(_ROUNDS):
        weights = bend
        flat = _heights_with(weights)
        pairs = _neighbours(lefts, rights, heights, flat)
        if len(pairs) < _ENOUGH_BOXES // 2:
            break
        one, other = pairs[:, 0], pairs[:, 1]
        terms = np.concatenate([slants[0], _terms(lefts[other]) - _terms(rights[one])])
        rises = np.concatenate([slants[1], lefts[other, 1] - rights[one, 1]])
        bend = _solve(terms, rises, np.concatenate([heights[wide], np.minimum(heights[one], heights[other])]))
    after = _unevenness(lefts, rights, heights, _heights_with(bend))
    return bend if after < 0.9 * before else None


def _heights_with(bend: Matrix) -> Callable[[Points], Matrix]:
    return lambda points: points[:, 1] + _terms(points) @ bend


def _solve(terms: Matrix, rises: Matrix, heights: Matrix) -> Matrix:
    """Least squares that lets go of outliers: rows linked wrongly, boxes with a stray tail."""
    weights = np.ones(len(rises))
    count = len(terms[0])
    bend: Matrix = np.zeros(count)
    ridge: Matrix = 0.002 * len(rises) * np.eye(count) * float(np.median(heights)) ** 0.5
    for _ in range(5):
        weighted = terms * weights[:, None]
        bend = cast("Matrix", np.linalg.solve(weighted.T @ terms + ridge, weighted.T @ -rises))
        error = np.abs(terms @ bend + rises)
        weights = 1 / np.maximum(1, error / (0.12 * heights))
    return bend


def _neighbours(lefts: Points, rights: Points, heights: Matrix, flat: Callable[[Points], Matrix]) -> NDArray[np.int64]:
    """Pairs (a box, the next to its right in the same row), judged on the page as flattened so far."""
    begins, ends = flat(lefts), flat(rights)
    pairs: list[tuple[int, int]] = []
    for i in range(len(lefts)):
        gap = lefts[:, 0] - rights[i, 0]
        height = np.minimum(heights, heights[i])
        near = (gap > -0.3 * height) & (np.abs(begins - ends[i]) < 0.4 * height)
        near &= np.maximum(heights, heights[i]) < 1.6 * height
        near[i] = False
        if near.any():
            pairs.append((i, int(np.flatnonzero(near)[np.argmin(gap[near])])))
    return np.array(pairs, np.int64).reshape(-1, 2)


def _unevenness(lefts: Points, rights: Points, heights: Matrix, flat: Callable[[Points], Matrix]) -> float:
    """How far rows are from level: the mean rise of long boxes from end to end, in text heights."""
    lengths = rights[:, 0] - lefts[:, 0]
    wide = lengths >= 2 * heights
    rise = np.abs(flat(rights[wide]) - flat(lefts[wide])) / lengths[wide]
    return float(np.average(rise, weights=lengths[wide]))
