"""Segment Anything in two tiny files: an encoder that keeps the colours, a decoder that gives what lies at a point.

Names, shapes, cropping and the choice among four masks as in facebookresearch/segment-anything, segment_anything/utils/
onnx.py at 3b41bf79a10b760915b633b119dbc687bc73f040 (read 2026-11-21).
"""

from __future__ import annotations

from pathlib import Path

from tests.support.senses_stubs.onnx_file import Graph
from tests.support.senses_stubs.seers import Seer

SIDE, CELLS = 64, 32


def encoder(path: Path) -> Path:
    """1 × 3 × 64 × 64 → embeddings 1 × 3 × 32 × 32. Its picture comes normalised as ImageNet's, which it undoes."""
    seer = Seer(SIDE, "pixel_values")
    every = seer.do("Concat", seer.masks, axis=1)
    seer.output(
        seer.do("AveragePool", [every], kernel_shape=[2, 2], strides=[2, 2]), "embeddings", [1, 3, CELLS, CELLS]
    )
    return seer.write(path)


def decoder(path: Path, *, many: bool = False) -> Path:
    """The shape whose colour lies at the points marked 1, or in the middle of the box marked 2 and 3."""
    g = Graph()
    seen = g.input("image_embeddings", [1, 3, CELLS, CELLS])
    points, marks = g.input("point_coords", [1, "n", 2]), g.input("point_labels", [1, "n"])
    g.input("mask_input", [1, 1, 256, 256])
    g.input("has_mask_input", [1])
    size = g.input("orig_im_size", [2])
    hit = _at(g, points, _is(g, marks, 0.5, 1.5))
    in_box = _is(g, marks, 1.5, 3.5)
    corners = g.do("ReduceSum", [g.do("Mul", [points, g.do("Unsqueeze", [in_box, g.hold([2], "int64")])]),
                                 g.hold([1], "int64")], keepdims=1)  # fmt: skip
    middle = g.do("Mul", [corners, g.hold([0.5])])
    boxed = _at(g, middle, g.do("ReduceMax", [in_box], axes=[1], keepdims=1))
    here = g.do("Add", [hit, boxed])  # 1 × 32 × 32
    weight = g.do("ReduceSum", [g.do("Mul", [seen, g.do("Unsqueeze", [here, g.hold([1], "int64")])]),
                                g.hold([2, 3], "int64")], keepdims=1)  # fmt: skip
    chosen = g.do("ReduceSum", [g.do("Mul", [seen, weight]), g.hold([1], "int64")], keepdims=1)
    longest = g.do("ReduceMax", [size], keepdims=1)
    ends = g.do("Cast", [g.do("Ceil", [g.do("Mul", [g.do("Div", [size, longest]), g.hold([float(CELLS)])])])], to=7)
    part = g.do("Slice", [chosen, g.hold([0, 0], "int64"), ends, g.hold([2, 3], "int64")])
    sizes = g.do("Concat", [g.hold([1, 1], "int64"), g.do("Cast", [size], to=7)], axis=0)
    large = g.do("Resize", [part, "", "", sizes], mode="nearest")
    masks = g.do("Sub", [large, g.hold([0.5])])
    sure = g.do("Reshape", [g.do("ReduceMax", [chosen], keepdims=0), g.hold([1, 1], "int64")])
    sure = g.do("Clip", [g.do("Mul", [sure, g.hold([0.95])]), g.hold(0.0), g.hold(1.0)])
    if many:  # the first, for many clicks, is empty here and the surest
        empty = g.do("Sub", [g.do("Mul", [masks, g.hold([0.0])]), g.hold([1.0])])
        masks = g.do("Concat", [empty, empty, masks, empty], axis=1)
        sure = g.do("Concat", [g.hold([[1.0]]), g.hold([[0.1]]), sure, g.hold([[0.2]])], axis=1)
    g.output(masks, "masks", [1, "m", "h", "w"])
    g.output(sure, "iou_predictions", [1, "m"])
    g.output(g.do("Mul", [chosen, g.hold([1.0])]), "low_res_masks", [1, "m", CELLS, CELLS])
    return g.write(path)


def _is(g: Graph, marks: str, low: float, high: float) -> str:
    over = g.do("Cast", [g.do("Greater", [marks, g.hold([low])])], to=1)
    under = g.do("Cast", [g.do("Less", [marks, g.hold([high])])], to=1)
    return g.do("Mul", [over, under])


def _at(g: Graph, points: str, which: str) -> str:
    """1 × 32 × 32: one in the cell of every point that counts."""
    cell = g.do("Floor", [g.do("Mul", [points, g.hold([CELLS / SIDE])])])  # 1 × n × 2
    x, y = g.do("Split", [cell, g.hold([1, 1], "int64")], outputs=2, axis=2)
    line = g.hold([[list(range(CELLS))]])
    on_x, on_y = (g.do("Cast", [g.do("Less", [g.do("Abs", [g.do("Sub", [line, each])]), g.hold([0.5])])], to=1)
                  for each in (x, y))  # fmt: skip
    on_y = g.do("Mul", [on_y, g.do("Unsqueeze", [which, g.hold([2], "int64")])])
    return g.do("MatMul", [g.do("Transpose", [on_y], perm=[0, 2, 1]), on_x])
