"""Depth and edges: numbers and pictures that agree with what is drawn."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import rapidocr
from PIL import Image, ImageDraw, ImageFont

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.media import Media
from kangban.ports.tool import ToolResult
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.scenes import scene

BRIGHT = scene(white=(192, 64, 256, 128))  # the lower right corner is bright, which the model takes for near


def drawn(result: ToolResult) -> np.ndarray:
    (made,) = result.media
    return np.asarray(Image.open(io.BytesIO(made.content)))


async def test_depth_says_what_is_near(look: Look, tmp_path: Path) -> None:
    found = await look("depth_map", files={"depth": seers.depth(tmp_path / "m.onnx")}, image=BRIGHT)
    assert found.content["unit"] == "nearness"
    x, y = found.content["nearest"]
    assert x > 192
    assert y > 64
    grid = np.array(found.content["grid_rows"])
    assert grid.shape == (4, 8)
    assert grid[3, 7] == pytest.approx(1, abs=0.1)
    assert grid[0, 0] == pytest.approx(0, abs=0.1)
    picture = drawn(found)
    assert picture.shape == (128, 256)
    assert picture[120, 250] > 240 > 10 > picture[5, 5]


async def test_metres_are_told_where_the_card_says_so(look: Look, tmp_path: Path) -> None:
    path = seers.depth(tmp_path / "m.onnx")
    path.with_suffix(".json").write_text('{"depth": "metres", "mean": [0, 0, 0], "std": [0.25, 0.25, 0.25]}', "utf-8")
    found = await look("depth_map", files={"depth": path}, image=BRIGHT)
    grid = np.array(found.content["grid_rows"])
    assert found.content["unit"] == "metres"
    assert grid[3, 7] > grid[0, 0]
    assert found.content["nearest"][0] < 192  # more metres are farther
    assert drawn(found)[120, 250] < 10


async def test_a_plain_picture_has_no_depth(look: Look, tmp_path: Path) -> None:
    found = await look("depth_map", files={"depth": seers.depth(tmp_path / "m.onnx")}, image=scene())
    assert np.array(found.content["grid_rows"]).max() == 0


async def test_canny_needs_no_model(look: Look) -> None:
    found = await look("edges", files={}, image=BRIGHT)
    lines = drawn(found)
    assert lines.shape == (128, 256)
    ys, xs = np.nonzero(lines)
    assert set(np.unique(lines)) == {0, 255}
    assert abs(int(xs.min()) - 192) <= 2
    assert abs(int(ys.min()) - 64) <= 2
    assert 0 < found.content["share_of_edge"] < 0.02


async def test_a_scribble_needs_one_and_says_so(look: Look, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="KANGBAN_ONNX_EDGES"):
        await look("edges", files={}, image=BRIGHT, kind="scribble")
    found = await look("edges", files={"edges": seers.lines(tmp_path / "m.onnx")}, image=BRIGHT, kind="scribble")
    lines = drawn(found)
    assert lines[60:70, 200].max() > 100  # the upper edge of the bright part
    assert lines[20, 20] == 0


async def test_thresholds_are_checked(look: Look) -> None:
    with pytest.raises(InvalidInput):
        await look("edges", files={}, image=BRIGHT, low=300, high=100)
    weak = await look("edges", files={}, image=BRIGHT, low=1, high=1)
    assert weak.content["share_of_edge"] > 0


async def test_a_real_model_of_open_size_draws_where_the_text_is(look: Look, tmp_path: Path) -> None:
    """RapidOCR's own detector: its sides are open, its answer a map of shares, as HED's is."""
    (model,) = (Path(rapidocr.__file__).parent / "models").glob("*det*.onnx")
    path = tmp_path / "text.onnx"
    path.write_bytes(model.read_bytes())
    path.with_suffix(".json").write_text(
        '{"size": [320, 640], "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}', "utf-8"
    )
    image = Image.new("RGB", (900, 450), "white")
    ImageDraw.Draw(image).text((60, 300), "Hemoglobin 121 g/L", fill="black", font=ImageFont.load_default(60))
    out = io.BytesIO()
    image.save(out, "PNG")
    found = await look(
        "edges", files={"edges": path}, image=Media("image", "image/png", out.getvalue()), kind="scribble"
    )
    lines = drawn(found)
    assert lines.shape == (450, 900)
    assert lines[310:360, 80:500].mean() > 120
    assert lines[:250].max() < 60
