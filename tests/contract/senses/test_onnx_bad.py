"""Bad models, bad pictures, pictures at the same time, and a model that never ends."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kangban.adapters.onnx_vision import OnnxFiles, OnnxVision
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.media import Media
from kangban.ports.vision import Wanted
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.scenes import scene

RED = (40, 16, 88, 64)


@pytest.mark.parametrize(
    ("tool", "setting"),
    [("detect_objects", "KANGBAN_ONNX_DETECT"), ("segment_image", "KANGBAN_ONNX_SEGMENT"), ("depth_map", "KANGBAN_ONNX_DEPTH"),
     ("body_pose", "KANGBAN_ONNX_POSE"), ("face_landmarks", "KANGBAN_ONNX_FACE")],
)  # fmt: skip
async def test_what_is_not_set_up_says_what_to_set(look: Look, tool: str, setting: str) -> None:
    with pytest.raises(Unavailable, match=f"{setting} or KANGBAN_TOOL_URL_VISION"):
        await look(tool, files={}, image=scene())


def no_file(path: Path) -> Path:
    return path


def no_model(path: Path) -> Path:
    path.write_bytes(b"\x08\x09 this is no model " * 50)
    return path


def bad_card(path: Path) -> Path:
    path.with_suffix(".json").write_text('{"labels": "red"}', "utf-8")
    return seers.yolo(path)


def zero_card(path: Path) -> Path:
    path.with_suffix(".json").write_text('{"std": [1, 0, 1]}', "utf-8")
    return seers.yolo(path)


def wrong_size(path: Path) -> Path:
    return seers.yolo(path, side=4)


@pytest.mark.parametrize(
    "made", [no_file, no_model, bad_card, zero_card, wrong_size, seers.broken_numbers, seers.other_layout]
)
async def test_a_bad_model_is_named_by_its_setting_and_not_by_its_path(
    look: Look, tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    with pytest.raises(Unavailable, match="KANGBAN_ONNX_DETECT") as told:
        await look("detect_objects", files={"detect": made(tmp_path / "m.onnx")}, image=scene(red=RED))
    assert str(tmp_path) not in told.value.message


def png(width: int, height: int, rows: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(bytes((width + 1) * rows), 9)
    parts = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    written = b"".join(struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in parts)
    return b"\x89PNG\r\n\x1a\n" + written


@pytest.mark.parametrize(
    "content",
    [
        png(60_000, 60_000, 1),
        png(12_000, 12_000, 12_000),
        b"%PDF-1.4",
        b"GIF89a",
        scene(red=RED).content[:120],
        b"hello",
        b"\xff\xd8\xff\xe0",
    ],
    ids=["claims to be huge", "is huge", "a PDF", "half a GIF", "half a PNG", "a text", "half a JPEG"],
)
@pytest.mark.parametrize("tool", ["edges", "ocr"])
async def test_what_is_no_picture_is_refused(look: Look, content: bytes, tool: str) -> None:
    with pytest.raises(InvalidInput):
        await look(tool, files={}, image=Media("image", "image/png", content))


async def test_pictures_at_the_same_time_get_their_own_answers(look: Look, tmp_path: Path) -> None:
    files = {"detect": seers.yolo(tmp_path / "m.onnx")}
    squares = [(8 * n, 8 * n, 8 * n + 32, 8 * n + 32) for n in range(1, 9)]
    found = await asyncio.gather(*(look("detect_objects", files=files, image=scene(red=each)) for each in squares))
    for square, one in zip(squares, found, strict=True):
        assert one.content["objects"][0]["box"]["pixels"] == pytest.approx(square, abs=2)


async def test_a_model_that_never_ends_is_ended_and_the_next_picture_is_looked_at(tmp_path: Path) -> None:
    files = {"detect": seers.endless(tmp_path / "slow.onnx"), "segment": seers.yolo_masks(tmp_path / "m.onnx")}
    vision = OnnxVision(OnnxFiles(files, seconds=1.0))
    with pytest.raises(Unavailable, match="too long"):
        await vision.detect(scene(red=RED), Wanted())
    assert [each.label for each in (await vision.segment(scene(red=RED), Wanted())).shapes] == ["red"]


async def test_whoever_goes_away_ends_the_run(tmp_path: Path) -> None:
    files = {"detect": seers.endless(tmp_path / "slow.onnx"), "segment": seers.yolo_masks(tmp_path / "m.onnx")}
    vision = OnnxVision(OnnxFiles(files, seconds=600.0))
    first, second = (asyncio.create_task(vision.detect(scene(red=RED), Wanted())) for _ in range(2))
    await asyncio.sleep(0.5)
    first.cancel()
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    # The one thread is free again, or this would wait for minutes.
    assert len((await vision.segment(scene(red=RED), Wanted())).shapes) == 1
