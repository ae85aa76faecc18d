"""Vision through ONNX files of the operator: shapes of in- and outputs tell which common layout a file has."""

from __future__ import annotations

from kangban.adapters.onnx_vision.vision import OnnxFiles, OnnxVision

__all__ = ["OnnxFiles", "OnnxVision"]
