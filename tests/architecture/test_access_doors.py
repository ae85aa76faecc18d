"""Every door goes through access: a house is opened for nobody, and `seen_by` alone opens it for somebody."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, parsed, python_files, shown

HOUSE = ROOT / "src" / "kangban"
DOORS = ("web", "api", "cli", "worker.py")

# What opens more than one actor may see. A door names it only with a reason.
WHOLE = {
    "as_system",
    "as_systems_beside",
    "system_actor",
    "open_house",
    "open_store",
    "open_stores",
    "guest_house",
    "AccessedStore",
    "inner",
}
EXCEPTIONS = {
    (
        "src/kangban/worker.py",
        "as_system",
    ): "clocks of reviews run and libraries are read on for every family; nothing of it is shown",
    ("src/kangban/cli/ask.py", "guest_house"): "a person given in words, in memory, is nobody's record",
    ("src/kangban/cli/doctor.py", "open_stores"): "counts families and reviewers, verifies the audit, reads no entry",
    ("src/kangban/cli/encryption.py", "open_stores"): "asks the database about its walls, reads no entry",
    ("src/kangban/cli/vault.py", "open_stores"): "copies and encrypts whole files, shows no entry",
}

# A house still closed may be handed on, closed, or asked for what is no record.
HANDED_TO = {"seen_by", "in_family", "close_house", "keep_heads", "push_async_callback"}
ASKED_FOR = {"family_id", "messenger", "lang", "clock"}
CLOSED_HOUSES = {
    "src/kangban/cli/audit.py": "verifies hashes and numbers of the chains through a house that nobody may read",
}

# Who may read the whole record of a family, and what becomes of it.
AS_SYSTEM = {
    "journeys/house.py": "where it is made",
    "journeys/break_glass.py": "writes the opening itself, which nobody may write by hand; names whom it may be for",
    "journeys/chat_turn.py": "Kangban's answer and the review of it are not the asker's to write",
    "journeys/family.py": "which kept files others still need, before a member is erased",
    "journeys/other_names.py": "names that must not stand in an answer about somebody else",
    "journeys/outbound.py": "names that must not leave this machine",
    "journeys/recall.py": "ids and counts of what a wrong rule touched, for the operator; drafts name no value",
    "journeys/reopen.py": "whether a new fact makes something worse; who is told learns only that there is something",
    "journeys/transmissions.py": "what was sent is written by Kangban",
    "app/houses.py": "loads the demo family; birth dates for invitations",
}
AS_SYSTEM_ROOMS = {
    "journeys/reviewing": "a held answer is read and released after the reviewer's right was checked",
    "journeys/auditing": "retention takes away what is old, whoever it belongs to",
    "journeys/reports": "drops what was erased or moved after the right was checked, checks medicines again, compares "
    "names on papers; no value of it is shown",
}


def doors() -> list[Path]:
    found = [path for path in python_files() if path.is_relative_to(HOUSE)]
    return [path for path in found if path.relative_to(HOUSE).parts[0] in DOORS]


def words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Names used, imported or taken off something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, f".{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, alias.name) for alias in node.names)


def whole_houses(tree: ast.AST, place: str) -> list[str]:
    bad: list[str] = []
    for line, word in words(tree):
        bare = word.removeprefix(".")
        # A local variable may be called inner; taking .inner off a store may not.
        if bare in WHOLE and (bare != "inner" or word.startswith(".")) and (place, bare) not in EXCEPTIONS:
            bad.append(f"{place}:{line}: {bare}")
        if word in ("House", "MemoryRecordStore", "SqlRecordStore") and _is_called(tree, word):
            bad.append(f"{place}:{line}: makes a {word} of its own")
    return bad


def _is_called(tree: ast.AST, name: str) -> bool:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(one, ast.Name) and one.id == name for one in calls)


def unopened_houses(tree: ast.AST, place: str) -> list[str]:
    """Places where `.house` of something opened is used for more than handing it on."""
    if not any(word in ("open_doors", "Opened") for _, word in words(tree)) or place in CLOSED_HOUSES:
        return []
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    bad: list[str] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr != "house" or isinstance(node.ctx, ast.Store):
            continue
        parent = parents[node]
        if isinstance(parent, ast.Call):
            called = parent.func.attr if isinstance(parent.func, ast.Attribute) else getattr(parent.func, "id", "")
            if parent.func is node or called in HANDED_TO:
                continue
        elif (isinstance(parent, ast.Attribute) and parent.attr in ASKED_FOR) or (
            isinstance(parent, ast.Assign) and _handed_on(parent, parents)
        ):
            continue
        bad.append(f"{place}:{node.lineno}: a house is used that was opened for nobody")
    return bad


def _handed_on(assigned: ast.Assign, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a variable that holds the closed house is only handed on inside its function."""
    target = assigned.targets[0]
    scope: ast.AST = assigned
    while not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        scope = parents[scope]
    if not isinstance(target, ast.Name):
        return False
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load):
            parent = parents[node]
            called = getattr(parent.func, "id", "") if isinstance(parent, ast.Call) else ""
            if called not in HANDED_TO and not (isinstance(parent, ast.Attribute) and parent.attr in ASKED_FOR):
                return False
    return True


def test_no_door_opens_a_whole_house() -> None:
    bad = [line for path in doors() for line in whole_houses(parsed(path), shown(path))]
    assert not bad, "a door gets its house from seen_by:\n" + "\n".join(bad)


def test_no_door_uses_a_house_before_it_was_opened_for_somebody() -> None:
    bad = [line for path in doors() for line in unopened_houses(parsed(path), shown(path))]
    assert not bad, "call seen_by(opened.house, actor) first:\n" + "\n".join(bad)


def test_the_chains_are_all_that_the_audit_command_takes() -> None:
    taken: set[str] = set()
    for node in ast.walk(parsed(ROOT / "src/kangban/cli/audit.py")):
        inner = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Attribute) and isinstance(inner, ast.Attribute) and inner.attr == "_opened":
            taken.add(node.attr)
    assert taken == {"audit"}


def test_every_exception_is_still_needed() -> None:
    used = {(shown(path), word.removeprefix(".")) for path in doors() for _, word in words(parsed(path))}
    assert set(EXCEPTIONS) <= used
    assert all((ROOT / place).is_file() for place in CLOSED_HOUSES)


def test_who_reads_as_kangban_itself_is_written_down() -> None:
    found: set[str] = set()
    for path in python_files():
        if path.is_relative_to(HOUSE) and path.relative_to(HOUSE).parts[0] not in DOORS:
            place = path.relative_to(HOUSE).as_posix()
            if any(word in ("as_system", ".as_system") for _, word in words(parsed(path))):
                found.add(place)
    unlisted = {p for p in found if p not in AS_SYSTEM and not p.startswith(tuple(f"{r}/" for r in AS_SYSTEM_ROOMS))}
    assert not unlisted, "whatever is read as Kangban itself must not reach a person; say here what becomes of it"
    assert set(AS_SYSTEM) - {"journeys/house.py"} <= found, "a reason that nobody needs any more"


BAD_DOORS = [
    "async def page():\n    house = await open_house(settings)\n",
    "from kangban.journeys.house import as_system\n",
    "def page(house):\n    return house.store.inner.entries('home')\n",
    "def page():\n    return House('home', store=x)\n",
    "from kangban.record.accessed import AccessedStore\n",
]
BAD_USES = [
    "async def page():\n    opened = await open_doors(settings)\n    return await members(opened.house)\n",
    "async def page():\n    house = (await open_doors(settings)).house\n    return await house.store.entries('home')\n",
    "async def page(opened: Opened):\n    return await opened.house.store.entries('home')\n",
]


@pytest.mark.parametrize("text", BAD_DOORS)
def test_a_door_without_access_is_found(text: str) -> None:
    assert whole_houses(ast.parse(text), "src/kangban/web/new.py")


@pytest.mark.parametrize("text", BAD_USES)
def test_a_house_opened_for_nobody_is_found(text: str) -> None:
    assert unopened_houses(ast.parse(text), "src/kangban/web/new.py")
    fine = "async def page():\n    opened = await open_doors(s)\n    return seen_by(opened.house, actor)\n"
    assert not unopened_houses(ast.parse(fine), "src/kangban/web/new.py")


def test_a_houses_library_is_touched_only_where_access_is_asked() -> None:
    allowed, touched = ("journeys/library/", "app/"), list[str]()
    for path in python_files():
        if not path.is_relative_to(HOUSE) or path.relative_to(HOUSE).as_posix().startswith(allowed):
            continue
        # Whether there is one at all may be asked anywhere.
        compared = {node.left for node in ast.walk(parsed(path)) if isinstance(node, ast.Compare)}
        touched += [
            f"{shown(path)}:{node.lineno}"
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Attribute) and node.attr == "library" and node not in compared
            and getattr(node.value, "id", getattr(node.value, "attr", "")) == "house"
        ]  # fmt: skip
    assert not touched, "go through journeys/library:\n" + "\n".join(touched)
