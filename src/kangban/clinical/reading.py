"""What people said about a report that was read: whose it is, and line by line whether it is right."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kangban.clinical.report import ReportRow

Differs = Literal["name", "sex", "age", "born_on", "several"]


class Whose(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a document belongs to the chosen member.

    same: name fits and nothing speaks against it · unnamed: it names nobody and nothing speaks against it · differs: it
    must be asked · kept: it was asked, and a person said that it is theirs all the same. `differs` says in what, where
    "several" is a name that fits more than one; `matches` are ids of members it would fit, the best first.
    """

    verdict: Literal["same", "unnamed", "differs", "kept"]
    differs: tuple[Differs, ...] = ()
    matches: tuple[str, ...] = ()


class LineDecision(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody said about one line: "row:0" is the first row, "medicine:0" the first medicine, from 0.

    `entries` are the facts it became; `shared` says that such a fact was there before, so undoing leaves it. `row` is
    what they put in the row's place. `times` counts acceptances, because each makes entries of its own.
    """

    line: str
    state: Literal["accepted", "rejected", "open"]
    at: datetime
    by: str
    entries: tuple[str, ...] = ()
    times: int = 0
    row: ReportRow | None = None
    shared: bool = False
