"""`kangban privacy hide|sent`: documented shapes, and bad lines that leave the others alone."""

from __future__ import annotations

from tests.cli.script import Script

LINE = {"text": "患者沈桂兰，身份证11010519491231002X，INR 2.5，电话１３８１２３４５６７８", "names": ["沈桂兰"]}


def test_hide(script: Script) -> None:
    ran = script.lines("privacy hide", [LINE, {"text": "白加黑和王老吉"}, {"texts": "x"}, b"\xff", {"text": "张医生"}])
    first, second, third, fourth, fifth = ran.answers
    assert set(first) == {"text", "spans", "marks"}
    assert first["text"] == "患者〔NAME1〕，身份证〔ID2〕，INR 2.5，电话〔TEL3〕"
    assert first["marks"] == {
        "〔NAME1〕": "沈桂兰",
        "〔ID2〕": "11010519491231002X",
        "〔TEL3〕": "１３８１２３４５６７８",
    }
    text = str(LINE["text"])
    assert [(text[s["start"] : s["end"]], s["kind"]) for s in first["spans"]] == [
        ("沈桂兰", "NAME"), ("11010519491231002X", "ID"), ("１３８１２３４５６７８", "TEL"),
    ]  # fmt: skip
    assert second == {"text": "白加黑和王老吉", "spans": [], "marks": {}}
    assert third["error"]["field"] == "texts"
    assert fourth["error"]["code"] == "invalid_input"
    assert fifth["text"] == "〔NAME1〕医生"
    assert ran.code == 2


def test_hide_in_words(script: Script) -> None:
    assert (
        script.run("privacy", "hide", "阿强头疼，电话13812345678", "--name", "阿强").out.decode()
        == "〔NAME1〕头疼，电话〔TEL2〕\n"
    )


def test_sent(demo: Script) -> None:
    ran = demo.run("privacy", "sent", "nainai", "--demo", "--json")
    assert ran.answer == {"member": "nainai", "transmissions": []}
    assert demo.run("privacy", "sent", "nobody", "--demo", "--json").error[0] == "not_found"
