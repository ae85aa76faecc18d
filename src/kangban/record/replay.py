"""Every stored conclusion can be drawn again from the log: byte for byte then, and against what is known now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from kangban.clinical.person import PersonFacts
from kangban.clinical.record import DetectedIssue, Entry
from kangban.kernel.clock import aware
from kangban.kernel.errors import Broken
from kangban.ports.records import RecordStore
from kangban.record.timeline import FACT_KINDS, describe_changes, facts_at, visible

Conclude = Callable[[dict[str, Any], PersonFacts], str]  # pure: (inputs, facts) → canonical JSON


class ReplayResult(msgspec.Struct, frozen=True):
    """One conclusion drawn again. `rebuilt` is None when it could not be; `fault` then says why, without values."""

    id: str
    function: str
    same: bool
    stored: str
    rebuilt: str | None
    rules_fingerprint_changed: bool
    message_id: str | None = None
    fault: str = ""


class Reopened(msgspec.Struct, frozen=True):
    """A conclusion that would be drawn otherwise today. `changed` names fields of PersonFacts."""

    id: str
    function: str
    message_id: str | None
    changed: tuple[str, ...]
    stored: str
    now: str
    rules_fingerprint_changed: bool = False


def replay(log: Iterable[Entry], functions: Mapping[str, Conclude], *, rules_fingerprint: str) -> list[ReplayResult]:
    """Draw every conclusion of one member's whole log (superseded entries included) again, oldest first.

    The facts are rebuilt as known at, and for, the moment the conclusion was drawn.
    """
    entries = list(log)
    facts = _fact_log(entries)
    results: list[ReplayResult] = []
    for entry, issue in _issues(entries):
        rebuilt, fault = _conclude(functions, issue, facts_then(facts, issue.facts_known_at))
        results.append(
            ReplayResult(
                id=entry.id,
                function=issue.function,
                same=rebuilt is not None and rebuilt.encode() == issue.output.encode(),
                stored=issue.output,
                rebuilt=rebuilt,
                rules_fingerprint_changed=issue.rules_fingerprint != rules_fingerprint,
                message_id=issue.message_id,
                fault=fault,
            )
        )
    return results


def reopened(
    log: Iterable[Entry], functions: Mapping[str, Conclude], *, now: datetime, rules_fingerprint: str
) -> list[Reopened]:
    """List the conclusions that come out otherwise with the facts as known now.

    `changed` is empty where only the rules changed. Raises Broken when a function fails or is missing,
    because a conclusion that cannot be checked must not look unchanged.
    """
    entries = list(log)
    facts = _fact_log(entries)
    today = facts_then(facts, now)
    found: list[Reopened] = []
    for entry, issue in _issues(entries):
        output, fault = _conclude(functions, issue, today)
        if output is None:
            raise Broken(f"a stored conclusion cannot be drawn again: {fault}")
        if output != issue.output:
            then = facts_then(facts, issue.facts_known_at)
            found.append(
                Reopened(
                    id=entry.id,
                    function=issue.function,
                    message_id=issue.message_id,
                    changed=tuple(describe_changes(then, today)),
                    stored=issue.output,
                    now=output,
                    rules_fingerprint_changed=issue.rules_fingerprint != rules_fingerprint,
                )
            )
    return found


def facts_then(log: Iterable[Entry], moment: datetime) -> PersonFacts:
    """The snapshot a conclusion drawn at `moment` rests on: as known then, and of then."""
    return facts_at(visible(log, known_at=aware(moment)), moment)


async def replay_member(
    store: RecordStore, family_id: str, member_id: str, functions: Mapping[str, Conclude], *, rules_fingerprint: str
) -> list[ReplayResult]:
    """`replay` of the stored log of one member."""
    log = await _whole_log(store, family_id, member_id)
    return replay(log, functions, rules_fingerprint=rules_fingerprint)


async def reopened_of_member(
    store: RecordStore,
    family_id: str,
    member_id: str,
    functions: Mapping[str, Conclude],
    *,
    now: datetime,
    rules_fingerprint: str,
) -> list[Reopened]:
    """`reopened` of the stored log of one member."""
    log = await _whole_log(store, family_id, member_id)
    return reopened(log, functions, now=now, rules_fingerprint=rules_fingerprint)


async def _whole_log(store: RecordStore, family_id: str, member_id: str) -> list[Entry]:
    kinds = [*FACT_KINDS, "DetectedIssue"]
    return await store.entries(family_id, member_id, kinds=kinds, include_superseded=True)


def _fact_log(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind in FACT_KINDS]


def _issues(entries: list[Entry]) -> list[tuple[Entry, DetectedIssue]]:
    return [(entry, entry.body) for entry in visible(entries) if isinstance(entry.body, DetectedIssue)]


def _conclude(functions: Mapping[str, Conclude], issue: DetectedIssue, facts: PersonFacts) -> tuple[str | None, str]:
    function = functions.get(issue.function)
    if function is None:
        return None, "no such function"
    try:
        return function(issue.inputs, facts), ""
    except Exception as error:  # noqa: BLE001 - one conclusion that fails must not hide the others
        return None, type(error).__name__
