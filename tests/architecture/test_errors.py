"""Errors are named after who must act, and each has one place in the map of every entrypoint."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import kangban
from kangban.kernel.errors import KangbanError

# family → (code in answers, HTTP status, exit code); scripts rely on it (docs/cli.md).
FAMILIES = {
    "InvalidInput": ("invalid_input", 422, 2),
    "NotPermitted": ("not_permitted", 403, 3),
    "NotFound": ("not_found", 404, 4),
    "Conflict": ("conflict", 409, 5),
    "Unavailable": ("unavailable", 503, 6),
    "SettingsRefused": ("unavailable", 500, 7),
    "RulePackRefused": ("unavailable", 500, 7),
    "Broken": ("broken", 500, 1),
}
DOES_NOT_START = {"SettingsRefused", "RulePackRefused"}  # they share one answer: exit 7


NOT_FOR_IMPORT = ("__main__", ".migrations.env")  # they act when imported; alembic hands the second its context


def _import_the_house() -> None:
    for module in pkgutil.walk_packages(kangban.__path__, "kangban."):
        if not module.name.endswith(NOT_FOR_IMPORT):
            importlib.import_module(module.name)


def _below(error: type[KangbanError]) -> Iterator[type[KangbanError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)


def _family(error: type[KangbanError]) -> type[KangbanError]:
    return next(base for base in error.__mro__ if KangbanError in base.__bases__)


def test_every_error_has_a_family_that_is_mapped() -> None:
    _import_the_house()
    wrong = [
        f"{error.__module__}.{error.__qualname__}"
        for error in _below(KangbanError)
        if FAMILIES.get(_family(error).__name__) != (error.code, error.http_status, error.exit_code)
    ]
    assert not wrong, "not mapped, or answering unlike its family: " + ", ".join(wrong)


def test_every_family_exists_and_nobody_belongs_to_two() -> None:
    _import_the_house()
    assert {child.__name__ for child in KangbanError.__subclasses__()} == set(FAMILIES)
    for error in _below(KangbanError):
        families = [base.__name__ for base in error.__mro__ if KangbanError in base.__bases__]
        assert len(families) == 1, f"{error.__qualname__} belongs to {families}"


@pytest.mark.parametrize("position", [0, 2], ids=["code", "exit code"])
def test_families_answer_differently(position: int) -> None:
    answers = [answer[position] for name, answer in FAMILIES.items() if name not in DOES_NOT_START]
    assert len(answers) == len(set(answers))
