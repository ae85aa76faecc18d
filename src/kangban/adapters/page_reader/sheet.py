"""A photograph of a page before reading: the sheet on the table, uneven light, and how sharp it is."""

from __future__ import annotations

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from kangban.adapters.page_reader.engine import Picture

_SMALL = 480  # long side at which a sheet is looked for
_LEAST_SHARE, _MOST_SHARE = 0.25, 0.97  # of the picture that is sheet
_BRIGHTER = 25  # grey levels a sheet lies above its table
_UNEVEN = 1.35  # brightest paper over darkest, from which light is evened out
Homography = NDArray[np.float64]


def find_sheet(picture: Picture) -> tuple[Homography, tuple[int, int]] | None:
    """(matrix from the picture to the sheet, its width and height in pixels); None where no four edges are seen."""
    height, width = picture.shape[:2]
    scale = _SMALL / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    corners = _corners(grey)
    if corners is None:
        return None
    corners = corners / scale
    # The nearer edge of a sheet looks longer than it is, the further one shorter.
    across = float(np.linalg.norm(corners[0] - corners[1]) + np.linalg.norm(corners[3] - corners[2])) / 2
    down = float(np.linalg.norm(corners[0] - corners[3]) + np.linalg.norm(corners[1] - corners[2])) / 2
    target = np.array([[0, 0], [across, 0], [across, down], [0, down]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return matrix.astype(np.float64), (round(across), round(down))


def _corners(grey: MatLike) -> NDArray[np.float64] | None:
    _, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    # Print is dark too: closing takes it into the sheet.
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    share = cv2.contourArea(hull) / grey.size
    if not _LEAST_SHARE <= share <= _MOST_SHARE:
        return None
    length = cv2.arcLength(hull, True)
    for part in (0.01, 0.02, 0.03, 0.05):
        found = cv2.approxPolyDP(hull, part * length, True)
        if len(found) == 4:
            corners = _ordered(found.reshape(4, 2).astype(np.float64))
            return corners if _is_sheet(grey, hull, corners) else None
    return None


def _ordered(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clockwise from the corner nearest to the top left."""
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    turned = corners[np.argsort(angles)]
    return np.roll(turned, -int(np.argmin(turned.sum(axis=1))), axis=0)


def _is_sheet(grey: MatLike, hull: MatLike, corners: NDArray[np.float64]) -> bool:
    """Four straight edges, corners near to right angles, and brighter than what lies around."""
    if cv2.contourArea(hull) < 0.94 * cv2.contourArea(corners.astype(np.float32)):
        return False
    for i in range(4):
        one, other = corners[i - 1] - corners[i], corners[(i + 1) % 4] - corners[i]
        cosine = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-9))
        if abs(cosine) > 0.5:
            return False
    inside = np.zeros_like(grey)
    cv2.fillConvexPoly(inside, corners.astype(np.int32), 255)
    outside = cv2.bitwise_not(cv2.dilate(inside, np.ones((7, 7), np.uint8)))
    if not outside.any():
        return False
    return bool(np.median(grey[inside > 0]) - np.median(grey[outside > 0]) >= _BRIGHTER)


def evened(picture: Picture) -> Picture:
    """The picture with shadows lightened where paper is much darker in one place than in another; else as it is."""
    height, width = picture.shape[:2]
    scale = 320 / max(height, width)
    if scale >= 1:
        return picture
    small = cv2.resize(
        picture, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    # The brightest of a neighbourhood is paper: print is thinner than the window.
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 21)
    light = cv2.cvtColor(paper, cv2.COLOR_BGR2GRAY)
    dark, bright = np.percentile(light, 2), np.percentile(light, 98)
    if dark < 20 or bright < _UNEVEN * dark:
        return picture
    gain = 235.0 / np.maximum(cv2.GaussianBlur(paper, (0, 0), 4).astype(np.float32), 30.0)
    gain = cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(picture * gain, 0, 255).astype(np.uint8)


def doubts_of(picture: Picture) -> list[str]:
    """Whether it is "dark", by its brightest parts, or "blurred", by how steep the steepest edges are."""
    height, width = picture.shape[:2]
    scale = min(1.0, 1600 / max(height, width))
    small = cv2.resize(
        picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    found: list[str] = []
    low, high = np.percentile(grey, 1), np.percentile(grey, 95)
    if high < 70:
        found.append("dark")
    across = np.abs(np.diff(grey.astype(np.int16), axis=1))
    if high - low > 40 and np.percentile(across, 99.5) < 0.14 * (high - low):
        found.append("blurred")
    return found
