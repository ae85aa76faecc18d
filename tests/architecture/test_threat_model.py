"""Every row of the threat model names tests, and they are there."""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT

MODEL = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
_ROW = re.compile(r"^\| \*\*[STRIDE]\*\* .*$", re.MULTILINE)


def test_every_threat_has_a_test_that_exists() -> None:
    rows = _ROW.findall(MODEL)
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"tests/[\w/]+\.py", row.rsplit("|", 2)[1])
        assert named, row
        assert [name for name in named if not (ROOT / name).is_file()] == [], row


def test_every_letter_is_thought_of_and_the_gaps_are_told() -> None:
    assert {row[4] for row in _ROW.findall(MODEL)} == set("STRIDE")
    assert "## What is not protected" in MODEL
