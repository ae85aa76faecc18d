"""`kangban medicines took|taken|undo` as a script: documented keys, the same tap twice, faults that write nothing."""

from __future__ import annotations

from tests.cli.script import Script, has_shape

NONE = type(None)
SUM = {
    "ingredient": str, "name": str, "amount": (str, NONE), "times": int, "hours_since": (int, float), "products": list,
    "amount_unknown": list, "limit": (str, NONE), "place": (str, NONE),
}  # fmt: skip
DAY = {"doses": list, "sums": list, "not_in_catalogue": list}


def test_taken_summed_and_undone(demo: Script) -> None:
    words = ("medicines", "took", "对乙酰氨基酚", "--for", "nainai", "--dose", "500 mg", "--client-id", "tap-one")
    first = demo.run(*words, "--demo", "--json")
    again = demo.run(*words, "--demo", "--json")
    assert (first.code, again.code) == (0, 0), first.err
    has_shape(first.answers[0], {"id": str, **DAY})
    assert again.answers[0]["id"] == first.answers[0]["id"]
    day = demo.run("medicines", "taken", "nainai", "--demo", "--json", "--lang", "en").answers[0]
    has_shape(day, DAY)
    (dose,) = day["doses"]
    has_shape(dose, {"id": str, "name": str, "dose": (str, NONE), "at": str})
    (one,) = day["sums"]
    has_shape(one, SUM)
    assert (one["name"], one["amount"], one["times"]) == ("paracetamol", "500 mg", 1)
    undone = demo.run("medicines", "undo", dose["id"], "--demo", "--json")
    assert undone.answers == [{"id": dose["id"], "status": "withdrawn"}]
    assert demo.run("medicines", "taken", "nainai", "--demo", "--json").answers[0]["doses"] == []


def test_faults_write_nothing(demo: Script) -> None:
    future = demo.run(
        "medicines", "took", "布洛芬", "--for", "nainai", "--at", "2100-01-01T00:00:00Z", "--demo", "--json"
    )
    zone = demo.run("medicines", "took", "布洛芬", "--for", "nainai", "--at", "2026-01-01T00:00:00", "--demo", "--json")
    nobody = demo.run("medicines", "took", "布洛芬", "--for", "nobody", "--demo", "--json")
    assert (future.code, zone.code, nobody.code) == (2, 2, 4)
    assert demo.run("medicines", "taken", "nainai", "--demo", "--json").answers[0]["doses"] == []
