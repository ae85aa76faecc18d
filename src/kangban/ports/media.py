"""Pictures, sound and files that go through tools. A model names them by ref; bytes never stand in a prompt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from kangban.kernel.errors import InvalidInput, NotFound

MediaKind = Literal["image", "audio", "file"]
REF = r"^media:[0-9a-f]{12}$"

# Arguments of a tool that takes media: the ref of something on the shelf of the run.
ImageRef = Annotated[str, msgspec.Meta(pattern=REF, extra_json_schema={"x-media": "image"})]
AudioRef = Annotated[str, msgspec.Meta(pattern=REF, extra_json_schema={"x-media": "audio"})]
FileRef = Annotated[str, msgspec.Meta(pattern=REF, extra_json_schema={"x-media": "file"})]


class Media(msgspec.Struct, frozen=True):
    """Bytes with their sniffed type and a label. Equal bytes have equal refs."""

    kind: MediaKind
    media_type: str
    content: bytes
    name: str = ""

    @property
    def ref(self) -> str:
        """How a model and a trace call it, e.g. "media:0a1b2c3d4e5f"."""
        return f"media:{hashlib.sha256(self.content).hexdigest()[:12]}"


# For tools that want the bytes and no context: the model gives a ref, the function gets what lies under it.
ImageMedia = Annotated[Media, "image"]
AudioMedia = Annotated[Media, "audio"]
FileMedia = Annotated[Media, "file"]


class MediaShelf:
    """What a run can see and make, by ref; bounded, so that no run fills the memory."""

    def __init__(self, most_bytes: int = 64 * 1024 * 1024) -> None:
        self._kept: dict[str, Media] = {}
        self._most = most_bytes

    def put(self, media: Media) -> str:
        """Keep and return the ref; raises InvalidInput when the shelf would grow past its bound."""
        if media.ref not in self._kept and self.size + len(media.content) > self._most:
            raise InvalidInput("the run holds too many or too big files", field="media", key="error.too_big")
        self._kept.setdefault(media.ref, media)
        return media.ref

    def get(self, ref: str, kind: MediaKind | None = None) -> Media:
        """What lies under a ref; raises NotFound, or InvalidInput when it is of another kind."""
        found = self._kept.get(ref)
        if found is None:
            raise NotFound("no such picture, sound or file in this run", field="media")
        if kind is not None and found.kind != kind:
            raise InvalidInput(f"this is no {kind}", field="media")
        return found

    @property
    def size(self) -> int:
        """Bytes kept."""
        return sum(len(one.content) for one in self._kept.values())

    def __iter__(self) -> Iterator[Media]:
        """Everything kept, oldest first."""
        return iter(tuple(self._kept.values()))
