"""Tools: pictures made or changed by a model. They are drawings, never evidence of anything."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.imaging import Control, ImageMaker, ImageWish, Margins, SenseKind
from kangban.ports.media import AudioMedia, ImageMedia, Media, MediaKind
from kangban.ports.outside import outside_of
from kangban.ports.tool import Cost, Effect, Permission, ToolContext, ToolResult, tool
from kangban.toolbox.senses.seeing import bare_picture

Prompt = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
Avoid = Annotated[str, msgspec.Meta(max_length=1_000)]
Side = Annotated[int, msgspec.Meta(ge=0, le=2048)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Seed = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class Painting(TypedDict):
    """What every tool of this file says of itself."""

    effect: Effect
    group: str
    permissions: tuple[Permission, ...]
    cost: Cost
    needs: tuple[str, ...]
    gives: tuple[MediaKind, ...]
    foreign: bool
    timeout_s: float


PAINTING = Painting(
    effect="reads", group="drawing", permissions=("network",), cost="paid", needs=("url:images",),
    gives=("image",), foreign=True, timeout_s=180.0,
)  # fmt: skip


def _maker(context: ToolContext) -> ImageMaker:
    found = outside_of(context).image_maker
    if found is None:
        raise Unavailable(
            "nothing draws here: set KANGBAN_TOOL_URL_IMAGES to a server with /v1/images/generations",
            field="KANGBAN_TOOL_URL_IMAGES",
        )
    return found


def _given(made: Media) -> ToolResult:
    return ToolResult(
        {"image": made.ref, "media_type": made.media_type, "note": "drawn by a model; no photograph of anything"},
        media=(made,),
    )


@tool("make_image", **PAINTING, examples=({"prompt": "雪山下的木屋，水彩"},))
async def make_image(
    context: ToolContext, prompt: Prompt, avoid: Avoid = "", width: Side = 0, height: Side = 0, seed: Seed | None = None
) -> ToolResult:
    """Draw a picture from words. 文生图：画一张图。

    prompt: what it shows
    avoid: what it must not show
    width: in pixels; 0 leaves the size to the model
    height: in pixels
    seed: the same seed draws the same picture again, where the server keeps to it
    """
    if bool(width) != bool(height):
        raise InvalidInput("give width and height, or neither", field="width")
    return _given(await _maker(context).make(ImageWish(prompt, avoid, width, height, seed)))


@tool("edit_image", **PAINTING, examples=({"image": "media:0a1b2c3d4e5f", "prompt": "把天空改成晚霞"},))
async def edit_image(
    context: ToolContext, image: ImageMedia, prompt: Prompt, mask: ImageMedia | None = None, avoid: Avoid = ""
) -> ToolResult:
    """Change a picture as words say: style, background, an object removed or replaced. 修图、改图：去掉、替换、换风格。

    image: the picture
    prompt: what is to change; with a mask, what stands there afterwards
    mask: a grey picture, above 0 where it may be changed, e.g. the mask of segment_image
    avoid: what it must not show
    """
    maker = _maker(context)
    picture = await bare_picture(context, image)
    hole = None if mask is None else (await bare_picture(context, mask)).media
    return _given(await maker.edit(picture.media, ImageWish(prompt, avoid), hole))


@tool("expand_image", **PAINTING,
      examples=({"image": "media:0a1b2c3d4e5f", "prompt": "延伸的草地", "left": 0.5, "right": 0.5},))  # fmt: skip
async def expand_image(
    context: ToolContext, image: ImageMedia, prompt: Prompt, left: Share = 0.0, top: Share = 0.0, right: Share = 0.0,
    bottom: Share = 0.0,
) -> ToolResult:  # fmt: skip
    """Paint what lies around a picture, so that it grows. 扩图、外扩画面。

    image: the picture
    prompt: what lies around it
    left: how much is added, as a share of the width
    top: as a share of the height
    right: as a share of the width
    bottom: as a share of the height
    """
    maker = _maker(context)
    picture = await bare_picture(context, image)
    return _given(await maker.expand(picture.media, ImageWish(prompt), Margins(left, top, right, bottom)))


@tool("image_from_control", **PAINTING,
      examples=({"image": "media:0a1b2c3d4e5f", "kind": "canny", "prompt": "彩色的房子"},))  # fmt: skip
async def image_from_control(
    context: ToolContext, image: ImageMedia, kind: Control, prompt: Prompt, avoid: Avoid = ""
) -> ToolResult:
    """Draw a new picture by the edges, depth, pose or scribble of another (ControlNet). 按线稿、深度、姿态生成图。

    image: the picture of edges, depth or skeletons, as the tools edges, depth_map and body_pose give it
    kind: what it is
    prompt: what the new picture shows
    avoid: what it must not show
    """
    maker = _maker(context)
    picture = await bare_picture(context, image)
    return _given(await maker.from_control(picture.media, kind, ImageWish(prompt, avoid)))


@tool("image_from_senses", **PAINTING, examples=({"audio": "media:0a1b2c3d4e5f", "prompt": "海边"},))
async def image_from_senses(
    context: ToolContext, audio: AudioMedia | None = None, thermal: ImageMedia | None = None,
    image: ImageMedia | None = None, prompt: Annotated[str, msgspec.Meta(max_length=4_000)] = "",
) -> ToolResult:  # fmt: skip
    """Draw what a sound, a thermal picture, a picture and words have in common (ImageBind). 听声音画图、热成像转图。

    audio: a sound
    thermal: a thermal picture
    image: a picture
    prompt: words
    """
    maker = _maker(context)
    sensed: list[tuple[SenseKind, Media]] = [] if audio is None else [("audio", audio)]
    seen: tuple[tuple[SenseKind, Media | None], ...] = (("thermal", thermal), ("image", image))
    for kind, picture in seen:
        if picture is not None:
            sensed.append((kind, (await bare_picture(context, picture)).media))
    if not sensed:
        raise InvalidInput("give a sound, a thermal picture or a picture", field="audio")
    return _given(await maker.from_senses(tuple(sensed), ImageWish(prompt)))
