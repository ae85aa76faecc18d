"""Pictures as documents: one page each, a TIFF as many as it holds."""

from __future__ import annotations

from PIL import Image

from kangban.adapters.page_reader.paper import encoded, for_reading, frames, opened, unpacked
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.wire import Made
from kangban.clinical.page import Page

SHOWN_SIDE = 2400


class PictureDocument:
    """See documents.Document."""

    def __init__(self, content: bytes, settings: ReaderSettings) -> None:
        self._content, self._settings = content, settings
        self._pages = frames(opened(content, settings))

    @property
    def pages(self) -> int:
        """See Document.pages."""
        return self._pages

    def read(self, number: int) -> Page:
        """See Document.read."""
        from kangban.adapters.page_reader.scan import read_picture

        return read_picture(for_reading(self._image(), self._settings, number - 1), number)

    def picture(self, number: int) -> Made:
        """See Document.picture."""
        image = self._image()
        photograph = image.format in ("JPEG", "MPO", "HEIF", "WEBP")
        page = unpacked(image, self._settings, number - 1, largest=SHOWN_SIDE)
        page.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
        return Made(*encoded(page, photograph=photograph))

    def close(self) -> None:
        """See Document.close."""

    def _image(self) -> Image.Image:
        # Opened anew for each page: an image keeps its unpacked frame, and a TIFF of sixty would keep sixty.
        return opened(self._content, self._settings)
