"""Boxes by a model file: every layout gives the same things at the same pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kangban.kernel.errors import InvalidInput, Unavailable
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.scenes import scene

Made = Callable[[Path], Path]
RED, GREEN = (40, 16, 88, 64), (160, 80, 224, 120)
NAMED = '{"labels": ["red", "green"]}'


def pixels(result: object, number: int = 0) -> list[float]:
    return result.content["objects"][number]["box"]["pixels"]  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("layout", [seers.yolo, seers.yolo_five, seers.selected, seers.detr, seers.yolo_masks])
async def test_every_layout_finds_both_things_once(look: Look, tmp_path: Path, layout: Made) -> None:
    path = layout(tmp_path / "m.onnx")
    if layout is seers.detr:
        path.with_suffix(".json").write_text(NAMED, "utf-8")
    found = (await look("detect_objects", files={"detect": path}, image=scene(red=RED, green=GREEN))).content
    assert {each["label"] for each in found["objects"]} == {"red", "green"}
    assert found["counts"] == {"red": 1, "green": 1}
    for each in found["objects"]:
        truth = RED if each["label"] == "red" else GREEN
        assert each["box"]["pixels"] == pytest.approx(truth, abs=2.1)
        assert each["box"]["share"] == pytest.approx(
            [truth[0] / 256, truth[1] / 128, truth[2] / 256, truth[3] / 128], abs=0.02
        )
        assert 0.5 < each["confidence"] <= 1
    assert found["picture"]["width"] == 256


@pytest.mark.parametrize(("kind", "last"), [("float16", False), ("float32", True), ("uint8", True)])
async def test_every_kind_of_input_is_fed(look: Look, tmp_path: Path, kind: str, last: bool) -> None:
    seer = seers.Seer(64, "images", kind, last=last)
    seer.output(seers.yolo_rows(seer), "output0", [1, 6, 18])
    files = {"detect": seer.write(tmp_path / "m.onnx", names=seers.NAMES)}
    found = await look("detect_objects", files=files, image=scene(red=RED, green=GREEN))
    assert found.content["counts"] == {"red": 1, "green": 1}
    assert pixels(found) == pytest.approx(RED, abs=2.1)


async def test_a_model_for_poses_finds_people_and_no_classes_of_joints(look: Look, tmp_path: Path) -> None:
    files = {"detect": seers.yolo_pose(tmp_path / "m.onnx")}
    found = (await look("detect_objects", files=files, image=scene(red=RED, green=GREEN))).content
    assert found["counts"] == {"person": 1}


async def test_boxes_with_an_angle_are_not_taken_for_others(look: Look, tmp_path: Path) -> None:
    seer = seers.Seer()
    seer.output(seers.yolo_rows(seer), "output0", [1, 6, 18])
    path = seer.write(tmp_path / "m.onnx", names="{0: 'ship'}", task="obb")
    with pytest.raises(Unavailable, match="layout"):
        await look("detect_objects", files={"detect": path}, image=scene(red=RED))


@pytest.mark.parametrize("turned", [3, 6, 8])
async def test_a_turned_photograph_is_looked_at_upright(look: Look, tmp_path: Path, turned: int) -> None:
    path = seers.yolo(tmp_path / "m.onnx")
    picture = scene(128, 256, red=(16, 40, 64, 88), as_="JPEG", exif=turned)
    found = await look("detect_objects", files={"detect": path}, image=picture)
    assert (found.content["picture"]["width"], found.content["picture"]["height"]) == (128, 256)
    assert pixels(found) == pytest.approx((16, 40, 64, 88), abs=4)


@pytest.mark.parametrize(("wide", "tall"), [(640, 100), (37, 333), (1000, 1000), (20, 20)])
async def test_any_shape_of_picture_comes_back_to_its_own_pixels(
    look: Look, tmp_path: Path, wide: int, tall: int
) -> None:
    path = seers.yolo(tmp_path / "m.onnx")
    truth = (wide // 4, tall // 4, wide // 2, tall // 2)
    found = await look("detect_objects", files={"detect": path}, image=scene(wide, tall, red=truth))
    step = max(wide, tall) / 64  # one pixel of the model
    assert pixels(found) == pytest.approx(truth, abs=1.6 * step)


@pytest.mark.parametrize(
    ("as_", "mode"), [("PNG", "P"), ("WEBP", "RGB"), ("BMP", "RGB"), ("TIFF", "RGB"), ("GIF", "P"), ("PNG", "RGBA")]
)
async def test_every_kind_of_picture_is_taken(look: Look, tmp_path: Path, as_: str, mode: str) -> None:
    path = seers.yolo(tmp_path / "m.onnx")
    found = await look("detect_objects", files={"detect": path}, image=scene(red=RED, as_=as_, mode=mode))
    assert pixels(found) == pytest.approx(RED, abs=4)


async def test_a_grey_picture_and_an_empty_one_show_nothing(look: Look, tmp_path: Path) -> None:
    path = seers.yolo(tmp_path / "m.onnx")
    for picture in (scene(red=RED, mode="L"), scene(), scene(white=RED), scene(1, 1)):
        found = (await look("detect_objects", files={"detect": path}, image=picture)).content
        assert found["objects"] == []
        assert found["more"] == 0


async def test_labels_sureness_and_number_are_held(look: Look, tmp_path: Path) -> None:
    files = {"detect": seers.yolo(tmp_path / "m.onnx")}
    picture = scene(red=RED, green=GREEN)
    only = (await look("detect_objects", files=files, image=picture, labels=["GREEN"])).content
    assert [each["label"] for each in only["objects"]] == ["green"]
    assert (await look("detect_objects", files=files, image=picture, labels=["cat"])).content["objects"] == []
    one = (await look("detect_objects", files=files, image=picture, most=1)).content
    assert (len(one["objects"]), one["more"]) == (1, 1)
    assert (await look("detect_objects", files=files, image=picture, least=0.95)).content["objects"] == []


async def test_names_come_from_the_card_beside_the_file(look: Look, tmp_path: Path) -> None:
    path = seers.yolo(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text('{"labels": ["红", "绿"]}', "utf-8")
    found = (await look("detect_objects", files={"detect": path}, image=scene(red=RED))).content
    assert found["counts"] == {"红": 1}


@pytest.mark.parametrize(
    "arguments",
    [{"image": "media:000000000000x"}, {"image": 3}, {}, {"image": "media:aaaaaaaaaaaa", "least": 2}, {"image": "media:aaaaaaaaaaaa", "most": 0},
     {"image": "media:aaaaaaaaaaaa", "labels": [""]}, {"image": "media:aaaaaaaaaaaa", "who": "me"}],
)  # fmt: skip
async def test_wrong_arguments_are_told(look: Look, arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        await look("detect_objects", files={}, **arguments)
