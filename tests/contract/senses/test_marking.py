"""Boxes and words on a picture stand where they were wanted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kangban.adapters import picture_pen
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.tool import ToolResult
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.scenes import scene


def pixels(result: ToolResult) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(result.media[0].content)).convert("RGB")).astype(int)


async def test_a_box_is_drawn_where_it_was_found(look: Look, tmp_path: Path) -> None:
    picture = scene(red=(40, 16, 88, 64))
    seen = await look("detect_objects", files={"detect": seers.yolo(tmp_path / "m.onnx")}, image=picture)
    box = seen.content["objects"][0]["box"]["pixels"]
    made = pixels(await look("mark_image", files={}, image=picture, marks=[{"box": box}]))
    changed = np.argwhere(
        np.abs(made - np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGB"))).sum(axis=2) > 0
    )
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    assert (left, top, right, bottom) == pytest.approx((40, 16, 88, 64), abs=1)


@pytest.mark.parametrize("text", ["Aspirin 100 mg", "阿司匹林", "two\nlines"])
async def test_words_are_written_inside_the_picture(look: Look, text: str) -> None:
    made = pixels(
        await look("mark_image", files={}, image=scene(), unit="share", marks=[{"point": [0.99, 0.99], "text": text}])
    )
    assert made.shape == (128, 256, 3)
    white = np.argwhere((made > 200).all(axis=2))
    assert len(white) > 10
    assert white[:, 1].max() < 256


async def test_what_was_written_is_read_again(look: Look) -> None:
    big = scene(1200, 600)
    made = await look("mark_image", files={}, image=big, marks=[{"point": [100, 200], "text": "ASPIRIN 100"}])
    assert "ASPIRIN" in (await look("ocr", files={}, image=made.media[0])).content["text"]


@pytest.mark.parametrize(
    "marks",
    [[], [{}], [{"text": "a"}], [{"point": [1, 1]}], [{"box": [0, 0, 9, 9], "point": [1, 1], "text": "a"}], [{"box": [0, 0, 999, 9]}],
     [{"point": [1, 1], "text": "x" * 201}], [{"box": [0, 0, 9, 9], "colour": "red"}], [{"box": [0, 0, 9, 9]}] * 101],
)  # fmt: skip
async def test_marks_that_mean_nothing_are_refused(look: Look, marks: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        await look("mark_image", files={}, image=scene(), marks=marks)


async def test_without_a_font_chinese_is_not_written_as_boxes(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_pen, "chinese_font", lambda: None)
    with pytest.raises(Unavailable, match="font"):
        await look("mark_image", files={}, image=scene(), marks=[{"point": [1, 1], "text": "药"}])
