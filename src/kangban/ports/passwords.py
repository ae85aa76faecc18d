"""Hashing of passwords: argon2id in the real house."""

from __future__ import annotations

from typing import Protocol


class Passwords(Protocol):
    """Slow on purpose; call it in a thread."""

    def hash(self, password: str) -> str:
        """A salted hash with its parameters."""
        ...

    def verify(self, password_hash: str, password: str) -> bool:
        """Whether they belong together; for an empty or broken hash the same work is done and the answer is no."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash should be made anew with today's parameters."""
        ...
