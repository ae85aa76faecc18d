"""Tiny ONNX models that truly see: they find saturated red, green and blue, and answer in the layouts of real exports.

Read 2026-11-21: ultralytics/ultralytics, examples/YOLOv8-Segmentation-ONNXRuntime-Python/main.py at
002217d4c57509738e4dc15b9e3e6722b9e42aa6 (letterbox, rows, prototypes); open-mmlab/mmdeploy, configs/mmpose/
pose-detection_simcc_onnxruntime_dynamic.py (names of SimCC's outputs). From memory: YOLOv5 and YOLO-pose rows, DETR in
Hugging Face's export (logits, pred_boxes), MMPose's maps of heat.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.senses_stubs.onnx_file import Graph

NAMES = "{0: 'red', 1: 'green'}"


class Seer(Graph):
    """A graph with a picture of `side` × `side` and masks of its three colours.

    `pixel_values` come normalised as ImageNet's, which is undone first; other inputs as shares.
    """

    def __init__(self, side: int = 64, name: str = "images", kind: str = "float32", *, last: bool = False) -> None:
        super().__init__()
        self.side = side
        self.picture = self.input(name, [1, side, side, 3] if last else [1, 3, side, side], kind)
        if kind != "float32":
            self.picture = self.do("Cast", [self.picture], to=1)
        if kind == "uint8":
            self.picture = self.do("Mul", [self.picture, self.hold([1 / 255])])
        if last:
            self.picture = self.do("Transpose", [self.picture], perm=[0, 3, 1, 2])
        if name == "pixel_values":
            spread, mean = self.hold([[[0.229]], [[0.224]], [[0.225]]]), self.hold([[[0.485]], [[0.456]], [[0.406]]])
            self.picture = self.do("Add", [self.do("Mul", [self.picture, spread]), mean])
        parts = self.do("Split", [self.picture, self.hold([1, 1, 1], "int64")], outputs=3, axis=1)
        self.masks = [self._mask(parts, n) for n in range(3)]

    def num(self, value: float) -> str:
        return self.hold([value])

    def op(self, kind: str, one: str, other: str | float) -> str:
        return self.do(kind, [one, self.num(other) if isinstance(other, float | int) else other])

    def above(self, value: str, limit: float) -> str:
        return self.do("Cast", [self.op("Greater", value, limit)], to=1)

    def _mask(self, parts: list[str], n: int) -> str:
        rest = self.op("Mul", self.op("Add", parts[n - 1], parts[n - 2]), 0.5)
        return self.above(self.op("Sub", parts[n], rest), 0.4)

    def extent(self, mask: str) -> tuple[str, str, str, str, str]:
        """x0, y0, x1, y1 and whether anything is there, each 1 × 1 × 1."""
        ends: list[str] = []
        for axis in (2, 3):  # rows away: columns are left
            line = self.do("ReduceMax", [mask], axes=[axis], keepdims=0)
            up = self.hold([[list(range(1, self.side + 1))]])
            down = self.hold([[list(range(self.side, 0, -1))]])
            last = self.do("ReduceMax", [self.do("Mul", [line, up])], axes=[2], keepdims=1)
            first = self.do("ReduceMax", [self.do("Mul", [line, down])], axes=[2], keepdims=1)
            ends += [self.do("Sub", [self.num(self.side), first]), last]
        there = self.do("Reshape", [self.do("ReduceMax", [mask], keepdims=0), self.hold([1, 1, 1], "int64")])
        return ends[0], ends[2], ends[1], ends[3], there

    def middle(self, mask: str) -> tuple[str, str, str, str, str]:
        """Middle x and y, width and height, and whether anything is there."""
        x0, y0, x1, y1, there = self.extent(mask)
        half = [self.op("Mul", self.op("Add", one, other), 0.5) for one, other in ((x0, x1), (y0, y1))]
        return half[0], half[1], self.op("Sub", x1, x0), self.op("Sub", y1, y0), there

    def column(self, values: list[str | float]) -> str:
        """1 × n × 1."""
        parts = [self.hold([[[float(v)]]]) if isinstance(v, float | int) else v for v in values]
        return self.do("Concat", parts, axis=1)


def yolo_rows(seer: Seer, more: dict[int, list[float]] | None = None) -> str:
    """Boxes of red and green, each told four times a little shifted and less sure, and ten of nothing: 1 × k × 18."""
    columns: list[str] = []
    for kind in (0, 1):
        x, y, wide, tall, there = seer.middle(seer.masks[kind])
        for n in range(4):
            shares: list[str | float] = [0.0, 0.0]
            shares[kind] = seer.op("Mul", there, 0.9 - 0.1 * n)
            columns.append(
                seer.column([seer.op("Add", x, 0.25 * n), y, wide, tall, *shares, *(more or {}).get(kind, [])])
            )
    extra = len((more or {}).get(0, []))
    columns += [seer.column([0.0] * (6 + extra)) for _ in range(10)]
    return seer.do("Concat", columns, axis=2)


def yolo(path: Path, side: int = 64) -> Path:
    """As YOLOv8 and 11 export it: 1 × 6 × 18, classes in its metadata."""
    seer = Seer(side)
    seer.output(yolo_rows(seer), "output0", [1, 6, 18])
    return seer.write(path, names=NAMES, task="detect", imgsz=f"[{side}, {side}]")


def yolo_five(path: Path) -> Path:
    """As YOLOv5: 1 × 18 × 7, with a share that there is anything."""
    seer = Seer()
    rows = seer.do("Transpose", [yolo_rows(seer)], perm=[0, 2, 1])
    places, shares = seer.do("Split", [rows, seer.hold([4, 2], "int64")], outputs=2, axis=2)
    anything = seer.do("ReduceMax", [shares], axes=[2], keepdims=1)
    seer.output(seer.do("Concat", [places, anything, shares], axis=2), "output", [1, 18, 7])
    return seer.write(path, names=NAMES)


def selected(path: Path) -> Path:
    """As a model that selects for itself: 1 × 8 × 6 of corners, share and class."""
    seer = Seer()
    rows: list[str] = []
    for kind in (0, 1):
        x0, y0, x1, y1, there = seer.extent(seer.masks[kind])
        rows.append(seer.column([x0, y0, x1, y1, seer.op("Mul", there, 0.8), float(kind)]))
    rows += [seer.column([0.0] * 6) for _ in range(6)]
    table = seer.do("Transpose", [seer.do("Concat", rows, axis=2)], perm=[0, 2, 1])
    seer.output(table, "output0", [1, 8, 6])
    return seer.write(path, names=NAMES)


def detr(path: Path) -> Path:
    """As DETR: logits 1 × 3 × 3 (the last class is nothing), boxes 1 × 3 × 4 in shares, and a mask of pixels to read."""
    seer = Seer(name="pixel_values")
    seer.input("pixel_mask", [1, 64, 64], "int64")
    logits: list[str] = []
    boxes: list[str] = []
    for kind in (0, 1):
        x, y, wide, tall, there = seer.middle(seer.masks[kind])
        mine: list[str | float] = [0.0, 0.0, seer.op("Mul", seer.op("Sub", there, 0.5), -12.0)]
        mine[kind] = seer.op("Mul", seer.op("Sub", there, 0.5), 12.0)
        logits.append(seer.column(mine))
        boxes.append(seer.op("Mul", seer.column([x, y, wide, tall]), 1 / 64))
    logits.append(seer.column([0.0, 0.0, 9.0]))
    boxes.append(seer.column([0.5] * 4))
    for name, parts, width in (("logits", logits, 3), ("pred_boxes", boxes, 4)):
        seer.output(
            seer.do("Transpose", [seer.do("Concat", parts, axis=2)], perm=[0, 2, 1]), name, [1, 3, width]
        )  # fmt: skip
    return seer.write(path)


def yolo_masks(path: Path) -> Path:
    """As YOLOv8-seg: 1 × 8 × 18 and prototypes 1 × 2 × 16 × 16."""
    seer = Seer()
    seer.output(yolo_rows(seer, {0: [1.0, 0.0], 1: [0.0, 1.0]}), "output0", [1, 8, 18])
    both = seer.do("Concat", seer.masks[:2], axis=1)
    small = seer.do("AveragePool", [both], kernel_shape=[4, 4], strides=[4, 4])
    seer.output(seer.op("Mul", seer.op("Sub", small, 0.5), 20.0), "output1", [1, 2, 16, 16])
    return seer.write(path, names=NAMES, task="segment")


def classes(path: Path) -> Path:
    """A class for every pixel: nothing, red, green; a quarter of the picture's size."""
    seer = Seer(name="pixel_values")
    nothing = seer.op("Mul", seer.masks[0], 0.0)
    every = seer.do("Concat", [seer.op("Add", nothing, 0.5), *seer.masks[:2]], axis=1)
    small = seer.do("AveragePool", [every], kernel_shape=[4, 4], strides=[4, 4])
    seer.output(seer.op("Mul", small, 8.0), "logits", [1, 3, 16, 16])
    return seer.write(path)


def depth(path: Path) -> Path:
    """The brighter, the nearer: 1 × 64 × 64."""
    seer = Seer(name="pixel_values")
    seer.output(seer.do("ReduceMean", [seer.picture], axes=[1], keepdims=0), "predicted_depth", [1, 64, 64])
    return seer.write(path)


def lines(path: Path) -> Path:
    """Edges by a Laplacian, as a model of its own kind would draw them: 1 × 1 × 64 × 64."""
    seer = Seer(name="input")
    grey = seer.do("ReduceMean", [seer.picture], axes=[1], keepdims=1)
    found = seer.do("Conv", [grey, seer.hold([[[[0, -1, 0], [-1, 4, -1], [0, -1, 0]]]])], pads=[1, 1, 1, 1])
    seer.output(seer.do("Clip", [seer.do("Abs", [found]), seer.hold(0.0), seer.hold(1.0)]), "edge", [1, 1, 64, 64])
    return seer.write(path)


ARM = {5: 0, 7: 1, 9: 2}  # a left arm: shoulder red, elbow green, wrist blue


def yolo_pose(path: Path) -> Path:
    """As YOLOv8-pose: 1 × 56 × 60; the shoulder is red, the elbow green, the wrist blue, nobody sees the rest."""
    seer = Seer()
    points: list[str | float] = []
    for n in range(17):
        if n in ARM:
            x, y, _, _, there = seer.middle(seer.masks[ARM[n]])
            points += [x, y, seer.op("Mul", there, 0.9)]
        else:
            points += [0.0, 0.0, 0.0]
    body = seer.column([32.0, 32.0, 60.0, 60.0, 0.8, *points])
    rest = seer.hold([[[0.0] * 59] * 56])
    seer.output(seer.do("Concat", [body, rest], axis=2), "output0", [1, 56, 60])
    return seer.write(path, names="{0: 'person'}", task="pose", kpt_shape="[17, 3]")


def heat(path: Path) -> Path:
    """As MMPose's heat maps: 1 × 3 × 16 × 16, the hottest where a colour is."""
    seer = Seer(name="pixel_values")
    every = seer.do("Concat", seer.masks, axis=1)
    seer.output(seer.do("AveragePool", [every], kernel_shape=[4, 4], strides=[4, 4]), "output", [1, 3, 16, 16])
    return seer.write(path)


def axes(path: Path) -> Path:
    """As SimCC: 1 × 3 × 64 for columns and for rows."""
    seer = Seer(name="pixel_values")
    every = seer.do("Concat", seer.masks, axis=1)
    for name, axis in (("simcc_x", 2), ("simcc_y", 3)):
        line = seer.do("ReduceMax", [every], axes=[axis], keepdims=0)
        soft = seer.do("AveragePool", [line], kernel_shape=[5], pads=[2, 2], strides=[1], count_include_pad=1)
        seer.output(soft, name, [1, 3, 64])
    return seer.write(path)


def face(path: Path) -> Path:
    """Landmarks as shares: 1 × 6 of three points, left eye red, right eye green, nose blue."""
    seer = Seer(name="input")
    found: list[str] = []
    for mask in seer.masks:
        x, y, *_ = seer.middle(mask)
        found += [seer.op("Mul", x, 1 / 64), seer.op("Mul", y, 1 / 64)]
    seer.output(seer.do("Reshape", [seer.do("Concat", found, axis=1), seer.hold([1, 6], "int64")]), "points", [1, 6])
    return seer.write(path)


def broken_numbers(path: Path) -> Path:
    """A YOLO whose answer is no number."""
    seer = Seer()
    seer.output(seer.do("Log", [seer.op("Sub", yolo_rows(seer), 1e6)]), "output0", [1, 6, 18])
    return seer.write(path)


def other_layout(path: Path) -> Path:
    """Answers in a layout nobody knows: one number."""
    seer = Seer()
    seer.output(seer.do("ReduceMean", [seer.picture], keepdims=0), "x", [])
    return seer.write(path)


def endless(path: Path) -> Path:
    """A model that is at it for minutes: two thousand large convolutions in a row."""
    seer = Seer(256)
    weights = seer.hold([[[[0.01] * 15] * 15] * 16] * 16)
    value = seer.do("Conv", [seer.picture, seer.hold([[[[0.01]]] * 3] * 16)])
    for _ in range(2_000):
        value = seer.do("Conv", [value, weights], pads=[7, 7, 7, 7])
    seer.output(value, "output0", [1, 16, 256, 256])
    return seer.write(path)
