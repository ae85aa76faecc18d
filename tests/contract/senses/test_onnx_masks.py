"""Masks by a model file: which pixels they cover, what a point and a box pick out, how large pictures are kept small."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.tool import ToolResult
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import anything, seers
from tests.support.senses_stubs.scenes import scene

RED, GREEN = (40, 16, 88, 64), (160, 80, 224, 120)
BOTH = scene(red=RED, green=GREEN)


def mask_of(result: ToolResult) -> np.ndarray:
    (made,) = result.media
    assert made.ref == result.content["mask"]
    return np.asarray(Image.open(io.BytesIO(made.content)))


def covered(mask: np.ndarray, number: int, truth: tuple[int, ...], wide: int) -> float:
    """Overlap of a shape with the true square, as intersection over union."""
    scale = mask.shape[1] / wide
    square = np.zeros_like(mask, bool)
    x0, y0, x1, y1 = (round(each * scale) for each in truth)
    square[y0:y1, x0:x1] = True
    mine = mask == number
    return float((mine & square).sum() / (mine | square).sum())


async def test_masks_of_boxes_cover_their_things(look: Look, tmp_path: Path) -> None:
    files = {"segment": seers.yolo_masks(tmp_path / "m.onnx")}
    found = await look("segment_image", files=files, image=BOTH)
    mask = mask_of(found)
    assert mask.shape == (128, 256)
    for each in found.content["shapes"]:
        truth = RED if each["label"] == "red" else GREEN
        assert covered(mask, each["number"], truth, 256) > 0.8
        assert each["pixels"] == int((mask == each["number"]).sum())
        assert each["share"] == pytest.approx(each["pixels"] / (256 * 128), abs=1e-3)
        xs, ys = [x for x, _ in each["outline"]], [y for _, y in each["outline"]]
        x0, y0, x1, y1 = truth
        assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx((x0, y0, x1, y1), abs=9)
    assert {each["label"] for each in found.content["shapes"]} == {"red", "green"}


@pytest.mark.parametrize(
    ("prompt", "label"),
    [({"points": [[60, 40]]}, "red"), ({"points": [[0.75, 0.78]], "unit": "share"}, "green"), ({"box": [30, 8, 100, 70]}, "red"),
     ({"not_points": [[60, 40]]}, "green"), ({"labels": ["green"]}, "green")],
)  # fmt: skip
@pytest.mark.parametrize("kind", [seers.yolo_masks, seers.classes])
async def test_what_is_meant_is_picked_out(
    look: Look, tmp_path: Path, kind: Any, prompt: dict[str, Any], label: str
) -> None:
    path = kind(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text(
        '{"labels": ["nothing", "red", "green"]}' if kind is seers.classes else "{}", "utf-8"
    )
    found = await look("segment_image", files={"segment": path}, image=BOTH, **prompt)
    labels = [each["label"] for each in found.content["shapes"] if each["label"] != "nothing"]
    assert labels == [label]


async def test_a_class_for_every_pixel_covers_the_picture(look: Look, tmp_path: Path) -> None:
    path = seers.classes(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text('{"labels": ["nothing", "red", "green"]}', "utf-8")
    found = await look("segment_image", files={"segment": path}, image=BOTH)
    mask = mask_of(found)
    numbers = {each["label"]: each["number"] for each in found.content["shapes"]}
    assert set(numbers) == {"nothing", "red", "green"}
    assert covered(mask, numbers["red"], RED, 256) > 0.7
    assert int((mask == 0).sum()) == 0


@pytest.fixture
def anything_files(tmp_path: Path) -> dict[str, Path]:
    return {"segment": anything.encoder(tmp_path / "e.onnx"), "segment_decoder": anything.decoder(tmp_path / "d.onnx")}


@pytest.mark.parametrize(
    ("prompt", "truth"),
    [({"points": [[60, 40]]}, RED), ({"points": [[190, 100]]}, GREEN), ({"box": [40, 16, 88, 64]}, RED)],
)
async def test_segment_anything_is_asked_by_points_and_boxes(
    look: Look, anything_files: dict[str, Path], prompt: dict[str, Any], truth: tuple[int, ...]
) -> None:
    found = await look("segment_image", files=anything_files, image=BOTH, **prompt)
    (shape,) = found.content["shapes"]
    assert covered(mask_of(found), 1, truth, 256) > 0.7
    assert shape["confidence"] == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(("points", "shapes"), [([[60, 40]], 1), ([[60, 40], [62, 42]], 0)])
async def test_one_of_four_masks_is_chosen_by_the_number_of_clicks(
    look: Look, tmp_path: Path, points: list[list[int]], shapes: int
) -> None:
    files = {
        "segment": anything.encoder(tmp_path / "e.onnx"),
        "segment_decoder": anything.decoder(tmp_path / "d.onnx", many=True),
    }
    found = await look("segment_image", files=files, image=BOTH, points=points)
    assert len(found.content["shapes"]) == shapes
    if shapes:
        assert covered(mask_of(found), 1, RED, 256) > 0.7


async def test_segment_anything_knows_no_labels(look: Look, anything_files: dict[str, Path]) -> None:
    with pytest.raises(InvalidInput, match="no labels"):
        await look("segment_image", files=anything_files, image=BOTH, labels=["red"])


async def test_segment_anything_finds_everything(look: Look, anything_files: dict[str, Path]) -> None:
    found = await look("segment_image", files=anything_files, image=BOTH)
    mask = mask_of(found)
    assert len(found.content["shapes"]) == 2  # a grid of points falls on each several times, and on nothing
    best = [max(covered(mask, number, truth, 256) for number in (1, 2)) for truth in (RED, GREEN)]
    assert min(best) > 0.7


async def test_an_upright_tall_picture_is_segmented_too(look: Look, anything_files: dict[str, Path]) -> None:
    truth = (16, 40, 64, 88)
    found = await look("segment_image", files=anything_files, image=scene(128, 256, red=truth), points=[[30, 60]])
    assert covered(mask_of(found), 1, truth, 128) > 0.7


async def test_where_nothing_is_meant_there_is_no_shape(
    look: Look, anything_files: dict[str, Path], tmp_path: Path
) -> None:
    for files in (anything_files, {"segment": seers.yolo_masks(tmp_path / "m.onnx")}):
        found = await look("segment_image", files=files, image=BOTH, points=[[250, 5]])
        assert found.content["shapes"] == []
        assert found.content["mask"] is None
        assert found.media == ()


async def test_a_large_picture_gets_a_smaller_mask_and_true_numbers(look: Look, tmp_path: Path) -> None:
    files = {"segment": seers.yolo_masks(tmp_path / "m.onnx")}
    truth = (640, 256, 1408, 1024)
    found = await look("segment_image", files=files, image=scene(4096, 2048, red=truth))
    mask = mask_of(found)
    assert 4096 // mask.shape[1] == 3
    (shape,) = found.content["shapes"]
    assert shape["pixels"] == pytest.approx((1408 - 640) * (1024 - 256), rel=0.15)
    assert shape["box"]["pixels"] == pytest.approx(truth, abs=140)


@pytest.mark.parametrize(
    "prompt",
    [{"points": [[400, 10]]}, {"box": [90, 10, 20, 40]}, {"box": [0, 0, 0.2, 0.2]}, {"points": [[2, 0.5]], "unit": "share"},
     {"box": [1, 2, 3]}, {"points": [[1, 2]] * 21}],
)  # fmt: skip
async def test_places_outside_the_picture_are_refused(look: Look, tmp_path: Path, prompt: dict[str, Any]) -> None:
    files = {"segment": seers.yolo_masks(tmp_path / "m.onnx")}
    with pytest.raises(InvalidInput):
        await look("segment_image", files=files, image=BOTH, **prompt)


async def test_a_decoder_of_another_make_is_named(look: Look, tmp_path: Path) -> None:
    files = {"segment": anything.encoder(tmp_path / "e.onnx"), "segment_decoder": seers.yolo(tmp_path / "d.onnx")}
    with pytest.raises(Unavailable, match="KANGBAN_ONNX_SEGMENT_DECODER"):
        await look("segment_image", files=files, image=BOTH, points=[[60, 40]])
