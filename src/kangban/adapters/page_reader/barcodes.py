"""Bars on a medicine box."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from kangban.adapters.page_reader.engine import Picture
from kangban.adapters.page_reader.paper import for_reading, opened
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.kernel.barcodes import holds


def read_barcodes(content: bytes, settings: ReaderSettings) -> tuple[str, ...]:
    """Digits of each code whose check digit holds, in the order found."""
    picture = for_reading(opened(content, settings), settings)
    detector = cv2.barcode.BarcodeDetector()
    found: list[str] = []
    for seen in _views(picture):
        _, texts, _, _ = detector.detectAndDecodeWithType(seen)
        found += [text for text in texts if holds(text) and text not in found]
        if found:
            break
    return tuple(found)


def _views(picture: Picture) -> Iterator[Picture]:
    """As it is, softened (printed edges may be too sharp for the detector), and both again at half the size."""
    for scale in (1.0, 0.5):
        size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
        view = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 and min(size) > 80 else picture
        yield np.ascontiguousarray(view, np.uint8)
        yield np.ascontiguousarray(cv2.GaussianBlur(view, (0, 0), 1.0), np.uint8)
