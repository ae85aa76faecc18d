"""What the server and the process that reads say to each other: frames of MessagePack over two pipes."""

from __future__ import annotations

import struct
from typing import BinaryIO, Literal

import msgspec

from kangban.adapters.page_reader.refusals import Why
from kangban.adapters.page_reader.settings import ReaderSettings
from kangban.clinical.page import Page

_LENGTH = struct.Struct(">Q")


class Ask(msgspec.Struct, frozen=True):
    """One piece of work on one file. `content` is left out where the process should still have the file by `name`."""

    do: Literal["count", "page", "picture", "barcodes", "strip", "part", "forget"]
    name: str
    media_type: str
    settings: ReaderSettings
    number: int = 0
    numbers: tuple[int, ...] = ()
    content: bytes | None = None


class Counted(msgspec.Struct, frozen=True, tag=True):
    """How many pages a file has."""

    pages: int


class PageRead(msgspec.Struct, frozen=True, tag=True):
    """One page."""

    page: Page


class Made(msgspec.Struct, frozen=True, tag=True):
    """A picture of a page, or a file without its metadata."""

    media_type: str
    content: bytes


class Barcodes(msgspec.Struct, frozen=True, tag=True):
    """What the bars on a picture say."""

    codes: tuple[str, ...]


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """The file or page is not read. `trace` names lines of code, for developers; it holds nothing of the file."""

    why: Why
    trace: str = ""


class NoPage(msgspec.Struct, frozen=True, tag=True):
    """The file has no page of that number."""


class SendAgain(msgspec.Struct, frozen=True, tag=True):
    """The process has let go of the file: send it once more."""


Answer = Counted | PageRead | Made | Barcodes | Refusal | NoPage | SendAgain

ask_decoder = msgspec.msgpack.Decoder(Ask)
answer_decoder = msgspec.msgpack.Decoder(Answer)
_encoder = msgspec.msgpack.Encoder()


def send(pipe: BinaryIO, message: Ask | Answer) -> None:
    """Write one frame; raises OSError where the other end is gone."""
    body = _encoder.encode(message)
    pipe.write(_LENGTH.pack(len(body)))
    pipe.write(body)
    pipe.flush()


def receive(pipe: BinaryIO) -> bytes | None:
    """The next frame, or None where the other end is gone."""
    head = _exactly(pipe, _LENGTH.size)
    return None if head is None else _exactly(pipe, _LENGTH.unpack(head)[0])


def _exactly(pipe: BinaryIO, size: int) -> bytes | None:
    got = pipe.read(size)
    return got if len(got) == size else None
