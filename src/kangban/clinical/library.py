"""What a library keeps: documents somebody added, the passages read out of them, and what a search finds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

# A family's own shelf, or the reference shelf of a clinic, which its nurses, doctors and pharmacists read.
Shelf = Literal["family", "professional"]
# waiting: kept, not read yet · reading: begun · ready: every passage is there · unreadable: `reason` says why
DocumentState = Literal["waiting", "reading", "ready", "unreadable"]
SourceKind = Literal["book", "dialogue", "graph", "insert", "quiz", "table"]


class LibraryDocument(msgspec.Struct, frozen=True):
    """One added file. `sha256` is of the file as handed in, `kept_as` the name of its kept bytes.

    `licence` is what was said when it was added, "" is unknown. `tradition`: traditional medicine; it is shown as
    tradition and never bears on how soon to act. `stored` counts passages that are safely there.
    """

    id: str
    family_id: str
    shelf: Shelf
    title: str
    name: str
    media_type: str
    size: int
    sha256: str
    kept_as: str
    added_at: datetime
    added_by: str
    licence: str = ""
    tradition: bool = False
    kind: SourceKind = "book"
    state: DocumentState = "waiting"
    reason: str = ""  # translation key
    stored: int = 0
    pages: int = 0


class Edge(msgspec.Struct, frozen=True, array_like=True):
    """One relation of a disease graph, e.g. ("感冒", "symptom", "咳嗽")."""

    subject: str
    relation: str
    object: str


class Passage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One passage of a document; `page` is None where the document has no pages. Ids derive from content."""

    id: str
    document_id: str
    number: int  # its place in the document, from 0
    text: str
    heading: str = ""
    page: int | None = None
    edges: tuple[Edge, ...] = ()


class LibraryHit(msgspec.Struct, frozen=True):
    """A found passage with where it stands and under which licence; scores compare within one answer only."""

    id: str
    title: str
    passage: str
    score: float
    document: str
    page: int | None
    licence: str
    heading: str = ""
    tradition: bool = False
