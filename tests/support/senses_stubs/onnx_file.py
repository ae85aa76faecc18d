"""ONNX files written by hand, field by field of onnx.proto (ONNX 1.16, IR version 9, opset 17): no package writes them.

A `Graph` names what it computes: `g.do("Conv", [x, w], pads=[1, 1, 1, 1])` adds a node and returns its output.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

_KINDS = {"float32": 1, "uint8": 2, "int64": 7, "bool": 9, "float16": 10}
Shape = list[int | str]


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, value: bytes | str) -> bytes:
    written = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(written)) + written


def _tensor(name: str, values: np.ndarray) -> bytes:
    dims = b"".join(_number(1, side) for side in values.shape)
    return dims + _number(2, _KINDS[str(values.dtype)]) + _block(8, name) + _block(9, values.tobytes())


def _attribute(name: str, value: Any) -> bytes:
    if isinstance(value, float):
        return _block(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _block(1, name) + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return _block(1, name) + _block(4, value) + _number(20, 3)
    if isinstance(value, Graph):
        return _block(1, name) + _block(6, value.body()) + _number(20, 5)
    return _block(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7)


def _value(name: str, shape: Shape, kind: str) -> bytes:
    dims = b"".join(_block(1, _number(1, d) if isinstance(d, int) else _block(2, d)) for d in shape)
    return _block(1, name) + _block(2, _block(1, _number(1, _KINDS[kind]) + _block(2, dims)))


class Graph:
    """A model under construction."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []
        self._count = 0

    def input(self, name: str, shape: Shape, kind: str = "float32") -> str:
        self._inputs.append(_value(name, shape, kind))
        return name

    def hold(self, values: Any, kind: str = "float32") -> str:
        """A constant."""
        self._count += 1
        name = f"w{self._count}"
        self._weights.append(_tensor(name, np.asarray(values, kind)))
        return name

    def do(self, kind: str, inputs: list[str], outputs: int = 1, **attributes: Any) -> Any:
        self._count += 1
        names = [f"v{self._count}_{n}" for n in range(outputs)]
        node = b"".join(_block(1, each) for each in inputs) + b"".join(_block(2, each) for each in names)
        node += _block(4, kind) + b"".join(_block(5, _attribute(k, v)) for k, v in attributes.items())
        self._nodes.append(node)
        return names[0] if outputs == 1 else names

    def output(self, value: str, name: str, shape: Shape, kind: str = "float32") -> None:
        self._nodes.append(_block(1, value) + _block(2, name) + _block(4, "Identity"))
        self._outputs.append(_value(name, shape, kind))

    def body(self) -> bytes:
        parts = [_block(1, each) for each in self._nodes] + [_block(2, "graph")]
        parts += [_block(5, each) for each in self._weights]
        return b"".join(
            parts + [_block(11, each) for each in self._inputs] + [_block(12, each) for each in self._outputs]
        )

    def write(self, path: Path, **metadata: str) -> Path:
        told = b"".join(_block(14, _block(1, k) + _block(2, v)) for k, v in metadata.items())
        path.write_bytes(_number(1, 9) + _block(8, _block(1, "") + _number(2, 17)) + _block(7, self.body()) + told)
        return path
