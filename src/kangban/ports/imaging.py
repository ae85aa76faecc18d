"""Pictures made by a model, or drawn on. Adapters: sense_endpoints, picture_pen."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from kangban.ports.media import Media
from kangban.ports.vision import Area

Control = Literal["canny", "depth", "pose", "scribble"]
SenseKind = Literal["audio", "thermal", "image"]


class ImageWish(msgspec.Struct, frozen=True):
    """What is to be made: words, what must not appear, size in pixels ("" leaves it to the model), a seed."""

    prompt: str
    avoid: str = ""
    width: int = 0
    height: int = 0
    seed: int | None = None


class Margins(msgspec.Struct, frozen=True):
    """By how much a picture grows on each side, as a share of its width or height (0-1)."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


class PictureMark(msgspec.Struct, frozen=True):
    """Words at a box or, without one, at a place; pixels of the picture."""

    text: str = ""
    area: Area | None = None
    x: float = 0.0
    y: float = 0.0


class PicturePen(Protocol):
    """Draws on pictures without a model. Adapter: picture_pen."""

    async def draw(self, picture: Media, marks: tuple[PictureMark, ...]) -> Media:
        """A copy with the marks; raises Unavailable where no font has the letters."""
        ...


class ImageMaker(Protocol):
    """Raises Unavailable, InvalidInput, and NotPermitted where a picture would leave without consent."""

    async def make(self, wish: ImageWish) -> Media:
        """A picture from words."""
        ...

    async def edit(self, picture: Media, wish: ImageWish, mask: Media | None) -> Media:
        """The picture changed as the words say; only where `mask` (grey, above 0) says, if there is one."""
        ...

    async def expand(self, picture: Media, wish: ImageWish, margins: Margins) -> Media:
        """The picture with more around it."""
        ...

    async def from_control(self, picture: Media, kind: Control, wish: ImageWish) -> Media:
        """A new picture that keeps the lines, depth or pose of another one."""
        ...

    async def from_senses(self, sensed: tuple[tuple[SenseKind, Media], ...], wish: ImageWish) -> Media:
        """A picture of what a sound, a thermal or another picture and words have in common."""
        ...
