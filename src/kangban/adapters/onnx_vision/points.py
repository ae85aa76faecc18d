"""Key points: YOLO's poses, maps of heat, two axes apart (SimCC), and landmarks as plain numbers."""

from __future__ import annotations

from typing import cast

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from kangban.adapters.onnx_vision.boxes import areas, chosen, read_yolo, sigmoid
from kangban.adapters.onnx_vision.card import IMAGENET
from kangban.adapters.onnx_vision.net import Floats, Net, Stop
from kangban.adapters.onnx_vision.prepare import Pixels, View, canvas, grey_png, view
from kangban.ports.vision import Area, KeyPoint, SeenBodies, SeenBody, Wanted

COCO = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip
_LIMBS = (
    (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8), (7, 9), (8, 10), (1, 2),
    (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
)  # fmt: skip
_SEEN = 0.3  # confidence below which a point is not drawn
_LONGEST = 1536
_FIVE = ("left_eye", "right_eye", "nose", "left_mouth_corner", "right_mouth_corner")
_MOST_POINTS = 1_000


def is_yolo_pose(net: Net) -> bool:
    """Whether a model is of the kind that finds boxes with points (one output of three axes)."""
    return (
        net.task == "pose" or net.card.layout in ("yolo", "nms") or (len(net.outputs) == 1 and net.picture == "images")
    )


def poses(net: Net, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenBodies:
    """Everybody in the picture where the model finds boxes itself, else the one body in the picture or in the area."""
    if is_yolo_pose(net):
        return _drawn(_yolo(net, pixels, wanted, stop), pixels)
    frame = view(pixels, net.height, net.width, net.card, fit="letterbox", usual=IMAGENET, area=wanted.area)
    found = net.look(frame.tensor, stop)
    read = _heat(found, frame) or _axes(found, frame)
    if read is None:
        raise net.odd()
    return _drawn(_one(net, frame, *read), pixels)


def landmarks(net: Net, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenBodies:
    """Points of one face; what a model gives as heat is read as that."""
    frame = view(pixels, net.height, net.width, net.card, fit="stretch", area=wanted.area)
    found = net.look(frame.tensor, stop)
    read = _heat(found, frame) or _plain(net, found)
    if read is None:
        raise net.odd()
    return _one(net, frame, *read)


def _drawn(seen: SeenBodies, pixels: Pixels) -> SeenBodies:
    """With a picture of the skeletons, as models that draw by pose want it."""
    across, down = canvas(pixels, _LONGEST)
    sheet = np.zeros((down, across), np.uint8)
    thick = max(2, max(across, down) // 200)
    for body in seen.bodies:
        if len(body.points) < len(COCO) or body.points[0].name != COCO[0]:
            return seen
        at = [(round(p.x * across / pixels.shape[1]), round(p.y * down / pixels.shape[0])) for p in body.points]
        sure = [point.confidence >= _SEEN for point in body.points]
        for one, other in _LIMBS:
            if sure[one] and sure[other]:
                cv2.line(sheet, at[one], at[other], 160, thick)
        for spot, is_sure in zip(at[: len(COCO)], sure, strict=False):
            if is_sure:
                cv2.circle(sheet, spot, thick, 255, -1)
    return msgspec.structs.replace(seen, picture=grey_png(sheet, "pose.png")) if seen.bodies else seen


def names(net: Net, count: int) -> list[str]:
    """The names of `count` points: the card's, those everybody uses for 17 and 5, else numbers from 0."""
    told = net.card.points or (COCO if count == len(COCO) else _FIVE if count == len(_FIVE) else ())
    return [told[n] if n < len(told) else f"point {n}" for n in range(count)]


def _yolo(net: Net, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenBodies:
    frame = view(pixels, net.height, net.width, net.card, fit="letterbox")
    found = net.look(frame.tensor, stop)
    table = next((each for each in found.values() if each.ndim == 3), None)
    if table is None:
        raise net.odd()
    # One class; then three numbers a point. The card's points say how many where that cannot be told.
    row = min(table.shape[1:]) if net.card.layout != "nms" else table.shape[2]
    head = 6 if net.card.layout == "nms" else 5
    extra = 3 * len(net.card.points) or row - head
    if extra <= 0 or extra % 3:
        raise net.odd()
    boxes = read_yolo(net, found, extra)
    best = chosen(boxes, wanted, frame, None)
    bodies: list[SeenBody] = []
    for number, area in enumerate(areas(best, frame)[: wanted.most]):
        told = best.rest[number].reshape(-1, 3)
        points = _points(net, frame, told[:, :2], told[:, 2])
        bodies.append(SeenBody(area, points, round(float(best.scores[number]), 4)))
    return SeenBodies(tuple(bodies), max(0, len(best) - wanted.most))


def _heat(found: dict[str, Floats], frame: View) -> tuple[Floats, Floats] | None:
    """The hottest cell of each map, moved a quarter of a cell to its hotter neighbour, as MMPose does."""
    maps = next((each[0] for each in found.values() if each.ndim == 4 and min(each.shape[2:]) > 2), None)
    if maps is None or len(maps) > _MOST_POINTS:
        return None
    count, down, across = maps.shape
    flat = maps.reshape(count, -1)
    best = flat.argmax(axis=1)
    y, x = best // across, best % across
    rows = cast("NDArray[np.int64]", np.arange(count))
    inner_x, inner_y = np.clip(x, 1, across - 2), np.clip(y, 1, down - 2)
    shift_x = np.sign(maps[rows, y, inner_x + 1] - maps[rows, y, inner_x - 1]) * 0.25 * (inner_x == x)
    shift_y = np.sign(maps[rows, inner_y + 1, x] - maps[rows, inner_y - 1, x]) * 0.25 * (inner_y == y)
    tall, wide = frame.tensor.shape[2:4]
    spots = np.stack([(x + shift_x + 0.5) * wide / across, (y + shift_y + 0.5) * tall / down], axis=1)
    return spots.astype(np.float32), np.clip(flat.max(axis=1), 0, 1)


def _axes(found: dict[str, Floats], frame: View) -> tuple[Floats, Floats] | None:
    """SimCC: 1 × k × columns and 1 × k × rows, in finer steps than pixels."""
    flat = [each[0] for each in found.values() if each.ndim == 3 and each.shape[0] == 1]
    if len(flat) != 2 or len(flat[0]) != len(flat[1]) or len(flat[0]) > _MOST_POINTS:
        return None
    along, down = flat
    tall, wide = frame.tensor.shape[2:4]
    x, y = along.argmax(axis=1) * wide / along.shape[1], down.argmax(axis=1) * tall / down.shape[1]
    sure = np.clip(np.minimum(along.max(axis=1), down.max(axis=1)), 0, 1)
    return np.stack([x, y], axis=1).astype(np.float32), sure


def _plain(net: Net, found: dict[str, Floats]) -> tuple[Floats, Floats] | None:
    """1 × 2n, 1 × 3n, 1 × n × 2, 1 × n × 3, n × 2 or n × 3 numbers, as pixels of the model or as fractions."""
    for each in found.values():
        values = each[0] if each.ndim > 1 and len(each) == 1 else each
        if values.ndim == 1:
            told = len(net.card.points)
            deep = 3 if (told and values.size == 3 * told) or (not told and values.size % 2) else 2
            if values.size % deep or values.size < 2 * deep:
                continue
            values = values.reshape(-1, deep)
        if values.ndim != 2 or values.shape[-1] not in (2, 3) or not 2 <= len(values) <= _MOST_POINTS:
            continue
        spots = values[:, :2].copy()
        if net.card.places == "fractions" or (not net.card.places and float(np.abs(spots).max()) <= 2):
            spots *= np.array([net.width, net.height], np.float32)
        return spots, np.ones(len(spots), np.float32)  # a third number is depth, which nobody here asks for
    return None


def _one(net: Net, frame: View, spots: Floats, sure: Floats) -> SeenBodies:
    points = _points(net, frame, spots, sure)
    xs, ys = [point.x for point in points], [point.y for point in points]
    body = SeenBody(Area(min(xs), min(ys), max(xs), max(ys)), points, round(float(sure.mean()), 4))
    return SeenBodies((body,))


def _points(net: Net, frame: View, spots: Floats, sure: Floats) -> tuple[KeyPoint, ...]:
    placed = frame.back(spots)
    held = sigmoid(sure) if sure.size and (sure.max() > 1.001 or sure.min() < -0.001) else np.clip(sure, 0, 1)
    return tuple(
        KeyPoint(name, round(float(x), 1), round(float(y), 1), round(float(share), 4))
        for name, (x, y), share in zip(names(net, len(placed)), placed, held, strict=True)
    )
