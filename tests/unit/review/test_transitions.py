"""Who may, what a decision makes of an item, the queue's order: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from kangban.clinical.access import Licence, Role
from kangban.clinical.draft import Draft
from kangban.clinical.finding import Finding
from kangban.clinical.record import Entry, Provenance, ReviewItem
from kangban.clinical.urgency import URGENCIES, Severity, Urgency
from kangban.kernel.errors import Conflict, InvalidInput
from kangban.kernel.texts import LANGUAGES, area_texts, has_text
from kangban.review.clock import after_answer, due_at, is_over, steps_due
from kangban.review.deciding import Decider, answered, claim, covers, decide, expire, licensed, why_not, words_so_far
from kangban.review.order import queue_key
from kangban.review.reasons import REASONS, ReviewDecision, reasons_for
from kangban.review.topics import TOPICS, topics_of

NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
LICENCE = Licence("D-1", ("all",), date(2026, 12, 31))
DOCTOR = Decider("dr", "王医生", "doctor", LICENCE)


def item_of(
    urgency: Urgency = "same_day", topics: tuple[str, ...] = ("medicines",), opened: datetime = NOW
) -> ReviewItem:
    return ReviewItem(
        "answer-1", "message-1", "能吃吗？", Draft("可以。"), urgency, ("unsafe_medicine",), topics=topics,
        opened_at=opened, due_at=due_at(urgency, opened),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "scope", "topics", "may"),
    [
        ("doctor", ("all",), ("medicines", "triage"), True),
        ("reviewer", ("all",), ("labs",), True),
        ("nurse", ("all",), ("diet",), False),
        ("pharmacist", ("all",), ("medicines",), False),
        ("pharmacist", ("medicines",), ("medicines",), True),
        ("pharmacist", ("medicines",), ("medicines", "triage"), False),
        ("nurse", ("triage", "diet"), ("triage",), True),
        ("doctor", ("labs",), ("medicines",), False),
        ("doctor", (), ("medicines",), False),
        ("doctor", ("labs",), (), False),
    ],
)
def test_scope(role: Role, scope: tuple[str, ...], topics: tuple[str, ...], may: bool) -> None:
    assert covers(role, Licence("1", scope, date(2030, 1, 1)), topics) is may


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), True),  # 23:59:59 where it was given
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 1, tzinfo=UTC), True),
    ],
)
def test_a_licence_ends_with_its_last_day(at: datetime, holds: bool) -> None:
    assert licensed("doctor", LICENCE, at) is holds


@pytest.mark.parametrize(
    ("who", "key"),
    [
        (DOCTOR, ""),
        (msgspec.structs.replace(DOCTOR, role="manager"), "review.refused.role"),
        (msgspec.structs.replace(DOCTOR, role="operator"), "review.refused.role"),
        (msgspec.structs.replace(DOCTOR, licence=None), "review.refused.no_licence"),
        (msgspec.structs.replace(DOCTOR, licence=Licence("", ("all",), date(2030, 1, 1))), "review.refused.no_licence"),
        (
            msgspec.structs.replace(DOCTOR, licence=Licence("1", ("all",), date(2026, 5, 3))),
            "review.refused.licence_over",
        ),
        (msgspec.structs.replace(DOCTOR, licence=Licence("1", ("labs",), date(2030, 1, 1))), "review.refused.scope"),
        (msgspec.structs.replace(DOCTOR, account_id="ma"), "review.refused.own"),
        (msgspec.structs.replace(DOCTOR, member_id="nainai"), "review.refused.own"),
    ],
)
def test_who_may(who: Decider, key: str) -> None:
    assert why_not(who, item_of(), NOW, member_id="nainai", asker="ma") == key
    assert not key or all(has_text(key, lang) for lang in LANGUAGES)


@pytest.mark.parametrize("decision", ["approve", "edit", "reject"])
def test_what_is_decided_stays_decided(decision: ReviewDecision) -> None:
    reason = reasons_for(decision, "doctor")[0].code
    done = decide(item_of(), DOCTOR, decision, reason, NOW)
    last = done.events[-1]
    assert (last.account_id, last.name, last.role, last.licence) == ("dr", "王医生", "doctor", "D-1")
    for again in ("approve", "edit", "reject", "ask"):
        with pytest.raises(Conflict):
            decide(done, DOCTOR, again, reasons_for(again, "doctor")[0].code, NOW, note="?")
    with pytest.raises(Conflict):
        expire(done, NOW + timedelta(days=30), "")
    with pytest.raises(Conflict):
        claim(done, DOCTOR, NOW)


def test_reasons_belong_to_decisions_and_roles() -> None:
    with pytest.raises(InvalidInput):
        decide(item_of(), DOCTOR, "approve", "unsafe", NOW)
    with pytest.raises(InvalidInput):
        decide(item_of(), msgspec.structs.replace(DOCTOR, role="pharmacist"), "approve", "own_judgement", NOW)
    with pytest.raises(InvalidInput):
        decide(item_of(), DOCTOR, "approve", "", NOW)


def test_nothing_grave_is_anybodys_to_answer_for() -> None:
    """Decision 0010: a red flag, a contraindication, a limit and a promise stay with the guard."""
    never = {
        "urgency", "crisis", "unsafe_medicine", "ordered_medicine", "dose_limit", "prescription", "other_member",
        "false_reassurance", "injection", "unread_language",
    }  # fmt: skip
    assert not [r.code for r in REASONS if r.answers_for & never]


def test_asking_and_answering() -> None:
    asked = decide(item_of(), DOCTOR, "ask", "unclear", NOW, note="谁？")
    assert (asked.status, asked.events[-1].note) == ("asked", "谁？")
    with pytest.raises(Conflict):
        decide(asked, DOCTOR, "ask", "unclear", NOW, note="谁？")
    back = answered(asked, "ma", "妈妈", "奶奶", "same_day", None, NOW)
    assert (back.status, words_so_far(back)) == ("open", "能吃吗？\n奶奶")
    with pytest.raises(Conflict):
        answered(back, "ma", "妈妈", "奶奶", "same_day", None, NOW)
    with pytest.raises(InvalidInput):
        decide(item_of(), DOCTOR, "ask", "unclear", NOW, note="  ")


@pytest.mark.parametrize("urgency", URGENCIES)
def test_the_end_is_the_first_moment_too_late(urgency: Urgency) -> None:
    item = item_of(urgency)
    assert item.due_at is not None
    assert not is_over(item, item.due_at - timedelta(microseconds=1))
    assert is_over(item, item.due_at)
    assert steps_due(item, item.due_at) == ()
    assert len(steps_due(item, item.due_at - timedelta(microseconds=1))) == 3
    assert steps_due(item, NOW - timedelta(days=900)) == ()


def test_an_item_without_a_clock_is_over() -> None:
    assert is_over(msgspec.structs.replace(item_of(), due_at=None), NOW)


def test_more_urgent_never_means_more_time() -> None:
    late = NOW + timedelta(hours=20)
    calm = item_of("this_week")
    assert after_answer(calm, "emergency", late) == late + timedelta(minutes=15)
    assert after_answer(calm, "this_week", late) == late + timedelta(hours=12)


def entry_of(number: str, urgency: Urgency, opened: datetime, severity: Severity | None = None) -> Entry:
    found = (Finding("r", "interaction", severity, (), (), "", ""),) if severity else ()
    item = msgspec.structs.replace(item_of(urgency, opened=opened), findings=found)
    return Entry(number, "home", "nainai", item, opened, opened, Provenance("kangban", "system"))


def test_the_queue_goes_by_risk_and_then_by_age() -> None:
    hour = timedelta(hours=1)
    entries = [
        entry_of("young emergency", "emergency", NOW),
        entry_of("old grave", "same_day", NOW - 3 * hour, "contraindicated"),
        entry_of("unknown avoid", "unknown", NOW - 2 * hour, "avoid"),
        entry_of("old plain", "same_day", NOW - 9 * hour),
        entry_of("young plain", "same_day", NOW - hour),
        entry_of("very old week", "this_week", NOW - 99 * hour, "contraindicated"),
    ]
    ordered = [e.id for e in sorted(entries[::2] + entries[1::2], key=queue_key)]
    assert ordered == [e.id for e in entries]


@pytest.mark.parametrize(
    ("urgency", "tools", "checks", "expected"),
    [
        ("self_care", ("check_medication",), (), ("medicines",)),
        ("same_day", ("check_medication",), (), ("medicines", "triage")),
        ("unknown", ("judge_lab_value",), ("numbers",), ("labs",)),
        ("self_care", ("check_food",), ("unsafe_medicine",), ("medicines", "diet")),
        ("unknown", (), (), ("triage",)),
        ("unknown", ("look_up_record",), ("injection",), ("triage",)),
    ],
)
def test_topics(urgency: Urgency, tools: tuple[str, ...], checks: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert topics_of((), urgency, tools, checks) == expected


def test_every_code_has_words_in_both_languages() -> None:
    keys = [f"review.reason.{r.code}" for r in REASONS] + [f"review.topic.{topic}" for topic in TOPICS]
    keys += [f"review.decision.{d}" for d in ("approve", "edit", "reject", "ask")]
    keys += [f"review.next.{u}" for u in URGENCIES]
    assert not [key for key in keys for lang in LANGUAGES if not has_text(key, lang)]
    assert area_texts("review", "zh").keys() == area_texts("review", "en").keys()
