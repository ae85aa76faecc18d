"""A file without what tells where, when and with what it was made."""

from __future__ import annotations

from kangban.adapters.page_reader.paper import encoded, frames, opened, unpacked
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.wire import Made

_KEPT_AS_PNG = ("PNG", "GIF", "BMP")


def without_metadata(content: bytes, media_type: str, settings: ReaderSettings) -> Made:
    """The same pixels, upright, encoded anew; a PDF without Info and XMP. Raises InvalidInput for a broken file."""
    if media_type == "application/pdf":
        from kangban.adapters.page_reader.bare_pdf import bare_pdf

        return Made(media_type, bare_pdf(content, settings))
    image = opened(content, settings)
    if image.format == "TIFF" and frames(image) > 1:
        return Made(media_type, _bare_tiff(content, settings, frames(image)))
    drawn = image.format in _KEPT_AS_PNG or image.format == "TIFF"
    return Made(*encoded(unpacked(image, settings), photograph=not drawn, quality=93))


def _bare_tiff(content: bytes, settings: ReaderSettings, pages: int) -> bytes:
    import io

    from PIL import Image

    def bare(number: int) -> Image.Image:
        page = unpacked(opened(content, settings), settings, number)
        return Image.frombytes("RGB", page.size, page.tobytes())

    out = io.BytesIO()
    bare(0).save(
        out, "TIFF", compression="tiff_deflate", save_all=True, append_images=(bare(n) for n in range(1, pages))
    )
    return out.getvalue()
