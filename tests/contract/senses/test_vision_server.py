"""A vision server of the operator's own: its answers are a stranger's, held to the picture and to bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kangban.kernel.errors import NotPermitted, Unavailable
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.scenes import scene

RED = (40, 16, 88, 64)
PICTURE = scene(red=RED)


async def test_boxes_are_held_to_number_label_and_confidence(look: Look) -> None:
    found = (await look("detect_objects", image=PICTURE, labels=["红的方块"], most=20)).content
    assert len(found["objects"]) == 20
    assert found["more"] == 282
    first = found["objects"][0]
    assert first["box"]["pixels"] == [40, 16, 88, 64]
    assert first["confidence"] == 1
    assert len(first["label"]) == 80


async def test_places_outside_come_back_to_the_edge(look: Look) -> None:
    found = (await look("detect_objects", image=PICTURE, labels=["outside"], most=1)).content
    assert found["objects"][0]["box"]["share"] == pytest.approx([0, 9 / 128, 1, 20 / 128], abs=1e-3)


async def test_masks_points_depth_and_edges(look: Look) -> None:
    shapes = (await look("segment_image", image=PICTURE)).content
    assert shapes["shapes"][0]["pixels"] == 256 * 128
    assert len(shapes["shapes"][0]["outline"]) == 400
    people = (await look("body_pose", image=PICTURE)).content["people"]
    assert people[0]["points"] == [
        {"name": "left_knee", "pixels": [40, 128], "share": [0.1562, 1.0], "confidence": 0.5}
    ]
    depth = (await look("depth_map", image=PICTURE)).content
    assert (depth["unit"], depth["grid_rows"], depth["depth"]) == ("metres", ((1.235, 2.0),), None)
    edges = await look("edges", image=PICTURE, kind="scribble")
    assert edges.content["share_of_edge"] == 0.25


async def test_what_it_cannot_do_and_a_lie_are_told(look: Look) -> None:
    with pytest.raises(Unavailable, match="does not do this: face"):
        await look("face_landmarks", image=PICTURE)
    with pytest.raises(Unavailable, match="no PNG"):
        await look("segment_image", image=PICTURE, labels=["a lie"])


@pytest.mark.parametrize(
    "words", ["half a stream", "too much", "slow down", "fall over", "garbage", "wrong shape", "elsewhere", "locked"]
)
async def test_a_server_that_fails_is_unavailable_and_not_quoted(look: Look, words: str) -> None:
    with pytest.raises(Unavailable) as told:
        await look("detect_objects", image=PICTURE, labels=[words])
    assert "KEY-SECRET" not in told.value.message


async def test_a_file_of_this_machine_comes_before_the_server(look: Look, settings_of: Any, tmp_path: Path) -> None:
    settings = settings_of(None, KANGBAN_ONNX_DETECT=str(seers.yolo(tmp_path / "m.onnx")))
    assert (await look("detect_objects", settings=settings, image=PICTURE)).content["counts"] == {"red": 1}


async def test_a_dead_server_and_one_nobody_allowed(look: Look, settings_of: Any) -> None:
    dead = settings_of({}, KANGBAN_TOOL_URL_VISION="http://127.0.0.1:9", KANGBAN_FETCH_ALLOW="127.0.0.1:9")
    with pytest.raises(Unavailable):
        await look("depth_map", settings=dead, image=PICTURE)
    with pytest.raises(Unavailable, match="KANGBAN_FETCH_ALLOW"):
        await look("depth_map", settings=settings_of({}, KANGBAN_TOOL_URL_VISION="http://127.0.0.1:9"), image=PICTURE)
    away = settings_of({}, KANGBAN_TOOL_URL_VISION="https://vision.example.org")
    with pytest.raises(NotPermitted):
        await look("depth_map", settings=away, image=PICTURE)
