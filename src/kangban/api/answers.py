"""What the interface answers with. Keys may be added, never renamed, removed or retyped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from kangban.clinical.access import Licence, Membership, Role
from kangban.clinical.account import ApiKey, OneTimeLink
from kangban.clinical.draft import Draft
from kangban.clinical.finding import Finding
from kangban.clinical.notice import NoticeState
from kangban.clinical.person import PersonFacts, Sex
from kangban.clinical.record import Body, Entry, ReviewEvent
from kangban.clinical.urgency import Urgency
from kangban.journeys.auditing.reading import Line
from kangban.journeys.house import Member
from kangban.journeys.reviewing.queue import Waiting


class Me(msgspec.Struct, frozen=True):
    """Who asks. `csrf` goes back in the header of every change; "" for a key, which needs none."""

    account: str
    name: str
    role: Role
    family: str
    member: str | None
    scopes: tuple[str, ...] | None
    csrf: str
    demo: bool


class Done(msgspec.Struct, frozen=True):
    """The id of what was written, changed or ended."""

    id: str


class Erased(msgspec.Struct, frozen=True):
    """A member who is gone, and how many entries went."""

    id: str
    entries: int


class MemberOut(msgspec.Struct, frozen=True):
    """A family member."""

    id: str
    name: str
    relation: str
    sex: Sex | None
    born_on: str | None

    @classmethod
    def of(cls, member: Member) -> MemberOut:
        """As shown."""
        told = member.patient
        born = told.born_on.isoformat() if told.born_on else None
        return cls(member.id, told.name, told.relation, told.sex, born)


class MemberList(msgspec.Struct, frozen=True):
    """Members this caller may see, eldest first."""

    members: list[MemberOut]


class MemberFacts(msgspec.Struct, frozen=True):
    """A member and what is known of them now; null is unknown, an empty list none known."""

    member: MemberOut
    facts: PersonFacts


class EntryOut(msgspec.Struct, frozen=True):
    """One entry of the record. `by` is the account, "person" or "kangban" that wrote it."""

    id: str
    member: str
    kind: str
    body: Body
    true_at: datetime
    known_at: datetime
    by: str
    source: str
    supersedes: str | None
    retracted: bool

    @classmethod
    def of(cls, entry: Entry) -> EntryOut:
        """As shown."""
        told = entry.provenance
        return cls(
            entry.id, entry.member_id, entry.kind, entry.body, entry.true_at, entry.known_at, told.actor, told.source,
            entry.supersedes, entry.retracted,
        )  # fmt: skip


class EntryList(msgspec.Struct, frozen=True):
    """A page of entries, newest first; `next` is what `after` must be for the next one, null at the end."""

    entries: list[EntryOut]
    next: str | None = None


class GlassOut(msgspec.Struct, frozen=True):
    """A record open to the caller until then."""

    member: str
    until: datetime


class ReviewRow(msgspec.Struct, frozen=True):
    """A held answer that waits. `version` is what a decision names."""

    id: str
    version: str
    member: str
    status: str
    urgency: Urgency
    topics: tuple[str, ...]
    opened_at: datetime | None
    due_at: datetime | None
    claimed_by: str

    @classmethod
    def of(cls, one: Waiting) -> ReviewRow:
        """As it stands in the queue."""
        item = one.item
        return cls(
            item.answer_id, one.entry.id, one.entry.member_id, item.status, item.urgency, item.topics, item.opened_at,
            one.due_at, one.claimed.name if one.claimed else "",
        )  # fmt: skip


class ReviewList(msgspec.Struct, frozen=True):
    """What waits for this caller, worst and oldest first."""

    reviews: list[ReviewRow]


class ReviewOut(msgspec.Struct, frozen=True):
    """One held answer with everything a decision rests on; for those who may decide on it, and nobody else."""

    review: ReviewRow
    question: str
    draft: Draft
    reasons: tuple[str, ...]
    person: PersonFacts | None
    findings: tuple[Finding, ...]
    events: tuple[ReviewEvent, ...]
    lang: str
    final_text: str


class Decided(msgspec.Struct, frozen=True):
    """What became of a review; `version` is the newest."""

    version: str
    status: str


class LineList(msgspec.Struct, frozen=True):
    """Events of the audit, newest first."""

    events: list[Line]


class NoticeOut(msgspec.Struct, frozen=True):
    """A word to the caller. `uncertain`: it may have been sent outside the pages."""

    id: str
    text: str
    path: str
    due_at: datetime
    read_at: datetime | None
    uncertain: bool

    @classmethod
    def of(cls, state: NoticeState, text: str) -> NoticeOut:
        """As shown."""
        one = state.notice
        return cls(
            one.id, text, one.path, one.due_at, state.read_at,
            state.sending_at is not None and state.sent_at is None,
        )  # fmt: skip


class NoticeList(msgspec.Struct, frozen=True):
    """What the caller was told, newest first."""

    notices: list[NoticeOut]


class KeyOut(msgspec.Struct, frozen=True):
    """An API key without its secret."""

    id: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> KeyOut:
        """As shown."""
        return cls(
            key.id, key.name, key.hint, key.scopes, key.created_at, key.expires_at, key.last_used_at, key.revoked_at
        )  # fmt: skip


class KeyList(msgspec.Struct, frozen=True):
    """The caller's keys in the family in view."""

    keys: list[KeyOut]


class NewKey(msgspec.Struct, frozen=True):
    """A key with its secret, told this once."""

    secret: str
    key: KeyOut


class FeedOut(msgspec.Struct, frozen=True):
    """A calendar address without its secret."""

    id: str
    name: str
    expires_at: datetime

    @classmethod
    def of(cls, link: OneTimeLink) -> FeedOut:
        """As shown."""
        return cls(link.id, link.kept, link.expires_at)


class FeedList(msgspec.Struct, frozen=True):
    """The caller's calendar addresses of the family in view."""

    calendars: list[FeedOut]


class NewFeed(msgspec.Struct, frozen=True):
    """A calendar address, told this once."""

    path: str
    calendar: FeedOut


class PlaceOut(msgspec.Struct, frozen=True):
    """Somebody's place in the family in view."""

    id: str
    account: str
    role: Role
    member: str | None
    licence: Licence | None
    since: datetime | None
    until: datetime | None

    @classmethod
    def of(cls, place: Membership) -> PlaceOut:
        """As shown."""
        return cls(place.id, place.account_id, place.role, place.member_id, place.licence, place.since, place.until)


class PlaceList(msgspec.Struct, frozen=True):
    """Everybody with a place."""

    memberships: list[PlaceOut]


class InvitationOut(msgspec.Struct, frozen=True):
    """An invitation that waits."""

    id: str
    role: str
    member: str | None
    name: str
    expires_at: datetime

    @classmethod
    def of(cls, link: OneTimeLink) -> InvitationOut:
        """As shown."""
        told = link.invitation
        return cls(
            link.id, told.role if told else "", told.member_id if told else None, told.name if told else "",
            link.expires_at,
        )  # fmt: skip


class InvitationList(msgspec.Struct, frozen=True):
    """Invitations that wait."""

    invitations: list[InvitationOut]


class NewInvitation(msgspec.Struct, frozen=True):
    """An invitation's address, told this once."""

    path: str


JsonObject = dict[str, Any]
