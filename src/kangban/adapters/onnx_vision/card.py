"""What a model file says of itself, and what its operator says beside it, in a JSON file of the same name."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from kangban.kernel.errors import Unavailable

Layout = Literal["", "yolo", "yolo5", "nms", "detr", "rtdetr"]
IMAGENET: tuple[tuple[float, float, float], tuple[float, float, float]] = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_MOST_CARD = 1024 * 1024


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a model is to be read. Everything may be left out.

    `labels` of classes and `points` of key points, in the model's order; `mean` and `std` per channel RGB for pixels of
    0-1; `fit` a picture by "letterbox" or "stretch"; `size` [height, width] where the file leaves it open; `layout` of
    boxes where it cannot be told by shape; `depth` "nearness" (larger is nearer) or "metres"; `places` of landmarks.
    """

    labels: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    fit: Literal["", "letterbox", "stretch"] = ""
    size: tuple[int, int] | None = None
    layout: Layout = ""
    depth: Literal["nearness", "metres"] = "nearness"
    places: Literal["", "pixels", "fractions"] = ""

    def label(self, number: int) -> str:
        """The name of a class."""
        return self.labels[number] if 0 <= number < len(self.labels) else f"class {number}"


def read_card(model: Path, metadata: Mapping[str, str], setting: str) -> Card:
    """The card beside the file; labels and size it does not tell come from the file. Raises Unavailable if broken."""
    beside = model.with_suffix(".json")
    try:
        card = msgspec.json.decode(beside.read_bytes()[:_MOST_CARD], type=Card) if beside.is_file() else Card()
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        raise Unavailable(f"the JSON file beside the model of {setting} cannot be read", field=setting) from None
    if card.std is not None and not all(card.std):
        raise Unavailable(f"the JSON file beside the model of {setting} divides by zero", field=setting)
    if not card.labels:
        card = msgspec.structs.replace(card, labels=_labels(metadata.get("names", "")))
    if card.size is None and (size := _pair(metadata.get("imgsz", ""))) is not None:
        card = msgspec.structs.replace(card, size=size)
    return card


def _labels(written: str) -> tuple[str, ...]:
    """Ultralytics writes its classes as a Python dict of number to name, others as a list."""
    told = _literal(written)
    if isinstance(told, dict):
        rows = cast("dict[Any, Any]", told)
        if all(isinstance(key, int) and 0 <= key < 100_000 for key in rows):
            return tuple(str(rows.get(n, f"class {n}"))[:80] for n in range(max(rows, default=-1) + 1))
    if isinstance(told, list | tuple):
        return tuple(str(each)[:80] for each in cast("list[Any]", told))
    return ()


def _pair(written: str) -> tuple[int, int] | None:
    told = _literal(written)
    if isinstance(told, list | tuple):
        sides = cast("list[Any]", told)
        if len(sides) == 2 and all(isinstance(side, int) and 16 <= side <= 4096 for side in sides):
            return sides[0], sides[1]
    return None


def _literal(written: str) -> Any:
    if not written or len(written) > _MOST_CARD:
        return None
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
