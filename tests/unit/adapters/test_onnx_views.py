"""The way into a model's frame and back, and what is one thing among many boxes: held against plain arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.adapters.onnx_vision.boxes import Boxes, areas, chosen, sigmoid
from kangban.adapters.onnx_vision.card import Card
from kangban.adapters.onnx_vision.prepare import View, canvas, unpacked, view
from kangban.kernel.errors import InvalidInput
from kangban.ports.media import Media
from kangban.ports.vision import Area, Wanted

SIDES = st.integers(1, 300)
FITS = st.sampled_from(["letterbox", "stretch", "corner"])


def blank(width: int, height: int) -> Any:
    return np.zeros((height, width, 3), np.uint8)


@settings(max_examples=60, deadline=None)
@given(SIDES, SIDES, st.integers(8, 128), st.integers(8, 128), FITS, st.floats(0, 1), st.floats(0, 1))
def test_there_and_back_is_where_it_was(
    wide: int, tall: int, across: int, down: int, fit: Any, x: float, y: float
) -> None:
    frame = view(blank(wide, tall), down, across, Card(), fit=fit)
    assert frame.tensor.shape == (1, 3, down, across)
    spot = np.array([[x * wide, y * tall]])
    assert frame.back(frame.there(spot)) == pytest.approx(spot, abs=1e-6)
    inside = frame.there(spot)[0]
    assert -1e-6 <= inside[0] <= across + 1e-6
    assert -1e-6 <= inside[1] <= down + 1e-6


@settings(max_examples=60, deadline=None)
@given(SIDES, SIDES, FITS, st.integers(2, 40), st.integers(2, 40))
def test_the_picture_lies_inside_a_map_without_its_padding(
    wide: int, tall: int, fit: Any, high: int, broad: int
) -> None:
    rows, columns = view(blank(wide, tall), 64, 64, Card(), fit=fit).inner(high, broad)
    assert 0 <= rows.start < rows.stop <= high + 1
    assert 0 <= columns.start < columns.stop <= broad + 1
    if fit == "stretch":
        assert (rows, columns) == (slice(0, high), slice(0, broad))


def test_a_part_of_a_picture_is_placed_in_the_whole() -> None:
    pixels = blank(200, 100)
    pixels[40:60, 120:160] = 255
    frame = view(pixels, 50, 50, Card(), fit="stretch", area=Area(100, 20, 200, 70))
    bright = np.argwhere(frame.tensor[0, 0] > 0.9)
    assert frame.back(bright[0, ::-1]) == pytest.approx((120, 40), abs=2)
    assert frame.back(np.array([[0, 0], [50, 50], [99, -5]])).tolist() == [[100, 20], [200, 70], [200, 20]]


def overlap(a: Any, b: Any) -> float:
    sides = [max(0.0, min(a[n + 2], b[n + 2]) - max(a[n], b[n])) for n in (0, 1)]
    shared = sides[0] * sides[1]
    sizes = [(each[2] - each[0]) * (each[3] - each[1]) for each in (a, b)]
    either = sizes[0] + sizes[1] - shared
    return shared / either if either > 0 else 0.0


BOX = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 30), st.integers(1, 30))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(BOX, st.integers(30, 100), st.integers(0, 2)), max_size=25, unique_by=lambda row: row[1]))
def test_each_thing_is_kept_once_and_the_surest_of_it(rows: list[Any]) -> None:
    corners = np.array([[x, y, x + w, y + h] for (x, y, w, h), _, _ in rows], np.float32).reshape(-1, 4)
    boxes = Boxes(corners, np.array([s / 100 for _, s, _ in rows]), np.array([c for _, _, c in rows]))
    kept = chosen(
        boxes, Wanted(least=0.25), View(np.zeros((1, 3, 99, 99), np.float32), (1, 1), (0, 0), Area(0, 0, 99, 99)), None
    )
    by_hand: list[int] = []
    for n in sorted(range(len(rows)), key=lambda n: -rows[n][1]):
        if all(rows[n][2] != rows[m][2] or overlap(corners[n], corners[m]) <= 0.45 for m in by_hand):
            by_hand.append(n)
    assert kept.scores.tolist() == pytest.approx([rows[n][1] / 100 for n in by_hand])


def test_no_boxes_are_no_boxes() -> None:
    none = Boxes(np.zeros((0, 4)), np.zeros(0), np.zeros(0))
    frame = View(np.zeros((1, 3, 8, 8), np.float32), (1, 1), (0, 0), Area(0, 0, 8, 8))
    kept = chosen(none, Wanted(spots=((1, 1),), not_spots=((2, 2),), area=Area(0, 0, 4, 4), labels=("x",)), frame, [])
    assert len(kept) == 0
    assert areas(kept, frame) == []


def test_shares_never_overflow() -> None:
    told = sigmoid(np.array([-1e30, -5.0, 0.0, 5.0, 1e30], np.float32))
    assert told[[0, 2, 4]].tolist() == [0, 0.5, 1]
    assert np.all(np.diff(told) > 0)


@pytest.mark.parametrize(("wide", "tall"), [(1, 1), (1536, 10), (1537, 900), (9_000, 8_000), (3, 40_000)])
def test_a_canvas_is_the_picture_by_a_whole_number(wide: int, tall: int) -> None:
    across, down = canvas(np.broadcast_to(np.uint8(0), (tall, wide, 3)), 1536)
    assert max(across, down) <= 1536
    assert min(across, down) >= 1
    by = -(-max(wide, tall) // 1536)
    assert (across, down) == (max(1, wide // by), max(1, tall // by))


@pytest.mark.parametrize("content", [b"", b"GIF", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        unpacked(Media("image", "image/png", content))
