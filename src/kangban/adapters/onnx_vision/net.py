"""A model file opened by onnxruntime: its picture input found, a run that can be stopped, outputs checked."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from kangban.adapters.onnx_vision.card import Card, read_card
from kangban.kernel.errors import Unavailable

Floats = NDArray[np.float32]
_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_, "tensor(double)": np.float64, "tensor(int32)": np.int32,
}  # fmt: skip
_USUAL_SIDE = 640
_USUAL_SIDES = {"KANGBAN_ONNX_DEPTH": 518, "KANGBAN_ONNX_SEGMENT": 1024}  # of transformers that are exported open
_MOST_SIDE = 4096
_MOST_FILE = 2 * 1024**3
_MOST_VALUES = 60_000_000  # of all outputs together
_THREADS = 4


class Stop:
    """Lets another thread end a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._options: Any = None
        self.wanted = False

    def now(self) -> None:
        """End the run that is under way, and every later one of this job."""
        with self._lock:
            self.wanted = True
            if self._options is not None:
                self._options.terminate = True

    def options(self, made: Any) -> Any:
        """Watch a run."""
        with self._lock:
            self._options = made
            made.terminate = self.wanted
        return made


class Net:
    """One model. `height` and `width` of its picture; `channels_last` for NHWC. Raises Unavailable where it is none."""

    def __init__(self, path: Path, setting: str, card_of: Card | None = None) -> None:
        import onnxruntime

        self.setting = setting
        runtime = cast("Any", onnxruntime)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = min(_THREADS, os.cpu_count() or 1)
        options.log_severity_level = 4
        try:
            if not 0 < path.stat().st_size <= _MOST_FILE:
                raise OSError
            self._session: Any = runtime.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception:  # noqa: BLE001 - onnxruntime has an error class for each of its stages
            raise Unavailable(f"the file of {setting} is not there or is no ONNX model", field=setting) from None
        self._run_options: Any = runtime.RunOptions
        metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        self.task = metadata.get("task", "")  # as Ultralytics tells it
        self.card = card_of or read_card(path, metadata, setting)
        self.inputs: dict[str, tuple[list[Any], Any]] = {
            each.name: (list(each.shape), _TYPES.get(each.type, np.float32)) for each in self._session.get_inputs()
        }
        self.outputs: list[str] = [each.name for each in self._session.get_outputs()]
        self._find_picture()

    def _find_picture(self) -> None:
        """The first input of four axes with three channels; a decoder has none."""
        self.picture, self.height, self.width, self.channels_last, self._bytes = "", 0, 0, False, False
        for name, (shape, kind) in self.inputs.items():
            if len(shape) != 4 or 3 not in (shape[1], shape[3]):
                continue
            self.picture, self.channels_last = name, shape[1] != 3
            self._bytes = np.issubdtype(kind, np.integer)
            if self._bytes and not (self.card.mean or self.card.std):
                # It takes bytes as they are, and normalises for itself.
                self.card = msgspec.structs.replace(self.card, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
            sides = shape[1:3] if self.channels_last else shape[2:4]
            side = _USUAL_SIDES.get(self.setting, _USUAL_SIDE)
            told = self.card.size or (side, side)
            self.height, self.width = (
                side if isinstance(side, int) else usual for side, usual in zip(sides, told, strict=True)
            )
            if not (8 <= self.height <= _MOST_SIDE and 8 <= self.width <= _MOST_SIDE):
                raise Unavailable(f"the model of {self.setting} wants pictures of no usual size", field=self.setting)
            return

    def look(self, tensor: Floats, stop: Stop) -> dict[str, Floats]:
        """Run over one picture (1 × 3 × height × width); other inputs are filled with ones, as masks of pixels are."""
        if not self.picture:
            raise Unavailable(f"the model of {self.setting} takes no picture in colour", field=self.setting)
        shape, kind = self.inputs[self.picture]
        given = tensor.transpose(0, 2, 3, 1) if self.channels_last else tensor
        if self._bytes:
            given = np.clip(np.round(given * 255), 0, 255)
        feeds: dict[str, Any] = {self.picture: np.ascontiguousarray(given.astype(kind))}
        for name, (shape, kind) in self.inputs.items():
            if name not in feeds:
                sides = [self.height, self.width]
                filled = [side if isinstance(side, int) else 1 for side in shape[:-2]]
                last = [side if isinstance(side, int) else sides.pop(0) for side in shape[-2:]]
                feeds[name] = np.ones([*filled, *last], kind)
        return self.run(feeds, stop)

    def run(self, feeds: dict[str, Any], stop: Stop) -> dict[str, Floats]:
        """Outputs by name, as floats. Raises Unavailable when stopped, failing, or giving no numbers."""
        if stop.wanted:
            raise Unavailable("the model was stopped", field=self.setting)
        try:
            told = self._session.run(None, feeds, stop.options(self._run_options()))
        except Exception:  # noqa: BLE001 - see above
            why = "does not run on this picture; where its sides are open, say `size` in the JSON file beside it"
            why = "takes too long or was stopped" if stop.wanted else why
            raise Unavailable(f"the model of {self.setting} {why}", field=self.setting) from None
        found: dict[str, Floats] = {}
        for name, each in zip(self.outputs, cast("list[Any]", told), strict=True):
            if hasattr(each, "dtype") and each.dtype.kind in "fiub":
                found[name] = each.astype(np.float32)
        if not found or sum(each.size for each in found.values()) > _MOST_VALUES:
            raise self.odd()
        if not all(bool(np.isfinite(each).all()) for each in found.values()):
            raise Unavailable(f"the model of {self.setting} gave something that is no number", field=self.setting)
        return found

    def odd(self) -> Unavailable:
        """The model is none of the kinds that are read here."""
        return Unavailable(
            f"the model of {self.setting} answers in a layout that is not known here; see docs/tools.md",
            field=self.setting,
        )
