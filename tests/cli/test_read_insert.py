"""`kangban medicines read-insert`."""

from __future__ import annotations

from pathlib import Path

from tests.cli.script import Script, has_shape

TEXT = "OTC 甲类\n【药品名称】\n通用名称：布洛芬片\n【成份】每片含布洛芬0.2克。\n【禁忌】孕妇禁用。"


def test_a_file_is_read_to_the_documented_shape(script: Script, tmp_path: Path) -> None:
    path = tmp_path / "说明书.txt"
    path.write_text(TEXT, "utf-8")
    ran = script.run("medicines", "read-insert", str(path), "--json")
    assert ran.code == 0, ran
    answer = ran.answer
    has_shape(answer, {"sections": list, "entities": list, "proposal": dict, "differences": list, "matched": str})
    for one in answer["sections"]:
        has_shape(one, {"heading": str, "text": str, "span": list, "key": str, "heading_span": list})
        assert TEXT[slice(*one["span"])] == one["text"]
    for one in answer["entities"]:
        has_shape(one, {"kind": str, "text": str, "span": list})
        assert TEXT[slice(*one["span"])] == one["text"]
    assert answer["proposal"]["status"] == "proposed"
    assert answer["matched"] == "ibuprofen"


def test_lines_are_answered_in_order_and_faults_stay_in_their_place(script: Script, tmp_path: Path) -> None:
    page = tmp_path / "page.pdf"
    page.write_bytes(b"%PDF-1.7 x")
    asked = [
        {"text": TEXT},
        {"file": str(page)},
        {"file": str(tmp_path / "none")},
        {},
        {"text": "a", "file": "b"},
        {"words": "x"},
        {"text": "头痛"},
    ]
    ran = script.lines("medicines read-insert", asked)
    codes = [(a.get("error") or {}).get("code") for a in ran.answers]
    assert codes == [None, "invalid_input", "invalid_input", "invalid_input", "invalid_input", "invalid_input", None]
    assert ran.code == 2
    assert "布洛芬" not in ran.err


def test_people_read_what_it_would_be_and_that_it_is_not_used(script: Script, tmp_path: Path) -> None:
    path = tmp_path / "insert.txt"
    path.write_text(TEXT, "utf-8")
    ran = script.run("medicines", "read-insert", str(path))
    assert ran.code == 0
    shown = ran.out.decode("utf-8")
    assert "布洛芬片 [otc_a] -> ibuprofen (proposed, not used for checks)" in shown
    assert "+ 布洛芬 0.2 克 / 片 (ibuprofen)" in shown
