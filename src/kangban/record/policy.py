"""What a family has decided, as of its log: who its people are, who stands at its doors, who said yes to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Literal

import msgspec

from kangban.clinical.access import Membership
from kangban.clinical.record import BreakGlass, Consent, ConsentScope, Entry, Patient

FAMILY_WIDE: Final = "family"  # the member id under which words for the whole family stand
POLICY_KINDS: Final = ("Patient", "Consent", "BreakGlass")
YOUNGEST, TEENS_FROM, GROWN_FROM = 6, 14, 18
# Days begin where the families live, not where the server stands.
DAYS: Final = timezone(timedelta(hours=8))
_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)

Stage = Literal["infant", "child", "teen", "grown", "unknown"]


class Word(msgspec.Struct, frozen=True):
    """The newest word on one (scope, target), by the person or by somebody for them."""

    consent: Consent
    known_at: datetime
    granted: bool

    def holds(self, at: datetime) -> bool:
        """Whether it is a yes at a moment; `until` ends it to the microsecond."""
        return self.granted and (self.consent.until is None or at < self.consent.until)


class Glass(msgspec.Struct, frozen=True):
    """An emergency opening."""

    account_id: str
    since: datetime
    until: datetime


class Person(msgspec.Struct, frozen=True):
    """One member. `own` and `guards` hold the newest words by (scope, target): the person's, and a guardian's."""

    member_id: str
    born_on: date | None
    account: bool
    own: Mapping[tuple[str, str], Word]
    guards: Mapping[tuple[str, str], Word]
    glass: tuple[Glass, ...] = ()

    def stage(self, at: datetime) -> Stage:
        """The stage of life at a moment; the day counts where the family lives."""
        if self.born_on is None:
            return "unknown"
        today = at.astimezone(DAYS).date()
        born = self.born_on
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if years < YOUNGEST:
            return "infant"
        if years < TEENS_FROM:
            return "child"
        return "teen" if years < GROWN_FROM else "grown"

    def whose(self, at: datetime) -> Literal["dependent", "teen", "grown"]:
        """Who decides for them: a guardian or carer, both, or they alone."""
        if not self.account:
            return "dependent"
        stage = self.stage(at)
        if stage in ("infant", "child"):
            return "dependent"
        return "teen" if stage == "teen" else "grown"

    def said(self, scope: ConsentScope, target: str, at: datetime) -> bool | None:
        """Yes, no, or None where nobody was asked. Who may say it depends on the age at the moment."""
        key = (scope, target if scope in ("share", "model_endpoint") else "")
        own, guard = self.own.get(key), self.guards.get(key)
        whose = self.whose(at)
        if whose == "dependent":
            if self.account:
                own = None  # under 14 a guardian decides
            newest = _newer(own, guard)
            return None if newest is None else newest.holds(at)
        if whose == "teen" and scope in ("training", "model_endpoint"):
            return _both(own, guard, at, guardian_needed=scope == "training" or target.endswith("|abroad"))
        if scope == "health_data" and own is None:
            own = guard  # it was kept with a guardian's yes; the person may end that any day
        return None if own is None else own.holds(at)

    def shares_with(self, names: tuple[str, ...], at: datetime) -> list[Consent]:
        """Live shares for an account, by its id or by the id of its membership."""
        if not self.own and not self.guards:
            return []
        found: list[Consent] = []
        for name in names:
            if self.said("share", name, at):
                words = [w for w in (self.own.get(("share", name)), self.guards.get(("share", name))) if w is not None]
                if self.whose(at) != "dependent":
                    words = [w for w in words if not w.consent.given_by]
                elif self.account:
                    words = [w for w in words if w.consent.given_by]
                found.append(max(words, key=lambda w: w.known_at).consent)
        return found


def _newer(own: Word | None, guard: Word | None) -> Word | None:
    """The later of two words; of two at the same moment the no."""
    if own is None or guard is None:
        return own or guard
    return max(own, guard, key=lambda word: (word.known_at, not word.granted))


def _both(own: Word | None, guard: Word | None, at: datetime, *, guardian_needed: bool) -> bool | None:
    if own is None and guard is None:
        return None
    if own is not None and not own.holds(at):
        return False
    if guard is not None and not guard.holds(at):
        return False
    return guard is not None or not guardian_needed


class Policy(msgspec.Struct, frozen=True):
    """Everything an access decision rests on, of one family."""

    family_id: str
    people: Mapping[str, Person]
    memberships: Mapping[str, tuple[Membership, ...]]  # by account
    known_at: datetime = _NEVER

    def moment(self, at: datetime) -> datetime:
        """A moment never before the newest word: a clock moved back brings nothing back to life."""
        return max(at, self.known_at)

    def granted(self, member_id: str, scope: ConsentScope, target: str, at: datetime) -> bool | None:
        """The word on a scope, or None where nobody was asked. For an endpoint the family's word stands behind."""
        at = self.moment(at)
        person, family = self.people.get(member_id), self.people.get(FAMILY_WIDE)
        said = person.said(scope, target, at) if person is not None else None
        if said is not None or scope != "model_endpoint" or family is None:
            return said
        # Somebody grown with an account of their own is asked themselves.
        if person is not None and person.whose(at) == "grown":
            return None
        return family.said(scope, target, at)

    def any_model(self, member_id: str, at: datetime) -> bool:
        """Whether at least one endpoint off this machine may be told about a member."""
        people = [p for p in (self.people.get(member_id), self.people.get(FAMILY_WIDE)) if p is not None]
        targets = {t for p in people for scope, t in (*p.own, *p.guards) if scope == "model_endpoint"}
        return any(self.granted(member_id, "model_endpoint", target, at) for target in targets)


def policy_of(family_id: str, log: Iterable[Entry], memberships: Iterable[Membership]) -> Policy:
    """Build it from the whole log of POLICY_KINDS, superseded entries included, and the family's memberships."""
    places: dict[str, list[Membership]] = {}
    for one in memberships:
        if one.family_id == family_id:
            places.setdefault(one.account_id, []).append(one)
    with_account = {m.member_id for held in places.values() for m in held if m.member_id}
    entries = [entry for entry in log if entry.family_id == family_id]
    replaced = {entry.supersedes for entry in entries if entry.supersedes}
    born: dict[str, date | None] = {FAMILY_WIDE: None}
    own: dict[str, dict[tuple[str, str], Word]] = {}
    guards: dict[str, dict[tuple[str, str], Word]] = {}
    glass: dict[str, list[Glass]] = {}
    newest = _NEVER
    for entry in sorted(entries, key=lambda e: (e.known_at, e.id)):
        body = entry.body
        if isinstance(body, Patient):
            if entry.id not in replaced and not entry.retracted:
                born[entry.member_id] = body.born_on
            continue
        newest = max(newest, entry.known_at)
        if isinstance(body, Consent):
            _keep((guards if body.given_by else own).setdefault(entry.member_id, {}), entry, body)
        elif isinstance(body, BreakGlass) and entry.id not in replaced and not entry.retracted:
            glass.setdefault(entry.member_id, []).append(Glass(body.account_id, entry.known_at, body.until))
    people = {
        member: Person(
            member, day, member in with_account, own.get(member, {}), guards.get(member, {}),
            tuple(glass.get(member, ())),
        )
        for member, day in born.items()
    }  # fmt: skip
    return Policy(family_id, people, {account: tuple(held) for account, held in places.items()}, newest)


def _keep(words: dict[tuple[str, str], Word], entry: Entry, body: Consent) -> None:
    """Keep the newest word of one scope and target; of two at the same moment, and of a withdrawn one, the no."""
    key = (body.scope, body.target if body.scope in ("share", "model_endpoint") else "")
    granted = body.granted and not entry.retracted
    old = words.get(key)
    if old is not None and (old.known_at > entry.known_at or (old.known_at == entry.known_at and not old.granted)):
        return
    words[key] = Word(body, entry.known_at, granted)
