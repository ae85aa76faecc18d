"""Verify chains of the audit: every link follows from the one before, and nothing seen before is gone."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.ports.audit import AuditTrail
from kangban.record.chain import GENESIS, ChainReport, Head, Walk, report, walk

Anchors = Mapping[str, tuple[Head, ...]]  # by family: ends of its chain that somebody saw and wrote down
_AT_ONCE = 1000
_DIGITS = frozenset("0123456789abcdef")


async def verify(trail: AuditTrail, family_id: str, seen: tuple[Head, ...] = ()) -> ChainReport:
    """Walk one chain from its beginning; `seen` are ends written down earlier, outside the store or on paper."""
    # The store's own note is read first: what is appended meanwhile only makes the chain longer.
    noted = Head(*await trail.head(family_id))
    # Where the two name the same number, what was written down outside counts.
    anchors = {head.number: head.hash for head in (noted, *seen) if head.number}
    so_far, after = Walk(family_id), 0
    while links := await trail.chain(family_id, after=after, limit=_AT_ONCE):
        so_far = walk(so_far, links, anchors)
        after = links[-1].number
    found = report(so_far, anchors)
    noted = Head(*await trail.head(family_id))
    if found.ok and noted.number < found.head.number:
        return msgspec.structs.replace(found, ok=False, broken=noted.number + 1, why="head")
    return found


async def verify_all(trail: AuditTrail, anchors: Anchors | None = None) -> list[ChainReport]:
    """Every chain that is there, or that somebody saw."""
    known = anchors or {}
    families = sorted({*await trail.chains(), *known})
    return [await verify(trail, family_id, known.get(family_id, ())) for family_id in families]


async def heads(trail: AuditTrail) -> dict[str, Head]:
    """The end of every chain, to be written down where the database cannot reach it."""
    return {family_id: Head(*await trail.head(family_id)) for family_id in await trail.chains()}


async def advanced(trail: AuditTrail, before: Mapping[str, Head]) -> dict[str, Head]:
    """The heads to write down now: an end that no longer stands where it was seen is kept, as evidence."""
    kept = dict(before)
    for family_id, now in (await heads(trail)).items():
        old = before.get(family_id, Head())
        if now.number >= old.number and await _stands(trail, family_id, old):
            kept[family_id] = now
    return kept


async def _stands(trail: AuditTrail, family_id: str, seen: Head) -> bool:
    if seen.number == 0:
        return True
    links = await trail.chain(family_id, after=seen.number - 1, limit=1)
    if not links:
        return False
    first = links[0]
    # Retention may have taken the link itself; then the first one that stays still names its hash or is younger.
    if first.number == seen.number:
        return first.hash == seen.hash
    return first.number > seen.number + 1 or first.previous == seen.hash


def read_head(text: str) -> tuple[str, Head]:
    """Read FAMILY:NUMBER:HASH as `audit head` prints it; raises InvalidInput. FAMILY is empty for the server."""
    parts = text.strip().rsplit(":", 2)
    if len(parts) != 3 or not _is_number(parts[1]) or len(parts[2]) != len(GENESIS) or not set(parts[2]) <= _DIGITS:
        raise InvalidInput("a head is written FAMILY:NUMBER:HASH", field="head")
    return parts[0], Head(int(parts[1]), parts[2])


def _is_number(text: str) -> bool:
    return 0 < len(text) <= 18 and text.isascii() and text.isdecimal()
