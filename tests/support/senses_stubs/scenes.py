"""Pictures with squares of plain colours, so that what is in them is known to the pixel."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from kangban.ports.media import Media

Square = tuple[int, int, int, int]  # x0, y0, x1, y1; the last ones not inside


def scene(
    width: int = 256,
    height: int = 128,
    *,
    red: Square | None = None,
    green: Square | None = None,
    blue: Square | None = None,
    white: Square | None = None,
    as_: str = "PNG",
    exif: int = 0,
    mode: str = "RGB",
) -> Media:
    """A black picture; with `exif`, stored turned so that a viewer who heeds the tag sees it upright."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for colour, square in (("#f00", red), ("#0f0", green), ("#00f", blue), ("#fff", white)):
        if square:
            draw.rectangle((square[0], square[1], square[2] - 1, square[3] - 1), fill=colour)
    out = io.BytesIO()
    tags = Image.Exif()
    if exif:
        tags[0x0112] = exif
        undone = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
        image = image.transpose(undone[exif])
    options = {"quality": 97, "subsampling": 0} if as_ == "JPEG" else {}
    image.convert(mode).save(out, as_, exif=tags, **options)
    return Media("image", f"image/{as_.lower()}", out.getvalue(), "scene")
