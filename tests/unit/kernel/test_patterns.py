"""Patterns compiled late: like compiled ones in use, and every one of the program is a pattern."""

from __future__ import annotations

import copy
import gc
import importlib
import pkgutil
import re

import pytest

import kangban
from kangban.kernel.patterns import LazyPattern, lazy_pattern

# Rooms that talk are imported by their own tests; these hold the patterns.
_ROOMS = ("kernel", "clinical", "rules", "perception", "reasoning", "retrieval", "guard", "agent")


def test_it_does_what_a_compiled_pattern_does() -> None:
    late, ready = lazy_pattern(r"(\d+) ?(mg|片)", re.IGNORECASE), re.compile(r"(\d+) ?(mg|片)", re.IGNORECASE)
    text = "500 MG, 2片"
    assert [m.groups() for m in late.finditer(text)] == [m.groups() for m in ready.finditer(text)]
    assert late.findall(text) == ready.findall(text)
    assert late.sub("x", text) == ready.sub("x", text)
    assert late.split(text) == ready.split(text)
    assert (late.pattern, late.flags, late.groups) == (ready.pattern, ready.flags, ready.groups)
    assert late.fullmatch("5mg") is not None
    assert copy.deepcopy(late).search(text) is not None


def test_it_is_compiled_once() -> None:
    late = lazy_pattern("a+")
    assert "search" not in vars(late)
    late.match("a")
    assert vars(late)["search"] == re.compile("a+").search
    with pytest.raises(AttributeError):
        _ = late.no_such_method  # type: ignore[attr-defined]


def test_every_pattern_of_the_program_compiles() -> None:
    for room in _ROOMS:
        place = importlib.import_module(f"kangban.{room}")
        for one in pkgutil.walk_packages(place.__path__, f"{place.__name__}."):
            importlib.import_module(one.name)
    found = [one for one in gc.get_objects() if isinstance(one, LazyPattern)]
    assert len(found) > 150, kangban.__version__
    for one in found:
        one.compiled()
