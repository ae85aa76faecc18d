"""Tests keep their keys to themselves: no test makes one in the tester's keyring or among the tester's own keys."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile


def pytest_configure() -> None:
    """Before anything opens a directory; children inherit it."""
    if "KANGBAN_TESTS_KEYS" not in os.environ:
        folder = tempfile.mkdtemp(prefix="kangban-test-keys-")
        os.environ["KANGBAN_TESTS_KEYS"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["XDG_CONFIG_HOME"] = os.environ["KANGBAN_TESTS_KEYS"]
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    for name in ("KANGBAN_KEY", "KANGBAN_KEY_FILE", "KANGBAN_KEY_DIR"):
        os.environ.pop(name, None)
