"""A PDF without what tells where, when and by whom it was made, that shows what the first one showed."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pypdfium2 as pdfium

from kangban.adapters.page_reader.embedded import without_told
from kangban.adapters.page_reader.pdf import PdfDocument
from kangban.adapters.page_reader.settings import ReaderSettings

_pdfium = cast("Any", pdfium)
_MADE_ON = re.compile(rb"/CreationDate\(D:[^)]*\)")
_FILE_ID = re.compile(rb"/ID\[<[0-9A-F]*><[0-9A-F]*>\]")
_COMPARED_SIDE = 400  # pixels
_OTHER = 40  # grey levels by which a pixel shows something else
_PICTURE_DPI = 200


def bare_pdf(content: bytes, settings: ReaderSettings, numbers: Sequence[int] = ()) -> bytes:
    """The same pages, or those of `numbers` only, in a new file. Equal files come out equal.

    There is no Info dictionary, no XMP, no attachment and no script in it. Filled fields become print; a page whose
    layers cannot be taken along becomes a picture of what it showed. A photograph put into it loses what its camera
    wrote. A program's notes inside a page stay.
    """
    document = PdfDocument(content, settings)
    bare = _pdfium.PdfDocument.new()
    try:
        numbers = [n for n in numbers if n <= document.pages] or range(1, document.pages + 1)
        for number in numbers:
            document.page(number)[0].close()
        bare.import_pages(document.pdf, [n - 1 for n in numbers])
        if b"/OCProperties" in content or b"/ObjStm" in content:
            _without_layers(document, bare, numbers)
        out = io.BytesIO()
        bare.save(out)
    finally:
        bare.close()
        document.close()
    made = without_told(out.getvalue())
    # The writer puts in today's date and a random number; as long as they were, so that every offset holds.
    end = max(0, len(made) - 1024)
    return _MADE_ON.sub(_blank, made[:end], count=1) + _FILE_ID.sub(_blank, _MADE_ON.sub(_blank, made[end:], count=1))


def _without_layers(document: PdfDocument, bare: Any, numbers: Sequence[int]) -> None:
    """Put a picture in the place of each page that shows more without its layers than it did with them."""
    for index, number in enumerate(numbers):
        page, width, height = document.page(number)
        copy = bare[index]
        try:
            if _alike(page, copy, _COMPARED_SIDE / max(width, height)):
                continue
            bitmap = page.render(scale=_PICTURE_DPI / 72, may_draw_forms=False)
        finally:
            page.close()
            copy.close()
        bare.del_page(index)
        drawn = _pdfium.PdfImage.new(bare)
        drawn.set_bitmap(bitmap)
        drawn.set_matrix(_pdfium.PdfMatrix().scale(width, height))
        fresh = bare.new_page(width, height, index)
        fresh.insert_obj(drawn)
        fresh.gen_content()
        fresh.close()
        bitmap.close()


def _alike(one: Any, other: Any, scale: float) -> bool:
    first, second = (
        np.asarray(page.render(scale=scale, grayscale=True, may_draw_forms=False).to_numpy(), np.int16)
        for page in (one, other)
    )
    return first.shape == second.shape and not bool((np.abs(first - second) > _OTHER).any())


def _blank(found: re.Match[bytes]) -> bytes:
    return re.sub(rb"(?<=[:<])[^>)]+", lambda one: b"0" * len(one.group()), found.group())
