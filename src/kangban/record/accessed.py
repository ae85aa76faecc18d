"""A record store through one actor's eyes: what they may not see is not there, what they may not do is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kangban.clinical.access import GROUP_OF, Access, Actor, Purpose
from kangban.clinical.audit import AuditEvent
from kangban.clinical.notice import Notice
from kangban.clinical.record import Entry
from kangban.kernel.clock import Clock
from kangban.kernel.errors import NotFound, NotPermitted
from kangban.ports.accounts import AccountStore
from kangban.ports.audit import AuditTrail
from kangban.ports.records import RecordStore
from kangban.record import happened
from kangban.record.access import decide, visible
from kangban.record.policy import FAMILY_WIDE, Policy
from kangban.record.policy_source import PolicySource
from kangban.record.shown import author_of, shown
from kangban.record.writing import check_append, first_refused

_TOLD = {
    "consent.withdrawn": "access.consent_withdrawn",
    "consent.missing": "access.consent_missing",
    "licence.invalid": "access.licence_invalid",
    "membership.ended": "access.membership_ended",
    "membership.none": "access.membership_ended",
    "membership.changed": "access.membership_ended",
}


class AccessedStore:
    """A `RecordStore` for one actor and one purpose.

    Every call asks the family's policy as it is now, so a revocation counts from the next call on. Reads leave out
    what the actor may not see; a member they cannot see is NotFound, a deed they may not do is NotPermitted.
    """

    def __init__(
        self,
        inner: RecordStore,
        accounts: AccountStore,
        actor: Actor,
        clock: Clock,
        *,
        purpose: Purpose = "view",
        audit: AuditTrail | None = None,
        source: PolicySource | None = None,
    ) -> None:
        self.inner = inner
        self.source = source or PolicySource(inner, accounts)
        self._actor, self._clock, self._audit = actor, clock, audit
        self._purpose: Purpose = purpose

    # --- decisions -------------------------------------------------------------------------------

    async def policy(self) -> Policy:
        """The family's policy as it is now."""
        return await self.source.policy(self._actor.family_id)

    async def access(self, member_id: str, kind: str, purpose: Purpose | None = None, author: str = "") -> Access:
        """Decide without doing; "" for a member and kind is what belongs to no person."""
        policy = await self.policy()
        return decide(policy, self._actor, member_id, kind, purpose or self._purpose, self._clock.now(), author)

    async def require(self, member_id: str, kind: str, purpose: Purpose | None = None, author: str = "") -> None:
        """Raises NotFound for a member who is not there for the actor, NotPermitted otherwise; refusals are kept."""
        access = await self.access(member_id, kind, purpose, author)
        if not access.allowed:
            await self._refuse(await self.policy(), member_id, (kind,) if kind else (), purpose, access.rule)

    async def _refuse(
        self, policy: Policy, member_id: str, kinds: Sequence[str], purpose: Purpose | None, rule: str
    ) -> None:
        now, actor = self._clock.now(), self._actor
        there = not member_id or visible(policy, actor, member_id, now, self._purpose)
        named = member_id if member_id in policy.people else ""  # guessed ids do not fill the audit
        if self._audit is not None and actor.account_id:
            key = (
                actor.session_id or actor.door,
                *kinds,
                purpose or self._purpose,
                rule,
                now.isoformat("T", "minutes"),
            )
            event = happened.event(
                actor, "access.refused", now, member_id=named, kinds=kinds, purpose=purpose or self._purpose,
                outcome="refused", rules=(rule,), key=key,
            )  # fmt: skip
            await self._keep([event])
        if not there:
            raise NotFound("no such member", field="person")
        raise NotPermitted(f"refused by {rule}", field=kinds[0] if kinds else None, key=_TOLD.get(rule))

    async def _note_seen(self, entries: Sequence[Entry], rules: dict[tuple[str, str], str]) -> None:
        """Keep who saw whose what: one line per member, group and ten minutes, before anything is handed out."""
        if self._audit is None:
            return
        kinds: dict[tuple[str, str, str], set[str]] = {}
        for entry in entries:
            if entry.member_id != FAMILY_WIDE:
                rule = rules.get((entry.member_id, entry.kind), "")
                kinds.setdefault((entry.member_id, GROUP_OF[entry.kind], rule), set()).add(entry.kind)
        now = self._clock.now()
        events = [
            happened.seen(
                self._actor, now, member_id=member, group=group, kinds=sorted(of), purpose=self._purpose, rule=rule
            )
            for (member, group, rule), of in sorted(kinds.items())
        ]
        await self._keep(events)

    async def _keep(self, events: Sequence[AuditEvent]) -> None:
        fresh = [event for event in events if event.id not in self.source.kept_events]
        if self._audit is not None and fresh:
            await self._audit.write(fresh)
            self.source.kept_events.update(event.id for event in fresh)

    # --- RecordStore -----------------------------------------------------------------------------

    async def append(
        self,
        entries: Sequence[Entry],
        *,
        events: Sequence[AuditEvent] = (),
        notices: Sequence[Notice] = (),
        needs: Sequence[str] = (),
    ) -> int:
        """See RecordStore.append; raises NotFound and NotPermitted. Every entry leaves a line in the audit."""
        now, rules = self._clock.now(), {}
        if self._actor.role != "system":
            policy = await self.policy()
            checked = await check_append(policy, self._actor, self._purpose, entries, now, self.inner)
            refused = first_refused(checked)
            if refused is not None:
                entry, purpose, access = refused
                await self._refuse(policy, entry.member_id, (entry.kind,), purpose, access.rule)
            rules = {entry.id: access.rule for entry, _, access in checked}
        elif any(entry.family_id != self._actor.family_id for entry in entries):
            raise NotPermitted("another family", field="family")
        told = {one for event in events for one in event.entries}
        made = [
            line
            for entry in entries
            if entry.id not in told
            for line in happened.written(self._actor, now, [entry], rules=tuple(filter(None, [rules.get(entry.id)])))
        ]
        told_too = [*events, *made] if self._audit else events
        return await self.inner.append(entries, events=told_too, notices=notices, needs=needs)

    async def get(self, family_id: str, entry_id: str) -> Entry:
        """See RecordStore.get; raises NotPermitted for an entry of a visible member that is closed to the actor."""
        if family_id != self._actor.family_id:
            raise NotFound("no such entry", field="entry_id")
        entry = await self.inner.get(family_id, entry_id)
        if self._actor.role == "system":
            return entry
        policy, now = await self.policy(), self._clock.now()
        access = decide(policy, self._actor, entry.member_id, entry.kind, self._purpose, now, author_of(entry))
        if not access.allowed:
            if not visible(policy, self._actor, entry.member_id, now, self._purpose):
                raise NotFound("no such entry", field="entry_id")
            await self._refuse(policy, entry.member_id, (entry.kind,), None, access.rule)
        seen = shown(entry, self._purpose)
        if seen is None:
            raise NotFound("no such entry", field="entry_id")
        await self._note_seen([seen], {(entry.member_id, entry.kind): access.rule})
        return seen

    async def entries(
        self,
        family_id: str,
        member_id: str | None = None,
        *,
        kinds: Sequence[str] = (),
        known_at: datetime | None = None,
        true_at: datetime | None = None,
        include_superseded: bool = False,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Entry]:
        """See RecordStore.entries; leaves out what the actor may not see.

        Raises NotFound for a member who is not there for the actor, and NotPermitted for another family or a
        purpose the member is closed for altogether.
        """
        if family_id != self._actor.family_id:
            raise NotPermitted("another family", field="family")
        if self._actor.role == "system":
            return await self.inner.entries(
                family_id, member_id, kinds=kinds, known_at=known_at, true_at=true_at,
                include_superseded=include_superseded, limit=limit, newest_first=newest_first,
            )  # fmt: skip
        policy = await self.policy()
        now = self._clock.now()
        if member_id is not None and member_id != FAMILY_WIDE:
            await self._check_member(policy, member_id, now)
        wanted, whole = self._kinds(policy, member_id, kinds, now)
        if not wanted:
            return []
        found = await self.inner.entries(
            family_id, member_id, kinds=wanted, known_at=known_at, true_at=true_at,
            include_superseded=include_superseded, limit=limit if whole else None, newest_first=newest_first,
        )  # fmt: skip
        rules: dict[tuple[str, str], str] = {}
        seen = self._let_through(policy, found, now, rules)[:limit]
        await self._note_seen(seen, rules)
        return seen

    async def _check_member(self, policy: Policy, member_id: str, now: datetime) -> None:
        if not visible(policy, self._actor, member_id, now, self._purpose):
            await self._refuse(policy, member_id, (), None, "member.unknown")
        if self._purpose not in ("view", "review", "audit"):
            access = decide(policy, self._actor, member_id, "Patient", self._purpose, now)
            if not access.allowed:
                await self._refuse(policy, member_id, (), None, access.rule)

    def _kinds(
        self, policy: Policy, member_id: str | None, kinds: Sequence[str], now: datetime
    ) -> tuple[list[str], bool]:
        """The kinds worth asking for, and whether all of what comes back may be seen."""
        asked = [kind for kind in (kinds or GROUP_OF) if kind in GROUP_OF]
        if member_id is None:
            return asked, False
        me = self._actor.account_id
        possible = [k for k in asked if decide(policy, self._actor, member_id, k, self._purpose, now, me).allowed]
        always = [k for k in asked if decide(policy, self._actor, member_id, k, self._purpose, now).allowed]
        return possible, possible == always and "DetectedIssue" not in possible

    def _let_through(
        self, policy: Policy, found: Sequence[Entry], now: datetime, rules: dict[tuple[str, str], str]
    ) -> list[Entry]:
        decided: dict[tuple[str, str, bool], Access] = {}
        seen: list[Entry] = []
        for entry in found:
            author = author_of(entry)
            key = (entry.member_id, entry.kind, author == self._actor.account_id)
            access = decided.get(key)
            if access is None:
                access = decide(policy, self._actor, entry.member_id, entry.kind, self._purpose, now, author)
                decided[key] = access
            if access.allowed:
                one = shown(entry, self._purpose)
                if one is not None:
                    seen.append(one)
                    rules[entry.member_id, entry.kind] = access.rule
        return seen

    async def families(self) -> list[str]:
        """The family in view."""
        return [self._actor.family_id]

    async def delete_member(self, family_id: str, member_id: str, *, events: Sequence[AuditEvent] = ()) -> int:
        """See RecordStore.delete_member; raises NotFound and NotPermitted. That it was done stands in the audit."""
        if family_id != self._actor.family_id:
            raise NotPermitted("another family", field="family")
        if self._actor.role != "system":
            await self.require(member_id, "Patient", "erase")
        now = self._clock.now()
        made = [*events, happened.event(self._actor, "entry.erased", now, member_id=member_id, purpose="erase")]
        return await self.inner.delete_member(family_id, member_id, events=made if self._audit else events)

    async def drop(self, family_id: str, entry_ids: Sequence[str], *, events: Sequence[AuditEvent] = ()) -> int:
        """See RecordStore.drop; only Kangban itself takes away what is old."""
        if family_id != self._actor.family_id or self._actor.role != "system":
            raise NotPermitted("only Kangban itself takes away what is old", field="family")
        return await self.inner.drop(family_id, entry_ids, events=events)

    async def close(self) -> None:
        """The house it came from is closed by whoever opened it."""
