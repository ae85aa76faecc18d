"""Vision over HTTP in a shape of our own: POST …/TASK with a picture, the answer as ports/vision.py has it.

{"image": {"media_type": "image/png", "content": BASE64}, "wanted": {…}} → the JSON of SeenThings, SeenShapes,
SeenBodies, DepthPicture or EdgePicture; pictures in it as {"kind": "image", "media_type": …, "content": BASE64}.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import msgspec

from kangban.adapters.sense_endpoints.asking import SensePlace, keep_at_home, post_json, read_answer
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.kernel.media import sniff
from kangban.kernel.picture_size import picture_size
from kangban.ports.media import Media
from kangban.ports.vision import (
    Area,
    DepthPicture,
    EdgePicture,
    KeyPoint,
    SeenBodies,
    SeenBody,
    SeenShape,
    SeenShapes,
    SeenThings,
    Spot,
    VisionTask,
    Wanted,
)
from kangban.ports.web_fetch import WebFetch

_T = TypeVar("_T")
_MOST_POINTS = 1_000
_MOST_OUTLINE = 400
_TASKS: frozenset[VisionTask] = frozenset({"detect", "segment", "edges", "depth", "pose", "face"})


class _Frame:
    """Holds every place a stranger tells within the picture."""

    def __init__(self, picture: Media) -> None:
        size = picture_size(picture.content)
        if size is None:
            raise InvalidInput("this is no picture that can be sent", field="image")
        self._wide, self._tall = size

    def spot(self, x: float, y: float) -> Spot:
        return round(min(max(0.0, x), self._wide), 1), round(min(max(0.0, y), self._tall), 1)

    def area(self, area: Area) -> Area:
        (x0, y0), (x1, y1) = self.spot(area.x0, area.y0), self.spot(area.x1, area.y1)
        return Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def pixels(self, told: int) -> int:
        return min(max(0, told), self._wide * self._tall)


class EndpointVision:
    """See ports/vision.py. What a server cannot do it says with 404 or 501."""

    def __init__(self, fetch: WebFetch, place: SensePlace) -> None:
        self._fetch, self._place = fetch, place

    @property
    def offers(self) -> frozenset[VisionTask]:
        """Everything, until the server says otherwise."""
        return _TASKS

    async def detect(self, picture: Media, wanted: Wanted) -> SeenThings:
        """See Vision.detect."""
        found = await self._ask("detect", picture, SeenThings, wanted=wanted)
        frame = _Frame(picture)
        things = tuple(
            msgspec.structs.replace(each, label=each.label[:80], confidence=_share(each.confidence),
                                    area=frame.area(each.area))
            for each in found.things[: wanted.most]
        )  # fmt: skip
        return SeenThings(things, max(0, found.more) + len(found.things) - len(things))

    async def segment(self, picture: Media, wanted: Wanted) -> SeenShapes:
        """See Vision.segment."""
        found = await self._ask("segment", picture, SeenShapes, wanted=wanted)
        frame = _Frame(picture)

        def held(each: SeenShape) -> SeenShape:
            outline = tuple(frame.spot(x, y) for x, y in each.outline[:_MOST_OUTLINE])
            share, area = _share(each.confidence), frame.area(each.area)
            return SeenShape(each.label[:80], share, area, frame.pixels(each.pixels), outline)

        shapes = tuple(held(each) for each in found.shapes[: wanted.most])
        return SeenShapes(shapes, self._png(found.mask), max(0, found.more) + len(found.shapes) - len(shapes))

    async def edges(self, picture: Media, kind: Literal["canny", "scribble"], low: int, high: int) -> EdgePicture:
        """See Vision.edges."""
        found = await self._ask("edges", picture, EdgePicture, kind=kind, low=low, high=high)
        drawn = self._png(found.picture)
        if drawn is None:
            raise Unavailable(f"{self._place.name} sent no picture of edges", field=self._place.name)
        return EdgePicture(drawn, _share(found.share))

    async def depth(self, picture: Media) -> DepthPicture:
        """See Vision.depth."""
        found = await self._ask("depth", picture, DepthPicture)
        frame = _Frame(picture)
        grid = tuple(tuple(round(value, 3) for value in row[:16]) for row in found.grid[:16])
        near, far = frame.spot(*found.nearest), frame.spot(*found.farthest)
        return DepthPicture(found.unit, grid, near, far, self._png(found.picture))

    async def pose(self, picture: Media, wanted: Wanted) -> SeenBodies:
        """See Vision.pose."""
        return await self._bodies("pose", picture, wanted)

    async def face(self, picture: Media, wanted: Wanted) -> SeenBodies:
        """See Vision.face."""
        return await self._bodies("face", picture, wanted)

    async def _bodies(self, task: VisionTask, picture: Media, wanted: Wanted) -> SeenBodies:
        found = await self._ask(task, picture, SeenBodies, wanted=wanted)
        frame = _Frame(picture)

        def held(each: SeenBody) -> SeenBody:
            points = tuple(
                KeyPoint(point.name[:60], *frame.spot(point.x, point.y), _share(point.confidence))
                for point in each.points[:_MOST_POINTS]
            )
            return SeenBody(frame.area(each.area), points, _share(each.confidence))

        bodies = tuple(held(each) for each in found.bodies[: wanted.most])
        return SeenBodies(bodies, max(0, found.more) + len(found.bodies) - len(bodies), self._png(found.picture))

    async def _ask(self, task: VisionTask, picture: Media, shape: type[_T], **told: Any) -> _T:
        keep_at_home(self._place)
        body = {"image": {"media_type": picture.media_type, "content": picture.content}, **told}
        if self._place.model:
            body["model"] = self._place.model
        found = await post_json(self._fetch, self._place, f"/{task}", body)
        if found.status in (404, 501):
            raise Unavailable(f"the server of {self._place.name} does not do this: {task}", field=self._place.name)
        return read_answer(self._place, found, shape)

    def _png(self, picture: Media | None) -> Media | None:
        if picture is None:
            return None
        if sniff(picture.content) != "image/png":
            raise Unavailable(f"{self._place.name} sent something that is no PNG", field=self._place.name)
        return Media("image", "image/png", picture.content, "seen.png")


def _share(told: float) -> float:
    return round(min(max(0.0, told), 1.0), 4)
