"""`kangban medicines propose-insert` and `kangban medicines own`."""

from __future__ import annotations

from pathlib import Path

from tests.cli.script import Script, has_shape

NAME = "虚构牌退热止痛片"
TEXT = f"【药品名称】\n通用名称：{NAME}\n【成份】每片含对乙酰氨基酚0.5克、虚构苷5毫克。\n【禁忌】孕妇禁用。"
INSERT = {
    "id": str, "member": str, "status": str, "document": str, "names": list, "unit": str, "contents": list,
    "matched": (str, type(None)), "differences": list,
}  # fmt: skip


def test_an_insert_is_proposed_confirmed_used_and_withdrawn(script: Script, tmp_path: Path) -> None:
    paper = tmp_path / "说明书.txt"
    paper.write_text(TEXT, "utf-8")
    who = script.run("members", "add", "爸爸", "--consent", "--json").answer["id"]
    [made] = script.run("medicines", "propose-insert", str(paper), "--for", who, "--json").answer["inserts"]
    has_shape(made, INSERT)
    assert (made["status"], made["names"], made["unit"], made["matched"]) == ("proposed", [NAME], "片", None)
    assert [(c["ingredient"], c["amount"]) for c in made["contents"]] == [("paracetamol", "0.5 克"), (None, "5 毫克")]
    asked = ("medicines", "check", NAME, "--person", who, "--json")
    assert [m["name"] for m in script.run(*asked).answer["not_in_catalogue"]] == [NAME]
    [sure] = script.run("medicines", "own", "confirm", made["id"], "--json").answer["inserts"]
    assert (sure["id"], sure["status"]) == (made["id"], "confirmed")
    outcome = script.run(*asked).answer
    assert [m["name"] for m in outcome["not_in_catalogue"]] == [f"{NAME}: 虚构苷"]
    assert all(f["family_confirmed_insert"] == [NAME] for f in outcome["findings"])
    assert any(f["kind"] == "composition" for f in outcome["findings"])
    assert script.run("medicines", "own", "dismiss", made["id"], "--json").code == 5
    shown = script.run("medicines", "own", "list", who).out.decode("utf-8")
    assert f"[confirmed] {NAME}" in shown
    assert "虚构苷" in shown
    assert script.run("medicines", "own", "withdraw", made["id"], "--json").answer == {
        "id": made["id"],
        "withdrawn": True,
    }
    assert script.run("medicines", "own", "list", who, "--json").answer == {"inserts": []}
    assert [m["name"] for m in script.run(*asked).answer["not_in_catalogue"]] == [NAME]


def test_what_is_not_there_or_no_insert_is_said(script: Script, tmp_path: Path) -> None:
    paper = tmp_path / "letter.txt"
    paper.write_text("头痛三天", "utf-8")
    who = script.run("members", "add", "爸爸", "--consent", "--json").answer["id"]
    assert script.run("medicines", "propose-insert", str(paper), "--for", who, "--json").code == 2
    assert script.run("medicines", "propose-insert", str(paper), "--for", "nobody", "--json").code == 4
    assert script.run("medicines", "own", "confirm", "nothing", "--json").code == 4
