"""A citation as a reader opens it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Evidence = Literal["read_label", "read_guideline", "read_secondary", "recalled"]


class Citation(msgspec.Struct, frozen=True):
    """One passage of one source. `passage` is our paraphrase, in the language it is shown in."""

    id: str
    title: str
    publisher: str
    year: int | None
    place: str
    passage: str
    evidence: Evidence
    jurisdiction: str = ""
    address: str = ""
    accessed_on: date | None = None
