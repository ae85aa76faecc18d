"""The text layer of a PDF page: characters with places, as drawn. What is not to be seen is left out."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import pypdfium2.raw

from kangban.adapters.page_reader.ink import Mark, seen
from kangban.adapters.page_reader.letters import mended

raw = cast("Any", pypdfium2.raw)
_INVISIBLE = (3, 7)  # text render modes: nothing, and only as a border for what is drawn after
_LEAST_SIZE = 2.0  # points; smaller is a mark of some program, not print
_SCALE = 10_000_000  # device units over a page, to read the page's own matrix off it


class Letter(NamedTuple):
    """One character, upright after `turned`; lengths in points from the top left of the page as it is to be read."""

    text: str
    x0: float
    y0: float  # of the line: ascent
    x1: float
    y1: float  # of the line: descent
    baseline: float
    size: float


class Layer(NamedTuple):
    """The letters of a page, how far it is to be turned clockwise to read them, and how many glyphs had no Unicode."""

    letters: list[Letter]
    turned: int
    unmapped: int


def read_layer(page: Any, width: float, height: float) -> Layer:
    """Every visible letter of a pypdfium2 page of that shown size in points."""
    text_page = page.get_textpage()
    try:
        glyphs, unmapped = _glyphs(text_page.raw, _matrix(page.raw, width, height))
    finally:
        text_page.close()
    glyphs = [glyph for glyph, visible in zip(glyphs, seen(page, [g.mark for g in glyphs]), strict=True) if visible]
    turned = _most_turned(glyphs)
    letters = [_upright(glyph, turned, width, height) for glyph in glyphs if _quarter(glyph.angle) == turned]
    inside = (height, width) if turned in (90, 270) else (width, height)
    inner = [a for a in letters if a.x1 > 0 and a.x0 < inside[0] and a.y1 > 0 and a.y0 < inside[1]]
    return Layer(_once(inner), turned, unmapped)


_Point = tuple[float, float]
_Corners = tuple[_Point, _Point]


class _Glyph(NamedTuple):
    text: str
    corners: _Corners  # of the loose box, shown points
    origin: tuple[float, float]
    angle: float  # degrees clockwise on the page as shown
    size: float
    mark: Mark


def _matrix(page: Any, width: float, height: float) -> tuple[float, float, float, float, float, float]:
    """From the page's own coordinates to shown points, its rotation and crop box included."""

    def shown(x: float, y: float) -> tuple[float, float]:
        left, top = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _SCALE, _SCALE, 0, x, y, ctypes.byref(left), ctypes.byref(top))
        return left.value / _SCALE * width, top.value / _SCALE * height

    (x0, y0), (x1, y1), (x2, y2) = shown(0, 0), shown(100, 0), shown(0, 100)
    return (x1 - x0) / 100, (y1 - y0) / 100, (x2 - x0) / 100, (y2 - y0) / 100, x0, y0


def _glyphs(page: Any, matrix: tuple[float, float, float, float, float, float]) -> tuple[list[_Glyph], int]:
    a, b, c, d, e, f = matrix

    def shown(x: float, y: float) -> tuple[float, float]:
        return a * x + c * y + e, b * x + d * y + f

    loose, own = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    found: list[_Glyph] = []
    unmapped, pending = 0, ""
    for i in range(raw.FPDFText_CountChars(page)):
        code = raw.FPDFText_GetUnicode(page, i)
        if raw.FPDFText_IsGenerated(page, i) == 1 or code in (0, 9, 10, 13, 32, 0xA0, 0x3000):
            continue
        if 0xD800 <= code < 0xDC00:  # a character beyond the first plane comes as two
            pending = chr(code)
            continue
        text = (
            chr(code)
            if not pending
            else (pending + chr(code)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
        pending = ""
        drawn = raw.FPDFText_GetTextObject(page, i)
        if drawn and raw.FPDFTextObj_GetTextRenderMode(drawn) in _INVISIBLE:
            continue
        unmapped += raw.FPDFText_HasUnicodeMapError(page, i) == 1
        if not raw.FPDFText_GetLooseCharBox(page, i, loose) or not raw.FPDFText_GetCharOrigin(page, i, x, y):
            continue
        raw.FPDFText_GetMatrix(page, i, own)
        # Where the text's own x axis leads on the page as shown.
        along = a * own.a + c * own.b, b * own.a + d * own.b
        up = math.hypot(a * own.c + c * own.d, b * own.c + d * own.d)
        size = up * raw.FPDFText_GetFontSize(page, i)
        if size < _LEAST_SIZE:
            continue
        corners = shown(loose.left, loose.top), shown(loose.right, loose.bottom)
        angle = math.degrees(math.atan2(along[1], along[0]))
        mark = _mark(page, i, drawn, corners, shown)
        found.append(_Glyph(mended(text), corners, shown(x.value, y.value), angle, size, mark))
    return [glyph for glyph in found if glyph.text.strip()], unmapped


def _mark(page: Any, i: int, drawn: Any, corners: _Corners, shown: Callable[[float, float], _Point]) -> Mark:
    """Where this character leaves its ink; fonts that tell no glyph boxes give the whole line's."""
    x0, x1, y0, y1 = (ctypes.c_double() for _ in range(4))
    if raw.FPDFText_GetCharBox(page, i, x0, x1, y0, y1) and x1.value > x0.value and y1.value > y0.value:
        corners = shown(x0.value, y0.value), shown(x1.value, y1.value)
    red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
    light = 0.0
    if raw.FPDFText_GetFillColor(page, i, red, green, blue, alpha):
        light = 0.299 * red.value + 0.587 * green.value + 0.114 * blue.value
    font = raw.FPDFTextObj_GetFont(drawn) if drawn else None
    number = ctypes.cast(font, ctypes.c_void_p).value or 0 if font else 0
    own = bool(font) and raw.FPDFFont_GetIsEmbedded(font) == 1
    (ax, ay), (bx, by) = corners
    return Mark(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by), light, number, own)


def _quarter(angle: float) -> int | None:
    """By how much the page is to be turned clockwise for this text; None for a stamp or watermark across the page."""
    nearest = round(angle / 90) * 90
    return (-nearest) % 360 if abs(angle - nearest) <= 10 else None


def _most_turned(glyphs: list[_Glyph]) -> int:
    counts = {0: 0, 90: 0, 180: 0, 270: 0}
    for glyph in glyphs:
        quarter = _quarter(glyph.angle)
        if quarter is not None:
            counts[quarter] += 1
    return max(counts, key=lambda turned: counts[turned])


def turned_point(x: float, y: float, turned: int, width: float, height: float) -> tuple[float, float]:
    """A point of a page of that size after the page was turned clockwise."""
    if turned == 90:
        return height - y, x
    if turned == 180:
        return width - x, height - y
    return (y, width - x) if turned == 270 else (x, y)


def _upright(glyph: _Glyph, turned: int, width: float, height: float) -> Letter:
    one, other = (turned_point(*corner, turned, width, height) for corner in glyph.corners)
    _, baseline = turned_point(*glyph.origin, turned, width, height)
    x0, x1 = sorted((one[0], other[0]))
    # Fonts lie about their ascent: a line is taken as one size high, four fifths of it above the baseline.
    return Letter(glyph.text, x0, baseline - 0.85 * glyph.size, x1, baseline + 0.2 * glyph.size, baseline, glyph.size)


def _once(letters: list[Letter]) -> list[Letter]:
    """Without letters drawn twice a hair apart to look bold."""
    seen: dict[tuple[str, int, int], list[Letter]] = {}
    kept: list[Letter] = []
    for letter in letters:
        near = 0.25 * letter.size
        column, row = int(letter.x0 / 8), int(letter.baseline / 8)
        again = any(
            abs(other.x0 - letter.x0) < near and abs(other.baseline - letter.baseline) < near
            for i in (-1, 0, 1) for j in (-1, 0, 1)
            for other in seen.get((letter.text, column + i, row + j), ())
        )  # fmt: skip
        if not again:
            seen.setdefault((letter.text, column, row), []).append(letter)
            kept.append(letter)
    return kept
