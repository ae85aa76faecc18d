"""Headings in their many prints, and what stands under them."""

from __future__ import annotations

import pytest

from kangban.perception.inserts.sections import find_sections


def keys(text: str) -> list[tuple[str, str]]:
    return [(s.key, s.text) for s in find_sections(text)]


@pytest.mark.parametrize(
    "heading",
    [
        "【适应症】", "〖适应证〗", "[适应症]", "（适应症）\n", "［适应症］", "【适 应 症】", "【适应\n症】", "【适　应　症】", "适应症：", "适应症:",
        "适应症\n", "一、适应症：", "3．适应症：", "【功能主治】", "【功能与主治】", "【适应症】：", "【适应症 ", "适应症】", "【适应症/功能主治】",
    ],
)  # fmt: skip
def test_a_heading_is_known_in_every_print(heading: str) -> None:
    assert keys(f"【性状】白色片。\n{heading}用于头痛。") == [("appearance", "白色片。"), ("indications", "用于头痛。")]


def test_radicals_are_the_characters_they_look_like() -> None:
    assert [s.key for s in find_sections("【⽤法⽤量】口服。【⻛险】无")] == ["dose", "other"]


def test_a_heading_that_is_only_pointed_to_opens_nothing() -> None:
    assert keys("【用法用量】口服，详见【注意事项】。不超过3天。") == [("dose", "口服，详见【注意事项】。不超过3天。")]


def test_ordinary_words_at_the_start_of_a_line_open_nothing() -> None:
    assert keys("【注意事项】运动员慎用。\n儿童应在成人监护下使用。\n用量请遵医嘱。") == [
        ("cautions", "运动员慎用。\n儿童应在成人监护下使用。\n用量请遵医嘱。")
    ]


def test_one_line_without_brackets_is_cut_at_its_headings() -> None:
    assert [k for k, _ in keys("适应症：用于感冒。用法用量：口服。禁忌：孕妇禁用。贮藏：密封。")] == [
        "indications", "dose", "contraindications", "storage",
    ]  # fmt: skip


def test_english_labels_have_headings_too() -> None:
    text = (
        "Drug Facts\nActive ingredient (in each tablet)   Purpose\nIbuprofen 200 mg\nUses temporarily relieves aches\n"
        "Warnings\nAllergy alert: hives\nDo not use if you have ulcers\n4 CONTRAINDICATIONS\nNone known."
    )
    assert [k for k, _ in keys(text)] == [
        "title", "composition", "indications", "cautions", "warning", "contraindications", "contraindications",
    ]  # fmt: skip


def test_a_text_without_headings_is_all_preface() -> None:
    assert keys("  头痛两天  ") == [("preface", "头痛两天")]


def test_an_unknown_heading_keeps_its_name() -> None:
    (one,) = find_sections("【温馨提示】请放好")
    assert (one.heading, one.key, one.span, one.heading_span) == ("温馨提示", "other", (6, 9), (0, 6))
