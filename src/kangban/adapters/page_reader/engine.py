"""RapidOCR in the process that reads: models loaded once, its three steps called one by one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height × width × 3, blue green red
Quads = NDArray[np.float32]  # n × 4 × 2: top left, top right, bottom right, bottom left, in pixels

DETECT_SIDE = 2000  # RapidOCR's own bound for finding text
_CROP_HEIGHT = 48  # what the recogniser scales every line to


class Line(NamedTuple):
    """What one box says: characters, where each stands (0–1 along the box), how sure each is."""

    characters: str
    places: tuple[float, ...]
    sureness: tuple[float, ...]


class Engine:
    """The models, loaded when first used."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        # Cells are short: padding each to the default 320 columns doubles the time and reads the same characters.
        params: dict[str, Any] = {"Global.log_level": "error", "Rec.rec_img_shape": [3, _CROP_HEIGHT, 96]}
        self._ocr = cast("Any", RapidOCR(params=params))
        self._ocr.return_word_box = True

    def find(self, picture: Picture) -> Quads:
        """Boxes of text, none where there is no text."""
        import cv2
        from rapidocr.main import RapidOCRError

        height, width = picture.shape[:2]
        scale = min(1.0, DETECT_SIDE / max(height, width))
        small = picture
        if scale < 1:
            small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        record: dict[str, Any] = {}
        try:
            _, found = self._ocr.detect_and_crop(small, record)
        except RapidOCRError:
            return np.zeros((0, 4, 2), np.float32)
        padding = record.get("padding_1", {"left": 0, "top": 0})
        quads = np.asarray(found.boxes, np.float32) - np.array([padding["left"], padding["top"]], np.float32)
        return cast("Quads", quads * (np.array([width, height], np.float32) / np.array(small.shape[1::-1], np.float32)))

    def upside_down(self, crops: list[Picture]) -> float:
        """Share of lines that stand on their head, by how sure the classifier is; 0 for none."""
        if not crops:
            return 0.0
        _, said = self._ocr.cls_and_rotate(crops)
        sure = [(label, float(score)) for label, score in said.cls_res]
        total = sum(score for _, score in sure)
        return sum(score for label, score in sure if label == "180") / total if total else 0.0

    def read(self, crops: list[Picture]) -> list[Line]:
        """What each crop says, in their order; a line of no characters where nothing was read."""
        if not crops:
            return []
        read = self._ocr.recognize_txt(crops)
        return [_line(text, info) for text, info in zip(read.txts, read.word_results, strict=True)]


def _line(text: str, info: Any) -> Line:
    columns = [column for word in info.word_cols for column in word]
    sureness = list(info.confs)[: len(text)]
    seen = [(c, s) for c, s in zip(text, sureness, strict=True) if not c.isspace()]
    if not seen or len(seen) != len(columns):
        return Line("", (), ())
    length = float(info.line_txt_len)
    places = tuple(min(1.0, (column + 0.5) / length) for column in columns)
    return Line("".join(c for c, _ in seen), places, tuple(float(s) for _, s in seen))


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The one engine of the process."""
    return Engine()
