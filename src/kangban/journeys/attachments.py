"""A photo, PDF, zip or audio dropped into the chat: sniffed, limited, freed of metadata, kept, named."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from kangban.clinical.record import DocumentReference, Entry
from kangban.journeys.house import House, as_systems_beside, signed
from kangban.journeys.reports.shelf import files_of
from kangban.kernel.errors import InvalidInput, KangbanError
from kangban.kernel.media import sniff
from kangban.record.merge import fact_entry

MOST_BYTES = 30 * 1024 * 1024


class Upload(msgspec.Struct, frozen=True):
    """A file as it came in; its name is a label, never a path."""

    name: str
    content: bytes


def safe_name(name: str) -> str:
    """The last part of a name, without control characters, at most 120 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:120] or "file"


class KeptUpload(msgspec.Struct, frozen=True):
    """A kept file: its entry, the bytes as kept, and whether the entry is still to be written."""

    entry: Entry
    content: bytes
    fresh: bool

    @property
    def body(self) -> DocumentReference:
        """What the entry says of the file."""
        assert isinstance(self.entry.body, DocumentReference)  # noqa: S101 - made so
        return self.entry.body


async def keep(house: House, member_id: str, uploads: Sequence[Upload]) -> list[KeptUpload]:
    """Keep files durably, pictures without metadata; the caller writes the fresh entries.

    A file that is kept for this member already is not kept again. Raises InvalidInput for an empty or oversized file,
    before anything is kept.
    """
    for one in uploads:
        if not one.content:
            raise InvalidInput("an attachment is empty", field="attachments", key="error.bad_file")
        if len(one.content) > MOST_BYTES:
            raise InvalidInput("an attachment is too big", field="attachments", key="error.too_big")
    now = house.clock.now()
    there = {file.body.sha256: file for file in await files_of(house, member_id)} if uploads else {}
    kept: list[KeptUpload] = []
    for one in uploads:
        media_type, content = await stripped(house, sniff(one.content), one.content)
        digest = await house.blobs.put(content)
        if digest in there:
            first = await house.store.get(house.family_id, there[digest].id)
            kept.append(KeptUpload(first, content, fresh=False))
            continue
        body = DocumentReference(safe_name(one.name), media_type, len(content), digest)
        entry = fact_entry(
            house.family_id, member_id, body, true_at=now, known_at=now, provenance=signed(house, "document"),
            client_id=f"document-{digest}",
        )  # fmt: skip
        kept.append(KeptUpload(entry, content, fresh=True))
    return kept


async def stripped(house: House, media_type: str, content: bytes) -> tuple[str, bytes]:
    """A file without metadata and its type, where a reader can; what it cannot open is given as it came."""
    for reader in house.readers:
        if reader.can_read(media_type):
            try:
                return await reader.without_metadata(content, media_type)
            except KangbanError:
                break
    return media_type, content


async def kept_elsewhere(house: House, digests: Collection[str]) -> frozenset[str]:
    """Of these files, those another family of this server names too: equal files lie on the disk once for all."""
    found: set[str] = set()
    for other in await as_systems_beside(house) if digests else ():
        kept = await other.store.entries(other.family_id, kinds=["DocumentReference"], include_superseded=True)
        found |= {e.body.sha256 for e in kept if isinstance(e.body, DocumentReference)} & set(digests)
    return frozenset(found)
