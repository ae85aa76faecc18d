"""`kangban library …` as a script: shapes, folders, streams, errors."""

from __future__ import annotations

from tests.cli.script import has_shape
from tests.journeys.library.books import GRAPH, GUIDE, TRADITION, zipped

HIT = {
    "id": str, "title": str, "passage": str, "score": (int, float), "document": str, "page": (int, type(None)), "licence": str,
    "heading": str, "tradition": bool,
}  # fmt: skip
ANSWER = {
    "question": str, "urgency": str, "lead": str, "sentences": list, "paths": list, "hits": list, "found": bool, "text": str,
}  # fmt: skip


def books(folder):
    (folder / "shelf" / "inner").mkdir(parents=True)
    (folder / "shelf" / ".hidden").write_bytes(b"not this")
    for one in (GUIDE, GRAPH):
        (folder / "shelf" / "inner" / one.name).write_bytes(one.content)
    (folder / "more.zip").write_bytes(zipped(TRADITION, GUIDE))
    return [str(folder / "shelf"), str(folder / "more.zip")]


def test_from_adding_to_removing(script, tmp_path):
    ran = script.run("library", "add", *books(tmp_path / "in"), "--licence", "CC0", "--json")
    assert ran.code == 0, ran
    assert {d["name"]: d["state"] for d in ran.answer["documents"]} == {
        "guide.md": "ready", "graph.jsonl": "ready", "中医食疗.txt": "ready",
    }  # fmt: skip
    listed = script.run("library", "list", "--json").answer["documents"]
    assert {d["name"]: d["tradition"] for d in listed} == {
        "guide.md": False,
        "graph.jsonl": False,
        "中医食疗.txt": True,
    }
    assert {d["licence"] for d in listed} == {"CC0"}
    found = script.lines(
        "library search", [{"query": "高血压每天吃多少盐", "top": 2}, {"query": 3}, {"query": "流感", "top": 1}]
    )
    assert found.code == 2
    first, wrong, last = found.answers
    for hit in (*first["hits"], *last["hits"]):
        has_shape(hit, HIT)
    assert "不超过 5 克" in first["hits"][0]["passage"]
    assert wrong["error"]["field"] == "query"
    guide = next(d["id"] for d in listed if d["name"] == "guide.md")
    assert script.run("library", "remove", guide, "--json").answer == {"id": guide, "status": "removed"}
    assert script.run("library", "remove", guide, "--json").code == 4
    assert "不超过 5 克" not in script.run("library", "search", "高血压每天吃多少盐").out.decode()


def test_asking(script, tmp_path):
    script.run("library", "add", *books(tmp_path / "in"))
    ran = script.run("library", "ask", "流感的并发症有什么症状", "--json")
    has_shape(ran.answer, ANSWER)
    assert next(p["names"] for p in ran.answer["paths"]) == ["流感", "肺炎", "咳嗽"]
    for hit in ran.answer["hits"]:
        has_shape(hit, HIT)
    assert "没有找到" in script.run("library", "ask", "怎么修自行车").out.decode()
    later = script.lines("library ask", [{"question": "那肺炎呢？", "earlier": ["流感有什么症状？"]}]).answer
    assert later["question"] == "肺炎有什么症状？"


def test_bad_input(script, tmp_path):
    assert script.run("library", "add", "--json").error == ("invalid_input", "paths")
    assert script.run("library", "add", str(tmp_path / "nothing"), "--json").error == ("invalid_input", "paths")
    assert script.run("library", "ask", "", "--json").code == 2
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 broken")
    assert script.run("library", "add", str(tmp_path / "x.zip"), "--json").code == 2
    assert script.run("library", "list", "--json").answer == {"documents": []}
