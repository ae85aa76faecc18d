"""`python -m kangban_evals inserts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kangban_evals.inserts import mark_inserts, read_inserts

TEXT = "【禁忌】孕妇禁用。"
SETS = Path(__file__).parents[2] / "benchmarks" / "sets" / "inserts"


def write(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "list.jsonl"
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), "utf-8")
    return path


def test_right_missed_and_wrong_are_counted(tmp_path: Path) -> None:
    rows = [
        {"text": TEXT, "entities": [[4, 6, "person_group"], {"kind": "disease", "span": [6, 8]}], "sections": ["contraindications"]},
        {"text": TEXT, "entities": [], "sections": ["dose"]},
    ]  # fmt: skip
    marks = mark_inserts(read_inserts(write(tmp_path, *rows)))
    assert (marks.micro.labelled, marks.micro.found, marks.micro.right) == (2, 2, 1)
    assert (marks.micro.precision, marks.micro.recall, marks.micro.f1, marks.headings) == (0.5, 0.5, 0.5, 0.5)
    assert [m["text"] for m in marks.missed] == ["禁用"]
    assert [w["text"] for w in marks.wrong] == ["孕妇"]


@pytest.mark.parametrize("spot", [[0, 2, "thing"], [0, 99, "drug"], [3, 3, "drug"]])
def test_a_label_that_cannot_be_is_refused(spot: list[object], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="span"):
        read_inserts(write(tmp_path, {"text": TEXT, "entities": [spot]}))


@pytest.mark.parametrize(("split", "least"), [("development", 100), ("held_out", 60), ("second", 60)])
def test_the_sets_are_whole_and_read_well(split: str, least: int) -> None:
    rows = read_inserts(SETS / f"{split}.jsonl")
    assert len(rows) >= least
    assert all(row.text[s].strip() and row.text[e - 1].strip() for row in rows for s, e, _ in row.entities)
    marks = mark_inserts(rows)
    assert marks.micro.f1 >= 0.9
    assert marks.headings is not None
    assert marks.headings >= 0.98
