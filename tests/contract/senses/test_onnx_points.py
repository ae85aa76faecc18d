"""Key points by a model file: places, joint angles in degrees, tilt, and what nobody is sure of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.scenes import scene

# A left arm bent to a right angle: shoulder (red) above the elbow (green), wrist (blue) to its right.
ARM = {"red": (40, 20, 56, 36), "green": (40, 76, 56, 92), "blue": (136, 76, 152, 92)}
TRUTH = {"left_shoulder": (48, 28), "left_elbow": (48, 84), "left_wrist": (144, 84)}
NAMES = '{"points": ["left_shoulder", "left_elbow", "left_wrist"]}'


def points(body: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {each["name"]: tuple(each["pixels"]) for each in body["points"]}


@pytest.mark.parametrize("layout", [seers.yolo_pose, seers.heat, seers.axes])
async def test_every_layout_finds_the_joints_and_their_angle(
    look: Look, tmp_path: Path, layout: Callable[[Path], Path]
) -> None:
    path = layout(tmp_path / "m.onnx")
    if layout is not seers.yolo_pose:
        path.with_suffix(".json").write_text(NAMES, "utf-8")
    found = (await look("body_pose", files={"pose": path}, image=scene(**ARM))).content
    (body,) = found["people"]
    for name, place in TRUTH.items():
        assert points(body)[name] == pytest.approx(place, abs=9)
    assert body["angles"]["left_elbow"]["degrees"] == pytest.approx(90, abs=6)
    assert 0.3 <= body["angles"]["left_elbow"]["confidence"] <= 1
    assert set(body["angles"]) == {"left_elbow"}  # no other joint was seen whole


async def test_a_straight_arm_is_straight(look: Look, tmp_path: Path) -> None:
    files = {"pose": seers.yolo_pose(tmp_path / "m.onnx")}
    arm = {"red": (16, 56, 32, 72), "green": (112, 56, 128, 72), "blue": (208, 56, 224, 72)}
    (body,) = (await look("body_pose", files=files, image=scene(**arm))).content["people"]
    assert body["angles"]["left_elbow"]["degrees"] == pytest.approx(180, abs=1)


async def test_the_skeleton_is_drawn_for_models_that_draw(look: Look, tmp_path: Path) -> None:
    found = await look("body_pose", files={"pose": seers.yolo_pose(tmp_path / "m.onnx")}, image=scene(**ARM))
    (drawn,) = found.media
    assert found.content["skeletons"] == drawn.ref
    back = await look("edges", files={}, image=drawn)
    assert back.content["share_of_edge"] > 0.005


async def test_points_nobody_is_sure_of_give_no_angle(look: Look, tmp_path: Path) -> None:
    files = {"pose": seers.yolo_pose(tmp_path / "m.onnx")}
    (body,) = (await look("body_pose", files=files, image=scene(red=ARM["red"], green=ARM["green"]))).content["people"]
    assert body["angles"] == {}
    assert body["shoulder_tilt_degrees"] is None


async def test_a_body_in_a_box_is_looked_at_alone(look: Look, tmp_path: Path) -> None:
    path = seers.heat(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text(NAMES, "utf-8")
    picture = scene(
        512, 256, red=(300, 20, 316, 36), green=(300, 76, 316, 92), blue=(396, 76, 412, 92), white=(0, 0, 100, 100)
    )
    found = (await look("body_pose", files={"pose": path}, image=picture, box=[256, 0, 512, 128])).content
    (body,) = found["people"]
    assert points(body)["left_wrist"] == pytest.approx((404, 84), abs=9)
    assert body["angles"]["left_elbow"]["degrees"] == pytest.approx(90, abs=6)


@pytest.mark.parametrize(("lower", "degrees"), [("blue", 0), ("green", 45)])
async def test_landmarks_of_a_face_and_how_it_leans(look: Look, tmp_path: Path, lower: str, degrees: float) -> None:
    path = seers.face(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text('{"points": ["left_eye", "right_eye", "nose"]}', "utf-8")
    right = (96, 32, 112, 48) if lower == "blue" else (96, 96, 112, 112)
    picture = scene(128, 128, red=(32, 32, 48, 48), green=right, blue=(60, 60, 76, 76))
    (found,) = (await look("face_landmarks", files={"face": path}, image=picture)).content["faces"]
    assert points(found)["left_eye"] == pytest.approx((40, 40), abs=2)
    assert points(found)["nose"] == pytest.approx((68, 68), abs=2)
    assert found["eye_line_tilt_degrees"] == pytest.approx(degrees, abs=1)


async def test_a_face_in_a_larger_picture_is_named_by_its_box(look: Look, tmp_path: Path) -> None:
    path = seers.face(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text('{"points": ["left_eye", "right_eye", "nose"]}', "utf-8")
    picture = scene(512, 256, red=(300, 40, 316, 56), green=(340, 40, 356, 56), blue=(320, 60, 336, 76))
    arguments = {"box": [0.5, 0.0, 0.75, 0.5], "unit": "share"}
    (found,) = (await look("face_landmarks", files={"face": path}, image=picture, **arguments)).content["faces"]
    assert points(found)["right_eye"] == pytest.approx((348, 48), abs=3)
    assert points(found)["nose"] == pytest.approx((328, 68), abs=3)
