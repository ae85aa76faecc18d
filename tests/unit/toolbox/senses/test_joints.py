"""Angles of joints: right by geometry, none where nobody can tell."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangban.ports.vision import KeyPoint
from kangban.toolbox.senses.joints import JOINTS, angle, joint_angles, level, tilt


def point(name: str, x: float, y: float, confidence: float = 1.0) -> KeyPoint:
    return KeyPoint(name, x, y, confidence)


@pytest.mark.parametrize(
    ("turn", "degrees"), [(0, 0), (30, 30), (90, 90), (135, 135), (180, 180), (225, 135), (270, 90), (359, 1)]
)
def test_an_angle_is_what_was_drawn(turn: float, degrees: float) -> None:
    other = (100 + 50 * math.cos(math.radians(turn)), 100 + 50 * math.sin(math.radians(turn)))
    assert angle((200, 100), (100, 100), other) == pytest.approx(degrees, abs=0.1)


@given(st.floats(-180, 180), st.floats(2, 500), st.floats(2, 500), st.floats(0, 360), st.floats(1, 20))
def test_turning_moving_and_enlarging_change_no_angle(
    at: float, one: float, other: float, turn: float, size: float
) -> None:
    a, b = math.radians(turn), math.radians(turn + at)
    joint = (300.0, 200.0)
    first = (300 + one * size * math.cos(a), 200 + one * size * math.sin(a))
    second = (300 + other * size * math.cos(b), 200 + other * size * math.sin(b))
    assert angle(first, joint, second) == pytest.approx(abs(at), abs=0.15)


def test_points_that_fall_together_have_no_angle() -> None:
    assert angle((5, 5), (5.2, 5.1), (100, 5)) is None
    assert tilt((5, 5), (5, 5)) is None


@pytest.mark.parametrize(
    ("one", "other", "degrees"),
    [
        ((0, 0), (10, 0), 0),
        ((0, 0), (10, 10), 45),
        ((10, 10), (0, 0), 45),
        ((0, 10), (10, 0), -45),
        ((5, 0), (5, 9), 90),
    ],
)
def test_a_line_leans_the_same_from_both_ends(
    one: tuple[float, float], other: tuple[float, float], degrees: float
) -> None:
    assert tilt(one, other) == degrees


def test_every_joint_needs_three_sure_points() -> None:
    arm = [point("left_shoulder", 0, 0), point("left_elbow", 100, 0), point("left_wrist", 100, 100)]
    found = joint_angles({each.name: each for each in arm})
    assert found == {"left_elbow": {"degrees": 90.0, "confidence": 1.0}}
    unsure = [*arm[:2], point("left_wrist", 100, 100, 0.29)]
    assert joint_angles({each.name: each for each in unsure}) == {}
    assert joint_angles({each.name: each for each in arm[:2]}) == {}
    assert level({each.name: each for each in arm}, "left_shoulder", "left_elbow") == 0
    assert level({}, "left_hip", "right_hip") is None


def test_both_sides_have_four_joints() -> None:
    assert sorted(JOINTS) == sorted(
        f"{side}_{one}" for side in ("left", "right") for one in ("elbow", "shoulder", "hip", "knee")
    )
