"""roles.toml is whole: one answer a cell, no gap, no unknown word; anything else and the program does not start."""

from __future__ import annotations

import itertools

import pytest

from kangban.kernel.errors import RulePackRefused
from kangban.record.roles import FILE, GROUPS, PURPOSES, ROLES, WHOSE, read_roles, shipped_roles

TEXT = FILE.read_text("utf-8")


def test_every_cell_has_one_answer() -> None:
    roles = shipped_roles()
    assert set(roles.rights) == set(itertools.product(ROLES - {"system"}, WHOSE))
    for cells in roles.rights.values():
        assert set(cells) <= set(itertools.product(GROUPS, PURPOSES))
        assert set(cells.values()) <= {"yes", "share", "asked"}


BROKEN = [
    # a cell with two answers
    ('role = ["child"]\nwhose = ["own"]\n', 'role = ["child"]\nwhose = ["own"]\nshare = ["identity : view"]\n', "two answers"),
    # a role twice, and one left out
    ('role = ["child"]\nwhose = ["own"]', 'role = ["teen"]\nwhose = ["own"]', "twice"),
    ('role = ["reviewer", "operator"]\nwhose = ["family"]', 'role = ["operator"]\nwhose = ["family"]', "missing"),
    ('yes = ["identity medicines measurements : view"]', 'yes = ["identity medicine measurements : view"]', "unknown word"),
    ('yes = ["identity medicines measurements : view"]', 'yes = ["identity medicines measurements : look"]', "unknown word"),
    ('yes = ["identity medicines measurements : view"]', 'yes = ["identity medicines measurements"]', "colon"),
    ('child = ""\n', "", "writes"),
    ('child = ""\n', 'child = "Prescription"\n', "unknown word"),
    ('talk = "documents', 'talk = "talk documents', "unknown word"),
    ("[withdrawn]", "[withdrawn]\nroles = 1", "unknown field"),
    ("[[rights]]", "[[rights]", "roles.toml"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "why"), BROKEN)
def test_a_file_that_is_not_whole_is_refused(right: str, wrong: str, why: str) -> None:
    assert right in TEXT
    with pytest.raises(RulePackRefused, match=why):
        read_roles(TEXT.replace(right, wrong, 1))
