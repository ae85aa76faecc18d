"""Files up to 350 lines, functions up to 60. The list of exceptions may only shrink."""

from __future__ import annotations

import ast

from tests.architecture.tree import CODE_FOLDERS, ROOT, definitions, python_files, shown

FILE_LINES = 350
FUNCTION_LINES = 60

# "path" or "path::function" → its lines today. Lower a number when it falls; take the line out when it fits.
# Nothing is ever added: MOST_EXCEPTIONS goes down with the list.
EXCEPTIONS: dict[str, int] = {}
MOST_EXCEPTIONS = 0


def _sizes() -> dict[str, tuple[int, int]]:
    """Return name → (lines, limit) of every file and function."""
    found: dict[str, tuple[int, int]] = {}
    scripts = [path for folder in CODE_FOLDERS for path in (ROOT / folder).rglob("*.sh")]
    for path in (*python_files(), *scripts):
        found[shown(path)] = (len(path.read_text(encoding="utf-8").splitlines()), FILE_LINES)
    for path in python_files():
        for node in definitions(path):
            if not isinstance(node, ast.ClassDef):
                name = f"{shown(path)}::{node.name}"
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                found[name] = max(found.get(name, (0, FUNCTION_LINES)), (lines, FUNCTION_LINES))
    return found


def test_files_and_functions_are_small() -> None:
    too_long = [
        f"{name}: {lines} lines, limit {limit}"
        for name, (lines, limit) in _sizes().items()
        if lines > max(limit, EXCEPTIONS.get(name, 0))
    ]
    assert not too_long, "split them by idea:\n" + "\n".join(too_long)


def test_the_list_of_exceptions_only_shrinks() -> None:
    sizes = _sizes()
    stale = [
        f"{name}: listed with {listed}, has {sizes.get(name, (0, 0))[0]}"
        for name, listed in EXCEPTIONS.items()
        if name not in sizes or sizes[name][0] <= sizes[name][1] or sizes[name][0] < listed
    ]
    assert not stale, "lower the number, or take the line out:\n" + "\n".join(stale)
    assert len(EXCEPTIONS) == MOST_EXCEPTIONS, "an exception went: lower MOST_EXCEPTIONS; none is ever added"
