"""The queue's order: risk first, then age."""

from __future__ import annotations

from datetime import UTC, datetime

from kangban.clinical.record import Entry, ReviewItem
from kangban.clinical.urgency import SEVERITIES, severity_rank, urgency_rank

_NEVER = datetime.max.replace(tzinfo=UTC)


def risk(item: ReviewItem) -> tuple[int, int]:
    """(urgency, worst finding): smaller is worse. Not knowing how urgent it is counts as today's business."""
    urgency = urgency_rank("same_day" if item.urgency == "unknown" else item.urgency)
    return urgency, min((severity_rank(f.severity) for f in item.findings), default=len(SEVERITIES))


def queue_key(entry: Entry) -> tuple[int, int, datetime, str]:
    """Sorts entries of review items; other entries go last."""
    if not isinstance(entry.body, ReviewItem):
        return len(SEVERITIES) + 9, 0, _NEVER, entry.id
    return (*risk(entry.body), entry.body.opened_at or entry.true_at, entry.id)
