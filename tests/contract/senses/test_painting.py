"""Pictures made and changed over a server of OpenAI's shape: what is sent is what was meant, to the pixel."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kangban.kernel.errors import InvalidInput, NotPermitted, Unavailable
from kangban.ports.media import Media
from kangban.ports.tool import ToolResult
from tests.contract.senses.conftest import Look
from tests.support.senses_stubs import seers
from tests.support.senses_stubs.openai_senses import sound
from tests.support.senses_stubs.scenes import scene

RED = (40, 16, 88, 64)
LIME, BLACK = (0, 255, 0), (0, 0, 0)


def drawn(result: ToolResult) -> Image.Image:
    (made,) = result.media
    assert result.content["image"] == made.ref
    assert "no photograph" in result.content["note"]
    return Image.open(io.BytesIO(made.content)).convert("RGB")


async def test_a_picture_from_words(look: Look) -> None:
    made = drawn(await look("make_image", prompt="雪山", avoid="人物", width=96, height=32, seed=200))
    assert made.size == (96, 32)
    assert made.getpixel((0, 0)) == (200, 2, 0)


async def test_a_server_that_refuses_the_field_is_asked_without_it(look: Look, settings_of: Any) -> None:
    made = await look("make_image", settings=settings_of(KANGBAN_TOOL_MODEL_IMAGES="gpt-image-1"), prompt="雪山")
    assert drawn(made).size == (64, 64)


async def test_only_what_a_mask_marks_is_painted(look: Look, tmp_path: Path) -> None:
    picture = scene(red=RED)
    cut = await look("segment_image", files={"segment": seers.yolo_masks(tmp_path / "m.onnx")}, image=picture)
    made = drawn(await look("edit_image", image=picture, prompt="去掉方块", mask=cut.media[0]))
    assert made.size == (256, 128)
    assert made.getpixel((64, 40)) == LIME
    assert made.getpixel((200, 100)) == BLACK


async def test_without_a_mask_all_of_it_may_change(look: Look) -> None:
    assert drawn(await look("edit_image", image=scene(red=RED), prompt="水彩")).getpixel((200, 100)) == LIME


async def test_an_empty_mask_is_refused(look: Look) -> None:
    with pytest.raises(InvalidInput, match="marks nothing"):
        await look("edit_image", image=scene(red=RED), prompt="x", mask=scene())


async def test_a_picture_grows_by_the_shares_asked_for(look: Look) -> None:
    made = drawn(await look("expand_image", image=scene(red=RED), prompt="草地", left=0.5, bottom=0.25))
    assert made.size == (128 + 256, 128 + 32)
    assert made.getpixel((10, 10)) == LIME  # painted
    assert made.getpixel((128 + 60, 40)) == (255, 0, 0)  # kept, and moved
    assert made.getpixel((200, 150)) == LIME


@pytest.mark.parametrize("arguments", [{}, {"left": 1.1}, {"top": -0.1}])
async def test_a_picture_that_does_not_grow_is_refused(look: Look, arguments: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        await look("expand_image", image=scene(red=RED), prompt="x", **arguments)


@pytest.mark.parametrize(
    ("kind", "colour"), [("canny", (255, 0, 0)), ("depth", LIME), ("pose", (0, 0, 255)), ("scribble", (255, 255, 255))]
)
async def test_a_picture_is_drawn_along_another(look: Look, kind: str, colour: tuple[int, ...]) -> None:
    lines = scene(white=(0, 0, 128, 128))
    made = drawn(await look("image_from_control", image=lines, kind=kind, prompt="房子"))
    assert made.getpixel((10, 10)) == colour
    assert made.getpixel((250, 10)) == BLACK


async def test_edges_of_a_photograph_lead_to_a_new_picture(look: Look) -> None:
    lines = (await look("edges", files={}, image=scene(white=(64, 32, 128, 96)))).media[0]
    made = drawn(await look("image_from_control", image=lines, kind="canny", prompt="红线"))
    assert any(made.getpixel((x, 64))[0] > 200 for x in (63, 64, 65))


@pytest.mark.parametrize(
    ("senses", "colour"),
    [
        ({"audio"}, (255, 0, 0)),
        ({"thermal"}, LIME),
        ({"audio", "image"}, (255, 0, 255)),
        ({"audio", "thermal", "image"}, (255, 255, 255)),
    ],
)
async def test_senses_are_joined(look: Look, senses: set[str], colour: tuple[int, ...]) -> None:
    every = {"audio": Media("audio", "audio/wav", sound(0.2)), "thermal": scene(), "image": scene(red=RED)}
    made = drawn(await look("image_from_senses", prompt="海", **{one: every[one] for one in senses}))
    assert made.getpixel((0, 0)) == colour


async def test_words_alone_are_for_make_image(look: Look) -> None:
    with pytest.raises(InvalidInput):
        await look("image_from_senses", prompt="海")


@pytest.mark.parametrize(
    "prompt",
    [
        "half a stream",
        "too much",
        "slow down",
        "fall over",
        "garbage",
        "wrong shape",
        "elsewhere",
        "locked",
        "a link",
        "no picture",
    ],
)
async def test_a_server_that_fails_is_unavailable_and_not_quoted(look: Look, prompt: str) -> None:
    with pytest.raises(Unavailable) as told:
        await look("make_image", prompt=prompt)
    assert "KEY-SECRET" not in told.value.message


async def test_nothing_set_up_says_what_to_set(look: Look) -> None:
    for name, more in (("make_image", {}), ("edit_image", {"image": scene()}), ("expand_image", {"image": scene()})):
        with pytest.raises(Unavailable, match="KANGBAN_TOOL_URL_IMAGES"):
            await look(name, files={}, prompt="x", **more)


async def test_a_picture_goes_to_no_server_outside(look: Look, settings_of: Any) -> None:
    away = settings_of({}, KANGBAN_TOOL_URL_IMAGES="https://images.example.org")
    for name, more in (
        ("edit_image", {}), ("expand_image", {"left": 0.5}), ("image_from_control", {"kind": "canny"}), ("image_from_senses", {}),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            await look(name, settings=away, prompt="x", image=scene(), **more)
