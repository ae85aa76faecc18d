"""The export: every code of the table is one of FHIR's, and the chain can be checked again from the document."""

from __future__ import annotations

import json

import msgspec
import pytest
from fhir.resources.R4B.auditevent import AuditEvent as FhirAuditEvent

from kangban.adapters.fhir_audit import CHAIN_HASH, CHAIN_NUMBER, DISPLAYS, coding, write_bundle
from kangban.clinical.access import Actor
from kangban.clinical.audit import ChainedEvent
from kangban.clinical.audit_codes import HAPPENINGS, Coding
from kangban.kernel.errors import Broken
from kangban.record.chain import DROPPED, Head, extend
from kangban.record.happened import NOBODY, event
from tests.support.chains import AT, happened

MUM = Actor("acc-mum", "妈妈", "home", "manager")
SYSTEM = Actor("system", "Kangban", "home", "system", door="worker")


def exported(links: list[ChainedEvent], names: dict[str, str] | None = None) -> list[dict]:
    bundle = json.loads(write_bundle(links, names or {}, AT))
    assert bundle["timestamp"] == "2026-05-01T08:00:00Z"
    return [each["resource"] for each in bundle.get("entry", [])]


def test_every_code_of_the_table_is_exported_and_every_display_is_used():
    events = [event(MUM, what, AT, purpose="view", key=(what,)) for what in HAPPENINGS if what != DROPPED]
    told = exported(extend(Head(), events))
    assert len(told) == len(events)
    for resource, one in zip(told, events, strict=True):
        assert FhirAuditEvent.model_validate(resource).action == one.action
        assert resource["subtype"][-1] == {"system": "urn:kangban:audit", "code": one.what}
    used = {(c.system, c.code) for row in HAPPENINGS.values() for c in (row.type, row.subtype) if c}
    assert used == set(DISPLAYS)


def test_a_look_says_who_whom_why_and_by_which_rule():
    look = event(
        MUM, "entry.seen", AT, member_id="gran", kinds=["Observation"], entries=["e1"], purpose="view",
        rules=["role.manager.dependent"], model="qwen", reason="measurements",
    )  # fmt: skip
    [told] = exported(extend(Head(), [look]), {"acc-mum": "李妈妈"})
    agent = told["agent"][0]
    assert (agent["requestor"], agent["name"]) == (True, "李妈妈")
    assert agent["who"]["identifier"] == {"system": "urn:kangban:account", "value": "acc-mum"}
    assert agent["role"][0]["coding"][0]["code"] == "manager"
    assert (told["outcome"], told["recorded"]) == ("0", "2026-05-01T08:00:00Z")
    assert told["purposeOfEvent"][0]["coding"][0]["code"] == "FAMRQT"
    values = {e["what"]["identifier"]["value"] for e in told["entity"] if "what" in e}
    assert values == {"gran", "e1", "role.manager.dependent", "qwen"}


@pytest.mark.parametrize(("outcome", "code"), [("ok", "0"), ("refused", "4"), ("failed", "8")])
def test_what_was_refused_is_told_as_such(outcome, code):
    [told] = exported(extend(Head(), [event(NOBODY, "login.failed", AT, family_id="", outcome=outcome)]))
    assert told["outcome"] == code
    assert "who" not in told["agent"][0]
    assert told["agent"][0]["requestor"] is False


def test_kangban_itself_requests_nothing():
    [told] = exported(extend(Head(), [event(SYSTEM, "entry.written", AT)]))
    assert (told["agent"][0]["name"], told["agent"][0]["requestor"]) == ("Kangban", False)


def test_numbers_and_hashes_of_the_chain_stand_in_the_document():
    links = extend(Head(), [happened(n) for n in range(1, 4)])
    found = [{x["url"]: x for x in told["extension"]} for told in exported(links)]
    assert [one[CHAIN_NUMBER]["valueInteger"] for one in found] == [1, 2, 3]
    assert [one[CHAIN_HASH]["valueString"] for one in found] == [link.hash for link in links]


def test_an_empty_trail_is_a_bundle_without_entries():
    assert exported([]) == []


def test_a_code_that_is_in_no_list_is_refused_and_nothing_is_quoted():
    with pytest.raises(Broken):
        coding(Coding("dcm", "110199"))
    strange = msgspec.structs.replace(happened(1), action="X")
    with pytest.raises(Broken):
        write_bundle(extend(Head(), [strange]), {}, AT)
    from_tomorrow = msgspec.structs.replace(happened(1), what="spell.cast")
    [told] = exported(extend(Head(), [from_tomorrow]))
    assert (told["type"]["code"], told["subtype"][-1]["code"]) == ("110100", "spell.cast")
