"""What scripts send: shapes shared with the API, and those only a command line has."""

from __future__ import annotations

import msgspec

from kangban.toolbox.asked import (
    MOST_TEXT,
    AdviseIn,
    BoxIn,
    CheckIn,
    DraftIn,
    GuardIn,
    InsertIn,
    MedicineIn,
    ObservationIn,
    Person,
    PersonIn,
    ResolveIn,
    SearchIn,
    TriageIn,
    Words,
    check_text,
)

__all__ = [
    "MOST_TEXT",
    "AdviseIn",
    "AskIn",
    "BoxIn",
    "CheckIn",
    "DraftIn",
    "GuardIn",
    "InsertIn",
    "LabNameIn",
    "MedicineIn",
    "ObservationIn",
    "Person",
    "PersonIn",
    "ResolveIn",
    "SearchIn",
    "TriageIn",
    "Words",
    "check_text",
]


class LabNameIn(msgspec.Struct, forbid_unknown_fields=True):
    """labs resolve."""

    name: str
    unit: str | None = None
    specimen: str | None = None


class AskIn(msgspec.Struct, forbid_unknown_fields=True):
    """ask."""

    text: str
    person: Person = None
    attachments: list[str] | None = None
