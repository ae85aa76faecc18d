"""A test that drives a browser or Node gets one second try; the report names every test that needed it.

Nothing else is tried again: a property, a race of ours or a wrong answer that shows once in two runs must be seen.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FOLDERS = (TESTS / "e2e", TESTS / "conformance")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what may be tried again."""
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in FOLDERS):
            item.add_marker(pytest.mark.flaky(reruns=1))
