"""The chain of the audit: each link carries the hash of the one before, so that nothing can be changed in silence.

hash = SHA-256 over the previous hash, the number and the canonical JSON of the event. The first link's previous
hash is GENESIS. What retention took away from the beginning is vouched for by an event "audit.dropped" that stands
in the same chain and names number and hash of the last link that went.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from kangban.clinical.audit import AuditEvent, ChainedEvent
from kangban.kernel.canonical import canonical_json
from kangban.kernel.clock import aware
from kangban.kernel.ids import derived_id

GENESIS: Final = "0" * 64
DROPPED: Final = "audit.dropped"

Fault = Literal[
    "hash",  # the event is not the one that was written
    "number",  # a link is missing, doubled or out of place
    "previous",  # the link does not follow from the one before
    "family",  # an event of another family's chain
    "start",  # the beginning is gone and nothing vouches for it
    "end",  # links that were seen before are gone
    "anchor",  # another link stands where one was seen before
    "head",  # the store's own note of the end lies before the end
]


class Head(msgspec.Struct, frozen=True):
    """The end of a chain: number and hash of its last link; number 0 and GENESIS where nothing was written yet."""

    number: int = 0
    hash: str = GENESIS


class ChainReport(msgspec.Struct, frozen=True):
    """What a walk over one chain found. `broken` is the first number that is wrong, `why` its fault.

    `length` counts links that are there, `first` is the number of the first of them (0 for none).
    """

    family_id: str
    ok: bool
    length: int
    first: int
    head: Head
    broken: int | None = None
    why: Fault | None = None


class Walk(msgspec.Struct, frozen=True):
    """A walk so far; begin with `Walk(family_id)`, go on with `walk`, end with `report`. `start` is what the first
    link says came before it.
    """

    family_id: str
    length: int = 0
    start: Head = Head()
    head: Head = Head()
    vouched: bool = True
    broken: int | None = None
    why: Fault | None = None


def link_hash(previous: str, number: int, event: AuditEvent) -> str:
    """64 hex digits; the number is hashed too, so that links cannot change places."""
    return hashlib.sha256(f"{previous}\n{number}\n{canonical_json(event)}".encode()).hexdigest()


def as_written(event: AuditEvent) -> AuditEvent:
    """The event with its time in UTC, as every chain keeps it."""
    return msgspec.structs.replace(event, at=aware(event.at))


def extend(head: Head, events: Iterable[AuditEvent]) -> list[ChainedEvent]:
    """The links that come after `head`."""
    links: list[ChainedEvent] = []
    for event in map(as_written, events):
        number = head.number + 1
        links.append(ChainedEvent(number, head.hash, link_hash(head.hash, number, event), event))
        head = Head(number, links[-1].hash)
    return links


def checkpoint(family_id: str, last: Head, at: datetime) -> AuditEvent:
    """The event that vouches for the links up to `last`, which retention took away."""
    named = _named(last)
    return AuditEvent(
        id=derived_id("audit", DROPPED, family_id, named), at=aware(at), family_id=family_id, account_id="system",
        role="system", door="worker", action="D", what=DROPPED, entries=(named,), reason="retention",
    )  # fmt: skip


def last_droppable(links: Sequence[ChainedEvent], before: datetime) -> Head | None:
    """The last of the oldest links that are all older than `before`; a young link keeps everything after it."""
    last: Head | None = None
    for link in links:
        if aware(link.event.at) >= aware(before):
            break
        last = Head(link.number, link.hash)
    return last


def walk(so_far: Walk, links: Iterable[ChainedEvent], anchors: Mapping[int, str] | None = None) -> Walk:
    """Go on over the next links, in the order they are stored; `anchors` are hashes by number that were seen before.

    The first fault stays; the walk still counts the rest.
    """
    for link in links:
        if so_far.length == 0:
            # A chain that begins later than 1 claims what came before; only its own checkpoint makes the claim good.
            start = Head() if link.number == 1 else Head(link.number - 1, link.previous)
            so_far = msgspec.structs.replace(so_far, start=start, head=start, vouched=link.number == 1)
        fault = _fault(so_far, link, anchors or {})
        if fault is not None and so_far.why is None:
            # The place where the chain expected something else: a link that is missing has no number of its own.
            so_far = msgspec.structs.replace(so_far, broken=so_far.head.number + 1, why=fault)
        vouched = so_far.vouched or _vouches(link, so_far.start)
        so_far = msgspec.structs.replace(
            so_far, length=so_far.length + 1, head=Head(link.number, link.hash), vouched=vouched
        )
    return so_far


def report(done: Walk, anchors: Mapping[int, str] | None = None) -> ChainReport:
    """The walk's end: a beginning nobody vouches for, and an end that lies before a link seen earlier, are faults."""
    broken, why = done.broken, done.why
    if done.length and not done.vouched:
        broken, why = done.start.number, "start"
    elif why is None:
        known = (anchors or {}).items()
        cut = sorted(number for number, _ in known if number > done.head.number)
        other = (anchors or {}).get(done.start.number, done.start.hash) != done.start.hash
        if other:
            broken, why = done.start.number, "anchor"
        elif cut:
            broken, why = done.head.number + 1, "end"
    first = done.start.number + 1 if done.length else 0
    return ChainReport(done.family_id, why is None, done.length, first, done.head, broken, why)


def verify(family_id: str, links: Iterable[ChainedEvent], anchors: Mapping[int, str] | None = None) -> ChainReport:
    """Walk a whole chain at once."""
    return report(walk(Walk(family_id), links, anchors), anchors)


def _fault(so_far: Walk, link: ChainedEvent, anchors: Mapping[int, str]) -> Fault | None:
    if link.number != so_far.head.number + 1:
        return "number"
    if link.previous != so_far.head.hash:
        return "previous"
    if link.hash != _hash_or_nothing(link):
        return "hash"
    if link.event.family_id != so_far.family_id:
        return "family"
    return "anchor" if anchors.get(link.number, link.hash) != link.hash else None


def _hash_or_nothing(link: ChainedEvent) -> str:
    try:
        return link_hash(link.previous, link.number, link.event)
    except ValueError:  # half a surrogate pair in `previous`: no hash of ours
        return ""


def _vouches(link: ChainedEvent, start: Head) -> bool:
    return link.event.what == DROPPED and _named(start) in link.event.entries


def _named(head: Head) -> str:
    return f"{head.number}:{head.hash}"
