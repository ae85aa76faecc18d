"""Streams, locales, languages, broken pipes and data directories that cannot be used."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.script import HAN, KANGBAN, Script, all_texts

LINE = '{"text":"胸口疼，出冷汗"}\n'.encode()
ASCII = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_each_line_is_answered_before_the_next_is_written(script: Script) -> None:
    with script.start("triage", "--jsonl") as running:
        assert running.stdin
        assert running.stdout
        for text, urgency in (("胸口疼，出冷汗", "emergency"), ("今天天气真好", "unknown"), ("", None)):
            running.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            running.stdin.flush()
            answer = json.loads(running.stdout.readline())
            assert answer.get("urgency") == urgency
        running.stdin.close()
        assert running.stdout.read() == b""
        assert running.wait(60) == 2


def test_order_is_kept(script: Script) -> None:
    names = ["布洛芬", "华法林", "感冒灵", "阿司匹林", "神灵片"] * 8
    ran = script.lines("medicines resolve", [{"name": n} for n in names])
    assert [a["matched"] or "神灵片" for a in ran.answers] == names


@pytest.mark.parametrize("env", [{}, ASCII, {"LC_ALL": "C.UTF-8"}], ids=["bare", "ascii", "utf8"])
def test_utf8_in_any_locale(script: Script, env: dict[str, str]) -> None:
    ran = script.run("triage", "--jsonl", stdin=LINE, **env)
    assert ran.code == 0
    assert "120" in ran.answer["advice"]["text"]
    assert HAN.search(ran.out.decode("utf-8"))
    words = script.run("medicines", "check", "布洛芬", "华法林", **env)
    assert words.code == 0
    assert "华法林" in words.out.decode("utf-8")
    named = script.run("medicines", "check", "神灵片", "--json", **env)
    assert [n["name"] for n in named.answer["not_in_catalogue"]] == ["神灵片"]


def test_chat_in_the_terminal(demo: Script) -> None:
    ran = demo.run("chat", "nainai", "--demo", stdin="能吃布洛芬吗\n\n".encode(), **ASCII)
    assert ran.code == 0
    assert "华法林" in ran.out.decode("utf-8")
    nobody = demo.run("chat", "nobody", "--demo", stdin=b"")
    assert (nobody.code, nobody.out) == (4, b"")
    assert nobody.err


def shown_texts(command: str, answer: dict[str, Any]) -> list[str]:
    """Texts for people: no names as given, no titles, places or passages of sources."""
    if command == "triage":
        return [
            *(r["why"] for r in answer["rules"]),
            *all_texts({k: v for k, v in answer["advice"].items() if k != "call"}),
        ]
    if command == "guard check":
        return [c["why"] for c in answer["checks"]] + [answer.get("text", "")]
    found = [x for f in answer["findings"] for x in (f["message"], f["instead"])]
    found += [u["why"] for u in answer["unknown"]]
    if command == "ask":
        found += [answer["text"], answer["question"] or "", *answer["options"], *(c["why"] for c in answer["checks"])]
    return found


PERSON = {"age_years": 70, "sex": "male", "medicines": ["warfarin"], "conditions": ["hypertension"], "egfr": 25}
# A question answered from an article is left out: articles are written in Chinese, only their titles in both languages.
ENGLISH: dict[str, list[dict[str, Any]]] = {
    "triage": [{"text": t} for t in ("crushing chest pain", "headache", "胸口疼，出冷汗", "我不想活了，药都准备好了", "孩子高烧抽搐", "eye pain")],
    "medicines check": [
        {"medicines": ["ibuprofen", "aspirin", "paracetamol"], "person": PERSON}, {"medicines": ["amoxicillin", "metformin"], "person": {**PERSON, "allergies": ["penicillin"]}},
        {"medicines": ["ibuprofen"], "person": {"age_years": 0.3}}, {"medicines": ["ibuprofen"], "person": {"pregnant": True, "pregnancy_weeks": 31}}, {"medicines": ["simvastatin", "clarithromycin"]},
    ],
    "ask": [
        {"text": "Can I take ibuprofen?", "person": PERSON}, {"text": "hello"}, {"text": "crushing chest pain, sweating"},
        {"text": "who are you"}, {"text": "my potassium is 6.1 mmol/L"}, {"text": "what is the weather on Mars"},
    ],
    "guard check": [{"question": "Can I take ibuprofen?", "draft": "Take 5000 mg of ibuprofen.", "person": PERSON}, {"question": "headache", "draft": "You have a brain tumour."}],
}  # fmt: skip


@pytest.mark.parametrize("command", ENGLISH)
def test_english_answers_hold_no_chinese(script: Script, command: str) -> None:
    ran = script.lines(command, ENGLISH[command], "--lang", "en")
    assert ran.code == 0
    from_environment = script.lines(command, ENGLISH[command][:1], KANGBAN_LANG="en")
    assert from_environment.code == 0
    for answer in [*ran.answers, *from_environment.answers]:
        texts = shown_texts(command, answer)
        assert texts
        assert [t for t in texts if HAN.search(t)] == []


def test_a_broken_pipe_is_quiet(script: Script, tmp_path: Path) -> None:
    kept = tmp_path / "many.jsonl"
    kept.write_bytes(LINE * 2000)
    with kept.open("rb") as lines:
        running = subprocess.Popen(
            [str(KANGBAN), "triage", "--jsonl"], stdin=lines, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=script.environment()
        )  # fmt: skip
        assert running.stdout
        assert running.stderr
        assert json.loads(running.stdout.readline())["urgency"] == "emergency"
        running.stdout.close()
        err = running.stderr.read()
        running.stderr.close()
        assert running.wait(120) != 0
    assert err == b""


def unusable(tmp_path: Path) -> Path:
    """A place where nobody may write; for the superuser, who may everywhere, a path below a file."""
    if os.geteuid() == 0:
        file = tmp_path / "file"
        file.touch()
        return file / "below"
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    return shut


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    script = Script(unusable(tmp_path))
    asked = [{"text": "头疼"}, {"text": "头疼", "person": "nainai"}, {"text": "头疼", "person": {}}]
    ran = script.lines("triage", asked)
    assert ran.code == 6
    assert [a.get("error", {}).get("code") for a in ran.answers] == [
        None,
        "unavailable",
        None,
    ]  # the others need no directory
    assert script.lines("ask", [{"text": "你好"}]).code == 0
    doctor = script.run("doctor", "--json")
    assert doctor.code == 1
    assert {r["name"]: r["state"] for r in doctor.answer["checks"]}["store"] == "broken"


@pytest.mark.parametrize("harm", ["noise", "text", "cut", "pages"])
def test_a_corrupt_database_is_unavailable(demo: Script, harm: str) -> None:
    kept = next(demo.data_dir.rglob("record.sqlite3"))
    whole = kept.read_bytes()
    noise = random.Random(7).randbytes(len(whole))
    third = whole[: len(whole) // 3]
    spoilt = {"noise": noise, "text": b"not a database\n" * 500, "cut": third, "pages": whole[:4096] + noise[4096:]}[
        harm
    ]
    for beside in kept.parent.glob("record.sqlite3-*"):
        beside.unlink()
    kept.write_bytes(spoilt)
    ran = demo.run("record", "show", "nainai", "--demo", "--json")
    assert (ran.code, ran.error[0]) == (6, "unavailable"), ran
    assert "database" in ran.answer["error"]["message"]
    assert kept.read_bytes() == spoilt  # nothing is written over what could still be saved
    again = demo.lines("triage", [{"text": "头疼", "person": "nainai"}, {"text": "头疼"}], "--demo")
    assert again.code == 6
    assert "urgency" in again.answers[1]
    doctor = demo.run("doctor", "--demo", "--json")
    assert doctor.code == 1
    assert {r["name"]: r["state"] for r in doctor.answer["checks"]}["store"] == "broken"


def test_two_at_once_in_a_fresh_directory(script: Script) -> None:
    line = json.dumps({"text": "能吃布洛芬吗", "person": "nainai"}).encode() + b"\n"
    both = [script.start("ask", "--jsonl", "--demo") for _ in range(2)]
    for one in both:
        assert one.stdin
        one.stdin.write(line * 3)
        one.stdin.close()
        one.stdin = None
    ended = [(one.communicate(timeout=120), one.returncode) for one in both]
    for (out, err), code in ended:
        assert (code, err) == (0, b""), out
        assert len(out.splitlines()) == 3
    case = script.run("case", "replay", "nainai", "--demo", "--json")
    assert {c["same"] for c in case.answer["conclusions"]} == {True}
    assert len({c["message_id"] for c in case.answer["conclusions"]}) == 6


@pytest.mark.parametrize(
    ("env", "code"), [({"KANGBAN_MODEL_URL": "ftp://x"}, 6), ({"KANGBAN_MODEL_URL": "http://127.0.0.1:9"}, 6)]
)
def test_wrong_settings_are_told(script: Script, env: dict[str, str], code: int) -> None:
    ran = script.run("ask", "你好", "--json", **env)
    assert ran.code == code
    assert (ran.error[1] or "").startswith("KANGBAN_MODEL_")
    doctor = script.run("doctor", "--json", **env)
    assert doctor.code == 1
    assert doctor.answer["checks"][0]["name"] == "settings"


def test_a_model_that_is_not_there_falls_back(script: Script) -> None:
    ran = script.run("ask", "你好", "--json", KANGBAN_MODEL_URL="http://127.0.0.1:9", KANGBAN_MODEL_NAME="m")
    assert ran.code == 0
    assert ran.answer["brain"] == "offline"
    assert "step.model_failed" in [s["key"] for s in ran.answer["steps"]]
