"""What the workshop's pages show: sentences with their numbers, two papers side by side, what is kept for whom."""

from __future__ import annotations

import msgspec
import pytest

from kangban.clinical.citation import Citation
from kangban.journeys.render import label
from kangban.kernel.errors import NotFound
from kangban.ports.agents import AgentDefinition
from kangban.ports.media import Media
from kangban.web.workshop.answered import claims_of, urgent_line, without_label
from kangban.web.workshop.passing import Drafts, Made
from kangban.web.workshop.versions import side_by_side
from kangban.web.workshop.waits import visible


def cited(*ids: str) -> list[Citation]:
    return [Citation(one, "说明书", "厂家", 2020, "【用法】", "一次一片", "read_label") for one in ids]


def test_numbers_become_sources_and_other_brackets_stay_words() -> None:
    found = claims_of("一句[1][2]又一句[3]。\n- 列表 a[0] 和 x[9]\n\n末句", cited("a", "b", "c"))
    assert [(c.text, c.citations, c.line) for c in found] == [
        ("一句", ("a", "b"), True), ("又一句", ("c",), False), ("。", (), False),
        ("- 列表 a[0]", (), True), ("和 x[9]", (), False), ("末句", (), True),
    ]  # fmt: skip
    assert claims_of("没有出处[1]", []) == [msgspec.structs.replace(found[-1], text="没有出处[1]")]


def test_the_label_goes_to_the_foot_and_how_soon_to_the_top() -> None:
    text = f"现在打 120：胸口剧痛。\n坐下别动。\n\n{label('zh', 'offline')}"
    bare = without_label(text, "zh", "offline")
    assert bare == "现在打 120：胸口剧痛。\n坐下别动。"
    assert urgent_line(bare, "emergency", "zh") == "现在打 120：胸口剧痛。"
    assert urgent_line(bare, "unknown", "zh") == ""
    assert urgent_line("坐下别动。", "emergency", "zh") == ""


def test_equal_lines_are_left_out_but_for_those_beside_a_change() -> None:
    before = "\n".join(str(n) for n in range(20))
    rows = side_by_side(before, before.replace("10\n", "ten\nmore\n"))
    assert [(r.left, r.right) for r in rows if r.how == "changed"] == [("10", "ten"), (None, "more")]
    assert [r.left_out for r in rows if r.how == "cut"] == [7, 6]
    assert [r.left for r in rows if r.how == "same"] == ["7", "8", "9", "11", "12", "13"]
    assert [r.how for r in side_by_side("a\nb", "a\nb")] == ["same", "same"]
    assert side_by_side("", "") == []


def test_drafts_are_their_owners_and_the_oldest_go_first() -> None:
    drafts = Drafts(most=3, most_of_one=2)
    first, second, third = (drafts.put("me", AgentDefinition(f"a{n}")) for n in range(3))
    assert drafts.get("me", third).name == "a2"
    for owner, name in (("me", first), ("you", second), ("", "")):
        with pytest.raises(NotFound):
            drafts.get(owner, name)
    for n in range(3):
        drafts.put(f"other{n}", AgentDefinition("b"))
    with pytest.raises(NotFound):
        drafts.get("me", third)


def test_what_was_made_is_its_owners_and_bounded() -> None:
    made = Made(most=30, most_of_one=20)
    first = made.put("me", Media("file", "text/plain", b"a" * 10))
    second = made.put("me", Media("file", "text/plain", b"b" * 10))
    assert made.get("me", first).content == b"a" * 10
    third = made.put("me", Media("file", "text/plain", b"c" * 10))
    with pytest.raises(NotFound):
        made.get("me", first)
    with pytest.raises(NotFound):
        made.get("you", third)
    huge = made.put("me", Media("file", "text/plain", b"d" * 21))
    with pytest.raises(NotFound):
        made.get("me", huge)
    made.put("you", Media("file", "text/plain", b"e" * 20))
    with pytest.raises(NotFound):
        made.get("me", second)
    assert made.get("me", third).content == b"c" * 10


def test_what_one_agrees_to_hides_no_character() -> None:
    assert visible('{"to": "a\u202eb\u200b"}\n汉字 é') == '{"to": "a\\u{202e}b\\u{200b}"}\n汉字 é'
