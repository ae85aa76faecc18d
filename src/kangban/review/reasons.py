"""Reason codes of a reviewer's decision. The words stand in review.json under "reason.CODE"."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from kangban.clinical.access import Role

ReviewDecision = Literal["approve", "edit", "reject", "ask"]

# What a named person may answer for with their licence; every other fault of the guard stays one. See
# docs/decisions/0010-review.md.
SOURCES: Final = frozenset({"citation_support", "numbers"})
JUDGEMENT: Final = SOURCES | {"diagnosis"}


class Reason(msgspec.Struct, frozen=True):
    """Why somebody decided. `answers_for`: guard checks the decision may go against; `roles`: empty is everybody."""

    code: str
    decisions: tuple[ReviewDecision, ...]
    answers_for: frozenset[str] = frozenset()
    roles: tuple[Role, ...] = ()


REASONS: Final[tuple[Reason, ...]] = (
    Reason("source_checked", ("approve", "edit"), SOURCES),
    Reason("own_judgement", ("approve", "edit"), JUDGEMENT, roles=("doctor",)),
    Reason("corrected", ("edit",)),
    Reason("clearer", ("edit",)),
    Reason("warning_added", ("edit",)),
    Reason("unsafe", ("reject",)),
    Reason("needs_visit", ("reject",)),
    Reason("not_enough_known", ("reject",)),
    Reason("not_my_field", ("reject",)),
    Reason("wrong_person", ("reject",)),
    # A number in a question claims nothing.
    Reason("fact_missing", ("ask",), SOURCES),
    Reason("unclear", ("ask",), SOURCES),
)
BY_CODE: Final = {one.code: one for one in REASONS}


def reasons_for(decision: ReviewDecision, role: Role) -> tuple[Reason, ...]:
    """Those a person of this role may give for a decision, in the order they are offered."""
    return tuple(r for r in REASONS if decision in r.decisions and (not r.roles or role in r.roles))


def find_reason(code: str, decision: ReviewDecision, role: Role) -> Reason | None:
    """The reason, if this role may give it for this decision."""
    return next((r for r in reasons_for(decision, role) if r.code == code), None)
