"""What tools may use beside the pure rooms; put together by app/ and by tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from kangban.clinical.advice import BoxItem
from kangban.clinical.kept_report import Reading
from kangban.clinical.library import LibraryHit
from kangban.clinical.record import Entry
from kangban.kernel.errors import Broken
from kangban.ports.outside import Outside
from kangban.ports.search import SearchIndex
from kangban.ports.tool import ToolContext
from kangban.retrieval.corpus import Section


class LibrarySearch(Protocol):
    """Search in the libraries the asker may use."""

    async def search(self, query: str, top: int) -> list[LibraryHit]:
        """At most `top` passages, best first; [] where there is no library."""
        ...


class Services(msgspec.Struct, frozen=True):
    """Search over the shipped corpus, its sections by id, the member's entries, the moment of the turn, the box."""

    search: SearchIndex
    sections: Mapping[str, Section]
    entries: tuple[Entry, ...]
    now: datetime
    box: tuple[BoxItem, ...] = ()  # what the household keeps, as far as the asker may see it
    library: LibrarySearch | None = None  # the household's own books, as far as the asker may ask them
    reports: tuple[Reading, ...] = ()  # of the person in view, the newest paper last
    outside: Outside | None = None  # what the workshop's wider tools reach; the family chat has none


def services_of(context: ToolContext) -> Services:
    """The services of a context; raises Broken when the caller forgot them."""
    if not isinstance(context.services, Services):
        raise Broken("the tool context carries no services")
    return context.services
