"""`kangban rules recall` as a script: documented keys, and words that are no rule."""

from __future__ import annotations

from tests.cli.script import Script, has_shape


def test_a_rule_that_an_answer_rests_on(demo: Script) -> None:
    asked = demo.run("ask", "布洛芬能吃吗", "--person", "nainai", "--demo", "--json")
    assert asked.code == 0, asked.err
    rule = asked.answers[0]["findings"][0]["rule"]
    ran = demo.run("rules", "recall", rule, "--demo", "--json")
    assert ran.code == 0, ran.err
    (answer,) = ran.answers
    keys = {"rule": str, "known": bool, "families": int, "count": dict, "members": list, "notices": list}
    has_shape(answer, keys)
    has_shape(answer["count"], {"persons": int, "conclusions": int, "answers": int})
    assert answer["count"] == {"persons": 1, "conclusions": 1, "answers": 1}
    (one,) = answer["members"]
    has_shape(one, {"family_id": str, "member_id": str, "conclusions": list, "answers": list})
    assert one["member_id"] == "nainai"


def test_words_that_are_no_rule(demo: Script) -> None:
    ran = demo.run("rules", "recall", "warfarin", "--demo", "--json")
    assert ran.code == 2
    assert ran.answers[0]["error"]["field"] == "rule"
