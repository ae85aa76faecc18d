"""The word lists of package inserts."""

from __future__ import annotations

from pathlib import Path

import pytest

from kangban.kernel.errors import RulePackRefused
from kangban.rules.inserts import insert_words, read_insert_words

HEAD = 'version = 1\nauthor = "a"\nreview_by = 2027-01-01\n'


def test_every_kind_has_words_and_every_key_a_name() -> None:
    words = insert_words()
    assert len(set(words.words.values())) >= 12
    assert all(h.names or h.english for h in words.headings)


@pytest.mark.parametrize(
    "body",
    [
        '[[group]]\nkind = "disease"\nwords = "甲 乙"\n[[group]]\nkind = "symptom"\nwords = "乙"\n',
        '[[group]]\nkind = "nothing"\nwords = "甲"\n',
        '[[heading]]\nkey = "dose"\nnames = ["用量"]\n[[heading]]\nkey = "strength"\nnames = ["用量"]\n',
        "",
    ],
)
def test_a_faulty_list_is_refused(body: str, tmp_path: Path) -> None:
    folder = tmp_path / "medication" / "inserts"
    folder.mkdir(parents=True)
    (folder / "one.toml").write_text(HEAD + body, "utf-8")
    with pytest.raises(RulePackRefused):
        read_insert_words(tmp_path)
