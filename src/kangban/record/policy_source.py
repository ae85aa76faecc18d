"""Where the policy of a family comes from, and what of it may be remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from kangban.ports.accounts import AccountStore
from kangban.ports.records import RecordStore, Stamped
from kangban.record.policy import POLICY_KINDS, Policy, policy_of

_MOST_KEPT = 10_000


class _Recent:
    """Ids seen lately; the oldest go."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, id_: str) -> bool:
        return id_ in self._ids

    def update(self, ids: Iterable[str]) -> None:
        for one in ids:
            self._ids[one] = None
        while len(self._ids) > _MOST_KEPT:
            self._ids.popitem(last=False)


class PolicySource:
    """Reads consents and memberships; shared by all views of one open house."""

    def __init__(self, inner: RecordStore, accounts: AccountStore) -> None:
        self._inner, self._accounts = inner, accounts
        self._kept: dict[str, tuple[int, Policy]] = {}
        self.kept_events = _Recent()

    async def policy(self, family_id: str) -> Policy:
        """The policy of this moment: another process may have written a revocation a moment ago.

        What was read before is used again only while the store swears that nothing was committed since.
        """
        # Asked before reading: a commit in between then makes the next caller read again.
        stamp = self._inner.stamp() if isinstance(self._inner, Stamped) else None
        kept = self._kept.get(family_id)
        if kept is not None and stamp is not None and kept[0] == stamp:
            return kept[1]
        log = await self._inner.entries(family_id, kinds=POLICY_KINDS, include_superseded=True)
        made = policy_of(family_id, log, await self._accounts.memberships(family_id=family_id))
        if stamp is not None:
            self._kept[family_id] = (stamp, made)
        return made
