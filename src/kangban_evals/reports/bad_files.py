"""Files that are no report, or a strange one: the outcome must be clear, quick, and nothing taken without asking."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import cv2
import msgspec
import numpy as np

from kangban.clinical.report import Report
from kangban.kernel.errors import InvalidInput
from kangban_evals.reports.reading import Line

_MOST_SECONDS = 60.0


class BadFile(msgspec.Struct, frozen=True):
    """A file and what must come of it: `fine` is asked about the documents; a clear refusal is fine where told."""

    name: str
    content: bytes
    media_type: str
    fine: Callable[[tuple[Report, ...]], bool]
    may_refuse: bool = True


def _nothing_sure(documents: tuple[Report, ...]) -> bool:
    return not any(not row.needs_confirm for d in documents for row in d.rows)


def _two_people(documents: tuple[Report, ...]) -> bool:
    return [d.printed.patient.name for d in documents] == ["王秀兰", "张建国"]


def _below_zero(documents: tuple[Report, ...]) -> bool:
    return [r.printed.value for d in documents for r in d.rows] == [-3.2, 7.31]


def _bounded(documents: tuple[Report, ...]) -> bool:
    return sum(len(d.rows) for d in documents) <= 10_000


def _png(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1])


def _cat() -> bytes:
    """Two ears, two eyes, whiskers."""
    picture = np.full((900, 1200, 3), (120, 170, 140), np.uint8)
    cv2.ellipse(picture, (600, 480), (260, 230), 0, 0, 360, (90, 120, 160), -1)
    for x in (430, 770):
        cv2.fillPoly(picture, [np.array([[x - 80, 320], [x + 80, 320], [x, 150]], np.int32)], (80, 110, 150))
        cv2.circle(picture, (600 + (x - 600) // 2, 440), 34, (40, 220, 200), -1)
    for dy in (-30, 0, 30):
        cv2.line(picture, (600, 540), (300, 540 + dy * 3), (240, 240, 240), 2)
        cv2.line(picture, (600, 540), (900, 540 + dy * 3), (240, 240, 240), 2)
    return _png(picture)


def _scribble() -> bytes:
    """Lines of loops, as handwriting looks to whoever cannot read it."""
    picture, rng = np.full((900, 700, 3), 250, np.uint8), random.Random(4)
    for line in range(8):
        x, y = 60.0, 110.0 + line * 90
        points: list[tuple[int, int]] = []
        while x < 620:
            x += rng.uniform(1, 7)
            points.append((int(x + rng.uniform(-9, 9)), int(y + rng.uniform(-24, 24))))
        cv2.polylines(picture, [np.array(points, np.int32)], isClosed=False, color=(120, 40, 30), thickness=2)
    return _png(picture)


_HEAD = (
    "云溪县中医医院\n检验报告单\n姓名：{}  性别：{}  年龄：{}岁  报告时间：2026-06-01 10:20\n"
    "项目名称\t结果\t单位\t参考范围\n"
)
_RUSSIAN = (
    "Городская поликлиника\nОбщий анализ крови\nПациент: Иванова Анна\n"
    "Гемоглобин 128 г/л 120-140\nЛейкоциты 6,1 4,0-9,0\n"
)


def bad_files() -> list[BadFile]:
    """The set."""
    blank = _png(np.full((1100, 800, 3), 255, np.uint8))
    two = _HEAD.format("王秀兰", "女", 45) + "白细胞计数\t6.10\t10^9/L\t3.50-9.50\n" + (
        _HEAD.format("张建国", "男", 60) + "白细胞计数\t7.20\t10^9/L\t3.50-9.50\n"
    )  # fmt: skip
    below = _HEAD.format("王秀兰", "女", 45) + "剩余碱\t-3.2\tmmol/L\t-3.0～3.0\n酸碱度\t7.31\t\t7.35-7.45\n"
    many = "项目,结果,单位,参考范围\n" + "".join(
        f"白细胞计数,{n % 90 / 10 + 1:.1f},10^9/L,3.5-9.5\n" for n in range(10_000)
    )
    return [
        BadFile("blank page", blank, "image/png", _nothing_sure),
        BadFile("cat", _cat(), "image/png", _nothing_sure),
        BadFile("handwriting", _scribble(), "image/png", _nothing_sure),
        BadFile("foreign language", _RUSSIAN.encode(), "text/plain", _nothing_sure),
        BadFile("two patients", two.encode(), "text/plain", _two_people, may_refuse=False),
        BadFile("negative values", below.encode(), "text/plain", _below_zero, may_refuse=False),
        BadFile("10,000 rows", many.encode(), "text/csv", _bounded),
        BadFile("empty file", b"", "text/plain", lambda _: False),
        BadFile("broken PDF", b"%PDF-1.7\n%broken", "application/pdf", lambda _: False),
        BadFile("text named a picture", b"hello", "image/png", lambda _: False),
    ]


def mark_bad(line: Line) -> dict[str, str]:
    """Name → "ok …" or what went wrong; anything but InvalidInput or documents is wrong."""
    told: dict[str, str] = {}
    for one in bad_files():
        started = time.perf_counter()
        try:
            documents = line.read([(one.content, one.media_type)]).documents
            rows = sum(len(d.rows) for d in documents)
            outcome = f"{len(documents)} documents, {rows} rows"
            good = one.fine(documents)
        except InvalidInput as error:
            outcome, good = f"refused: {error}", one.may_refuse
        except Exception as error:  # noqa: BLE001  a crash is the very thing that is looked for
            outcome, good = f"{type(error).__name__}: {error}", False
        seconds = time.perf_counter() - started
        good = good and seconds < _MOST_SECONDS
        told[one.name] = f"{'ok' if good else 'WRONG'}: {outcome}, {seconds:.1f} s"
    return told
