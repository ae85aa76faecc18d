"""One number for every pixel: depth and edges."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from kangban.adapters.onnx_vision.boxes import sigmoid
from kangban.adapters.onnx_vision.card import IMAGENET
from kangban.adapters.onnx_vision.net import Floats, Net, Stop
from kangban.adapters.onnx_vision.prepare import Pixels, View, canvas, grey_png, view
from kangban.ports.vision import DepthPicture, EdgePicture

_LONGEST = 1536
_CELLS = 8  # of the grid along the longer side


def depth(net: Net, pixels: Pixels, stop: Stop) -> DepthPicture:
    """1 × 1 × h × w or 1 × h × w: nearness, or metres where the card says so."""
    frame = view(pixels, net.height, net.width, net.card, fit="stretch", usual=IMAGENET)
    found = _field(net, net.look(frame.tensor, stop), frame)
    across, down = canvas(pixels, _LONGEST)
    values = cv2.resize(found, (across, down), interpolation=cv2.INTER_LINEAR)
    metres = net.card.depth == "metres"
    low, high = float(values.min()), float(values.max())
    shares = (values - low) / (high - low) if high > low else np.zeros_like(values)
    nearness = 1 - shares if metres else shares
    cells_x, cells_y = _cells(across, down)
    shown = values if metres else shares
    grid = cv2.resize(shown, (cells_x, cells_y), interpolation=cv2.INTER_AREA)
    x, y = pixels.shape[1] / across, pixels.shape[0] / down

    def place(number: int) -> tuple[float, float]:
        row, column = divmod(number, across)
        return round((column + 0.5) * x, 1), round((row + 0.5) * y, 1)

    picture = grey_png(np.round(nearness * 255).astype(np.uint8), "depth.png")
    rows = tuple(tuple(round(float(value), 3) for value in row) for row in grid)
    unit = "metres" if metres else "nearness"
    return DepthPicture(unit, rows, place(int(nearness.argmax())), place(int(nearness.argmin())), picture)


def _cells(across: int, down: int) -> tuple[int, int]:
    most = max(across, down)
    return max(1, round(_CELLS * across / most)), max(1, round(_CELLS * down / most))


def _field(net: Net, found: dict[str, Floats], frame: View) -> Floats:
    """The last output of that kind: models of several scales give their finest or their mean last."""
    flat = [np.squeeze(each) for each in found.values()]
    fields = [each for each in flat if each.ndim == 2 and min(each.shape) > 2]
    if not fields:
        raise net.odd()
    rows, columns = frame.inner(*fields[-1].shape)
    return fields[-1][rows, columns]


def scribble(net: Net, pixels: Pixels, stop: Stop) -> EdgePicture:
    """Lines as a model draws them, e.g. HED."""
    frame = view(pixels, net.height, net.width, net.card, fit="stretch")
    found = _field(net, net.look(frame.tensor, stop), frame)
    drawn = sigmoid(found) if found.max() > 1.001 or found.min() < -0.001 else found
    across, down = canvas(pixels, _LONGEST)
    lines = cv2.resize(drawn, (across, down), interpolation=cv2.INTER_LINEAR)
    return _edges(np.round(np.clip(lines, 0, 1) * 255).astype(np.uint8))


def canny(pixels: Pixels, low: int, high: int) -> EdgePicture:
    """Canny's edges of the grey picture, which needs no model."""
    across, down = canvas(pixels, _LONGEST)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (across, down), interpolation=cv2.INTER_AREA)
    return _edges(np.asarray(cv2.Canny(small, low, high), np.uint8))


def _edges(lines: NDArray[np.uint8]) -> EdgePicture:
    share = float(np.count_nonzero(lines > 127)) / lines.size
    return EdgePicture(grey_png(lines, "edges.png"), round(share, 4))
