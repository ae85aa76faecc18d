"""Every answer has exactly the documented keys and types (docs/cli.md)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.script import Script, all_texts, are_citations, has_shape

NONE = type(None)
URGENCIES = {"emergency", "same_day", "this_week", "self_care", "unknown"}
SEVERITIES = ["contraindicated", "avoid", "caution", "note"]
KINDS = {
    "interaction", "duplicate", "dose", "condition", "allergy", "pregnancy", "lactation", "age", "renal", "hepatic",
    "food", "omission",
}  # fmt: skip
FINDING = {
    "rule": str, "kind": str, "severity": str, "medicines": list, "ingredients": list, "message": str, "instead": str,
    "ordered": list, "citations": list, "family_confirmed_insert": list,
}  # fmt: skip
ELDER = {
    "age_years": 76, "sex": "female", "weight_kg": 56.5, "conditions": ["高血压", "I48"], "allergies": [], "egfr": 48,
    "pregnant": False, "breastfeeding": False, "medicines": ["华法林", {"name": "氨氯地平", "dose": "5 mg", "per_day": 1}],
    "observations": [{"code": "potassium", "value": 5.1, "unit": "mmol/L", "at": "2026-11-01"}],
}  # fmt: skip


def is_triage(answer: dict[str, Any]) -> None:
    has_shape(answer, {"urgency": str, "rules": list, "advice": dict, "asks": list, "complaints": list})
    assert answer["urgency"] in URGENCIES
    has_shape(answer["advice"], {"text": str, "return_if": list, "call": list})
    for rule in answer["rules"]:
        has_shape(rule, {"id": str, "level": str, "why": str, "citations": list})
        assert rule["level"] in URGENCIES - {"unknown"}
        assert "@" in rule["id"]
        are_citations(rule["citations"])


def is_check(answer: dict[str, Any]) -> None:
    keys = {"findings": list, "unknown": list, "not_in_catalogue": list, "checked": int, "herbs_unchecked": list}
    has_shape(answer, keys)
    is_found(answer)


def is_found(answer: dict[str, Any]) -> None:
    for one in answer["findings"]:
        has_shape(one, FINDING)
        assert one["kind"] in KINDS
        assert one["severity"] in SEVERITIES
        name, _, version = one["rule"].rpartition("@")
        assert name
        assert version.isdigit()
        are_citations(one["citations"])
    for one in answer["unknown"]:
        has_shape(one, {"fact": str, "why": str, "worst": str, "medicines": list})
        assert one["worst"] in SEVERITIES
    for one in answer["not_in_catalogue"]:
        has_shape(one, {"name": str, "suggestions": list})


def test_triage(script: Script) -> None:
    asked = [
        {"text": "胸口疼，出冷汗"}, {"text": "sudden crushing chest pain, sweating"}, {"text": "有点流鼻涕", "person": ELDER},
        {"text": "头疼", "person": None}, {"text": "今天天气真好"},
    ]  # fmt: skip
    ran = script.lines("triage", asked)
    assert (ran.code, len(ran.answers)) == (0, len(asked))
    for answer in ran.answers:
        is_triage(answer)
    assert [a["urgency"] for a in ran.answers][:2] == ["emergency", "emergency"]
    assert ran.answers[0]["rules"][0]["citations"]
    assert "120" in ran.answers[0]["advice"]["call"]
    assert ran.answers[-1]["urgency"] == "unknown"


def test_medicines_check(script: Script) -> None:
    asked = [
        {"medicines": [{"name": "布洛芬", "dose": "0.2 g", "per_day": 2}, "感冒灵", "对乙酰氨基酚"], "person": ELDER},
        {"medicines": ["布洛分", "神灵片", "降压药"]}, {"medicines": []}, {"medicines": ["Ibuprofen"], "person": {}},
    ]  # fmt: skip
    ran = script.lines("medicines check", asked)
    assert (ran.code, len(ran.answers)) == (0, len(asked))
    for answer in ran.answers:
        is_check(answer)
    first, second, third, fourth = ran.answers
    ranks = [SEVERITIES.index(f["severity"]) for f in first["findings"]]
    assert ranks == sorted(ranks)  # worst first
    pairs = {(f["kind"], *sorted(f["ingredients"])) for f in first["findings"]}
    assert ("interaction", "ibuprofen", "warfarin") in pairs
    given = {"布洛芬", "感冒灵", "对乙酰氨基酚", "华法林", "氨氯地平"}
    assert all(set(f["medicines"]) <= given for f in first["findings"])  # names as given
    assert {"name": "布洛分", "suggestions": ["布洛芬"]} in second["not_in_catalogue"]
    assert "神灵片" in [n["name"] for n in second["not_in_catalogue"]]
    assert "medicine:降压药" in [u["fact"] for u in second["unknown"]]
    assert third["findings"] == []
    assert fourth["unknown"]  # a person of whom nothing is known


def test_a_member_by_id_and_what_is_ordered(demo: Script) -> None:
    ran = demo.lines("medicines check", [{"medicines": ["布洛芬"], "person": "nainai"}], "--demo")
    assert ran.code == 0
    is_check(ran.answer)
    grave = next(f for f in ran.answer["findings"] if set(f["ingredients"]) == {"ibuprofen", "warfarin"})
    assert grave["ordered"] == ["华法林"]
    assert grave["instead"].startswith("华法林是医生开的药")


def test_medicines_resolve(script: Script) -> None:
    names = ["感冒灵", "Ibuprofen", "芬必得", "布洛分", "降压药", "神灵片"]
    ran = script.lines("medicines resolve", [{"name": n} for n in names])
    assert ran.code == 0
    found = dict(zip(names, ran.answers, strict=True))
    shape = {
        "ingredients": list, "matched": (str, NONE), "kind": (str, NONE), "match": (str, NONE), "suggestions": list,
        "market": (str, NONE), "unit": (str, NONE), "herbs": list, "composition_recalled": bool,
    }  # fmt: skip
    for answer in found.values():
        has_shape(answer, shape)
        assert answer["kind"] in {"ingredient", "brand", "product", "patent", "class", None}
        assert answer["match"] in {"exact", "alias", "misspelt", None}
        for one in answer["ingredients"]:
            keys = {"name": str, "name_en": str, "atc": (str, NONE), "amount": (str, NONE), "id": str}
            has_shape(one, keys)
    assert "paracetamol" in [i["name_en"] for i in found["感冒灵"]["ingredients"]]
    assert found["Ibuprofen"]["ingredients"][0]["name"] == "布洛芬"
    assert found["芬必得"]["kind"] in {"brand", "product"}
    assert found["布洛分"]["match"] in {"misspelt", None}
    assert "布洛芬" in found["布洛分"]["suggestions"]
    assert found["降压药"]["kind"] == "class"
    assert found["神灵片"]["match"] is None
    assert found["神灵片"]["ingredients"] == []


def test_search(script: Script) -> None:
    ran = script.lines(
        "search", [{"query": "高血压"}, {"query": "高血压", "top": 2}, {"query": "🤒"}, {"query": "a:b AND ("}]
    )
    assert ran.code == 0
    for answer in ran.answers:
        has_shape(answer, {"hits": list})
        for hit in answer["hits"]:
            has_shape(hit, {"id": str, "title": str, "passage": str, "score": float})
        scores = [h["score"] for h in answer["hits"]]
        assert scores == sorted(scores, reverse=True)
    assert [len(a["hits"]) for a in ran.answers[:3]] == [5, 2, 0]


ASK = {
    "id": str, "brain": str, "urgency": str, "verdict": str, "text": str, "question": (str, NONE), "options": list,
    "citations": list, "findings": list, "unknown": list, "not_in_catalogue": list, "proposals": list, "steps": list,
    "claims": list, "checks": list, "call": list, "review": str, "reviewed": (dict, NONE),
}  # fmt: skip


def is_checks(found: list[dict[str, Any]]) -> None:
    assert found
    for one in found:
        has_shape(one, {"name": str, "outcome": str, "why": str})
        assert one["outcome"] in {"pass", "fail", "unknown", "not_applicable", "error"}


def test_ask(script: Script) -> None:
    asked = [
        {"text": "能吃布洛芬吗", "person": ELDER},
        {"text": "你好"},
        {"text": "胸口疼，出冷汗"},
        {"text": "布洛分能吃吗"},
    ]
    ran = script.lines("ask", asked)
    assert (ran.code, len(ran.answers)) == (0, len(asked))
    for answer in ran.answers:
        has_shape(answer, ASK)
        assert answer["urgency"] in URGENCIES
        assert answer["verdict"] in {"release", "amend", "hold", "refuse"}
        assert answer["brain"] == "offline"
        is_found(answer)
        is_checks(answer["checks"])
        are_citations(answer["citations"])
        known = {c["id"] for c in answer["citations"]}
        for claim in answer["claims"]:
            has_shape(claim, {"text": str, "citations": list, "clinical": bool})
            assert set(claim["citations"]) <= known
        for step in answer["steps"]:
            has_shape(step, {"key": str, "values": dict, "ok": bool})
    medicine, hello, chest, misspelt = ran.answers
    assert medicine["findings"]
    assert medicine["citations"]
    assert hello["findings"] == []
    assert chest["urgency"] == "emergency"
    assert "120" in chest["call"]
    assert "布洛芬" in misspelt["question"]
    assert not list(script.data_dir.rglob("*.sqlite3"))  # a person in words is kept nowhere


def test_ask_for_a_member_is_stored_and_replays(demo: Script) -> None:
    ran = demo.lines(
        "ask", [{"text": "能吃布洛芬吗", "person": "nainai"}, {"text": "a\u0000b 头疼", "person": "nainai"}], "--demo"
    )
    assert ran.code == 0
    case = demo.run("case", "replay", "nainai", "--demo", "--json")
    assert case.code == 0
    has_shape(case.answer, {"member": str, "rules_fingerprint": str, "conclusions": list, "reopened": list})
    assert case.answer["conclusions"]
    for one in case.answer["conclusions"]:
        keys = {
            "id": str, "function": str, "same": bool, "stored": str, "rebuilt": str, "rules_fingerprint_changed": bool,
            "message_id": (str, NONE), "fault": (str, NONE),
        }  # fmt: skip
        has_shape(one, keys)
        assert one["same"]
        assert one["stored"] == one["rebuilt"]
    assert case.answer["reopened"] == []


def test_record_confirm_and_dismiss(demo: Script) -> None:
    ran = demo.lines("ask", [{"text": "帮我记一下血压130/80", "person": "baba"}], "--demo")
    first, second = ran.answer["proposals"]
    yes = demo.run("record", "confirm", first, "--demo", "--json")
    assert yes.code == 0
    has_shape(yes.answer, {"id": str, "status": str, "entry": str})
    assert (yes.answer["id"], yes.answer["status"]) == (first, "confirmed")
    assert demo.run("record", "confirm", first, "--demo", "--json").answer == yes.answer  # twice is once
    no = demo.run("record", "dismiss", second, "--demo", "--json")
    has_shape(no.answer, {"id": str, "status": str, "entry": (str, NONE)})
    assert no.answer["status"] == "dismissed"
    shown = demo.run("record", "show", "baba", "--demo", "--json")
    has_shape(shown.answer, {"person": dict, "proposals": list})
    assert shown.answer["proposals"] == []
    kept = {o["code"]: o["value"] for o in shown.answer["person"]["observations"]}
    assert {kept.get("sbp"), kept.get("dbp")} & {130.0, 80.0}
    whole = demo.run("record", "export", "baba", "--demo", "--json")
    assert whole.code == 0
    assert first in "".join(all_texts(whole.answer))


def test_doctor(script: Script) -> None:
    ran = script.run("doctor", "--json")
    assert ran.code == 0
    has_shape(ran.answer, {"checks": list})
    rows = {r["name"]: r for r in ran.answer["checks"]}
    for row in rows.values():
        has_shape(row, {"name": str, "state": str, "what": str, "mend": str})
        assert row["state"] in {"ok", "missing", "overdue", "broken"}
    assert rows["packs"]["state"] == "ok"
    assert rows["model"]["state"] == "missing"
    assert rows["store"]["state"] == "ok"


def test_guard_check(script: Script) -> None:
    asked = [
        {"question": "头疼", "draft": "多喝水，多休息。"},
        {"question": "能吃布洛芬吗", "draft": "布洛芬一次吃5000毫克。", "person": {"age_years": 30}},
        {"question": "头疼", "draft": {"text": "好 [a#b]。", "citations": [{"id": "a#b", "passage": "好"}], "tool_results": [{"name": "t", "result": {"a": 1}}, 3, None]}},
        {"question": "头疼", "draft": {"text": "好。", "citations": None, "tool_results": None}, "person": None},
    ]  # fmt: skip
    ran = script.lines("guard check", asked)
    assert (ran.code, len(ran.answers)) == (0, len(asked))  # hold and refuse are answers
    for answer in ran.answers:
        has_shape({k: v for k, v in answer.items() if k != "text"}, {"verdict": str, "checks": list})
        assert isinstance(answer.get("text", ""), str)
        assert answer["verdict"] in {"release", "amend", "hold", "refuse"}
        is_checks(answer["checks"])
    assert ran.answers[0]["verdict"] == "release"
    assert ran.answers[1]["verdict"] in {"hold", "refuse"}
    assert ran.answers[1]["text"]
    wrong = [
        {"question": "", "draft": "x"},
        {"question": "x", "draft": ""},
        {"question": "x", "draft": 3},
        {"question": "x"},
    ]
    refused = script.lines("guard check", [*wrong, {"question": "x", "draft": {"text": "x", "citations": [{"no": 1}]}}])
    assert refused.code == 2
    assert [a["error"]["field"] for a in refused.answers] == [
        "question",
        "draft.text",
        "draft",
        "draft",
        "draft.citations[0]",
    ]


@pytest.mark.parametrize("words", [(), ("--help",), ("--version",)])
def test_help_and_version(script: Script, words: tuple[str, ...]) -> None:
    ran = script.run(*words)
    assert ran.code in (0, 2)
    assert ran.out or ran.err
