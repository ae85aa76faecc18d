"""Every endpoint there is: what is not in this table does not exist, and what is in it stands behind the door."""

from __future__ import annotations

from typing import Final

from kangban.api.call import Endpoint
from kangban.api.endpoints import asking, caller, entries, members, places, reports, reviews, thinking

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *caller.ENDPOINTS,
    *members.ENDPOINTS,
    *entries.ENDPOINTS,
    *reports.ENDPOINTS,
    *asking.ENDPOINTS,
    *reviews.ENDPOINTS,
    *places.ENDPOINTS,
    *thinking.ENDPOINTS,
)
