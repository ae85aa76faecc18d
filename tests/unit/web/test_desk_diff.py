"""The diff of an edit: complete, in order, and readable."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kangban.web.desk.diff import diff

TEXTS = st.text(alphabet="今天去看医生。布洛芬 300mg\n先不要吃，x", max_size=80)


def side(before: str, after: str, gone_in: str) -> str:
    return "".join(c.text for c in diff(before, after) if c.how in ("same", gone_in))


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back_from_it(before: str, after: str) -> None:
    assert side(before, after, "gone") == before
    assert side(before, after, "new") == after


def test_nothing_changed_is_one_run() -> None:
    assert [(c.how, c.text) for c in diff("今天去看医生。", "今天去看医生。")] == [("same", "今天去看医生。")]
    assert diff("", "") == ()


def test_a_number_goes_as_a_whole_and_chinese_by_the_character() -> None:
    changes = diff("一次喝180毫升。", "一次喝120毫升。")
    assert [(c.how, c.text) for c in changes] == [
        ("same", "一次喝"), ("gone", "180"), ("new", "120"), ("same", "毫升。"),
    ]  # fmt: skip


def test_a_lone_character_between_two_changes_is_rewritten_with_them() -> None:
    hows = [c.how for c in diff("甲乙丙丁", "子乙寅卯")]
    assert hows == ["gone", "new"]


def test_long_texts_are_compared_by_lines_first() -> None:
    lines = [f"第{n}行，先看医生，再问清楚药名和用量，不要自己加药。" for n in range(200)]
    after = [*lines]
    after[100] = "这一行是新写的。"
    changes = diff("\n".join(lines), "\n".join(after))
    assert "".join(c.text for c in changes if c.how != "new") == "\n".join(lines)
    assert "".join(c.text for c in changes if c.how != "gone") == "\n".join(after)
    assert sum(len(c.text) for c in changes if c.how == "gone") < 40
