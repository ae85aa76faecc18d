"""`python -m kangban_evals identifiers --list FILE`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def run(path: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kangban_evals", "identifiers", "--list", str(path)],
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_a_list_is_scored(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    rows = [
        {"text": "电话13812345678", "spans": [[2, 13, "TEL"]]}, {"text": "王老吉", "spans": [{"start": 0, "end": 3, "kind": "NAME"}]},
        {"text": "患者王芳，INR 2.5"},
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    told = json.loads(run(path).stdout)
    assert (told["lines"], told["labelled"], told["found"]) == (3, 2, 2)
    assert (told["recall"], told["precision"]) == (0.5, 0.5)
    assert told["missed_by_kind"] == {"NAME": 1}
    assert [one["span"] for one in told["wrong"]] == ["王芳"]


def test_a_list_that_is_none_is_said(tmp_path: Path) -> None:
    assert run(tmp_path / "nothing").returncode == 2
    (tmp_path / "bad").write_text("{", "utf-8")
    told = run(tmp_path / "bad")
    assert (told.returncode, told.stdout) == (2, b"")
