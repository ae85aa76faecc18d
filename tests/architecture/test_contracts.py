"""The floors hold, and each contract bites: a small copy of the house with one bad import planted must fail by name."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

ROOMS = (
    "kernel", "clinical", "rules", "ports", "perception", "reasoning", "retrieval", "record", "care", "review",
    "agent", "guard", "toolbox", "journeys", "adapters", "settings", "app", "web", "api", "worker", "cli",
)  # fmt: skip

AT_TOP = "import {0}\n"
IN_FUNCTION = "def later():\n    import {0}\n"
WHEN_CHECKING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {0}\n"


@dataclass(frozen=True)
class Plant:
    """One bad import: in this module, of that one, written so; it must break the contract of that id."""

    contract: str
    module: str
    imports: str
    written: str = AT_TOP


FLOORS = [
    Plant("floors", lower, f"kangban.{upper}.inside")
    for lower, upper in [
        ("kernel", "clinical"), ("clinical", "rules"), ("rules", "ports"), ("ports", "perception"), ("ports", "review"),
        ("reasoning", "agent"), ("record", "guard"), ("agent", "toolbox"), ("guard", "toolbox"), ("toolbox", "journeys"),
        ("toolbox", "adapters"), ("toolbox", "settings"), ("journeys", "app"), ("adapters", "app"), ("settings", "app"),
        ("app", "web"), ("app", "api"), ("app", "worker"), ("web", "cli"), ("api", "cli"), ("worker", "cli"),
    ]
]  # fmt: skip
NEIGHBOURS = [
    Plant("floors", room, f"kangban.{other}.inside")
    for room, other in [
        ("perception", "reasoning"), ("reasoning", "perception"), ("retrieval", "record"), ("record", "care"),
        ("care", "review"), ("review", "retrieval"), ("agent", "guard"), ("guard", "agent"), ("journeys", "adapters"),
        ("adapters", "journeys"), ("adapters", "settings"), ("settings", "journeys"), ("web", "api"), ("api", "worker"),
    ]
]  # fmt: skip
WAYS_TO_HIDE = [
    Plant("floors", "kernel", "kangban.web.inside", IN_FUNCTION),
    Plant("floors", "reasoning", "kangban.perception.inside", WHEN_CHECKING),
    Plant("technology", "record", "sqlalchemy", IN_FUNCTION),
    Plant("technology", "agent", "httpx", WHEN_CHECKING),
    Plant("evals", "kernel", "kangban_evals", IN_FUNCTION),
    Plant("evals", "cli", "kangban_evals", WHEN_CHECKING),
    Plant("adapters", "adapters", "kangban.adapters.other", IN_FUNCTION),
]
TECHNOLOGY = [
    Plant("technology", room, package)
    for room, package in [
        ("kernel", "sqlalchemy"), ("clinical", "httpx"), ("rules", "typer"), ("ports", "fastapi"), ("perception", "tantivy"),
        ("reasoning", "starlette"), ("retrieval", "sqlite3"), ("care", "alembic"), ("review", "nicegui"),
        ("guard", "socket"), ("toolbox", "torch"), ("journeys", "asyncpg"),
    ]
]  # fmt: skip
OTHERS = [
    Plant("evals", "web", "kangban_evals.scores"),
    Plant("adapters", "adapters", "kangban.adapters.other.deeper"),
]
PLANTS = FLOORS + NEIGHBOURS + WAYS_TO_HIDE + TECHNOLOGY + OTHERS


def _contracts() -> dict[str, str]:
    """Return id → name of every contract in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {each["id"]: each["name"] for each in project["tool"]["importlinter"]["contracts"]}


def _build(at: Path) -> None:
    """Write a house with every room, each holding `inside`, under the real contracts."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (at / "pyproject.toml").write_text(project, encoding="utf-8")
    modules = [f"kangban.{room}.inside" for room in ROOMS]
    modules += ["kangban_evals.scores", "kangban.adapters.other.deeper"]
    for module in modules:
        *packages, name = module.split(".")
        folder = at
        for package in packages:
            folder /= package
            folder.mkdir(exist_ok=True)
            (folder / "__init__.py").touch()
        (folder / f"{name}.py").touch()


def _lint(at: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command as c; c()",
    ]
    return subprocess.run([*command, "--no-logo", "--no-cache"], cwd=at, capture_output=True, text=True, check=False)


def test_the_house_keeps_every_contract() -> None:
    answer = _lint(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_house_without_bad_imports_passes(tmp_path: Path) -> None:
    _build(tmp_path)
    answer = _lint(tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"{len(_contracts())} kept, 0 broken" in answer.stdout


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}-{plant.module}-{plant.imports}")
def test_a_bad_import_breaks_its_contract(plant: Plant, tmp_path: Path) -> None:
    _build(tmp_path)
    bad = tmp_path / "kangban" / plant.module / "inside.py"
    bad.write_text(plant.written.format(plant.imports), encoding="utf-8")
    answer = _lint(tmp_path)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    broken = {name for name in _contracts().values() if f"{name} BROKEN" in " ".join(answer.stdout.split())}
    assert broken == {_contracts()[plant.contract]}, answer.stdout


def test_a_room_that_is_on_no_floor_breaks_the_floors(tmp_path: Path) -> None:
    _build(tmp_path)
    (tmp_path / "kangban" / "attic.py").touch()
    answer = _lint(tmp_path)
    assert answer.returncode == 1
    assert "attic" in answer.stdout


def test_every_contract_is_broken_once() -> None:
    assert {plant.contract for plant in PLANTS} == set(_contracts())
