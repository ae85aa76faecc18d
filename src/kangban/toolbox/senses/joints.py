"""Angles of joints from key points, in degrees. Pure: a point nobody is sure of gives no angle."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kangban.ports.vision import KeyPoint, Spot

# joint → (a point of one limb, the joint itself, a point of the other)
JOINTS = {
    f"{side}_{joint}": (f"{side}_{one}", f"{side}_{joint}", f"{side}_{other}")
    for side in ("left", "right")
    for joint, one, other in (
        ("elbow", "shoulder", "wrist"), ("shoulder", "elbow", "hip"), ("hip", "shoulder", "knee"),
        ("knee", "hip", "ankle"),
    )
}  # fmt: skip
SURE = 0.3  # below it a point is a guess
_SHORT = 1.0  # pixels: two points this near have no direction


def angle(one: Spot, joint: Spot, other: Spot) -> float | None:
    """Degrees between two limbs, 0-180, in the plane of the picture; None where a limb has no length."""
    a, b = (one[0] - joint[0], one[1] - joint[1]), (other[0] - joint[0], other[1] - joint[1])
    if math.hypot(*a) < _SHORT or math.hypot(*b) < _SHORT:
        return None
    turned = math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1])
    return round(abs(math.degrees(turned)), 1)


def tilt(left: Spot, right: Spot) -> float | None:
    """Degrees by which a line leans, -90 to 90: above 0 its end at the right of the picture is the lower one."""
    if left[0] > right[0]:
        left, right = right, left
    across, down = right[0] - left[0], right[1] - left[1]
    return round(math.degrees(math.atan2(down, across)), 1) if math.hypot(across, down) >= _SHORT else None


def joint_angles(points: Mapping[str, KeyPoint]) -> dict[str, dict[str, Any]]:
    """Joint → degrees and the confidence of its weakest point; only joints whose three points are sure enough."""
    found: dict[str, dict[str, Any]] = {}
    for name, parts in JOINTS.items():
        three = [points[each] for each in parts if each in points]
        if len(three) < 3 or (least := min(each.confidence for each in three)) < SURE:
            continue
        degrees = angle(*((each.x, each.y) for each in three))
        if degrees is not None:
            found[name] = {"degrees": degrees, "confidence": least}
    return found


def level(points: Mapping[str, KeyPoint], one: str, other: str) -> float | None:
    """The tilt of a line between two sure points, e.g. the shoulders."""
    ends = [points[each] for each in (one, other) if each in points and points[each].confidence >= SURE]
    return tilt(*((each.x, each.y) for each in ends)) if len(ends) == 2 else None
