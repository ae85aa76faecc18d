"""A photo, PDF, zip or audio dropped into the chat: sniffed, limited, kept, named; read where a reader is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from kangban.clinical.draft import Step
from kangban.clinical.record import DocumentReference, Entry
from kangban.journeys.house import House, as_systems_beside, signed
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.record.merge import fact_entry

MOST_BYTES = 30 * 1024 * 1024

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"GIF8", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
)


class Upload(msgspec.Struct, frozen=True):
    """A file as it came in; its name is a label, never a path."""

    name: str
    content: bytes


def sniff(content: bytes) -> str:
    """The media type by content, never by name."""
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if content[8:12] == b"WEBP" else "audio/wav"
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:12] in (b"heic", b"heix", b"mif1", b"hevc") else "audio/mp4"
    try:
        content[:4096].decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"


def safe_name(name: str) -> str:
    """The last part of a name, without control characters, at most 120 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:120] or "file"


async def keep(house: House, member_id: str, uploads: Sequence[Upload]) -> tuple[list[Entry], list[Step], str]:
    """Keep files durably; returns entries to append, steps to show, and the text readers got out of them.

    Raises InvalidInput for an empty or oversized file, before anything is kept.
    """
    for one in uploads:
        if not one.content:
            raise InvalidInput("an attachment is empty", field="attachments", key="error.bad_file")
        if len(one.content) > MOST_BYTES:
            raise InvalidInput("an attachment is too big", field="attachments", key="error.too_big")
    now = house.clock.now()
    entries: list[Entry] = []
    steps: list[Step] = []
    words: list[str] = []
    for one in uploads:
        digest = await house.blobs.put(one.content)
        media_type = sniff(one.content)
        text, step = await _read(house, one, media_type)
        words += [text] if text else []
        body = DocumentReference(safe_name(one.name), media_type, len(one.content), digest, read=bool(text))
        entries.append(
            fact_entry(
                house.family_id, member_id, body, true_at=now, known_at=now,
                provenance=signed(house, "document"),
                client_id=f"document-{digest}",
            )
        )  # fmt: skip
        steps += [Step("step.attachment_kept", {"name": body.name}), step]
    return entries, steps, "\n".join(words)


async def kept_elsewhere(house: House, digests: Collection[str]) -> frozenset[str]:
    """Of these files, those another family of this server names too: equal files lie on the disk once for all."""
    found: set[str] = set()
    for other in await as_systems_beside(house) if digests else ():
        kept = await other.store.entries(other.family_id, kinds=["DocumentReference"], include_superseded=True)
        found |= {e.body.sha256 for e in kept if isinstance(e.body, DocumentReference)} & set(digests)
    return frozenset(found)


async def _read(house: House, one: Upload, media_type: str) -> tuple[str, Step]:
    name = safe_name(one.name)
    for reader in house.readers:
        if reader.can_read(media_type):
            try:
                text = "\n".join([page.text async for page in reader.read(one.content, media_type)])
            except KangbanError:
                return "", Step("step.attachment_unreadable", {"name": name}, ok=False)
            return text, Step("step.attachment_read", {"name": name})
    return "", Step("step.no_reader", {"name": name}, ok=False)
