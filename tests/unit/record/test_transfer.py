"""A member's log goes out whole and comes back the same, once."""

from __future__ import annotations

import json

import pytest

from kangban.adapters.memory_store import MemoryRecordStore
from kangban.clinical.draft import Answer, Draft
from kangban.clinical.record import AnswerGiven, Condition, Observation, Patient, ReviewItem
from kangban.kernel.errors import Conflict, InvalidInput, NotFound
from kangban.record.merge import correct, retract
from kangban.record.transfer import AiLabel, export_member, import_member, read_export
from tests.support.stores import DAY, SAID, START, fact

LABEL = AiLabel("AI-LABEL", "KIND-NOTE")
ANSWER = Answer("a1", "offline", "self_care", "release", "多喝水。", (), None, (), (), (), (), (), ())


async def filled() -> MemoryRecordStore:
    store = MemoryRecordStore()
    wrong = fact(500.0, true=2, known=2)
    # true before the entry it corrects: the listing order is not the writing order
    right = correct(wrong, Observation("weight", 50.0), known_at=START + 3 * DAY, provenance=SAID, true_at=START)
    ill = fact(Condition("误诊"), true=1)
    await store.append([wrong, right, ill, retract(ill, known_at=START + 4 * DAY, provenance=SAID)])
    await store.append([fact(Patient("奶奶")), fact(AnswerGiven("c", "m", ANSWER, Draft("多喝水。")))])
    await store.append([fact(ReviewItem("a1", "m", "问", Draft("答"), "unknown", ("why",)))])
    await store.append([fact(member="dad"), fact(family="away")])
    return store


async def exported(store) -> str:
    return await export_member(store, "home", "gran", exported_at=START, ai_label=LABEL)


async def test_the_whole_log_comes_back_the_same_and_only_once():
    store, other = await filled(), MemoryRecordStore()
    document = await exported(store)
    assert await import_member(other, "home", document) == 7
    assert await import_member(other, "home", document) == 0
    assert await import_member(store, "home", document) == 0
    everything = {"include_superseded": True}
    assert await other.entries("home", **everything) == await store.entries("home", "gran", **everything)
    assert await exported(other) == document


async def test_it_comes_back_after_the_member_was_deleted_and_into_another_family():
    store = await filled()
    document = await exported(store)
    with pytest.raises(Conflict):
        await import_member(store, "new-home", document)
    await store.delete_member("home", "gran")
    assert await import_member(store, "new-home", document.encode()) == 7
    assert {e.member_id for e in await store.entries("new-home")} == {"gran"}


async def test_keys_are_fhir_names_and_only_generated_texts_are_labelled():
    document = json.loads(await exported(await filled()))
    assert (document["resourceType"], document["patient"]) == ("Bundle", "gran")
    labelled = {line["resourceType"] for line in document["entry"] if line.get("ai_label") == "AI-LABEL"}
    noted = {line["resourceType"] for line in document["entry"] if line.get("kind_note") == "KIND-NOTE"}
    assert labelled == noted == {"AnswerGiven", "ReviewItem"}
    observation = next(line for line in document["entry"] if line["resourceType"] == "Observation")
    assert {"occurredDateTime", "recorded", "agent", "source"} <= set(observation["provenance"])


async def test_a_member_without_entries_cannot_be_exported():
    with pytest.raises(NotFound):
        await export_member(MemoryRecordStore(), "home", "gran", exported_at=START, ai_label=LABEL)


@pytest.mark.parametrize("document", ["", "[]", "{}", "奶奶", b"\xff\xfe", '{"resourceType":"Bundle"}', "[" * 5000])
def test_what_is_no_export_is_refused(document):
    with pytest.raises(InvalidInput):
        read_export("home", document)


@pytest.mark.parametrize(
    "harm",
    [
        lambda d: d.update(format="other/9"),
        lambda d: d["entry"][0].update(resourceType="Spell"),
        lambda d: d["entry"][0]["provenance"].update(source="rumour"),
        lambda d: d["entry"][0]["provenance"].update(occurredDateTime="yesterday"),
        lambda d: d["entry"].append(d["entry"][0]),
        lambda d: d["entry"][0].update(supersedes=d["entry"][0]["id"]),
        lambda d: (
            d["entry"][0].update(supersedes=d["entry"][1]["id"]),
            d["entry"][1].update(supersedes=d["entry"][0]["id"]),
        ),
    ],
)
async def test_a_damaged_export_is_refused_whole(harm):
    document = json.loads(await exported(await filled()))
    harm(document)
    store = MemoryRecordStore()
    with pytest.raises((InvalidInput, Conflict)) as caught:
        await import_member(store, "home", json.dumps(document))
    assert "奶奶" not in str(caught.value)
    assert await store.families() == []
