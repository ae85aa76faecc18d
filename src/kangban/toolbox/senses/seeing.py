"""What tools that look at a picture share: the picture made bare, the eyes that can, places in pixels and as shares."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

import msgspec

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.kernel.media import sniff
from kangban.kernel.picture_size import picture_size
from kangban.ports.media import Media
from kangban.ports.outside import Outside, outside_of
from kangban.ports.tool import Effect, Permission, ToolContext
from kangban.ports.vision import Area, Size, Spot, Vision, VisionTask, Wanted

Unit = Literal["pixels", "share"]
Corners = Annotated[tuple[float, float, float, float], "x0, y0, x1, y1"]
Spots = Annotated[tuple[Spot, ...], msgspec.Meta(max_length=20)]
Least = Annotated[float, msgspec.Meta(ge=0.01, le=1.0)]
Most = Annotated[int, msgspec.Meta(ge=1, le=200)]
Labels = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=80)], ...], msgspec.Meta(max_length=40)]
UPRIGHT = "pixels from the top left of the upright picture"


class Seeing(TypedDict):
    """What every tool that asks a model about a picture says of itself."""

    effect: Effect
    group: str
    permissions: tuple[Permission, ...]
    foreign: bool
    timeout_s: float


SEEING = Seeing(effect="reads", group="sight", permissions=("compute", "network"), foreign=True, timeout_s=180.0)


class Bare(msgspec.Struct, frozen=True):
    """A picture upright and without anything but its pixels, as PNG or JPEG."""

    media: Media
    size: Size


async def bare_picture(context: ToolContext, picture: Media) -> Bare:
    """The picture as it may be looked at; unpacked in the process that reads files, so that a bad one harms nothing.

    Raises InvalidInput for what is no picture or too large, Unavailable where files cannot be read.
    """
    reader = outside_of(context).reader
    if reader is None:
        raise Unavailable("pictures cannot be read here", field="reader")
    kind = sniff(picture.content)
    if not kind.startswith("image/") or not reader.can_read(kind):
        raise InvalidInput("this is no picture that can be read", field="image", key="reader.unsupported")
    if kind == "image/tiff":  # which may hold several pages: the first is looked at
        page = await reader.picture(picture.content, kind, 1)
        kind, content = page.media_type, page.content
    else:
        kind, content = await reader.without_metadata(picture.content, kind)
    size = picture_size(content)
    if size is None:
        raise InvalidInput("this is no picture that can be read", field="image", key="reader.broken")
    return Bare(Media("image", kind, content, "picture"), Size(*size))


def eyes(outside: Outside, task: VisionTask) -> Vision:
    """Whoever can do it; raises Unavailable that says what to set."""
    for each in outside.vision:
        if task in each.offers:
            return each
    raise no_eyes(task)


def no_eyes(task: str) -> Unavailable:
    """Nobody is set up for it."""
    setting = f"KANGBAN_ONNX_{task.upper()}"
    return Unavailable(f"no model is set for this: set {setting} or KANGBAN_TOOL_URL_VISION", field=setting)


def wanted_in(
    size: Size, unit: Unit, box: Corners | None = None, spots: Spots = (), not_spots: Spots = (),
    labels: Labels = (), least: float = 0.25, most: int = 50,
) -> Wanted:  # fmt: skip
    """What is meant, in pixels; raises InvalidInput for places outside the picture."""
    wide, tall = (size.width, size.height) if unit == "share" else (1, 1)

    def pixel(spot: Spot, field: str) -> Spot:
        x, y = spot[0] * wide, spot[1] * tall
        # A model's box may touch the far edge, rounded.
        if not (-1 <= x <= size.width + 1 and -1 <= y <= size.height + 1):
            raise InvalidInput(f"the picture is {size.width} × {size.height} pixels; this lies outside", field=field)
        return min(max(0.0, x), size.width), min(max(0.0, y), size.height)

    area: Area | None = None
    if box is not None:
        (x0, y0), (x1, y1) = pixel(box[:2], "box"), pixel(box[2:], "box")
        if x1 - x0 < 1 or y1 - y0 < 1:
            raise InvalidInput("a box is x0, y0, x1, y1: its right edge lies right of its left one", field="box")
        area = Area(x0, y0, x1, y1)
    inside = tuple(pixel(spot, "points") for spot in spots)
    outside = tuple(pixel(spot, "not_points") for spot in not_spots)
    return Wanted(area, inside, outside, labels, least, most)


def placed(area: Area, size: Size) -> dict[str, Any]:
    """A box in pixels and as shares of the picture's sides (0-1)."""
    shares = (area.x0 / size.width, area.y0 / size.height, area.x1 / size.width, area.y1 / size.height)
    return {"pixels": [area.x0, area.y0, area.x1, area.y1], "share": [round(each, 4) for each in shares]}


def sized(size: Size) -> dict[str, Any]:
    """The picture, as every answer names it."""
    return {"width": size.width, "height": size.height, "places": UPRIGHT}
