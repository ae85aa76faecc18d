"""Files into a library: first every file is kept, then each is read, batch by batch.

What is kept is remembered as "waiting", so reading goes on after kill -9 where it was; doing it twice changes nothing.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Literal

import msgspec

from kangban.clinical.library import LibraryDocument, Shelf
from kangban.journeys.attachments import Upload, safe_name
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House
from kangban.journeys.library.searching import embed_new
from kangban.journeys.library.shelves import open_shelves, require_shelf, store_of
from kangban.journeys.library.unpacking import unpacked
from kangban.kernel.errors import InvalidInput, KangbanError, NotFound, Unavailable
from kangban.kernel.ids import derived_id
from kangban.kernel.media import sniff
from kangban.ports.readers import DocumentReader
from kangban.retrieval.library.chunking import Piece, passage_of
from kangban.retrieval.library.sources.read import Read, read_pages, read_text, sounds_traditional
from kangban.retrieval.library.sources.texts import decoded

BATCH = 250  # passages in one transaction, and between two events
LONGEST_TITLE, LONGEST_LICENCE = 200, 200


class Adding(msgspec.Struct, frozen=True):
    """What somebody says of the files they add; "" for a licence is unknown, for a title the file's name."""

    shelf: Shelf = "family"
    title: str = ""
    licence: str = ""
    tradition: bool = False


class Progress(msgspec.Struct, frozen=True):
    """One step of an adding job, for a progress bar. `file` of `files`, from 1; `stored` passages of this document.

    `step` "kept" (bytes are safe), "known" (an equal file is there already), "reading", "ready", "unreadable"
    (`reason` is a translation key), "removed" (somebody took it away meanwhile).
    """

    step: Literal["kept", "known", "reading", "ready", "unreadable", "removed"]
    document_id: str
    name: str
    file: int
    files: int
    stored: int = 0
    reason: str = ""


async def add(house: House, uploads: Sequence[Upload], said: Adding | None = None) -> AsyncGenerator[Progress, None]:
    """Keep and read files; closing the generator cancels what was not read yet (`cancel` takes it away).

    Raises NotPermitted, and InvalidInput before anything of the zip or file in question is kept.
    """
    said = said or Adding()
    await require_shelf(house, said.shelf, "write")
    files = await asyncio.to_thread(lambda: list(unpacked(uploads)))
    waiting: list[LibraryDocument] = []
    for number, upload in enumerate(files, 1):
        document, new = await _keep(house, upload, said, alone=len(files) == 1)
        if document.state in ("waiting", "reading"):
            waiting.append(document)
        step = "kept" if new else "known"
        yield Progress(step, document.id, document.name, number, len(files), document.stored)
    async for step in _read_all(house, waiting):
        yield step


async def resume(house: House) -> AsyncGenerator[Progress, None]:
    """Read on whatever the actor may add to and was kept but not read to its end: after a kill, or a cancelled job."""
    shelves = await open_shelves(house, "write")
    unread = [d for d in await store_of(house).documents(house.family_id) if d.state in ("waiting", "reading")]
    async for step in _read_all(house, [d for d in unread if d.shelf in shelves]):
        yield step


async def cancel(house: House, document_ids: Iterable[str]) -> int:
    """Take away documents that were not read to their end; how many. Documents that are ready stay."""
    wanted, gone = set(document_ids), 0
    for document in await store_of(house).documents(house.family_id):
        if document.id in wanted and document.state in ("waiting", "reading"):
            await require_shelf(house, document.shelf, "write")
            await house.blobs.delete(document.kept_as)
            gone += await store_of(house).remove(house.family_id, document.id)
    return gone


async def _keep(house: House, upload: Upload, said: Adding, *, alone: bool) -> tuple[LibraryDocument, bool]:
    """Keep one file and its row; an equal file on the same shelf is the same document. Returns (document, new)."""
    from hashlib import sha256

    digest = await asyncio.to_thread(lambda: sha256(upload.content).hexdigest())
    id_ = derived_id("library", house.family_id, said.shelf, digest)
    for there in await store_of(house).documents(house.family_id):
        if there.id == id_:
            return there, False
    name = safe_name(upload.name)
    title = (said.title.strip() if alone else "") or name
    document = LibraryDocument(
        id=id_, family_id=house.family_id, shelf=said.shelf, title=title[:LONGEST_TITLE], name=name,
        media_type=sniff(upload.content), size=len(upload.content), sha256=digest,
        kept_as=await house.blobs.put(_sealed(house, said.shelf, upload.content)),
        added_at=house.clock.now(), added_by=house.actor.account_id, licence=said.licence.strip()[:LONGEST_LICENCE],
        tradition=said.tradition or sounds_traditional(name, said.title),
    )  # fmt: skip
    new = await store_of(house).put_document(document)
    made = event(house, "library.added", purpose="write", entries=[id_], key=(id_, document.added_at.isoformat()))
    await house.audit.write([made])
    return document, new


def _mark(house: House, shelf: Shelf) -> bytes:
    return f"kangban-library {house.family_id} {shelf}\n".encode()


def _sealed(house: House, shelf: Shelf, content: bytes) -> bytes:
    """The bytes with whose they are before them.

    Kept files are named by their content; so a library's never lie under a name that a record, another library or
    another family needs, and removing one can take nothing from anybody.
    """
    return _mark(house, shelf) + content


async def _read_all(house: House, waiting: Sequence[LibraryDocument]) -> AsyncGenerator[Progress, None]:
    for number, document in enumerate(waiting, 1):
        async for step in _read_one(house, document, number, len(waiting)):
            yield step


async def _read_one(house: House, document: LibraryDocument, number: int, files: int) -> AsyncGenerator[Progress, None]:
    store = store_of(house)

    def told(step: Literal["reading", "ready", "unreadable", "removed"], now: LibraryDocument) -> Progress:
        return Progress(step, now.id, now.name, number, files, now.stored, now.reason)

    yield told("reading", document)
    try:
        try:
            kept = await house.blobs.get(document.kept_as)
            read, pages = await _source(house, document, kept[len(_mark(house, document.shelf)) :])
            document = msgspec.structs.replace(document, kind=read.kind, state="reading", pages=pages)
            pieces = enumerate(read.pieces)
            # The same bytes give the same passages in the same order: those that are safe are passed over.
            await asyncio.to_thread(lambda: list(itertools.islice(pieces, document.stored)))
            while some := await asyncio.to_thread(lambda: list(itertools.islice(pieces, BATCH))):
                document = await _store(house, document, some)
                yield told("reading", document)
            if document.stored == 0:
                raise InvalidInput("no words were found", key="library.no_words")
        except InvalidInput as error:
            document = msgspec.structs.replace(document, state="unreadable", reason=error.key)
            await store.change_document(document)
            yield told("unreadable", document)
            return
        # Before it is ready: what is found by meaning is found from the first search on.
        await embed_new(house, document)
        document = msgspec.structs.replace(document, state="ready")
        await store.change_document(document)
        yield told("ready", document)
    except NotFound:
        yield told("removed", document)


async def _store(house: House, document: LibraryDocument, some: list[tuple[int, Piece]]) -> LibraryDocument:
    passages = [passage_of(document.id, number, piece) for number, piece in some]
    document = msgspec.structs.replace(document, stored=document.stored + len(some))
    await store_of(house).add_passages(document, passages)
    return document


async def _source(house: House, document: LibraryDocument, content: bytes) -> tuple[Read, int]:
    """The passages of a file and how many pages it has (0: it has none). Raises InvalidInput, Unavailable."""
    if document.media_type == "text/plain":
        return await asyncio.to_thread(lambda: read_text(decoded(content))), 0
    reader = _reader(house, document.media_type)
    if reader is None:
        raise InvalidInput("no reader takes this type of file", key="library.no_reader")
    try:
        pages = [(page.number, page.text) async for page in reader.read(content, document.media_type)]
    except KangbanError as error:
        if isinstance(error, Unavailable):
            raise
        raise InvalidInput("the file cannot be read", key="library.unreadable") from None
    return read_pages(iter(pages)), len(pages)


def _reader(house: House, media_type: str) -> DocumentReader | None:
    return next((one for one in house.readers if one.can_read(media_type)), None)
