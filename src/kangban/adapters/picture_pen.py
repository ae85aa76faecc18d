"""Boxes and words drawn onto a picture with PIL."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.kernel.fonts import chinese_font
from kangban.ports.imaging import PictureMark
from kangban.ports.media import Media

_COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#008080", "#9a6324", "#800000")
_LONGEST = 4096


class PilPen:
    """See PicturePen."""

    async def draw(self, picture: Media, marks: tuple[PictureMark, ...]) -> Media:
        """See PicturePen.draw."""
        return await asyncio.to_thread(_drawn, picture, marks)


def _drawn(picture: Media, marks: tuple[PictureMark, ...]) -> Media:
    try:
        image = Image.open(io.BytesIO(picture.content), formats=["PNG", "JPEG"]).convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError):
        raise InvalidInput("this is no picture that can be read", field="image", key="reader.broken") from None
    scale = min(1.0, _LONGEST / max(image.size))
    if scale < 1:
        image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    pen, thick = ImageDraw.Draw(image), max(2, max(image.size) // 300)
    font = _font(max(12, max(image.size) // 40), "".join(mark.text for mark in marks))
    for number, mark in enumerate(marks):
        colour = _COLOURS[number % len(_COLOURS)]
        x, y = mark.x * scale, mark.y * scale
        if mark.area is not None:
            sides = [side * scale for side in (mark.area.x0, mark.area.y0, mark.area.x1, mark.area.y1)]
            pen.rectangle(sides, outline=colour, width=thick)
            x, y = sides[0], sides[1]
        if mark.text:
            _write(pen, mark.text, (x, y), font, colour, image.size)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return Media("image", "image/png", out.getvalue(), "marked.png")


def _font(size: int, letters: str) -> Any:
    if all(letter < "\u0250" for letter in letters):
        return ImageFont.load_default(size)
    path = chinese_font()
    if path is None:
        raise Unavailable("no font with Chinese letters is installed here", field="font")
    return ImageFont.truetype(str(path), size)


def _write(
    pen: ImageDraw.ImageDraw, text: str, at: tuple[float, float], font: Any, colour: str, size: tuple[int, int]
) -> None:
    """White on its colour, pushed inside where it would leave the picture."""
    left, top, right, bottom = pen.multiline_textbbox((0, 0), text, font=font)
    x = max(0.0, min(at[0], size[0] - (right - left) - 4))
    y = max(0.0, min(at[1], size[1] - (bottom - top) - 4))
    pen.rectangle((x, y, x + right - left + 4, y + bottom - top + 4), fill=colour)
    pen.multiline_text((x + 2 - left, y + 2 - top), text, fill="white", font=font)
