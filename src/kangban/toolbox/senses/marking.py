"""Tool: boxes and words drawn onto a picture, so that a person sees what was found."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.imaging import PictureMark
from kangban.ports.media import ImageMedia
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.ports.vision import Spot
from kangban.toolbox.senses.seeing import Corners, Unit, bare_picture, sized, wanted_in


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`box` [x0, y0, x1, y1] or `point` [x, y], and words beside it."""

    box: Corners | None = None
    point: Spot | None = None
    text: Annotated[str, msgspec.Meta(max_length=200)] = ""


@tool("mark_image", group="sight", permissions=("compute",), gives=("image",), timeout_s=60.0,
      examples=({"image": "media:0a1b2c3d4e5f", "marks": [{"box": [40, 16, 88, 64], "text": "药瓶"}]},))  # fmt: skip
async def mark_image(
    context: ToolContext,
    image: ImageMedia,
    marks: Annotated[tuple[Mark, ...], msgspec.Meta(min_length=1, max_length=100)],
    unit: Unit = "pixels",
) -> ToolResult:
    """Draw boxes and write words onto a picture. 在图上画框、写字、标注。

    image: the picture
    marks: each a box or a point, and words to write there
    unit: whether places are in pixels or in shares (0-1) of width and height
    """
    pen = outside_of(context).pen
    if pen is None:
        raise Unavailable("nothing draws on pictures here", field="pen")
    picture = await bare_picture(context, image)
    drawn: list[PictureMark] = []
    for number, mark in enumerate(marks):
        if (mark.box is None) == (mark.point is None):
            raise InvalidInput("a mark has a box or a point", field=f"marks.{number}")
        if mark.point is not None and not mark.text:
            raise InvalidInput("a mark at a point has words", field=f"marks.{number}.text")
        spots = () if mark.point is None else (mark.point,)
        placed = wanted_in(picture.size, unit, mark.box, spots)
        x, y = placed.spots[0] if placed.spots else (0.0, 0.0)
        drawn.append(PictureMark(mark.text, placed.area, x, y))
    made = await pen.draw(picture.media, tuple(drawn))
    return ToolResult({"picture": sized(picture.size), "image": made.ref, "marks": len(drawn)}, media=(made,))
