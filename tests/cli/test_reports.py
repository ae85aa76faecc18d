"""`kangban reports …` and `measurements …`: the documented shape, several documents, and the way into the record."""

from __future__ import annotations

import json
from pathlib import Path
from types import NoneType

import pytest

from tests.cli.script import Script, has_shape

ROW = {
    "name": str, "loinc": (str, NoneType), "value": (int, float, str), "comparator": (str, NoneType), "unit": str,
    "low": (int, float, NoneType), "high": (int, float, NoneType), "printed_flag": str, "flag": str, "page": int,
    "box": list, "confidence": (int, float), "needs_confirm": bool, "doubts": list,
    "analyte": (str, NoneType), "taken_on": (str, NoneType),
}  # fmt: skip
FLAGS = {"low", "normal", "high", "critical_low", "critical_high", "abnormal", "unknown"}
TEXT = """康宁市第一医院检验报告单
姓名：沈建国  性别：男  年龄：46岁
采样时间：2026-04-20 08:12
项目名称    结果    单位    参考范围    提示
白细胞计数    6.2    10^9/L    3.5-9.5
血红蛋白    118    g/L    130-175    ↓
钾    4.2    mmol/L    3.5-5.3
"""
OTHER = TEXT.replace("沈建国", "李秀英").replace("男", "女").replace("46岁", "75岁")


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "报告.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_a_file_is_read_to_the_documented_shape(script: Script, paper: Path) -> None:
    ran = script.run("reports", "read", str(paper), "--json")
    assert ran.code == 0, ran
    answer = ran.answer
    shape = {"kind": str, "patient": dict, "dates": dict, "rows": list, "text": str, "title": (str, NoneType)}
    shape |= {"hospital": (str, NoneType), "medicines": list, "sections": list, "box_label": NoneType, "doubts": list}
    has_shape(answer, shape)
    assert answer["kind"] == "laboratory"
    assert answer["patient"] == {"name": "沈建国", "sex": "male", "age": "46岁"}
    assert answer["dates"] == {"sampled": "2026-04-20T08:12", "reported": None}
    assert [(r["name"], r["value"], r["flag"]) for r in answer["rows"]] == [
        ("白细胞计数", 6.2, "normal"), ("血红蛋白", 118, "low"), ("钾", 4.2, "normal"),
    ]  # fmt: skip
    for row in answer["rows"]:
        has_shape(row, ROW)
        assert row["flag"] in FLAGS
        assert len(row["box"]) == 4
        assert all(0 <= x <= 1 for x in row["box"])


def test_several_documents_are_named_and_picked(script: Script, paper: Path, tmp_path: Path) -> None:
    both = tmp_path / "两份.txt"
    both.write_text(TEXT + "\f" + OTHER, "utf-8")
    ran = script.run("reports", "read", str(both), "--json")
    assert ran.code == 2
    assert ran.error == ("invalid_input", "document")
    message = ran.answer["error"]["message"]
    assert "1 laboratory" in message
    assert "2 laboratory" in message
    assert "沈建国" not in message
    lines = script.run("reports", "read", str(both), "--jsonl").answers
    assert [one["patient"]["name"] for one in lines] == ["沈建国", "李秀英"]
    assert script.run("reports", "read", str(both), "--json", "--document", "2").answer == lines[1]
    assert script.run("reports", "read", str(both), "--json", "--document", "3").code == 4
    asked = [{"file": str(paper)}, {"file": str(both)}, {"file": str(tmp_path / "none")}, {"nothing": 1}, {"file": ""}]
    ran = script.lines("reports read", asked)
    assert [(a.get("error") or {}).get("code") for a in ran.answers] == [None, *["invalid_input"] * 4]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02\x03", b"%PDF-1.4 nothing", b"\x89PNG\r\n\x1a\n00", b"PK\x03\x04xx"]
)
def test_what_is_no_document_is_refused_clearly(script: Script, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    ran = script.run("reports", "read", str(path), "--json")
    assert ran.code == 2
    assert ran.error[0] == "invalid_input"


def test_from_a_file_into_the_record(script: Script, paper: Path) -> None:
    made = script.run("members", "add", "沈建国", "--consent", "--sex", "male", "--born-on", "1980-01-05", "--json")
    who = made.answer["id"]
    added = script.run("reports", "add", str(paper), "--for", who, "--json").answer
    (one,) = added["reports"]
    assert (one["status"], one["whose"]["verdict"]) == ("preliminary", "same")
    assert script.run("record", "show", who, "--json").answer["person"].get("observations", []) == []
    explained = script.run("reports", "explain", str(paper), "--for", who, "--json")
    assert explained.code == 0, explained
    assert explained.answer["text"]
    done = script.run("reports", "confirm", one["id"], "--accept", "row:0", "--sure", "--json").answer
    assert done["reports"][0]["status"] == "final"
    codes = {o["code"] for o in script.run("record", "show", who, "--json").answer["person"]["observations"]}
    assert {"wbc", "hemoglobin", "potassium"} <= codes
    told = script.run("reports", "confirm", one["id"], "--undo", "row:0", "--version", one["version"], "--json")
    assert told.code == 5
    fresh = script.run("reports", "reread", one["id"], "--json").answer
    assert [(r["id"], r["status"]) for r in fresh["reports"]] == [(one["id"], "final")]
    listed = script.run("reports", "list", who, "--json").answer
    assert [r["id"] for r in listed["reports"]] == [one["id"]]
    assert listed["unread"] == []
    shown = script.run("reports", "show", one["id"]).out.decode()
    assert "row:1 accepted 血红蛋白: 118" in shown
    assert script.run("reports", "delete", one["id"], "--json").answer["erased"] > 3
    assert script.run("reports", "show", one["id"], "--json").code == 4
    log = script.run("record", "export", who, "--json").out.decode()
    assert "hemoglobin" not in log


def test_somebody_elses_waits_and_moves(script: Script, tmp_path: Path) -> None:
    ids = [
        script.run("members", "add", name, "--consent", "--sex", sex, "--born-on", born, "--json").answer["id"]
        for name, sex, born in (("沈建国", "male", "1980-01-05"), ("李秀英", "female", "1950-06-01"))
    ]
    path = tmp_path / "r.txt"
    path.write_text(OTHER, "utf-8")
    (one,) = script.run("reports", "add", str(path), "--for", ids[0], "--json").answer["reports"]
    assert one["whose"] == {"verdict": "differs", "differs": ["name", "sex", "age"], "matches": [ids[1]]}
    assert script.run("reports", "confirm", one["id"], "--sure", "--json").code == 2
    (moved,) = script.run("reports", "move", one["id"], "--for", ids[1], "--json").answer["reports"]
    assert (moved["member"], moved["whose"]["verdict"], moved["status"]) == (ids[1], "same", "preliminary")
    assert script.run("reports", "list", ids[0], "--json").answer == {"reports": [], "unread": []}


def test_measured_in_words(script: Script) -> None:
    who = script.run("members", "add", "爸爸", "--consent", "--json").answer["id"]
    words = "血压 138/85 左臂 坐位 心率72"
    told = script.run("measurements", "add", who, words, "--client-id", "bp-1", "--json").answer
    assert [(m["code"], m["value"], m["body_site"]) for m in told["measurements"]] == [
        ("sbp", 138, "left_arm"), ("dbp", 85, "left_arm"), ("hr", 72, "left_arm"),
    ]  # fmt: skip
    again = script.run("measurements", "add", who, words, "--client-id", "bp-1", "--json").answer
    assert [m["id"] for m in again["measurements"]] == [m["id"] for m in told["measurements"]]
    assert script.run("measurements", "add", who, "今天天气好", "--json").code == 2
    ids = [m["id"] for m in told["measurements"]]
    assert script.run("measurements", "undo", *ids, "--json").answer["status"] == "withdrawn"
    observations = script.run("record", "show", who, "--json").answer["person"].get("observations", [])
    assert json.dumps(observations) == "[]"
