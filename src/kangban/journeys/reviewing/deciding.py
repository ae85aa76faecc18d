"""Claim a held answer, and approve, edit, reject or ask; whatever goes out passes the guard and goes out once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from kangban.clinical.audit import AuditEvent
from kangban.clinical.draft import Check, Draft, Reviewed
from kangban.clinical.notice import Notice
from kangban.clinical.record import Entry, ReviewEvent, ReviewItem
from kangban.journeys.auditing import recording
from kangban.journeys.house import House, as_system
from kangban.journeys.reviewing import clocks, queue, words
from kangban.journeys.reviewing.judging import Bench, GuardRefused, bench_for, edited_draft, pass_guard
from kangban.journeys.reviewing.releasing import Release, answer_entry, next_item, of_draft, of_text
from kangban.journeys.reviewing.telling import to_family
from kangban.kernel.errors import Conflict, InvalidInput
from kangban.review import deciding
from kangban.review.clock import is_over
from kangban.review.reasons import Reason, ReviewDecision


async def claim(house: House, entry_id: str) -> Entry:
    """Say that one is looking at it; the new entry's id is the version to decide on."""
    entry, item, who = await queue.as_seen(house, entry_id)
    await _check_time(house, entry, item)
    now = house.clock.now()
    taken = next_item(entry, deciding.claim(item, who, now), who.account_id, now)
    event = recording.event(
        house, "review.claimed", at=now, member_id=entry.member_id, kinds=["ReviewItem"], entries=[taken.id],
        purpose="review", key=[taken.id],
    )  # fmt: skip
    await _append(house, item, [taken], [event], [])
    return taken


async def decide(
    house: House, entry_id: str, *, decision: ReviewDecision, reason: str, text: str = "", note: str = ""
) -> Entry:
    """Decide on the version seen; returns the item's new entry.

    `text` is the whole answer of an edit; `note` is a line to the family, or the question of an "ask". Raises
    NotPermitted (role, licence, scope, own question), Conflict (moved on, decided, run out), InvalidInput and
    GuardRefused; then nothing has changed.
    """
    entry, item, who = await queue.as_seen(house, entry_id)
    await _check_time(house, entry, item)
    deciding.check_open(item, house.clock.now())
    why = deciding.reason_of(reason, decision, who)
    if len(text) + len(note) > deciding.MOST_WORDS:
        raise InvalidInput("the text is too long", field="text", key="error.too_long")
    bench = await bench_for(house, entry, item)
    note = note.strip()
    if note:
        await pass_guard(bench, _spoken(decision, note), why.answers_for)
    passed = await _passed(bench, decision, why, text)
    # The guard takes its time; the moment that counts is the one of the decision.
    now = house.clock.now()
    if is_over(item, now):
        await _check_time(house, entry, item)
    decided = deciding.decide(item, who, decision, reason, now, note=note)
    release = await _release(decided, passed, note)
    entries: list[Entry] = []
    if release is not None:
        decided = msgspec.structs.replace(decided, final_text=words_of(release))
        entries.append(await answer_entry(house, entry, item, bench.outcome, release, now))
    following = next_item(entry, decided, who.account_id, now)
    asker = entry.provenance.on_behalf_of
    key = {"ask": "asked", "reject": "rejected"}.get(decision, "released")
    notices = await to_family(house, asker, f"review.notice.{key}", now, following.id)
    await _append(house, item, [*entries, following], _events(house, following, decided, entries), notices)
    return following


def words_of(release: Release) -> str:
    """The sentences the family will read."""
    return "\n".join(c.text for c in release.claims)


def _spoken(decision: ReviewDecision, note: str) -> Draft:
    """A question is judged as one; it tells nothing."""
    return Draft("", question=note) if decision == "ask" else Draft(note)


async def _passed(
    bench: Bench, decision: ReviewDecision, why: Reason, text: str
) -> tuple[Draft, tuple[Check, ...]] | None:
    """The draft to let out with its checks; None where nothing of it goes out."""
    if decision == "approve":
        never = [name for name in bench.item.reasons if name not in why.answers_for]
        if never:
            raise GuardRefused([Check(name, "fail") for name in never], key="review.refused.never")
        return bench.item.draft, await pass_guard(bench, bench.item.draft, why.answers_for)
    if decision == "edit":
        draft = await asyncio.to_thread(edited_draft, text, bench.item.draft)
        return draft, await pass_guard(bench, draft, why.answers_for)
    return None


async def _release(decided: ReviewItem, passed: tuple[Draft, tuple[Check, ...]] | None, note: str) -> Release | None:
    last = decided.events[-1]
    if last.what == "asked":
        return None
    reviewed = _reviewed(last)
    if passed is None:
        return of_text(await asyncio.to_thread(words.rejected_text, decided, last), reviewed)
    return of_draft(passed[0], passed[1], reviewed, note, words.language(decided))


def _reviewed(event: ReviewEvent) -> Reviewed:
    return Reviewed(event.name, event.role, event.licence, event.at, event.what)  # pyright: ignore[reportArgumentType]


def _events(house: House, following: Entry, item: ReviewItem, entries: Sequence[Entry]) -> list[AuditEvent]:
    last = item.events[-1]
    made = [
        recording.event(
            house, f"review.{last.what}", at=last.at, member_id=following.member_id, kinds=["ReviewItem"],
            entries=[following.id], purpose="review", reason=last.reason, key=[following.id],
        )
    ]  # fmt: skip
    return made + [clocks.released_event(house, one, item, last.at, last.reason) for one in entries]


async def _check_time(house: House, entry: Entry, item: ReviewItem) -> None:
    """A decision after the end meets the safe text, whether the clock has been looked at since or not."""
    if is_over(item, house.clock.now()):
        await clocks.run_out(house, entry, item)
        raise Conflict("the time for this review ran out", field="review", key="review.refused.expired")


async def _append(
    house: House, item: ReviewItem, entries: list[Entry], events: list[AuditEvent], notices: list[Notice]
) -> None:
    """One transaction; whoever comes second is told what the first one did."""
    try:
        await as_system(house).store.append(entries, events=events, notices=notices)
    except Conflict:
        _, current = await queue.newest(house, item.message_id)
        raise queue.moved(current) from None
