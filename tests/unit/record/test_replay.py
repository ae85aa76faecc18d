"""Conclusions are drawn again from the log: the same then, and perhaps otherwise now."""

from __future__ import annotations

from datetime import date

import pytest

from kangban.adapters.memory_store import MemoryRecordStore
from kangban.clinical.record import Condition, DetectedIssue, Observation, Patient
from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import Broken
from kangban.record.merge import correct, retract
from kangban.record.replay import facts_then, reopened, reopened_of_member, replay, replay_member
from kangban.record.timeline import facts_of
from tests.support.stores import DAY, SAID, START, fact


def renal(inputs, facts):
    verdict = "unknown" if facts.egfr is None else "avoid" if facts.egfr < 30 else "fine"
    return canonical_json({"verdict": verdict, "medicine": inputs["medicine"]})


def how_old(inputs, facts):
    return canonical_json(facts.age_years)


FUNCTIONS = {"medicine_check": renal, "triage": how_old}
PATIENT = fact(Patient("奶奶", born_on=date(1948, 3, 9)))
KIDNEY = fact(Observation("egfr", 80.0), true=1)


def concluded(log, day: int, function: str = "medicine_check", **more):
    moment = START + day * DAY
    inputs = {"medicine": "二甲双胍", "doses": [1, 2.5]}
    output = FUNCTIONS[function](inputs, facts_then(log, moment))
    values = {"rules_fingerprint": "f1", "output": output, "message_id": f"m{day}", **more}
    return fact(DetectedIssue(function, inputs, moment, **values), true=day)


def run(log, **more):
    return replay(log, FUNCTIONS, rules_fingerprint="f1", **more)


async def test_every_conclusion_is_rebuilt_byte_for_byte_whatever_was_learnt_later():
    log = [PATIENT, KIDNEY]
    log += [concluded(log, 0), concluded(log, 2), concluded(log, 2, "triage")]
    worse = fact(Observation("egfr", 20.0), true=3)
    backdated = correct(KIDNEY, Observation("egfr", 25.0), known_at=START + 4 * DAY, provenance=SAID)
    log += [worse, backdated, fact(Observation("egfr", 10.0), true=0, known=5)]
    log += [concluded(log, 6)]
    store = MemoryRecordStore()
    await store.append(log)
    results = await replay_member(store, "home", "gran", FUNCTIONS, rules_fingerprint="f1")
    assert [(r.same, r.rebuilt == r.stored, r.rules_fingerprint_changed) for r in results] == [(True, True, False)] * 4
    verdicts = [r.stored for r in results if r.function == "medicine_check"]
    assert [("unknown" in v, "fine" in v, "avoid" in v) for v in verdicts] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip


def test_a_conclusion_that_differs_by_one_byte_is_not_the_same():
    log = [PATIENT, KIDNEY]
    issue = concluded(log, 2, output=' {"medicine":"二甲双胍","verdict":"fine"}')
    (result,) = run([*log, issue])
    assert not result.same
    assert result.stored != result.rebuilt
    assert result.id == issue.id


def test_other_rules_a_missing_function_and_a_failing_one_are_told_apart():
    log = [PATIENT, KIDNEY]
    log += [concluded(log, 2, rules_fingerprint="f0")]

    def fails(inputs, facts):
        raise KeyError("奶奶")

    changed = run(log)[0]
    missing = replay(log, {}, rules_fingerprint="f1")[0]
    failed = replay(log, {"medicine_check": fails}, rules_fingerprint="f1")[0]
    assert (changed.same, changed.rules_fingerprint_changed) == (True, True)
    assert (missing.same, missing.rebuilt, missing.fault) == (False, None, "no such function")
    assert (failed.same, failed.rebuilt, failed.fault) == (False, None, "KeyError")


async def test_a_new_egfr_reopens_the_conclusions_it_overturns_and_no_other():
    log = [PATIENT, KIDNEY]
    log += [concluded(log, 2)]
    log += [fact(Observation("egfr", 20.0), true=3)]
    log += [concluded(log, 4)]
    store = MemoryRecordStore()
    await store.append(log)
    now = START + 5 * DAY
    (found,) = await reopened_of_member(store, "home", "gran", FUNCTIONS, now=now, rules_fingerprint="f1")
    assert (found.id, found.message_id, found.function) == (log[2].id, "m2", "medicine_check")
    assert found.changed == ("egfr", "observations")
    assert "fine" in found.stored
    assert "avoid" in found.now
    assert not found.rules_fingerprint_changed


def test_nothing_reopens_where_the_new_fact_does_not_matter():
    log = [PATIENT, KIDNEY]
    log += [concluded(log, 2), fact(Condition("哮喘"), true=3), fact(Observation("egfr", 79.0), true=3)]
    assert reopened(log, FUNCTIONS, now=START + 5 * DAY, rules_fingerprint="f1") == []


def test_a_retracted_fact_reopens_too_and_a_retracted_conclusion_is_left_alone():
    log = [PATIENT, KIDNEY]
    issue = concluded(log, 2)
    log += [issue, retract(KIDNEY, known_at=START + 3 * DAY, provenance=SAID)]
    (found,) = reopened(log, FUNCTIONS, now=START + 5 * DAY, rules_fingerprint="f1")
    assert "unknown" in found.now
    log += [retract(issue, known_at=START + 3 * DAY, provenance=SAID)]
    assert reopened(log, FUNCTIONS, now=START + 5 * DAY, rules_fingerprint="f1") == []
    assert run(log) == []


def test_a_conclusion_that_cannot_be_drawn_again_does_not_pass_as_unchanged():
    log = [PATIENT, KIDNEY]
    with pytest.raises(Broken):
        reopened([*log, concluded(log, 2)], {}, now=START + 5 * DAY, rules_fingerprint="f1")


async def test_the_stored_facts_of_a_moment_are_those_replay_rebuilds():
    log = [PATIENT, KIDNEY, fact(Observation("egfr", 20.0), true=0, known=5)]
    store = MemoryRecordStore()
    await store.append(log)
    for day in range(7):
        moment = START + day * DAY
        assert await facts_of(store, "home", "gran", moment) == facts_then(log, moment)
