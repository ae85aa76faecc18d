"""Reads the project's own files for the architecture tests."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("src", "tests", "benchmarks", "scripts", "examples")

type_of_definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def python_files() -> tuple[Path, ...]:
    """Return every Python file of src, tests, benchmarks, scripts and examples."""
    return tuple(sorted(path for folder in CODE_FOLDERS for path in (ROOT / folder).rglob("*.py")))


@cache
def committed_files() -> tuple[Path, ...]:
    """Return every file git holds or would hold (not ignored); empty outside a git checkout."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


@cache
def parsed(path: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def definitions(path: Path) -> Iterator[type_of_definition]:
    """Yield every class and function of the file, methods and inner ones too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, type_of_definition):
            yield node


def shown(path: Path) -> str:
    """Return the path as people write it: from the project's root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()
