"""Pictures over HTTP, as OpenAI's /v1/images has it; `control` and `conditions` beside it are fields of our own."""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
from typing import Any

import msgspec
from PIL import Image, UnidentifiedImageError

from kangban.adapters.sense_endpoints.asking import (
    FilePart,
    SensePlace,
    keep_at_home,
    post_form,
    post_json,
    read_answer,
)
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.kernel.media import sniff
from kangban.ports.imaging import Control, ImageWish, Margins, SenseKind
from kangban.ports.media import Media
from kangban.ports.web_fetch import Fetched, WebFetch

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST = 4096
_GENERATIONS, _EDITS = "/v1/images/generations", "/v1/images/edits"


class _One(msgspec.Struct, frozen=True):
    b64_json: str | None = None
    url: str | None = None


class _Given(msgspec.Struct, frozen=True):
    # A list with a default would let any object pass for an answer.
    data: list[_One]


class EndpointImages:
    """See ImageMaker."""

    def __init__(self, fetch: WebFetch, place: SensePlace) -> None:
        self._fetch, self._place = fetch, place

    async def make(self, wish: ImageWish) -> Media:
        """See ImageMaker.make."""
        return await self._generated(wish, {})

    async def edit(self, picture: Media, wish: ImageWish, mask: Media | None) -> Media:
        """See ImageMaker.edit."""
        keep_at_home(self._place)
        image, hole = await asyncio.to_thread(_with_hole, picture, mask)
        return await self._edited(image, hole, wish)

    async def expand(self, picture: Media, wish: ImageWish, margins: Margins) -> Media:
        """See ImageMaker.expand: the picture on a larger sheet whose empty part is to be painted."""
        keep_at_home(self._place)
        image, hole = await asyncio.to_thread(_on_sheet, picture, margins)
        return await self._edited(image, hole, wish)

    async def from_control(self, picture: Media, kind: Control, wish: ImageWish) -> Media:
        """See ImageMaker.from_control."""
        keep_at_home(self._place)
        return await self._generated(wish, {"control": {"kind": kind, "image": _written(picture)}})

    async def from_senses(self, sensed: tuple[tuple[SenseKind, Media], ...], wish: ImageWish) -> Media:
        """See ImageMaker.from_senses."""
        keep_at_home(self._place)
        conditions = [
            {"kind": kind, "media_type": media.media_type, "content": _written(media)} for kind, media in sensed
        ]
        return await self._generated(wish, {"conditions": conditions})

    async def _generated(self, wish: ImageWish, more: dict[str, Any]) -> Media:
        body: dict[str, Any] = {**_fields(self._place, wish), "n": 1, **more}
        if wish.seed is not None:
            body["seed"] = wish.seed
        found = await post_json(self._fetch, self._place, _GENERATIONS, body)
        if found.status in (400, 422):
            # OpenAI's newest models refuse the field and answer in base64 anyway.
            body.pop("response_format")
            found = await post_json(self._fetch, self._place, _GENERATIONS, body)
        return self._picture(found)

    async def _edited(self, image: bytes, hole: bytes | None, wish: ImageWish) -> Media:
        files = [FilePart("image", "image.png", "image/png", image)]
        if hole is not None:
            files.append(FilePart("mask", "mask.png", "image/png", hole))
        fields = _fields(self._place, wish)
        found = await post_form(self._fetch, self._place, _EDITS, fields, files)
        if found.status in (400, 422):
            fields.pop("response_format")
            found = await post_form(self._fetch, self._place, _EDITS, fields, files)
        return self._picture(found)

    def _picture(self, found: Fetched) -> Media:
        given = read_answer(self._place, found, _Given).data
        if not given or not given[0].b64_json:
            raise Unavailable(f"{self._place.name} sent no picture in its answer", field=self._place.name)
        try:
            content = base64.b64decode(given[0].b64_json, validate=True)
        except (binascii.Error, ValueError):
            content = b""
        kind = sniff(content)
        if kind not in _ENDINGS or len(content) > _MOST_BYTES:
            raise Unavailable(f"{self._place.name} sent something that is no picture", field=self._place.name)
        return Media("image", kind, content, f"made.{_ENDINGS[kind]}")


def _fields(place: SensePlace, wish: ImageWish) -> dict[str, str]:
    fields = {"prompt": wish.prompt, "response_format": "b64_json"}
    if place.model:
        fields["model"] = place.model
    if wish.width and wish.height:
        fields["size"] = f"{wish.width}x{wish.height}"
    if wish.avoid:
        fields["negative_prompt"] = wish.avoid
    return fields


def _written(media: Media) -> str:
    return base64.b64encode(media.content).decode()


def _opened(media: Media, field: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(media.content), formats=["PNG", "JPEG"])
        if max(image.size) > _LONGEST:
            image.thumbnail((_LONGEST, _LONGEST))
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise InvalidInput("this is no picture that can be read", field=field, key="reader.broken") from None
    return image


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _with_hole(picture: Media, mask: Media | None) -> tuple[bytes, bytes | None]:
    """The picture as PNG and, of a mask, a sheet of its size that is clear where something is to be painted."""
    image = _opened(picture, "image").convert("RGB")
    if mask is None:
        return _png(image), None
    marked = _opened(mask, "mask").convert("L").resize(image.size, Image.Resampling.NEAREST)
    kept = marked.point([255, *([0] * 255)])
    if kept.getextrema() == (255, 255):
        raise InvalidInput("the mask marks nothing", field="mask")
    sheet = Image.new("RGBA", image.size, "white")
    sheet.putalpha(kept)
    return _png(image), _png(sheet)


def _on_sheet(picture: Media, margins: Margins) -> tuple[bytes, bytes]:
    image = _opened(picture, "image").convert("RGB")
    wide, tall = image.size
    left, right = round(margins.left * wide), round(margins.right * wide)
    top, bottom = round(margins.top * tall), round(margins.bottom * tall)
    size = (wide + left + right, tall + top + bottom)
    if size == image.size:
        raise InvalidInput("nothing is to be added on any side", field="margins")
    if max(size) > _LONGEST:
        raise InvalidInput(f"the larger picture would be longer than {_LONGEST} pixels", field="margins")
    sheet = Image.new("RGBA", size, (0, 0, 0, 0))
    sheet.paste(image, (left, top))
    hole = Image.new("RGBA", size, (0, 0, 0, 0))
    hole.paste(Image.new("RGBA", image.size, "white"), (left, top))
    return _png(sheet), _png(hole)
