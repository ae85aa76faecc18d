"""Vision over onnxruntime: one thread works through the pictures, a model is loaded when it is first wanted."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from kangban.kernel.errors import Unavailable
from kangban.ports.media import Media
from kangban.ports.vision import (
    DepthPicture,
    EdgePicture,
    SeenBodies,
    SeenShapes,
    SeenThing,
    SeenThings,
    VisionTask,
    Wanted,
)

if TYPE_CHECKING:
    from kangban.adapters.onnx_vision.net import Net, Stop
    from kangban.adapters.onnx_vision.prepare import Pixels

_T = TypeVar("_T")
_TASKS: tuple[VisionTask, ...] = ("detect", "segment", "edges", "depth", "pose", "face")


class OnnxFiles(msgspec.Struct, frozen=True):
    """Task → file. "segment_decoder" is the second file of Segment Anything."""

    files: Mapping[str, Path] = {}
    seconds: float = 60.0  # of one picture

    @staticmethod
    def setting(task: str) -> str:
        """The variable that names a task's file."""
        return f"KANGBAN_ONNX_{task.upper()}"


class OnnxVision:
    """See ports/vision.py. Nothing is imported, loaded or started before the first picture."""

    def __init__(self, files: OnnxFiles) -> None:
        self._files = files
        self._nets: dict[str, Net] = {}
        self._worker: ThreadPoolExecutor | None = None

    @property
    def offers(self) -> frozenset[VisionTask]:
        """Edges need no model; the rest what is configured."""
        return frozenset(each for each in _TASKS if each in self._files.files or each == "edges")

    async def detect(self, picture: Media, wanted: Wanted) -> SeenThings:
        """See Vision.detect."""
        return await self._work(picture, lambda pixels, stop: self._detect(pixels, wanted, stop))

    async def segment(self, picture: Media, wanted: Wanted) -> SeenShapes:
        """See Vision.segment."""
        return await self._work(picture, lambda pixels, stop: self._segment(pixels, wanted, stop))

    async def edges(self, picture: Media, kind: Literal["canny", "scribble"], low: int, high: int) -> EdgePicture:
        """See Vision.edges."""

        def work(pixels: Pixels, stop: Stop) -> EdgePicture:
            from kangban.adapters.onnx_vision.fields import canny, scribble

            return canny(pixels, low, high) if kind == "canny" else scribble(self._net("edges"), pixels, stop)

        return await self._work(picture, work)

    async def depth(self, picture: Media) -> DepthPicture:
        """See Vision.depth."""

        def work(pixels: Pixels, stop: Stop) -> DepthPicture:
            from kangban.adapters.onnx_vision.fields import depth

            return depth(self._net("depth"), pixels, stop)

        return await self._work(picture, work)

    async def pose(self, picture: Media, wanted: Wanted) -> SeenBodies:
        """See Vision.pose."""

        def work(pixels: Pixels, stop: Stop) -> SeenBodies:
            from kangban.adapters.onnx_vision.points import poses

            return poses(self._net("pose"), pixels, wanted, stop)

        return await self._work(picture, work)

    async def face(self, picture: Media, wanted: Wanted) -> SeenBodies:
        """See Vision.face."""

        def work(pixels: Pixels, stop: Stop) -> SeenBodies:
            from kangban.adapters.onnx_vision.points import landmarks

            return landmarks(self._net("face"), pixels, wanted, stop)

        return await self._work(picture, work)

    async def _work(self, picture: Media, does: Callable[[Pixels, Stop], _T]) -> _T:
        """In the one thread that holds the models; cancelling or taking too long ends the run inside it."""
        from kangban.adapters.onnx_vision.net import Stop

        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, "onnx-vision")
        stop = Stop()
        future = self._worker.submit(self._in_thread, picture, does, stop)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            stop.now()
            raise

    def _in_thread(self, picture: Media, does: Callable[[Pixels, Stop], _T], stop: Stop) -> _T:
        from kangban.adapters.onnx_vision.prepare import unpacked

        if stop.wanted:
            raise Unavailable("nobody waits for this picture any more", field="image")
        # The clock starts when its turn comes: waiting behind another picture is not its fault.
        timer = threading.Timer(self._files.seconds, stop.now)
        timer.daemon = True
        timer.start()
        try:
            return does(unpacked(picture), stop)
        except MemoryError:
            raise Unavailable("the picture needs more memory than there is", field="image") from None
        finally:
            timer.cancel()

    def _net(self, task: str) -> Net:
        from kangban.adapters.onnx_vision.net import Net

        if task not in self._nets:
            path, setting = self._files.files.get(task), OnnxFiles.setting(task)
            if path is None:
                raise Unavailable(f"no model is set for this: set {setting} to an ONNX file", field=setting)
            self._nets[task] = Net(path, setting)
        return self._nets[task]

    def _detect(self, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenThings:
        from kangban.adapters.onnx_vision.boxes import areas, chosen, is_detr, read_detr, read_yolo
        from kangban.adapters.onnx_vision.card import IMAGENET
        from kangban.adapters.onnx_vision.prepare import view

        net = self._net("detect")
        fit: Any = {"fit": "stretch", "usual": IMAGENET} if is_detr(net) else {"fit": "letterbox"}
        if net.card.layout == "rtdetr":
            fit = {"fit": "stretch"}
        frame = view(pixels, net.height, net.width, net.card, **fit)
        found = net.look(frame.tensor, stop)
        # A model for masks finds boxes too: the last numbers of a row then belong to its prototypes.
        extra = next((each.shape[1] for each in found.values() if each.ndim == 4), 0)
        if net.task == "pose" and not extra:
            extra = max((min(each.shape[1:]) - 5 for each in found.values() if each.ndim == 3), default=0)
        elif net.task not in ("", "detect", "segment"):
            raise net.odd()  # boxes with an angle, or no boxes at all
        boxes = read_detr(net, found) if is_detr(net) else read_yolo(net, found, extra)
        labels = [net.card.label(n) for n in range(int(boxes.classes.max(initial=0)) + 1)]
        best = chosen(boxes, wanted, frame, labels)
        things = tuple(
            SeenThing(net.card.label(int(best.classes[n])), round(float(best.scores[n]), 4), area)
            for n, area in enumerate(areas(best, frame)[: wanted.most])
        )
        return SeenThings(things, max(0, len(best) - wanted.most))

    def _segment(self, pixels: Pixels, wanted: Wanted, stop: Stop) -> SeenShapes:
        from kangban.adapters.onnx_vision.masks import AnySegmenter, pixel_classes, yolo_masks

        net = self._net("segment")
        if "segment_decoder" in self._files.files:
            return AnySegmenter(net, self._net("segment_decoder")).segment(pixels, wanted, stop)
        # One output is a class for each pixel, two are boxes and what their masks are mixed of.
        return (pixel_classes if len(net.outputs) == 1 else yolo_masks)(net, pixels, wanted, stop)
