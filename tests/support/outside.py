"""What tests need from the machine: a browser, a PostgreSQL. Where one is missing the test says so and skips."""

from __future__ import annotations

import os
import shutil

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str:
    """Return the path of the system's Chromium (for playwright's executable_path), or skip the test."""
    chosen = os.environ.get("KANGBAN_TEST_CHROMIUM")
    for name in (chosen,) if chosen else _BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.skip("no chromium on PATH: install it (Debian: apt install chromium fonts-noto-cjk) to run browser tests")


def postgres_url() -> str:
    """Return the postgresql+asyncpg:// address of an empty database tests may fill, or skip the test."""
    url = os.environ.get("KANGBAN_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("KANGBAN_TEST_POSTGRES_URL is not set: .ci/run starts a PostgreSQL and sets it")
    return url
