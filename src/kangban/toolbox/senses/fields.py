"""Tools: edges and depth."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.media import ImageMedia
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.ports.vision import EdgePicture
from kangban.toolbox.senses.seeing import SEEING, Bare, bare_picture, eyes, no_eyes, sized

Threshold = Annotated[int, msgspec.Meta(ge=1, le=1000)]


@tool("edges", **SEEING, gives=("image",), examples=({"image": "media:0a1b2c3d4e5f"},))
async def edges(
    context: ToolContext,
    image: ImageMedia,
    kind: Literal["canny", "scribble"] = "canny",
    low: Threshold = 100,
    high: Threshold = 200,
) -> ToolResult:
    """The edges of a picture, white on black: Canny's filter, or soft lines as drawn by a model. 边缘图、线稿。

    image: the picture
    kind: "canny" needs no model, "scribble" needs one
    low: Canny's lower threshold: weaker edges count only beside stronger ones
    high: Canny's upper threshold
    """
    if low > high:
        raise InvalidInput("the lower threshold is not above the upper one", field="low")
    picture = await bare_picture(context, image)
    seen = await _drawn(context, picture, kind, low, high)
    content = {"picture": sized(picture.size), "edges": seen.picture.ref, "kind": kind, "share_of_edge": seen.share}
    return ToolResult(content, media=(seen.picture,))


async def _drawn(
    context: ToolContext, picture: Bare, kind: Literal["canny", "scribble"], low: int, high: int
) -> EdgePicture:
    for each in outside_of(context).vision:
        if "edges" in each.offers:
            try:
                return await each.edges(picture.media, kind, low, high)
            except Unavailable as error:
                if error.field != "KANGBAN_ONNX_EDGES" or each is outside_of(context).vision[-1]:
                    raise
    raise no_eyes("edges")


@tool("depth_map", **SEEING, gives=("image",), examples=({"image": "media:0a1b2c3d4e5f"},))
async def depth_map(context: ToolContext, image: ImageMedia) -> ToolResult:
    """How far away things in a picture are: a picture, brighter is nearer, and a grid of numbers. 深度图：远近。

    image: the picture
    """
    picture = await bare_picture(context, image)
    seen = await eyes(outside_of(context), "depth").depth(picture.media)
    meant = (
        "metres from the camera, as the model estimates" if seen.unit == "metres"
        else "0 is the farthest and 1 the nearest in this picture; no metres, not to be compared between pictures"
    )  # fmt: skip
    content = {
        "picture": sized(picture.size), "unit": seen.unit, "unit_means": meant, "grid_rows": seen.grid,
        "nearest": seen.nearest, "farthest": seen.farthest, "depth": seen.picture.ref if seen.picture else None,
    }  # fmt: skip
    return ToolResult(content, media=() if seen.picture is None else (seen.picture,))
