"""What scanners and telephones do to a page. Every step returns the new picture and where its points went."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Literal, cast

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from kangban.clinical.page import Box
from kangban_evals.reports.press import Picture

Points = NDArray[np.float64]  # n × 2, pixels, x then y
Moved = Callable[[Points], Points]
Spoiling = Literal["scan", "tilt", "photo", "sideways"]
_TABLE = ((52, 58, 66), (38, 52, 74), (70, 66, 60), (30, 34, 40))


class Shot(msgspec.Struct, frozen=True):
    """A page as a file: JPEG bytes, size in pixels (w, h) before and now, where points went, and what was done."""

    content: bytes
    before: tuple[int, int]
    size: tuple[int, int]
    moved: Moved
    done: tuple[str, ...]

    def box(self, box: Box) -> Box:
        """Where a box of the page (fractions) lies in the shot (fractions): the smallest upright box around it."""
        wide, tall = self.before
        x0, y0, x1, y1 = box
        corners = np.array(
            [[x0 * wide, y0 * tall], [x1 * wide, y0 * tall], [x1 * wide, y1 * tall], [x0 * wide, y1 * tall]]
        )
        there = self.moved(corners) / np.array(self.size, dtype=np.float64)
        low, high = there.min(axis=0), there.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page (fractions) lies in the shot (fractions)."""
        wide, tall = self.before
        there = self.moved(np.array([[x * wide, y * tall]]))[0]
        return float(there[0] / self.size[0]), float(there[1] / self.size[1])


def _warped(
    picture: Picture, matrix: NDArray[np.float64], size: tuple[int, int], ground: tuple[int, int, int]
) -> tuple[Picture, Moved]:
    made = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderValue=ground)

    def moved(points: Points) -> Points:
        there = np.hstack([points, np.ones((len(points), 1))]) @ matrix.T
        return there[:, :2] / there[:, 2:]

    return cast("Picture", made), moved


def tilt(picture: Picture, degrees: float, ground: tuple[int, int, int] = (255, 255, 255)) -> tuple[Picture, Moved]:
    """Turn by a small angle about the middle; the canvas grows so that nothing is lost."""
    tall, wide = picture.shape[:2]
    angle = math.radians(degrees)
    grown = (
        int(wide * abs(math.cos(angle)) + tall * abs(math.sin(angle))),
        int(tall * abs(math.cos(angle)) + wide * abs(math.sin(angle))),
    )
    turn = cv2.getRotationMatrix2D((wide / 2, tall / 2), -degrees, 1.0)
    turn[0, 2] += (grown[0] - wide) / 2
    turn[1, 2] += (grown[1] - tall) / 2
    return _warped(picture, np.vstack([turn, [0.0, 0.0, 1.0]]), grown, ground)


def on_table(picture: Picture, rng: random.Random, lean: float) -> tuple[Picture, Moved]:
    """The page seen askew on a darker table; `lean` is how far its corners are off, as a fraction of its size."""
    tall, wide = picture.shape[:2]
    room = (int(wide * 1.18), int(tall * 1.14))
    left, top = (room[0] - wide) / 2, (room[1] - tall) / 2
    start = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], dtype=np.float32)
    shift = np.array([[rng.uniform(-lean, lean) * wide, rng.uniform(-lean, lean) * tall] for _ in range(4)])
    matrix = cv2.getPerspectiveTransform(start, (start + np.array([left, top]) + shift).astype(np.float32))
    return _warped(picture, np.asarray(matrix, dtype=np.float64), room, rng.choice(_TABLE))


def fold(picture: Picture, rng: random.Random, depth: float) -> tuple[Picture, Moved]:
    """A sheet that was folded once and lies in a slight wave: rows bend, and a darker crease runs down the page.

    `depth` is the height of the bend as a fraction of the page's width.
    """
    tall, wide = picture.shape[:2]
    crease, waves = rng.uniform(0.35, 0.65) * wide, rng.uniform(0.6, 1.2)
    across = np.arange(wide, dtype=np.float64)

    def lift(x: NDArray[np.float64]) -> NDArray[np.float64]:
        bend = np.sin(x / wide * math.pi * waves) * depth * wide
        return bend + np.abs(x - crease) / wide * depth * wide

    rows = np.arange(tall, dtype=np.float32)[:, None] - lift(across).astype(np.float32)[None, :]
    columns = np.repeat(across.astype(np.float32)[None, :], tall, axis=0)
    made = cv2.remap(picture, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    dark = 1 - 0.22 * np.exp(-(((across - crease) / (0.006 * wide)) ** 2))
    shaded = np.clip(made * dark[None, :, None], 0, 255).astype(np.uint8)
    return shaded, lambda points: np.stack([points[:, 0], points[:, 1] + lift(points[:, 0])], axis=1)


def shadow(picture: Picture, rng: random.Random, depth: float) -> Picture:
    """Light from one side and the soft edge of a hand; `depth` is how much darker the darkest part is."""
    tall, wide = picture.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, wide), np.linspace(-1, 1, tall))
    angle = rng.uniform(0, 2 * math.pi)
    along = x * math.cos(angle) + y * math.sin(angle)
    slope = (along - along.min()) / (along.max() - along.min())
    edge = 1 / (1 + np.exp(-(along - rng.uniform(-0.4, 0.4)) * rng.uniform(6, 14)))
    light = 1 - depth * (0.5 * slope + 0.5 * edge)
    return np.clip(picture * light[:, :, None], 0, 255).astype(np.uint8)


def blur(picture: Picture, sigma: float) -> Picture:
    """Out of focus by a Gaussian of `sigma` pixels."""
    return cast("Picture", cv2.GaussianBlur(picture, (0, 0), sigma))


def noise(picture: Picture, seed: int, sigma: float) -> Picture:
    """Grain of a small sensor, `sigma` in grey levels."""
    grain = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def quarter(picture: Picture, degrees: int) -> tuple[Picture, Moved]:
    """Turn by 90, 180 or 270 degrees clockwise."""
    tall, wide = picture.shape[:2]
    ways = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    spots: dict[int, Moved] = {
        90: lambda p: np.stack([tall - p[:, 1], p[:, 0]], axis=1),
        180: lambda p: np.stack([wide - p[:, 0], tall - p[:, 1]], axis=1),
        270: lambda p: np.stack([p[:, 1], wide - p[:, 0]], axis=1),
    }
    return cast("Picture", cv2.rotate(picture, ways[degrees])), spots[degrees]


def _jpeg(picture: Picture, quality: int) -> bytes:
    done, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("no JPEG could be made")
    return bytes(content)


class _Camera:
    """A picture on its way through the steps, remembering where points went."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.steps: list[Moved] = []
        self.done: list[str] = []
        self.before = picture.shape[1], picture.shape[0]

    def move(self, made: tuple[Picture, Moved], what: str) -> None:
        self.picture = made[0]
        self.steps.append(made[1])
        self.done.append(what)

    def change(self, made: Picture, what: str) -> None:
        self.picture = made
        self.done.append(what)

    def shot(self, quality: int) -> Shot:
        steps = tuple(self.steps)

        def moved(points: Points) -> Points:
            for step in steps:
                points = step(points)
            return points

        size = self.picture.shape[1], self.picture.shape[0]
        return Shot(_jpeg(self.picture, quality), self.before, size, moved, (*self.done, f"jpeg {quality}"))


def spoil(picture: Picture, how: Spoiling, seed: int) -> Shot:
    """One page as scanned ("scan"), tilted 2.2° in a shadow ("tilt"), turned over ("sideways"), or photographed."""
    rng, camera = random.Random(f"{how} {seed}"), _Camera(picture)
    if how == "scan":
        camera.change(noise(picture, seed, 2.0), "noise 2")
        return camera.shot(90)
    if how == "sideways":
        camera.move(quarter(picture, rng.choice((90, 180, 270))), "turned")
        return camera.shot(90)
    if how == "tilt":
        camera.move(tilt(picture, rng.choice((-2.2, 2.2))), "tilt 2.2")
        camera.change(shadow(camera.picture, rng, 0.45), "shadow 0.45")
        return camera.shot(85)
    if rng.random() < 0.5:
        depth = rng.uniform(0.004, 0.018)
        camera.move(fold(camera.picture, rng, depth), f"fold {depth:.3f}")
    lean, angle = rng.uniform(0.005, 0.045), rng.uniform(-6, 6)
    camera.move(on_table(camera.picture, rng, lean), f"perspective {lean:.3f}")
    ground = cast("tuple[int, int, int]", tuple(int(v) for v in camera.picture[0, 0]))
    camera.move(tilt(camera.picture, angle, ground), f"tilt {angle:.1f}")
    depth = rng.uniform(0.1, 0.6)
    camera.change(shadow(camera.picture, rng, depth), f"shadow {depth:.2f}")
    if rng.random() < 0.7:
        sigma = rng.uniform(0.5, 1.5) * picture.shape[1] / 1654
        camera.change(blur(camera.picture, sigma), f"blur {sigma:.1f}")
    grain = rng.uniform(2, 9)
    camera.change(noise(camera.picture, seed, grain), f"noise {grain:.0f}")
    if rng.random() < 0.4:
        degrees = rng.choice((90, 180, 270))
        camera.move(quarter(camera.picture, degrees), f"turned {degrees}")
    return camera.shot(rng.choice((40, 40, 60, 85)))
