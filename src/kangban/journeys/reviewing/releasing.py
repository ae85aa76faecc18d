"""The answer that takes a held one's place. Its id derives from the message, so there is one, whoever decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from kangban.clinical.draft import Answer, Check, Claim, Decision, Draft, Reviewed, Verdict
from kangban.clinical.finding import TriageOutcome
from kangban.clinical.record import AnswerGiven, Entry, Provenance, ReviewItem
from kangban.journeys.entry_ids import answer_entry_id, released_entry_id
from kangban.journeys.house import House, as_system
from kangban.journeys.render import cited_only, claims_after, label, plain_text, urgency_line
from kangban.journeys.reviewing.words import language, moment
from kangban.kernel.errors import NotFound
from kangban.kernel.ids import derived_id
from kangban.kernel.texts import t


class Release(msgspec.Struct, frozen=True):
    """What the family will read. `draft` is None where nothing of it was let out."""

    verdict: Decision
    claims: tuple[Claim, ...]
    reviewed: Reviewed
    draft: Draft | None = None
    question: str | None = None
    checks: tuple[Check, ...] = ()


def of_draft(draft: Draft, checks: Sequence[Check], reviewed: Reviewed, note: str, lang: str) -> Release:
    """A draft let out word for word, with a line of the reviewer's."""
    claims = draft.claims
    if note:
        claims = (*claims, Claim(t("review.note", lang, name=reviewed.name, note=note), clinical=False, line=True))
    kept = tuple(Check(c.name, c.outcome) for c in checks)
    return Release("release", claims, reviewed, draft, draft.question, kept)


def of_text(text: str, reviewed: Reviewed) -> Release:
    """Words of our own instead of the draft."""
    return Release("refuse", claims_after(Draft(""), Verdict("refuse", (), text)), reviewed)


async def answer_entry(
    house: House, entry: Entry, item: ReviewItem, outcome: TriageOutcome, release: Release, now: datetime
) -> Entry:
    """The entry that supersedes the held answer; raises NotFound when the answer was erased meanwhile."""
    held = await as_system(house).store.get(house.family_id, answer_entry_id(item.message_id))
    if not isinstance(held.body, AnswerGiven):
        raise NotFound("no such answer", field="review")
    answer = _composed(held.body.answer, item, outcome, release)
    body = msgspec.structs.replace(held.body, answer=answer, draft=release.draft)
    return Entry(
        released_entry_id(item.message_id), entry.family_id, entry.member_id, body, held.true_at,
        max(now, held.known_at), Provenance("kangban", "system", on_behalf_of=entry.provenance.on_behalf_of),
        supersedes=held.id,
    )  # fmt: skip


def next_item(entry: Entry, item: ReviewItem, actor: str, now: datetime) -> Entry:
    """The entry of the item's next state. One follows each: two at once are told apart by the store."""
    return Entry(
        derived_id("review", entry.id), entry.family_id, entry.member_id, item, entry.true_at,
        max(now, entry.known_at),
        Provenance(actor, "person" if actor != "kangban" else "system", on_behalf_of=entry.provenance.on_behalf_of),
        supersedes=entry.id,
    )  # fmt: skip


def _composed(held: Answer, item: ReviewItem, outcome: TriageOutcome, release: Release) -> Answer:
    lang = language(item)
    given = release.draft.citations if release.draft is not None else ()
    citations = cited_only(release.claims, given)
    first = urgency_line(outcome.urgency, outcome, lang)
    opening = release.claims[0].text if release.claims else ""
    if first and opening and first.startswith(opening.rstrip("。.")):
        first = ""
    told = release.draft is not None
    return msgspec.structs.replace(
        held,
        urgency=outcome.urgency,
        verdict=release.verdict,
        text=plain_text(
            release.claims, citations, first, release.question, lang, held.brain, _label(held, release.reviewed, lang)
        ),
        claims=release.claims,
        question=release.question,
        citations=citations,
        findings=tuple({(f.rule, f.medicines): f for f in item.findings}.values()) if told else held.findings,
        checks=release.checks or held.checks,
        call=outcome.call,
        review="done",
        reviewed=release.reviewed,
    )


def _label(held: Answer, reviewed: Reviewed, lang: str) -> str:
    tongue = "en" if lang == "en" else "zh"
    if reviewed.decision == "expired":
        return label(tongue, held.brain)
    by = t(
        "review.label", lang, name=reviewed.name, role=t(f"review.role.{reviewed.role}", lang),
        licence=reviewed.licence, at=moment(reviewed.at), decision=t(f"review.label.{reviewed.decision}", lang),
    )  # fmt: skip
    return " · ".join((t("label.ai", lang), t("label.kind", lang), by))
