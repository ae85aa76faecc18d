"""The one place that joins journeys to adapters."""

from kangban.app.houses import (
    GUEST_FAMILY,
    HOME_FAMILY,
    Opened,
    accept_heads,
    close_house,
    corpus_sections,
    guest_house,
    in_family,
    keep_heads,
    open_doors,
    open_house,
    own_family,
    search_index,
)
from kangban.app.kept import open_blobs, open_stores, unlocked, vault_tools
from kangban.app.reach import make_fetch, make_messenger, make_outside, page_reader, secret_file

__all__ = [
    "GUEST_FAMILY",
    "HOME_FAMILY",
    "Opened",
    "accept_heads",
    "close_house",
    "corpus_sections",
    "guest_house",
    "in_family",
    "keep_heads",
    "make_fetch",
    "make_messenger",
    "make_outside",
    "open_blobs",
    "open_doors",
    "open_house",
    "open_stores",
    "own_family",
    "page_reader",
    "search_index",
    "secret_file",
    "unlocked",
    "vault_tools",
]
