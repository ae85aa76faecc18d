"""What a picture shows, as numbers: boxes, masks, key points, depth. Adapters: onnx_vision, sense_endpoints.

Every place is in pixels of the picture as it was handed in, x to the right and y down from its top left corner.
Pictures come upright and bare: whoever calls turns them as their EXIF says and takes the rest of it away.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from kangban.ports.media import Media

VisionTask = Literal["detect", "segment", "edges", "depth", "pose", "face"]
Spot = tuple[float, float]  # x, y


class Size(msgspec.Struct, frozen=True):
    """Of a picture, in pixels."""

    width: int
    height: int


class Area(msgspec.Struct, frozen=True):
    """A box by two of its corners: top left and bottom right."""

    x0: float
    y0: float
    x1: float
    y1: float


class SeenThing(msgspec.Struct, frozen=True):
    """One thing: what the model calls it, how sure it is (0-1), where it is."""

    label: str
    confidence: float
    area: Area


class SeenThings(msgspec.Struct, frozen=True):
    """What was found, the surest first. `more` were left out."""

    things: tuple[SeenThing, ...]
    more: int = 0


class SeenShape(msgspec.Struct, frozen=True):
    """One mask. `pixels` it covers; `outline` goes round its largest piece, thinned to what is needed to draw it."""

    label: str
    confidence: float
    area: Area
    pixels: int
    outline: tuple[Spot, ...] = ()


class SeenShapes(msgspec.Struct, frozen=True):
    """Masks, the surest first. In `mask`, a grey PNG, a pixel's value is the number of its shape from 1, else 0.

    The PNG has the picture's size or, for a large one, that size divided by a whole number told by its own width.
    """

    shapes: tuple[SeenShape, ...]
    mask: Media | None = None
    more: int = 0


class KeyPoint(msgspec.Struct, frozen=True):
    """One point by name, with how sure the model is of it (0-1)."""

    name: str
    x: float
    y: float
    confidence: float = 1.0


class SeenBody(msgspec.Struct, frozen=True):
    """One body or face with its points. `area` is the model's box, or the box around its points."""

    area: Area
    points: tuple[KeyPoint, ...]
    confidence: float = 1.0


class SeenBodies(msgspec.Struct, frozen=True):
    """The surest first. `picture`: limbs and joints drawn on black, where it is known which points they join."""

    bodies: tuple[SeenBody, ...]
    more: int = 0
    picture: Media | None = None


class DepthPicture(msgspec.Struct, frozen=True):
    """How far things are. `grid` holds rows of means over equal parts of the picture.

    `unit`: "metres"; or "nearness" from 0 (farthest in this picture) to 1 (nearest), which says nothing of metres and
    is not to be compared between pictures. In `picture`, a grey PNG, what is nearer is brighter.
    """

    unit: Literal["metres", "nearness"]
    grid: tuple[tuple[float, ...], ...]
    nearest: Spot
    farthest: Spot
    picture: Media | None = None


class EdgePicture(msgspec.Struct, frozen=True):
    """Edges white on black; `share` of all pixels that are edge (0-1)."""

    picture: Media
    share: float


class Wanted(msgspec.Struct, frozen=True):
    """What of the picture is meant: within `area`, at `spots` (not at `not_spots`), surer than `least`, at most `most`.

    Nothing told means everything.
    """

    area: Area | None = None
    spots: tuple[Spot, ...] = ()
    not_spots: tuple[Spot, ...] = ()
    labels: tuple[str, ...] = ()
    least: float = 0.25
    most: int = 50


class Vision(Protocol):
    """Each method raises Unavailable where its task is not in `offers`, the model cannot be used or takes too long."""

    @property
    def offers(self) -> frozenset[VisionTask]:
        """What it was set up for."""
        ...

    async def detect(self, picture: Media, wanted: Wanted) -> SeenThings:
        """Things with their boxes."""
        ...

    async def segment(self, picture: Media, wanted: Wanted) -> SeenShapes:
        """Masks of what is wanted; of everything, where nothing is said."""
        ...

    async def edges(self, picture: Media, kind: Literal["canny", "scribble"], low: int, high: int) -> EdgePicture:
        """Lines. `low` and `high` are Canny's thresholds (0-255 of gradient per pixel step); a scribble has none."""
        ...

    async def depth(self, picture: Media) -> DepthPicture:
        """How far things are."""
        ...

    async def pose(self, picture: Media, wanted: Wanted) -> SeenBodies:
        """Bodies with the places of their joints."""
        ...

    async def face(self, picture: Media, wanted: Wanted) -> SeenBodies:
        """Landmarks of a face; `wanted.area` says where the face is in a picture that shows more."""
        ...
