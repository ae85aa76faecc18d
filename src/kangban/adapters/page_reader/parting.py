"""Some pages of a file as a file of their own: a paper of one person without the next person's pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection

from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.adapters.page_reader.wire import Made

_AS_EVER = (1980, 1, 1, 0, 0, 0)  # no moment of packing: equal files stay equal


def only_pages(content: bytes, media_type: str, numbers: Collection[int], settings: ReaderSettings) -> Made:
    """The file of these pages; without bytes where such a file cannot be parted there. Raises InvalidInput."""
    if media_type == "application/pdf":
        from kangban.adapters.page_reader.bare_pdf import bare_pdf

        return Made(media_type, bare_pdf(content, settings, sorted(numbers)))
    if media_type == "application/zip":
        return Made(media_type, _only_files(content, set(numbers), settings))
    return Made(media_type, b"")


def _only_files(content: bytes, numbers: set[int], settings: ReaderSettings) -> bytes:
    """The archive with the files that these pages are the whole of; b"" where a file holds others, too."""
    from kangban.adapters.page_reader.bundle import Bundle

    bundle = Bundle(content, settings)
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, pages, inner in bundle.files():
                if not pages & numbers:
                    continue
                if pages - numbers:
                    return b""
                made.writestr(zipfile.ZipInfo(name, _AS_EVER), inner, zipfile.ZIP_DEFLATED)
    finally:
        bundle.close()
    return out.getvalue()
