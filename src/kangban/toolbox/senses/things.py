"""Tools: things in a picture with their boxes, and their masks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kangban.ports.media import ImageMedia, Media
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.senses.seeing import (
    SEEING,
    Corners,
    Labels,
    Least,
    Most,
    Spots,
    Unit,
    bare_picture,
    eyes,
    placed,
    sized,
    wanted_in,
)


@tool("detect_objects", **SEEING, examples=({"image": "media:0a1b2c3d4e5f", "labels": ["person"]},))
async def detect_objects(
    context: ToolContext, image: ImageMedia, labels: Labels = (), least: Least = 0.25, most: Most = 50
) -> ToolResult:
    """Find objects in a picture: what, how sure, and its box; how many of each. 目标检测：图里有什么、在哪里、有几个。

    image: the picture
    labels: only these, as the model calls them; a server that reads free words may take any
    least: how sure at least, 0-1
    most: how many at most
    """
    picture = await bare_picture(context, image)
    seer = eyes(outside_of(context), "detect")
    seen = await seer.detect(picture.media, wanted_in(picture.size, "pixels", labels=labels, least=least, most=most))
    objects = [
        {"label": each.label, "confidence": each.confidence, "box": placed(each.area, picture.size)}
        for each in seen.things
    ]
    counts = dict(Counter(each.label for each in seen.things))
    return ToolResult({"picture": sized(picture.size), "objects": objects, "counts": counts, "more": seen.more})


@tool("segment_image", **SEEING, gives=("image",),
      examples=({"image": "media:0a1b2c3d4e5f", "points": [[0.5, 0.5]], "unit": "share"},))  # fmt: skip
async def segment_image(
    context: ToolContext,
    image: ImageMedia,
    points: Spots = (),
    not_points: Spots = (),
    box: Corners | None = None,
    labels: Labels = (),
    unit: Unit = "pixels",
    least: Least = 0.25,
    most: Most = 50,
) -> ToolResult:
    """Cut a picture into shapes: what lies at points or in a box, or everything. 图像分割：抠图、得到遮罩。

    image: the picture
    points: [x, y] that the shape holds
    not_points: [x, y] that it does not hold
    box: [x0, y0, x1, y1] around it
    labels: only these, as the model calls them
    unit: whether points and box are in pixels or in shares (0-1) of width and height
    least: how sure at least, 0-1
    most: how many at most
    """
    picture = await bare_picture(context, image)
    wanted = wanted_in(picture.size, unit, box, points, not_points, labels, least, most)
    seen = await eyes(outside_of(context), "segment").segment(picture.media, wanted)
    whole = picture.size.width * picture.size.height
    shapes: list[dict[str, Any]] = [
        {
            "number": number, "label": each.label, "confidence": each.confidence,
            "box": placed(each.area, picture.size), "pixels": each.pixels, "share": round(each.pixels / whole, 4),
            "outline": each.outline,
        }
        for number, each in enumerate(seen.shapes, 1)
    ]  # fmt: skip
    made: tuple[Media, ...] = () if seen.mask is None else (seen.mask,)
    content = {
        "picture": sized(picture.size), "shapes": shapes, "more": seen.more,
        "mask": None if seen.mask is None else seen.mask.ref,
        "mask_values": "the number of the shape; 0 where there is none",
    }  # fmt: skip
    return ToolResult(content, media=made)
