"""Boxes out of what detectors answer: YOLO from 5 to 11, models with their own selection, DETR and RT-DETR."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kangban.adapters.onnx_vision.net import Floats, Net
from kangban.adapters.onnx_vision.prepare import View
from kangban.ports.vision import Area, Wanted

_SAME = 0.45  # overlap (intersection over union) from which two boxes of one class are one thing
_MOST_LOOKED_AT = 3_000
_SELECTED_ROWS = 1_000  # more rows than this no model has selected


class Boxes:
    """n boxes in the model's frame: corners (n × 4), confidence, class, and what else stood in their rows (n × k)."""

    def __init__(self, corners: NDArray[Any], scores: NDArray[Any], classes: NDArray[Any], rest: Any = None) -> None:
        self.corners = np.asarray(corners, np.float32).reshape(-1, 4)
        self.scores = np.asarray(scores, np.float32).reshape(-1)
        self.classes = np.asarray(classes, np.int64).reshape(-1)
        self.rest: Floats = np.zeros((len(self.scores), 0), np.float32) if rest is None else rest

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, which: NDArray[Any]) -> Boxes:
        """Some of them, in the order given."""
        return Boxes(self.corners[which], self.scores[which], self.classes[which], self.rest[which])


def sigmoid(values: NDArray[Any]) -> Floats:
    """Between 0 and 1, without overflow."""
    return (0.5 * (1 + np.tanh(0.5 * np.asarray(values, np.float64)))).astype(np.float32)


def is_detr(net: Net) -> bool:
    """Whether a model answers with a list of queries: their classes and their boxes apart."""
    names = " ".join(net.outputs).lower()
    return net.card.layout in ("detr", "rtdetr") or ("logits" in names and "boxes" in names)


def read_detr(net: Net, found: dict[str, Floats]) -> Boxes:
    """Logits (1 × n × classes, the last one "nothing" but for RT-DETR) and boxes (middle and size, 0-1)."""
    flat = {name: each[0] for name, each in found.items() if each.ndim == 3}
    boxes = next((each for name, each in flat.items() if each.shape[1] == 4 and "logit" not in name.lower()), None)
    logits = next((each for each in flat.values() if each is not boxes), None)
    if boxes is None or logits is None or len(boxes) != len(logits) or logits.shape[1] < 1:
        raise net.odd()
    if net.card.layout == "rtdetr" or (net.card.labels and len(net.card.labels) == logits.shape[1]):
        shares = sigmoid(logits)
    else:
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = (raised / raised.sum(axis=1, keepdims=True))[:, :-1]
    if shares.shape[1] < 1:
        raise net.odd()
    sides = np.array([net.width, net.height, net.width, net.height], np.float32)
    return Boxes(_corners(boxes * sides), shares.max(axis=1), shares.argmax(axis=1))


def read_yolo(net: Net, found: dict[str, Floats], extra: int = 0) -> Boxes:
    """The one output of three axes that holds boxes; `extra` values of a row belong to masks or key points."""
    rows = [each[0] for each in found.values() if each.ndim == 3 and each.shape[0] == 1]
    if len(rows) != 1:
        raise net.odd()
    (table,) = rows
    layout = net.card.layout or _layout(table, extra)
    if layout == "yolo":
        table = table.T
    begin = 5 if layout == "yolo5" else 4
    end = table.shape[1] - extra
    if end <= begin or (layout == "nms" and end != 6):
        raise net.odd()
    if layout == "nms":
        return Boxes(table[:, :4], _share(table[:, 4]), table[:, 5], table[:, 6:])
    scores = _share(table[:, begin:end])
    if layout == "yolo5":
        scores = scores * _share(table[:, 4:5])
    return Boxes(_corners(table[:, :4]), scores.max(axis=1), scores.argmax(axis=1), table[:, end:])


def _layout(table: Floats, extra: int) -> str:
    """Which axis counts boxes: there are more boxes than numbers of a box, unless the model selected a few itself."""
    first, last = table.shape
    if last == 6 + extra and first <= _SELECTED_ROWS:
        return "nms"
    return "yolo" if first <= last else "yolo5"


def _share(values: Floats) -> Floats:
    """Confidences; where a model left its last step out, it is done here."""
    outside = values.size and (values.max() > 1.001 or values.min() < -0.001)
    return sigmoid(values) if outside else np.clip(values, 0, 1).astype(np.float32)


def _corners(middles: Floats) -> Floats:
    half = np.abs(middles[:, 2:4]) / 2
    return np.concatenate([middles[:, :2] - half, middles[:, :2] + half], axis=1).astype(np.float32)


def chosen(boxes: Boxes, wanted: Wanted, view: View, labels: list[str] | None) -> Boxes:
    """The surest of each thing once: sure enough, of a label asked for, its middle within the area, spots inside."""
    keep = boxes.scores >= wanted.least
    if labels is not None and wanted.labels:
        asked = {each.casefold() for each in wanted.labels}
        named = np.array([name.casefold() in asked for name in labels] or [False])
        keep &= named[np.clip(boxes.classes, 0, len(named) - 1)]
    order = np.flatnonzero(keep)
    order = order[np.argsort(-boxes.scores[order], kind="stable")][:_MOST_LOOKED_AT]
    apart = boxes.take(order)
    apart = apart.take(_apart(apart))
    return apart.take(np.flatnonzero(_meant(apart, wanted, view)))


def _apart(boxes: Boxes) -> NDArray[np.int64]:
    # Classes are pushed far from each other, so that only boxes of one class can overlap.
    reach = float(np.abs(boxes.corners).max()) * 2 + 1 if len(boxes) else 1.0
    corners = boxes.corners + (boxes.classes * reach)[:, None].astype(np.float32)
    sizes = np.prod(np.maximum(0, corners[:, 2:] - corners[:, :2]), axis=1)
    left, kept = np.arange(len(boxes)), list[int]()
    while len(left):
        first, left = int(left[0]), left[1:]
        kept.append(first)
        shared = _shared(corners[first], corners[left])
        overlap = shared / np.maximum(sizes[first] + sizes[left] - shared, 1e-9)
        left = left[overlap <= _SAME]
    return np.array(kept, np.int64)


def _shared(one: Floats, others: Floats) -> Floats:
    sides = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    return np.prod(np.maximum(0, sides), axis=1).astype(np.float32)


def _meant(boxes: Boxes, wanted: Wanted, view: View) -> NDArray[np.bool_]:
    places = view.back(boxes.corners.reshape(-1, 2, 2)).reshape(-1, 4)
    keep = np.ones(len(boxes), np.bool_)
    if wanted.area is not None:
        x, y = (places[:, 0] + places[:, 2]) / 2, (places[:, 1] + places[:, 3]) / 2
        area = wanted.area
        keep &= (x >= area.x0) & (x <= area.x1) & (y >= area.y0) & (y <= area.y1)
    if wanted.spots:
        keep &= np.any([_holds(places, spot) for spot in wanted.spots], axis=0)
    for spot in wanted.not_spots:
        keep &= ~_holds(places, spot)
    return keep


def _holds(places: NDArray[Any], spot: tuple[float, float]) -> NDArray[np.bool_]:
    x, y = spot
    return (places[:, 0] <= x) & (x <= places[:, 2]) & (places[:, 1] <= y) & (y <= places[:, 3])


def areas(boxes: Boxes, view: View) -> list[Area]:
    """Where they are in the picture, to a tenth of a pixel."""
    places = view.back(boxes.corners.reshape(-1, 2, 2)).reshape(-1, 4)
    return [Area(*(round(float(value), 1) for value in row)) for row in places]
