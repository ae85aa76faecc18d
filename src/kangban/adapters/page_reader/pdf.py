"""PDF: the text layer where it says what the page shows, else the page as a picture."""

from __future__ import annotations

from itertools import islice
from typing import Any, cast

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from kangban.adapters.page_reader.engine import Picture
from kangban.adapters.page_reader.letters import is_garbled
from kangban.adapters.page_reader.paper import encoded
from kangban.adapters.page_reader.pictures import SHOWN_SIDE
from kangban.adapters.page_reader.refusals import refused
from kangban.adapters.page_reader.runs import Run, runs_of
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.text_layer import Layer, read_layer, turned_point
from kangban.adapters.page_reader.wire import Made
from kangban.clinical.page import Box, Page, Word

_raw = cast("Any", raw)
_LOCKED = 4  # pdfium's FPDF_ERR_PASSWORD
_MOST_POINTS = 14_400  # a side of two hundred inches, the most the format itself knows
_SHOWN_DPI = 150
_READ_SIDE = 2600  # pixels of the long side of a page that is read as a picture
_LITTLE_TEXT = 40  # letters; a scan with a header or a page number has fewer
_MANY_PATHS = 300
_PICTURE_SHARE = 0.2  # of the page, from which a picture may hold words


class PdfDocument:
    """See documents.Document."""

    def __init__(self, content: bytes, settings: ReaderSettings) -> None:
        try:
            self.pdf = cast("Any", pdfium.PdfDocument(content))
            self.pdf.init_forms()
        except pdfium.PdfiumError as error:
            raise refused("encrypted" if getattr(error, "err_code", None) == _LOCKED else "broken") from error
        self._pages = len(self.pdf)
        if not 1 <= self._pages <= settings.pages:
            self.pdf.close()
            raise refused("too_many_pages" if self._pages else "empty")

    @property
    def pages(self) -> int:
        """See Document.pages."""
        return self._pages

    def read(self, number: int) -> Page:
        """See Document.read."""
        page, width, height = self.page(number)
        try:
            layer = read_layer(page, width, height)
            if not _must_be_looked_at(page, layer, width, height):
                return _page(number, layer, width, height)
            picture = _rendered(page, _READ_SIDE / max(width, height))
        finally:
            page.close()
        from kangban.adapters.page_reader.scan import read_picture

        return read_picture(picture, number)

    def picture(self, number: int) -> Made:
        """See Document.picture."""
        from PIL import Image

        page, width, height = self.page(number)
        try:
            picture = _rendered(page, min(_SHOWN_DPI / 72, SHOWN_SIDE / max(width, height)))
            drawn = not any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
        finally:
            page.close()
        return Made(*encoded(Image.fromarray(picture[:, :, ::-1]), photograph=not drawn))

    def close(self) -> None:
        """See Document.close."""
        self.pdf.close()

    def page(self, number: int) -> tuple[Any, float, float]:
        """A pypdfium2 page with its width and height in points, filled fields drawn into it; whoever asks closes it."""
        try:
            page = self.pdf[number - 1]
        except pdfium.PdfiumError as error:
            raise refused("broken") from error
        if _has_fields(page):
            # What was filled into a form lies over the page; from here on it is a part of it.
            page.flatten()
            page.close()
            page = self.pdf[number - 1]
        width, height = page.get_size()
        if not (0 < width <= _MOST_POINTS and 0 < height <= _MOST_POINTS):
            page.close()
            raise refused("page_too_large")
        return page, width, height


def _has_fields(page: Any) -> bool:
    for i in range(_raw.FPDFPage_GetAnnotCount(page)):
        one = _raw.FPDFPage_GetAnnot(page, i)
        kind = _raw.FPDFAnnot_GetSubtype(one)
        _raw.FPDFPage_CloseAnnot(one)
        if kind == _raw.FPDF_ANNOT_WIDGET:
            return True
    return False


def _rendered(page: Any, scale: float) -> Picture:
    bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=False)
    try:
        pixels = np.asarray(bitmap.to_numpy(), np.uint8)
        if pixels.ndim == 2:
            pixels = pixels[:, :, None]
        return np.ascontiguousarray(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[:, :, :3])
    finally:
        bitmap.close()


def _must_be_looked_at(page: Any, layer: Layer, width: float, height: float) -> bool:
    """Whether the words are in a picture, or the layer does not say what is drawn."""
    letters = len(layer.letters)
    if letters and (layer.unmapped > 0.05 * letters or is_garbled("".join(a.text for a in layer.letters))):
        return True
    if letters >= _LITTLE_TEXT:
        return any(_is_scan_beside_text(box, layer, width, height) for box in _pictures(page, width, height))
    if any(share >= _PICTURE_SHARE for *_, share in _pictures(page, width, height)):
        return True
    # Some programs draw letters as outlines: a page without letters, or with a page number only, is full of paths.
    paths = sum(1 for _ in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3), _MANY_PATHS))
    return paths >= _MANY_PATHS or (not letters and any(True for _ in page.get_objects(max_depth=3)))


def _pictures(page: Any, width: float, height: float) -> list[tuple[float, float, float, float, float]]:
    """(left, bottom, right, top, share of the page) of each picture, in the page's own coordinates."""
    found: list[tuple[float, float, float, float, float]] = []
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = thing.get_bounds()
        share = max(0.0, right - left) * max(0.0, top - bottom) / (width * height)
        found.append((left, bottom, right, top, share))
    return found


def _is_scan_beside_text(
    box: tuple[float, float, float, float, float], layer: Layer, width: float, height: float
) -> bool:
    """A large picture with hardly a letter over it, on a page that has words elsewhere: a table pasted as a picture."""
    *_, share = box
    if share < 0.3:
        return False
    covered = sum((a.x1 - a.x0) * a.size for a in layer.letters) / (width * height)
    return len(layer.letters) < 4 * _LITTLE_TEXT and covered < 0.03


def _page(number: int, layer: Layer, width: float, height: float) -> Page:
    wide, high = (height, width) if layer.turned in (90, 270) else (width, height)
    words = tuple(_word(run, layer.turned, wide, high) for run in runs_of(layer.letters))
    doubts = ("few_words",) if len(words) < 5 else ()
    return Page(number, words, high / wide, "text_layer", layer.turned, doubts)


def _word(run: Run, turned: int, wide: float, high: float) -> Word:
    at = (run.x0 / wide, run.y0 / wide, run.x1 / wide, run.y1 / wide)
    # Back to the page as handed in: turned on until the turn is whole.
    one, other = (turned_point(x, y, (360 - turned) % 360, wide, high) for x, y in ((run.x0, run.y0), (run.x1, run.y1)))
    across, down = (high, wide) if turned in (90, 270) else (wide, high)
    box: Box = (
        _part(min(one[0], other[0]) / across), _part(min(one[1], other[1]) / down),
        _part(max(one[0], other[0]) / across), _part(max(one[1], other[1]) / down),
    )  # fmt: skip
    return Word(run.text, box, (round(at[0], 5), round(at[1], 5), round(at[2], 5), round(at[3], 5)))


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
