"""Pictures opened with their limits held: nothing is unpacked before its size is known."""

from __future__ import annotations

import io
import warnings
from typing import Any, cast

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from kangban.adapters.page_reader.engine import Picture
from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.settings import ReaderSettings

_FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]
_READING_SIDE = 3000  # a photograph larger than this is made smaller while it is unpacked
Image.MAX_IMAGE_PIXELS = None  # our own bound is held below, as an error and not as a warning


def opened(content: bytes, settings: ReaderSettings) -> Image.Image:
    """A picture not yet unpacked; raises InvalidInput for one that is broken or has too many pixels or pages."""
    try:
        image = Image.open(io.BytesIO(content), formats=[*_FORMATS, *_heif()])
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise refused("broken") from error
    _hold(image, settings)
    if image.format == "TIFF" and getattr(image, "n_frames", 1) > settings.pages:
        raise refused("too_many_pages")
    return image


def _heif() -> list[str]:
    import pillow_heif

    cast("Any", pillow_heif).register_heif_opener(thumbnails=False)
    return ["HEIF"]


def _hold(image: Image.Image, settings: ReaderSettings) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise refused("broken")
    if width * height > settings.megapixels * 1_000_000:
        raise refused("too_many_pixels")


def frames(image: Image.Image) -> int:
    """Pages of a picture: those of a TIFF; a moving picture is its first moment."""
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def unpacked(image: Image.Image, settings: ReaderSettings, frame: int = 0, *, largest: int = 0) -> Image.Image:
    """Pixels in RGB, upright as the camera meant, on white; no smaller than `largest`, where that is asked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if frame:
                image.seek(frame)
            _hold(image, settings)
            if largest and image.format == "JPEG":
                width, height = image.size
                part = largest / max(width, height)
                image.draft("RGB", (round(width * part), round(height * part)))
            return _on_white(ImageOps.exif_transpose(image))
    except (OSError, ValueError, SyntaxError, EOFError, TypeError) as error:
        raise refused("broken") from error


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float32)
        # Sixteen bits a pixel come as they are; anything else is stretched over what it holds.
        top = 65535.0 if image.mode.startswith("I;16") or values.max() > 255 else 255.0
        return Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGB", clear.size, "white")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    return image.convert("RGB")


def as_picture(image: Image.Image) -> Picture:
    """RGB pixels as the reader of words wants them."""
    return np.ascontiguousarray(np.asarray(image, np.uint8)[:, :, ::-1])


def for_reading(image: Image.Image, settings: ReaderSettings, frame: int = 0) -> Picture:
    """One frame, no larger than words need."""
    page = unpacked(image, settings, frame, largest=_READING_SIDE)
    page.thumbnail((_READING_SIDE, _READING_SIDE), Image.Resampling.BOX)
    return as_picture(page)


def encoded(image: Image.Image, *, photograph: bool, quality: int = 88) -> tuple[str, bytes]:
    """(media type, bytes): JPEG for a photograph, PNG for a drawn page; pixels and nothing else."""
    out = io.BytesIO()
    bare = Image.frombytes("RGB", image.size, image.tobytes())
    if photograph:
        bare.save(out, "JPEG", quality=quality, subsampling=0 if quality > 90 else 2)
    else:
        bare.save(out, "PNG", compress_level=3)
    return ("image/jpeg" if photograph else "image/png"), out.getvalue()
