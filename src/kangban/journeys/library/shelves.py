"""Who may do what with which library, and what stands on it."""

from __future__ import annotations

from typing import Final

from kangban.clinical.access import Purpose
from kangban.clinical.library import LibraryDocument, Shelf
from kangban.journeys.auditing.recording import event
from kangban.journeys.house import House, access, require
from kangban.journeys.library.kept import Library
from kangban.kernel.errors import NotFound, Unavailable
from kangban.ports.library import LibraryStore

KIND_OF: Final[dict[Shelf, str]] = {"family": "FamilyLibrary", "professional": "ProfessionalLibrary"}


def library_of(house: House) -> Library:
    """The libraries of a house; raises Unavailable where it was opened without."""
    if house.library is None:
        raise Unavailable("this house keeps no library", key="library.none_kept")
    return house.library


def store_of(house: House) -> LibraryStore:
    """Where they are kept; raises Unavailable as `library_of`."""
    return library_of(house).store


async def require_shelf(house: House, shelf: Shelf, purpose: Purpose) -> None:
    """Raises NotPermitted where the actor may not do it with this library."""
    await require(house, "", KIND_OF[shelf], purpose)


async def open_shelves(house: House, purpose: Purpose) -> tuple[Shelf, ...]:
    """The libraries the actor may use for a purpose."""
    return tuple([shelf for shelf, kind in KIND_OF.items() if (await access(house, "", kind, purpose)).allowed])


async def documents(house: House) -> list[LibraryDocument]:
    """What the actor may see, by title; raises NotPermitted where they may see no library at all."""
    shelves = await open_shelves(house, "view")
    if not shelves:
        await require_shelf(house, "family", "view")
    found = [d for d in await store_of(house).documents(house.family_id) if d.shelf in shelves]
    return sorted(found, key=lambda one: (one.title, one.id))


async def get_document(house: House, document_id: str) -> LibraryDocument:
    """One document; raises NotFound, also for one on a library that is closed to the actor."""
    for document in await documents(house):
        if document.id == document_id:
            return document
    raise NotFound("no such document in the library", field="id", key="library.not_there")


async def remove(house: House, document_id: str) -> LibraryDocument:
    """Erase a document: its file, its passages, its place in the index. Also stops reading it.

    One's own may be taken back by whoever may add; another's only by who looks after the library. Raises NotFound and
    NotPermitted.
    """
    document = await get_document(house, document_id)
    own = document.added_by == house.actor.account_id
    await require_shelf(house, document.shelf, "write" if own else "erase")
    # The row goes last: broken off before, the same call finds it again and ends it.
    await house.blobs.delete(document.kept_as)
    await store_of(house).remove(house.family_id, document.id)
    await house.audit.write([event(house, "library.removed", purpose="erase", entries=[document.id])])
    return document
