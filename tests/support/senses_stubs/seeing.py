"""Kangban's own shape of a vision server (docs/tools.md, "A vision server of your own"), played with PIL."""

from __future__ import annotations

import base64
import io

from PIL import Image

from tests.support.senses_stubs.server import Said, Sent

SIDES = ("x0", "y0", "x1", "y1")


def answer(sent: Sent) -> Said:
    asked = sent.json
    image = Image.open(io.BytesIO(base64.b64decode(asked["image"]["content"]))).convert("RGB")
    if sent.path == "/face":
        return Said({"error": "not here"}, 501)
    wanted = asked.get("wanted", {})
    red = image.getchannel("R").point([0] * 128 + [255] * 128)
    box = red.getbbox() or (0, 0, 0, 0)
    area = dict(zip(SIDES, box, strict=True))
    label = (wanted.get("labels") or ["red"])[0]
    if label == "outside":
        area = {"x0": -50, "y0": 9, "x1": 99_999, "y1": 20}
    if sent.path == "/detect":
        return Said({"things": [{"label": label * 50, "confidence": 7.5, "area": area}] * 300, "more": 2})
    if sent.path == "/segment":
        out = io.BytesIO()
        red.point([0] * 128 + [1] * 128).save(out, "PNG")
        mask = {"kind": "image", "media_type": "image/png", "content": base64.b64encode(out.getvalue()).decode()}
        if label == "a lie":
            mask["content"] = base64.b64encode(b"<svg/>").decode()
        shape = {"label": label, "confidence": 0.9, "area": area, "pixels": 10**9, "outline": [[1.0, 2.0]] * 900}
        return Said({"shapes": [shape], "mask": mask})
    if sent.path == "/pose":
        points = [{"name": "left_knee", "x": box[0], "y": 1e300, "confidence": 0.5}]
        return Said({"bodies": [{"area": area, "points": points, "confidence": 0.4}]})
    if sent.path == "/edges":
        out = io.BytesIO()
        red.save(out, "PNG")
        return Said({"picture": {"kind": "image", "media_type": "image/png", "content": base64.b64encode(out.getvalue()).decode()},
                     "share": 0.25})  # fmt: skip
    return Said({"unit": "metres", "grid": [[1.23456, 2.0]], "nearest": [1.0, 2.0], "farthest": [3.0, 4.0]})
