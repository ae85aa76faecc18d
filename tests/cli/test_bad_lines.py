"""Lines that cannot be answered: an error object in their place, the others go on, nothing is repeated on stderr."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.script import Script, error_of

GOOD = {"text": "头疼"}
# (line, field): each invalid for triage.
BAD: list[tuple[Any, str | None]] = [
    (b"text", None), (b"{", None), (b'{"text":"x"} {}', None), (b"\xff\xfe{\x00}\x00", None), (b'{"text":"\xff"}', None),
    (b'{"text":"\\ud800"}', None), (b'{"text":NaN}', None), (b'{"text":"x","person":{"age_years":NaN}}', None),
    (b'{"text":"x","person":{"age_years":Infinity}}', None), (b'{"text":"x","person":{"age_years":-Infinity}}', None),
    (b'{"text":"x","person":{"age_years":1e999}}', "person.age_years"),
    (b'{"text":"x","person":{"age_years":' + b"9" * 400 + b"}}", "person.age_years"),
    (b"[" * 100_000, None), (b'{"text":' + b"[" * 100_000, "text"), (b'{"text":"x","person":' + b'{"a":' * 50_000, "person.a"),
    ([], None), (1, None), (None, None), (True, None), ("x", None), ({}, "text"), ({"text": None}, "text"), ({"text": 5}, "text"),
    ({"text": ""}, "text"), ({"text": " \u3000\n"}, "text"), ({"text": ["x"]}, "text"), ({"text": "疼" * 340_000}, "text"),
    ({"text": "x", "unheard_of": 1}, "unheard_of"), ({"text": "x", "person": {"unheard_of": 1}}, "person.unheard_of"),
    ({"text": "x", "person": 5}, "person"), ({"text": "x", "person": []}, "person"),
    ({"text": "x", "person": {"age_years": "76"}}, "person.age_years"), ({"text": "x", "person": {"age_years": True}}, "person.age_years"),
    ({"text": "x", "person": {"age_years": -0.5}}, "person.age_years"), ({"text": "x", "person": {"age_years": 131}}, "person.age_years"),
    ({"text": "x", "person": {"weight_kg": 0}}, "person.weight_kg"), ({"text": "x", "person": {"egfr": -1}}, "person.egfr"),
    ({"text": "x", "person": {"pregnant": 1}}, "person.pregnant"), ({"text": "x", "person": {"pregnant": "true"}}, "person.pregnant"),
    ({"text": "x", "person": {"sex": "Zhangsan"}}, "person.sex"), ({"text": "x", "person": {"conditions": "高血压"}}, "person.conditions"),
    ({"text": "x", "person": {"conditions": [None]}}, "person.conditions[0]"),
    ({"text": "x", "person": {"medicines": [{"dose": "1"}]}}, "person.medicines[0].name"),
    ({"text": "x", "person": {"medicines": ["华法林", " "]}}, "person.medicines[1]"),
    ({"text": "x", "person": {"observations": [{"code": "k", "value": 1, "at": "soon"}]}}, "person.observations[0].at"),
    ({"text": "x", "person": {"observations": [{"code": "k", "value": "1"}]}}, "person.observations[0].value"),
]  # fmt: skip


def test_every_bad_line_gets_its_error_and_the_others_go_on(script: Script) -> None:
    asked = [line for bad, _ in BAD for line in (bad, GOOD)]
    ran = script.lines("triage", asked)
    assert ran.code == 2
    answers = ran.answers
    assert len(answers) == len(asked)
    told = [error_of(a) for a in answers[::2]]
    for (bad, field), (code, found) in zip(BAD, told, strict=True):
        where = (found or "").replace("[...]", "[0]") or None
        assert (code, where) == ("invalid_input", field), str(bad)[:80]
    assert all(a == answers[1] for a in answers[1::2])
    assert answers[1]["complaints"] == ["headache"]
    assert ran.err == ""
    assert "Zhangsan" not in ran.out.decode()


def test_what_is_allowed(script: Script) -> None:
    every = [
        "age_years", "sex", "weight_kg", "pregnant", "pregnancy_weeks", "breastfeeding", "conditions", "allergies", "egfr",
        "medicines", "observations",
    ]  # fmt: skip
    asked: list[Any] = [
        {"text": "头疼", "person": dict.fromkeys(every)}, {"text": "头疼", "person": None}, {"text": "头疼", "person": {}},
        b'{"text":"x","text":"\xe5\xa4\xb4\xe7\x96\xbc"}',  # of two equal keys the last counts
        b'  {"text":"\\u5934\\u75bc"}  \r', {"text": "头疼\u0000"}, {"text": "头疼 \U0001f912 ﷽"},
        {"text": "头疼", "person": {"age_years": 0, "pregnancy_weeks": 0, "weight_kg": 0.3}},
        {"text": "头疼", "person": {"observations": [{"code": "potassium", "value": 5.1, "unit": "mmol/L", "at": "2026-11-01"},
                                                   {"code": "k", "value": 1e308, "unit": "头" * 500, "at": "2126-11-01T00:00:00+08:00"}]}},
        *({"text": c * (200_000 // len(c))} for c in ("x", "9", "一", " 1", "疼", "[", "\n1")), {"text": "🤒🤒"},
    ]  # fmt: skip
    ran = script.lines("triage", asked)
    assert (ran.code, len(ran.answers)) == (0, len(asked))
    assert all(a["complaints"] == ["headache"] for a in ran.answers[:9])
    assert all(a["urgency"] == "unknown" for a in ran.answers[9:])


def test_the_first_error_gives_the_exit_code(demo: Script) -> None:
    nobody, empty = {"text": "头疼", "person": "nobody"}, {"text": ""}
    ran = demo.lines("triage", [GOOD, nobody, empty, GOOD], "--demo")
    assert ran.code == 4
    assert [a.get("error", {}).get("code") for a in ran.answers] == [None, "not_found", "invalid_input", None]
    assert error_of(ran.answers[1]) == ("not_found", "person")
    assert demo.lines("triage", [empty, nobody], "--demo").code == 2
    assert demo.lines("triage", [], "--demo").code == 0


def test_blank_lines_bom_and_crlf(script: Script) -> None:
    line = '{"text":"头疼"}'.encode()
    ran = script.run("triage", "--jsonl", stdin=b"\xef\xbb\xbf" + line + b"\r\n\r\n   \n\n" + line + b"\r\n" + line)
    assert ran.code == 0
    assert len(ran.answers) == 3
    only_blank = script.run("triage", "--jsonl", stdin=b"\xef\xbb\xbf\n \n")
    assert (only_blank.code, only_blank.out) == (0, b"")


def test_medicines(script: Script) -> None:
    asked = [
        {"medicines": ["布洛芬"] * 300}, {"medicines": ["布洛芬"] * 301}, {"medicines": None}, {}, {"medicines": "布洛芬"},
        {"medicines": [{"name": "布洛芬", "per_day": -1}]}, {"medicines": [{"name": "布洛芬", "per_day": "3"}]},
        {"medicines": [{"name": "布洛芬", "twice": 1}]}, {"medicines": [""]}, {"medicines": ["x" * 401]}, {"medicines": [None]},
        {"medicines": ["\u0000", "华法林"]}, {"medicines": [{"name": "布洛芬", "dose": "一大把", "per_day": 0}]},
        {"medicines": [{"name": "布洛芬", "dose": None, "per_day": None}]}, {"medicines": ["布洛芬"], "person": "nobody"},
    ]  # fmt: skip
    ran = script.lines("medicines check", asked)
    assert ran.code == 2
    codes = [a["error"]["code"] if "error" in a else "" for a in ran.answers]
    assert codes == ["", *["invalid_input"] * 10, "", "", "", "not_found"]
    assert error_of(ran.answers[1]) == ("invalid_input", "medicines")
    assert (
        error_of(ran.answers[5])[1] == "medicines[0].per_day" or error_of(ran.answers[5])[1] == "medicines[...].per_day"
    )
    assert [n["name"] for n in ran.answers[11]["not_in_catalogue"]] == ["\u0000"]
    assert ran.err == ""


def test_resolve_and_search(script: Script) -> None:
    names = script.lines(
        "medicines resolve", [{"name": "布" * 340_000}, {"name": " "}, {"name": None}, {"name": 1}, {"name": "\u0000"}]
    )
    assert [a.get("error", {}).get("code", "") for a in names.answers] == ["", *["invalid_input"] * 3, ""]
    asked = [
        {"query": "高血压 " * 40_000},
        {"query": ""},
        *({"query": "血压", "top": t} for t in (0, 101, 2.5, True, "3", -1)),
        {"query": "血压", "top": None},
    ]
    hits = script.lines("search", asked)
    assert [a.get("error", {}).get("field", "") for a in hits.answers] == ["", "query", *["top"] * 6, ""]


def test_ask_refuses_before_it_answers(script: Script) -> None:
    asked = [
        {"text": ""}, {"text": "你好", "attachments": ["nowhere-at-all.png"]}, {"text": "你好", "attachments": ["a\u0000b"]},
        {"text": "你好", "attachments": "x"}, {"text": "头疼", "person": "nobody"}, {"text": "你好", "attachments": None},
    ]  # fmt: skip
    ran = script.lines("ask", asked)
    told = [error_of(a) for a in ran.answers[:5]]
    assert told == [
        ("invalid_input", "text"), ("invalid_input", "attachments[0]"), ("invalid_input", "attachments[0]"),
        ("invalid_input", "attachments"), ("not_found", "person"),
    ]  # fmt: skip
    assert ran.answers[5]["verdict"] == "release"
    assert ran.err == ""


def test_one_object_from_a_file_or_stdin(script: Script, tmp_path: Path) -> None:
    line = '{"text":"头疼"}'.encode()
    kept = tmp_path / "问.json"
    kept.write_bytes(b"\xef\xbb\xbf" + line + b"\r\n")
    from_file = script.run("triage", "--json", "--input", str(kept))
    from_stdin = script.run("triage", "--json", "--input", "-", stdin=line)
    from_words = script.run("triage", "--json", "头疼")
    assert from_file.code == 0
    assert from_file.answer == from_stdin.answer == from_words.answer
    missing = script.run("triage", "--json", "--input", str(tmp_path / "none.json"))
    assert (missing.code, missing.error) == (2, ("invalid_input", "input"))
    assert "none.json" not in missing.err
    folder = script.run("triage", "--json", "--input", str(tmp_path))
    assert (folder.code, folder.error) == (2, ("invalid_input", "input"))
    empty = script.run("triage", "--json", "--input", "-", stdin=b"")
    assert (empty.code, empty.error) == (2, ("invalid_input", None))
    both = script.run("triage", "--jsonl", "--input", str(kept), stdin=line)
    assert (both.code, both.out) == (2, b"")


def test_words_of_the_command_line(script: Script) -> None:
    ran = script.run("medicines", "check", b"\xff\xfe", "--json")
    assert (ran.code, ran.error[0]) == (2, "invalid_input")
    braces = script.run("triage", "头疼", "--person", '{"age_years": NaN, "name": "王小二"}', "--json")
    assert (braces.code, braces.out) == (2, b"")
    assert "王小二" not in braces.err
    deep = script.run("triage", "头疼", "--person", '{"a":' * 20_000, "--json")
    assert deep.code == 2
    assert script.run("triage", "头疼", "--lang", "fr", "--json").code == 2
    no_words = script.run("triage", "--json")
    assert (no_words.code, no_words.error) == (2, ("invalid_input", "text"))


@pytest.mark.parametrize("command", ["case replay", "record show", "record export"])
def test_unknown_member(demo: Script, command: str) -> None:
    ran = demo.run(*command.split(), "nobody", "--demo", "--json")
    assert (ran.code, ran.error[0]) == (4, "not_found")


@pytest.mark.parametrize("verb", ["confirm", "dismiss"])
def test_unknown_proposal(demo: Script, verb: str) -> None:
    ran = demo.run("record", verb, "no-such", "--demo", "--json")
    assert (ran.code, ran.error) == (4, ("not_found", "id"))


def test_stdin_may_be_closed(script: Script) -> None:
    with Path(os.devnull).open("rb") as nothing:
        assert script.run("triage", "--jsonl", stdin=nothing.read()).code == 0


def test_error_objects_hold_no_values(script: Script) -> None:
    secret = "王小二-110105194912310021"
    asked = [
        {"text": "x", "person": {"sex": secret}}, {"text": "x", "person": {"age_years": secret}}, {"text": "x", "person": secret},
        {"text": [secret]}, {"text": "x", "person": {"observations": [{"code": "k", "value": 1, "at": secret}]}}, json.dumps(secret).encode(),
    ]  # fmt: skip
    ran = script.lines("triage", asked)
    assert all("error" in a for a in ran.answers)
    assert secret not in ran.out.decode() + ran.err
    assert "\\u738b" not in ran.out.decode()
