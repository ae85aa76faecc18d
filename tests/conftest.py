"""Fixtures and plugins every test sees."""

from __future__ import annotations

pytest_plugins = ["tests.support.no_skips", "tests.support.own_keys", "tests.support.second_try"]
