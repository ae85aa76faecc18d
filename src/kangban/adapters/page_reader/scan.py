"""A picture of a page → its words: the sheet cut out, evened, turned upright, read, split into cells, laid flat."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from kangban.adapters.page_reader.crops import cut, parts, runs_down, size_of
from kangban.adapters.page_reader.engine import Engine, Picture, Quads, engine
from kangban.adapters.page_reader.flatten import Flat, flatten
from kangban.adapters.page_reader.sheet import Homography, doubts_of, evened, find_sheet
from kangban.clinical.page import Box, Page, Word

WORKING_SIDE = 2600  # lines are cut out of a picture no larger than this
_VOTERS = 24  # lines asked which way is up
_LEAST_SURE = 0.5  # RapidOCR's own bound for a line worth keeping
_FEW = 5


class _Turned(NamedTuple):
    """The working picture, and the way back to the picture as handed in."""

    picture: Picture
    back: Homography  # from pixels of `picture` to fractions of what was handed in
    turned: int  # degrees clockwise


def read_picture(picture: Picture, number: int) -> Page:
    """Words of one picture of a page, in reading order; a page without words where nothing is written."""
    ocr = engine()
    doubts = doubts_of(picture)
    page, quads = _upright(ocr, *_sheet(picture, ocr))
    height, width = page.picture.shape[:2]
    flat = flatten(quads, width, height)
    words = _words(ocr, page, quads, flat)
    if len(words) < _FEW:
        doubts.append("few_words")
    if _is_cut_off(quads, width):
        doubts.append("cut_off")
    return Page(number, tuple(_in_reading_order(words)), height / width, "ocr", page.turned, tuple(doubts))


def _sheet(picture: Picture, ocr: Engine) -> tuple[_Turned, Quads]:
    """The sheet of paper with its light evened, and the boxes of text on it."""
    height, width = picture.shape[:2]
    scale = min(1.0, WORKING_SIDE / max(height, width))
    if scale < 1:
        picture = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)  # pyright: ignore[reportAssignmentType]
    height, width = picture.shape[:2]
    to_fractions = np.diag([1 / width, 1 / height, 1.0])
    quads = ocr.find(picture)
    sheet = find_sheet(picture)
    if sheet is not None and _holds_the_text(quads, *sheet):
        matrix, size = sheet
        picture = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)  # pyright: ignore[reportAssignmentType]
        quads = cv2.perspectiveTransform(quads.reshape(-1, 1, 2), matrix).reshape(-1, 4, 2).astype(np.float32)
        to_fractions = np.asarray(to_fractions @ np.linalg.inv(matrix), np.float64)
    return _Turned(evened(picture), np.asarray(to_fractions, np.float64), 0), quads


def _holds_the_text(quads: Quads, matrix: Homography, size: tuple[int, int]) -> bool:
    """Whether nearly all text lies on the sheet: the bright half of a shadowed page has edges too."""
    if not len(quads):
        return False
    middles = cv2.perspectiveTransform(quads.mean(axis=1).reshape(-1, 1, 2), matrix).reshape(-1, 2)
    return bool(((middles >= 0) & (middles <= np.array(size))).all(axis=1).mean() >= 0.97)


def _turn(page: _Turned, quarters: int) -> _Turned:
    """Turned clockwise by quarter turns."""
    height, width = page.picture.shape[:2]
    back = {
        1: np.array([[0, 1, 0], [-1, 0, height], [0, 0, 1]], np.float64),
        2: np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]], np.float64),
        3: np.array([[0, -1, width], [1, 0, 0], [0, 0, 1]], np.float64),
    }[quarters]
    picture = np.ascontiguousarray(np.rot90(page.picture, -quarters))
    return _Turned(picture, page.back @ back, (page.turned + 90 * quarters) % 360)


def _upright(ocr: Engine, page: _Turned, quads: Quads) -> tuple[_Turned, Quads]:
    """The page the right way up, and its boxes. Whether it lies on its side is told by the shape of the boxes.

    Text is looked for twice only on a page that lay on its side; one that stood on its head keeps its boxes.
    """
    if runs_down(quads):
        page = _turn(page, 1)
        quads = ocr.find(page.picture)
    if ocr.upside_down(_voters(page.picture, quads)) > 0.5:
        height, width = page.picture.shape[:2]
        page = _turn(page, 2)
        # Turned by half, the third corner becomes the first.
        quads = np.roll(np.array([width, height], np.float32) - quads, 2, axis=1)[::-1]
    return page, quads


def _voters(picture: Picture, quads: Quads) -> list[Picture]:
    """Lines of several characters: the classifier sees them best, and one figure alone may read both ways."""
    sizes = [size_of(quad) for quad in quads]
    fit = [i for i, (width, height) in enumerate(sizes) if width >= 2.5 * height]
    fit.sort(key=lambda i: abs(sizes[i][0] / sizes[i][1] - 5))
    return [cut(picture, quads[i]) for i in fit[:_VOTERS]]


def _words(ocr: Engine, page: _Turned, quads: Quads, flat: Flat) -> list[Word]:
    kept = [quad for quad in quads if min(size_of(quad)) >= 4]
    usual = float(np.median([size_of(quad)[1] for quad in kept])) if kept else 0.0
    crops = [_upright_crop(cut(page.picture, quad), usual) for quad in kept]
    words: list[Word] = []
    for quad, (crop, stood), line in zip(kept, crops, ocr.read([crop for crop, _ in crops]), strict=True):
        if not line.sureness or sum(line.sureness) / len(line.sureness) < _LEAST_SURE:
            continue
        corners = np.roll(quad, -1, axis=0) if stood else quad
        for text, left, right, sureness in parts(crop, line):
            part = _between(corners, left, right)
            words.append(Word(text, _box(part, page.back), _at(part, flat, page.picture), round(sureness, 4)))
    return words


def _upright_crop(crop: Picture, usual: float) -> tuple[Picture, bool]:
    """A box much taller than wide and than other lines is a line that runs down: laid on its side it can be read.

    One no taller than the others is a single narrow sign: an arrow up must not become an arrow left.
    """
    height, width = crop.shape[:2]
    if height >= 1.5 * width and height > 1.8 * usual:
        return np.ascontiguousarray(np.rot90(crop)), True
    return crop, False


def _between(corners: NDArray[np.float32], left: float, right: float) -> NDArray[np.float64]:
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    return np.array(
        [corners[0] + top * left, corners[0] + top * right, corners[3] + bottom * right, corners[3] + bottom * left],
        np.float64,
    )


def _box(corners: NDArray[np.float64], back: Homography) -> Box:
    there = np.c_[corners, np.ones(4)] @ back.T
    points = np.clip(there[:, :2] / there[:, 2:], 0.0, 1.0)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return round(float(x0), 5), round(float(y0), 5), round(float(x1), 5), round(float(y1), 5)


def _at(corners: NDArray[np.float64], flat: Flat, picture: Picture) -> Box:
    """The word on the flat page: as high as its box is thick, around the middle of its flattened ends."""
    width = picture.shape[1]
    ends = flat(np.array([(corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2]))
    thick = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    middle = float(ends[:, 1].mean())
    x0, x1 = (float(np.clip(x, 0, width)) / width for x in ends[:, 0])
    return round(x0, 5), round((middle - thick / 2) / width, 5), round(x1, 5), round((middle + thick / 2) / width, 5)


def _is_cut_off(quads: Quads, width: int) -> bool:
    """Whether several lines run into the left or right edge."""
    if not len(quads):
        return False
    left, right = quads[:, :, 0].min(axis=1), quads[:, :, 0].max(axis=1)
    return max(int((left <= 0.004 * width).sum()), int((right >= 0.996 * width).sum())) >= 3


def _in_reading_order(words: list[Word]) -> list[Word]:
    """Row by row on the flat page, each from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.at[1] + w.at[3]):
        middle = (word.at[1] + word.at[3]) / 2
        last = rows[-1][-1] if rows else None
        if last is not None and middle - (last.at[1] + last.at[3]) / 2 < 0.5 * min(
            word.at[3] - word.at[1], last.at[3] - last.at[1]
        ):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [word for row in rows for word in sorted(row, key=lambda w: w.at[0])]
