"""Our reader's time for a picture in RapidOCR's own time for the same page upright, both warm and by turns."""

from __future__ import annotations

import time
from statistics import median
from typing import Any, cast

import cv2
import numpy as np

from kangban_evals.reports.degrade import spoil
from kangban_evals.reports.layouts import layout_named
from kangban_evals.reports.press import Press, pictures
from kangban_evals.reports.reading import Line
from kangban_evals.reports.sets import printed

_PAGES = (("ruled", 901), ("two_panels", 902), ("code_after", 903))


def pace(press: Press, line: Line) -> dict[str, float]:
    """Medians of ours : RapidOCR's for "upright" and "sideways", and "alone", RapidOCR's seconds a page."""
    from rapidocr import RapidOCR

    own = cast("Any", RapidOCR(params={"Global.log_level": "warning"}))
    upright: list[float] = []
    sideways: list[float] = []
    alone: list[float] = []
    for n, (name, seed) in enumerate(_PAGES):
        page = pictures(printed(press, layout_named(name), seed).pdf, 200)[0]
        straight, turned = spoil(page, "scan", seed), spoil(page, "sideways", seed)
        picture = cv2.imdecode(np.frombuffer(straight.content, np.uint8), cv2.IMREAD_COLOR)
        if n == 0:
            own(picture)
            line.read([(straight.content, "image/jpeg")])
        started = time.perf_counter()
        own(picture)
        alone.append(time.perf_counter() - started)
        for shot, into in ((straight, upright), (turned, sideways)):
            into.append(line.read([(shot.content, "image/jpeg")]).reader_s / alone[-1])
    return {"upright": median(upright), "sideways": median(sideways), "alone": median(alone)}
