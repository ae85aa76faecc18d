"""A picture made ready for a model, and the way back: from the model's pixels to those of the picture."""

from __future__ import annotations

from typing import Any, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from kangban.adapters.onnx_vision.card import Card
from kangban.adapters.onnx_vision.net import Floats
from kangban.kernel.errors import InvalidInput
from kangban.ports.media import Media
from kangban.ports.vision import Area

Pixels = NDArray[np.uint8]  # height × width × 3, red green blue
Triple = tuple[float, float, float]
_GREY = 114  # what YOLO was trained to see as nothing
MOST_PIXELS = 80_000_000


def unpacked(picture: Media) -> Pixels:
    """The pixels; raises InvalidInput for what is no picture. Whoever hands it in has bounded it."""
    try:
        how = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        read = cv2.imdecode(np.frombuffer(picture.content, np.uint8), how)
    except cv2.error:
        read = None
    if read is None or read.ndim != 3 or read.shape[0] * read.shape[1] > MOST_PIXELS:
        raise InvalidInput("this is no picture that can be read", field="image", key="reader.broken")
    return cast("Pixels", cv2.cvtColor(read, cv2.COLOR_BGR2RGB))


class View:
    """A part of a picture in a model's frame: `tensor` for the model, `back` for its answers."""

    def __init__(self, tensor: Floats, scale: tuple[float, float], pad: tuple[float, float], area: Area) -> None:
        self.tensor, self._scale, self._pad, self.area = tensor, np.array(scale), np.array(pad), area

    def back(self, points: NDArray[Any]) -> NDArray[np.float64]:
        """x, y in the model's frame (… × 2) as pixels of the picture, kept inside the part that was shown."""
        found = (np.asarray(points, np.float64) - self._pad) / self._scale
        found[..., 0] = np.clip(found[..., 0] + self.area.x0, self.area.x0, self.area.x1)
        found[..., 1] = np.clip(found[..., 1] + self.area.y0, self.area.y0, self.area.y1)
        return found

    def there(self, points: NDArray[Any]) -> NDArray[np.float64]:
        """The other way: pixels of the picture in the model's frame."""
        start = np.array([self.area.x0, self.area.y0])
        return (np.asarray(points, np.float64) - start) * self._scale + self._pad

    def inner(self, height: int, width: int) -> tuple[slice, slice]:
        """Where in a map over the model's frame, `height` × `width` cells, the picture lies without its padding."""
        tall, wide = self.tensor.shape[2:4]
        size = np.array([self.area.x1 - self.area.x0, self.area.y1 - self.area.y0]) * self._scale
        (x0, y0), (x1, y1) = self._pad, self._pad + size
        rows = slice(round(y0 * height / tall), max(round(y0 * height / tall) + 1, round(y1 * height / tall)))
        columns = slice(round(x0 * width / wide), max(round(x0 * width / wide) + 1, round(x1 * width / wide)))
        return rows, columns


def whole(pixels: Pixels) -> Area:
    """The area of all of it."""
    return Area(0, 0, pixels.shape[1], pixels.shape[0])


def view(
    pixels: Pixels, height: int, width: int, card: Card, *, fit: Literal["letterbox", "stretch", "corner"],
    usual: tuple[Triple, Triple] | None = None, area: Area | None = None,
) -> View:  # fmt: skip
    """The picture, or a part of it, as 1 × 3 × height × width of floats.

    "letterbox" keeps its shape with grey around, "corner" with nothing below or to the right, "stretch" does not keep
    it. `usual` are mean and spread where the card tells none.
    """
    place = area or whole(pixels)
    x0, y0, x1, y1 = int(place.x0), int(place.y0), max(int(place.x0) + 1, round(place.x1)), round(place.y1)
    part = pixels[y0 : max(y0 + 1, y1), x0:x1]
    tall, wide = part.shape[:2]
    fitted = card.fit or fit
    new_w, new_h = width, height
    if fitted != "stretch":
        ratio = min(width / wide, height / tall)
        new_w, new_h = max(1, round(wide * ratio)), max(1, round(tall * ratio))
    kind = cv2.INTER_AREA if new_w < wide else cv2.INTER_LINEAR
    small = cv2.resize(part, (new_w, new_h), interpolation=kind)
    left, top = (0, 0) if fitted in ("stretch", "corner") else ((width - new_w) // 2, (height - new_h) // 2)
    mean, std = (card.mean, card.std) if card.mean or card.std else (usual or (None, None))
    fill = 0.0 if fitted == "corner" else _GREY / 255
    frame = np.full((height, width, 3), fill, np.float32)
    frame[top : top + new_h, left : left + new_w] = small.astype(np.float32) / 255
    if mean or std:
        frame = (frame - np.array(mean or (0, 0, 0), np.float32)) / np.array(std or (1, 1, 1), np.float32)
        if fitted == "corner":
            frame[new_h:] = 0
            frame[:, new_w:] = 0
    tensor = np.ascontiguousarray(frame.transpose(2, 0, 1)[None])
    return View(tensor, (new_w / wide, new_h / tall), (left, top), Area(x0, y0, x0 + wide, y0 + tall))


def grey_png(values: NDArray[np.uint8], name: str) -> Media:
    """A grey picture as media."""
    ok, written = cv2.imencode(".png", values)
    if not ok:
        raise InvalidInput("the picture cannot be written", field="image")
    return Media("image", "image/png", written.tobytes(), name)


def canvas(pixels: Pixels, longest: int) -> tuple[int, int]:
    """Width and height of a map over the picture: its own, divided by the whole number that keeps it small."""
    tall, wide = pixels.shape[:2]
    by = -(-max(tall, wide) // longest)
    return max(1, wide // by), max(1, tall // by)
