"""`kangban audit …` and `kangban record retention` as somebody at the machine types them."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import pytest

from tests.cli.script import Script, has_shape

REPORT = {
    "family_id": str, "ok": bool, "length": int, "first": int, "head": dict, "broken": (int, type(None)),
    "why": (str, type(None)),
}  # fmt: skip
LINE = {
    "number": int, "at": str, "what": str, "account_id": str, "name": str, "role": str, "door": str, "member_id": str,
    "outcome": str, "kinds": list, "purpose": str, "rules": list, "model": str, "reason": str,
}  # fmt: skip


def forced(script: Script, statement: str) -> None:
    """Past the triggers, with the file in one's hands."""
    with contextlib.closing(sqlite3.connect(script.data_dir / "demo" / "record.sqlite3")) as raw:
        for trigger in ("audit_stays", "audit_dropped", "audit_new"):
            raw.execute(f"DROP TRIGGER {trigger}")
        assert raw.execute(statement).rowcount > 0
        raw.commit()


def test_a_family_as_it_was_written_is_whole(demo):
    ran = demo.run("audit", "verify", "--demo", "--json")
    assert ran.code == 0
    assert ran.answer["ok"] is True
    for chain in ran.answer["chains"]:
        has_shape(chain, REPORT)
    assert "ok  demo: " in demo.run("audit", "verify", "--demo").out.decode()


@pytest.mark.parametrize(
    ("statement", "number", "why"),
    [
        ("UPDATE audit SET body = replace(body, '\"system\"', '\"mallory\"') WHERE number = 7", 7, "hash"),
        ("DELETE FROM audit WHERE number = 7", 7, "number"),
        ("DELETE FROM audit WHERE number > 7", 8, "end"),
    ],
)
def test_a_row_changed_by_hand_is_named_and_the_exit_code_is_1(demo, statement, number, why):
    forced(demo, statement)
    ran = demo.run("audit", "verify", "--demo", "--json")
    assert ran.code == 1
    [chain] = [one for one in ran.answer["chains"] if not one["ok"]]
    assert (chain["family_id"], chain["broken"], chain["why"]) == ("demo", number, why)
    told = demo.run("audit", "verify", "--demo")
    assert (told.code, f"BROKEN at {number} ({why})" in told.out.decode()) == (1, True)


def test_a_head_on_paper_finds_what_the_database_hides(demo):
    head = demo.run("audit", "head", "--demo", "--json").answer["heads"][-1]
    family, number, _ = head.split(":")
    assert family == "demo"
    assert demo.run("audit", "verify", "--demo", "--head", head).code == 0
    forced(demo, "DELETE FROM audit WHERE number > 7")
    with contextlib.closing(sqlite3.connect(demo.data_dir / "demo" / "record.sqlite3")) as raw:
        raw.execute("UPDATE audit_head SET number = 7, hash = (SELECT hash FROM audit WHERE number = 7)")
        raw.commit()
    assert demo.run("audit", "verify", "--demo").code == 0
    ran = demo.run("audit", "verify", "--demo", "--json", "--head", head)
    assert (ran.code, [c["why"] for c in ran.answer["chains"] if not c["ok"]]) == (1, ["end"])
    assert int(number) > 7


def test_the_file_beside_the_database_is_asked_until_somebody_accepts_the_loss(demo):
    head = demo.run("audit", "head", "--demo", "--json").answer["heads"][-1]
    _, number, digest = head.split(":")
    file = demo.data_dir / "demo" / "audit.heads.json"
    file.write_text(json.dumps({"demo": {"number": int(number) + 5, "hash": digest}}))
    assert demo.run("audit", "verify", "--demo").code == 1
    assert demo.run("audit", "head", "--demo", "--accept").code == 0
    assert demo.run("audit", "verify", "--demo").code == 0
    file.write_text("{")
    ran = demo.run("audit", "verify", "--demo", "--json")
    assert (ran.code, ran.error) == (6, ("unavailable", "audit"))


@pytest.mark.parametrize("head", ["demo", "demo:x:y", "demo:1:abc", f"demo:-1:{'0' * 64}", f"demo:１:{'0' * 64}", ""])
def test_a_head_that_is_none_is_said(demo, head):
    ran = demo.run("audit", "verify", "--demo", "--json", "--head", head)
    assert (ran.code, ran.error) == (2, ("invalid_input", "head"))


def test_what_was_seen_is_shown_newest_first(demo):
    demo.run("record", "export", "nainai", "--demo", "--json")
    ran = demo.run("audit", "show", "nainai", "--demo", "--json")
    lines = ran.answer["events"]
    assert ran.code == 0
    for line in lines:
        has_shape(line, LINE)
        assert line["member_id"] == "nainai"
    assert [line["number"] for line in lines] == sorted((line["number"] for line in lines), reverse=True)
    assert "export.made" in {line["what"] for line in lines}
    assert len(demo.run("audit", "show", "--demo", "--limit", "3", "--json").answer["events"]) == 3
    assert "export.made" in demo.run("audit", "show", "--demo").out.decode()


def test_the_export_is_fhir(demo):
    ran = demo.run("audit", "export", "nainai", "--demo", "--fhir")
    bundle = ran.answer
    assert (ran.code, bundle["resourceType"], bundle["type"]) == (0, "Bundle", "collection")
    assert {each["resource"]["resourceType"] for each in bundle["entry"]} == {"AuditEvent"}
    assert demo.run("audit", "export", "nainai", "--demo").code == 2


def test_retention_asks_first_and_takes_nothing_that_is_young(demo):
    assert demo.run("record", "retention", "--demo").code == 2
    assert demo.run("record", "retention", "--demo", "--apply", "--dry-run").code == 2
    for word, applied in (("--dry-run", False), ("--apply", True)):
        ran = demo.run("record", "retention", "--demo", word, "--json")
        assert ran.code == 0
        assert (ran.answer["applied"], ran.answer["entries"], ran.answer["audit"]) == (applied, {}, 0)
    assert demo.run("audit", "verify", "--demo").code == 0
