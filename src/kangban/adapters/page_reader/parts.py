"""What the process that reads needs, looked for without loading any of it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = ("cv2", "docx", "numpy", "onnxruntime", "PIL", "pillow_heif", "pypdfium2", "rapidocr")
_MODELS = ("*det*.onnx", "*rec*.onnx", "*cls*.onnx")


def missing_parts() -> list[str]:
    """Names of libraries and models that are not installed."""
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    found = find_spec("rapidocr")
    if found is None or found.origin is None:
        return missing
    models = Path(found.origin).parent / "models"
    return missing + [pattern for pattern in _MODELS if not any(models.glob(pattern))]
