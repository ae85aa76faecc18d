"""Each hazard has a control and tests that exist; that they pass is the suite's business."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HAZARDS = tomllib.loads((ROOT / "docs" / "hazards.toml").read_text("utf-8"))["hazard"]


def names_of_tests(path: Path) -> set[str]:
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    return {
        n.name for n in found if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name.startswith("test_")
    }


@pytest.mark.parametrize("row", HAZARDS, ids=lambda row: row["id"])
def test_every_hazard_has_a_test(row: dict[str, object]) -> None:
    assert row["hazard"]
    assert row["control"]
    named = row["tests"]
    assert isinstance(named, list)
    assert named
    for one in named:
        file, _, name = str(one).partition("::")
        found = names_of_tests(ROOT / file)
        assert found
        assert not name or name in found, one


def test_ids_are_unique() -> None:
    ids = [row["id"] for row in HAZARDS]
    assert len(ids) == len(set(ids))
