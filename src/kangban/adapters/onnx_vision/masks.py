"""Masks: YOLO's with prototypes, a class for every pixel, or Segment Anything with its decoder in a second file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from kangban.adapters.onnx_vision.boxes import areas, chosen, read_yolo, sigmoid
from kangban.adapters.onnx_vision.card import IMAGENET
from kangban.adapters.onnx_vision.net import Floats, Net, Stop
from kangban.adapters.onnx_vision.prepare import Pixels, View, canvas, grey_png, view
from kangban.kernel.errors import InvalidInput
from kangban.ports.vision import Area, SeenShape, SeenShapes, Spot, Wanted

Mask = NDArray[np.bool_]  # height × width of the canvas
_LONGEST = 1536  # of a canvas; masks of models are coarser
_MOST_SHAPES = 255  # a grey picture numbers no more
_OUTLINE_POINTS = 60
_GRID = 6  # points a side, where Segment Anything is asked for everything
_SAME_MASK, _SURE_MASK = 0.7, 0.8


class Cut:
    """One mask with its name."""

    def __init__(self, mask: Mask, label: str, confidence: float, area: Area | None = None) -> None:
        self.mask, self.label, self.confidence, self.area = mask, label, confidence, area


def yolo_masks(net: Net, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenShapes:
    """Rows of boxes with coefficients, and prototypes (1 × k × h × w) that they mix."""
    frame = view(pixels, net.height, net.width, net.card, fit="letterbox")
    found = net.look(frame.tensor, stop)
    sheets = [each[0] for each in found.values() if each.ndim == 4]
    if len(sheets) != 1:
        raise net.odd()
    (sheet,) = sheets
    boxes = read_yolo(net, {name: each for name, each in found.items() if each.ndim == 3}, extra=len(sheet))
    best = chosen(boxes, wanted, frame, [net.card.label(n) for n in range(int(boxes.classes.max(initial=0)) + 1)])
    most = min(wanted.most, _MOST_SHAPES)
    places = areas(best, frame)[:most]

    def cuts() -> Iterator[Cut]:  # one mask in memory at a time
        for number, place in enumerate(places):
            low = sigmoid(np.tensordot(best.rest[number], sheet, axes=1))
            name = net.card.label(int(best.classes[number]))
            yield Cut(_over(low, frame, pixels, place), name, float(best.scores[number]), place)

    return _told(cuts(), pixels, more=len(best) - len(places))


def _over(low: Floats, frame: View, pixels: Pixels, area: Area) -> Mask:
    """A mask of the model's frame over the canvas, above one half, cut off at its own box."""
    rows, columns = frame.inner(*low.shape)
    across, down = canvas(pixels, _LONGEST)
    mask = cv2.resize(low[rows, columns], (across, down), interpolation=cv2.INTER_LINEAR) > 0.5
    x, y = across / pixels.shape[1], down / pixels.shape[0]
    held = np.zeros((down, across), np.bool_)
    inside = np.s_[int(area.y0 * y) : int(np.ceil(area.y1 * y)), int(area.x0 * x) : int(np.ceil(area.x1 * x))]
    held[inside] = mask[inside]
    return held


def pixel_classes(net: Net, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenShapes:
    """A map of classes, 1 × classes × h × w: each class that is there becomes one shape; class 0 too, by its label."""
    frame = view(pixels, net.height, net.width, net.card, fit="stretch", usual=IMAGENET)
    found = [each[0] for each in net.look(frame.tensor, stop).values() if each.ndim == 4]
    if not found:
        raise net.odd()
    scores = found[0] if len(found[0]) > 1 else np.concatenate([1 - _as_share(found[0]), _as_share(found[0])])
    raised = np.exp(scores - scores.max(axis=0, keepdims=True)) if len(found[0]) > 1 else scores
    best, sure = _strongest(raised / np.maximum(raised.sum(axis=0, keepdims=True), 1e-9), frame, pixels)
    asked = {each.casefold() for each in wanted.labels}
    cuts: list[Cut] = []
    for number in np.unique(best):
        mask = cast("Mask", best == number)
        name = net.card.label(int(number))
        share = float(sure[mask].mean())
        if share >= wanted.least and (not asked or name.casefold() in asked) and _is_meant(mask, wanted, pixels):
            cuts.append(Cut(mask, name, share))
    cuts.sort(key=lambda cut: -cut.confidence)
    return _told(cuts[: min(wanted.most, _MOST_SHAPES)], pixels, more=max(0, len(cuts) - wanted.most))


def _strongest(shares: Floats, frame: View, pixels: Pixels) -> tuple[NDArray[np.int32], Floats]:
    """The class of every pixel of the canvas and its share; one class is held over it at a time, however many are."""
    across, down = canvas(pixels, _LONGEST)
    rows, columns = frame.inner(*shares.shape[1:])
    best, sure = np.zeros((down, across), np.int32), np.full((down, across), -1.0, np.float32)
    for number in np.unique(shares[:, rows, columns].argmax(axis=0)):
        part = cast("Floats", shares[int(number)][rows, columns])
        over = cv2.resize(part, (across, down), interpolation=cv2.INTER_LINEAR)
        stronger = over > sure
        best[stronger], sure[stronger] = number, over[stronger]
    return best, sure


def _as_share(values: Floats) -> Floats:
    return sigmoid(values) if values.max() > 1 or values.min() < 0 else values


def _is_meant(mask: Mask, wanted: Wanted, pixels: Pixels) -> bool:
    tall, wide = mask.shape
    x, y = wide / pixels.shape[1], tall / pixels.shape[0]

    def at(spot: Spot) -> bool:
        return bool(mask[min(tall - 1, int(spot[1] * y)), min(wide - 1, int(spot[0] * x))])

    if wanted.spots and not any(at(spot) for spot in wanted.spots):
        return False
    if any(at(spot) for spot in wanted.not_spots):
        return False
    area = wanted.area
    if area is None:
        return True
    return bool(mask[int(area.y0 * y) : int(np.ceil(area.y1 * y)), int(area.x0 * x) : int(np.ceil(area.x1 * x))].any())


class AnySegmenter:
    """Segment Anything: an encoder that looks once, a decoder asked by spots and boxes as its own export names them."""

    def __init__(self, encoder: Net, decoder: Net) -> None:
        self._encoder, self._decoder = encoder, decoder
        needed = {"image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input", "orig_im_size"}
        if set(decoder.inputs) != needed:
            raise decoder.odd()

    def segment(self, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenShapes:
        """What is at the spots or in the area; else whatever a grid of points falls on."""
        net = self._encoder
        if wanted.labels:
            raise InvalidInput("this model knows no labels: say where by points or a box", field="labels")
        frame = view(pixels, net.height, net.width, net.card, fit="corner", usual=IMAGENET)
        seen = net.look(frame.tensor, stop)
        looked = next((each for each in seen.values() if each.ndim == 4), None)
        if looked is None:
            raise net.odd()
        spots, marks = _prompt(wanted)
        if spots:
            cut = self._ask(looked, pixels, frame, spots, marks, stop)
            return _told([cut] if cut.mask.any() else [], pixels)
        cuts: list[Cut] = []
        tall, wide = pixels.shape[:2]
        for n in range(_GRID * _GRID):
            spot = ((n % _GRID + 0.5) * wide / _GRID, (n // _GRID + 0.5) * tall / _GRID)
            cut = self._ask(looked, pixels, frame, [spot], [1], stop)
            if cut.confidence >= max(_SURE_MASK, wanted.least) and cut.mask.any():
                cuts.append(cut)
        cuts.sort(key=lambda cut: -cut.confidence)
        apart: list[Cut] = []
        for cut in cuts:
            if all(_overlap(cut.mask, other.mask) <= _SAME_MASK for other in apart):
                apart.append(cut)
        return _told(apart[: min(wanted.most, _MOST_SHAPES)], pixels, more=max(0, len(apart) - wanted.most))

    def _ask(self, looked: Floats, pixels: Pixels, frame: View, spots: list[Spot], marks: list[int], stop: Stop) -> Cut:
        across, down = canvas(pixels, _LONGEST)
        points = frame.there(np.array(spots, np.float64)).astype(np.float32)
        if not {2, 3} & set(marks):  # its export wants a padding point where there is no box
            points, marks = np.concatenate([points, np.zeros((1, 2), np.float32)]), [*marks, -1]
        feeds: dict[str, Any] = {
            "image_embeddings": looked, "point_coords": points[None], "point_labels": np.array([marks], np.float32),
            "mask_input": np.zeros((1, 1, 256, 256), np.float32), "has_mask_input": np.zeros(1, np.float32),
            "orig_im_size": np.array([down, across], np.float32),
        }  # fmt: skip
        found = self._decoder.run(feeds, stop)
        masks = next((each[0] for each in found.values() if each.ndim == 4 and each.shape[2:] == (down, across)), None)
        sure = next((each[0] for each in found.values() if each.ndim == 2), None)
        if masks is None or sure is None or len(sure) != len(masks) or not len(sure):
            raise self._decoder.odd()
        best = int(np.argmax(sure))
        if len(sure) == 4:
            # The first of four masks is for many clicks, the others for one: whole, part and subpart of a thing.
            best = 0 if len(marks) > 2 else 1 + int(np.argmax(sure[1:]))
        return Cut(masks[best] > 0, "", float(np.clip(sure[best], 0, 1)))


def _prompt(wanted: Wanted) -> tuple[list[Spot], list[int]]:
    spots, marks = [*wanted.spots, *wanted.not_spots], [1] * len(wanted.spots) + [0] * len(wanted.not_spots)
    if wanted.area is not None:
        spots += [(wanted.area.x0, wanted.area.y0), (wanted.area.x1, wanted.area.y1)]
        marks += [2, 3]
    return spots, marks


def _overlap(one: Mask, other: Mask) -> float:
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either if either else 0.0


def _told(cuts: Iterable[Cut], pixels: Pixels, more: int = 0) -> SeenShapes:
    """Masks as numbers of the picture, and one grey picture of all of them."""
    across, down = canvas(pixels, _LONGEST)
    x, y = pixels.shape[1] / across, pixels.shape[0] / down
    numbered = np.zeros((down, across), np.uint8)
    shapes: list[SeenShape] = []
    for cut in cuts:
        covered = int(np.count_nonzero(cut.mask))
        if not covered:
            continue
        area, outline = _outline(cut.mask, x, y)
        numbered[cut.mask & (numbered == 0)] = len(shapes) + 1
        shapes.append(SeenShape(cut.label, round(cut.confidence, 4), area, round(covered * x * y), outline))
    picture = grey_png(numbered, "masks.png") if shapes else None
    return SeenShapes(tuple(shapes), picture, more)


def _outline(mask: Mask, x: float, y: float) -> tuple[Area, tuple[Spot, ...]]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    sides = (columns[0] * x, rows[0] * y, (columns[-1] + 1) * x, (rows[-1] + 1) * y)
    area = Area(*(round(float(side), 1) for side in sides))
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    slack = 1.0
    while len(largest) > _OUTLINE_POINTS:
        largest, slack = cv2.approxPolyDP(largest, slack, True), slack * 1.5
    spots = tuple((round(float(p[0][0]) * x, 1), round(float(p[0][1]) * y, 1)) for p in largest)
    return area, spots
