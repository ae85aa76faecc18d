"""What clients send and get about reports. Keys may be added, never renamed, removed or retyped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from kangban.api.shapes import Id, Name

Line = Annotated[str, Meta(pattern=r"^(row|medicine):\d{1,5}$", max_length=20)]
Field = Annotated[str, Meta(max_length=400)]


class ReportIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in base64. `together`: keep a page that names several people as it is."""

    name: Name
    content: bytes
    together: bool = False


class ChangeIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about one line; fields of a row are put right where they are told. `taking` is for medicines."""

    line: Line
    say: Literal["accept", "reject", "undo"]
    name: Field | None = None
    result: Field | None = None
    unit: Field | None = None
    taken_on: date | None = None
    taking: bool | None = None


class LinesIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes to the version that was seen; `sure` also accepts every row that nothing speaks against."""

    version: Id
    changes: Annotated[list[ChangeIn], Meta(max_length=2000)] = msgspec.field(default_factory=list[ChangeIn])
    sure: bool = False
    sampled_at: datetime | None = None


class OwnerIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose a report is."""

    member: Id


class ReportOut(msgspec.Struct, frozen=True):
    """A report. `status`: registered (whose is asked), preliminary (lines wait), final. Lines: rows as in scripts."""

    id: str
    version: str
    member: str
    status: str
    document: str
    number: int
    count: int
    kind: str
    dates: dict[str, str | None]
    whose: dict[str, Any]
    lines: list[dict[str, Any]] | None = None


class ReportList(msgspec.Struct, frozen=True):
    """Reports, the newest paper first."""

    reports: list[ReportOut]
