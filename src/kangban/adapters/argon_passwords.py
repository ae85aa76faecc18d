"""Passwords as argon2id hashes."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

# OWASP's minimum is 19 MiB with two passes; 32 MiB stays under 150 ms for a login on two small cores.
MEMORY_KIB: Final = 32 * 1024
PASSES: Final = 2
LANES: Final = 1


class ArgonPasswords:
    """`Passwords` by argon2-cffi. Slow on purpose: call it in a thread."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        self._of_nobody = ""

    def hash(self, password: str) -> str:
        """See Passwords.hash."""
        return self._hasher.hash(password)

    def verify(self, password_hash: str, password: str) -> bool:
        """See Passwords.verify."""
        nobody = self._nobody()  # for every call, so that the first one takes the same time whoever asks
        try:
            return self._hasher.verify(password_hash or nobody, password) and bool(password_hash)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError):
            self._work(password)
            return False

    def is_outdated(self, password_hash: str) -> bool:
        """See Passwords.is_outdated."""
        try:
            return self._hasher.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True

    def _nobody(self) -> str:
        """What a login that does not exist is compared with; made on first use, because it takes as long as a login."""
        if not self._of_nobody:
            self._of_nobody = self._hasher.hash("nobody")
        return self._of_nobody

    def _work(self, password: str) -> None:
        try:
            self._hasher.verify(self._nobody(), password)
        except VerificationError:
            return
