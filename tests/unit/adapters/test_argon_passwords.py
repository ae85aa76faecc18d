"""Hashes of passwords: argon2id with at least OWASP's minimum, and the same work for every answer."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from kangban.adapters.argon_passwords import ArgonPasswords

GOOD = "梧桐树下 seven herons"


def test_a_hash_is_argon2id_salted_and_not_below_the_minimum() -> None:
    passwords = ArgonPasswords()
    one, two = passwords.hash(GOOD), passwords.hash(GOOD)
    made = extract_parameters(one)
    assert one != two
    assert made.type is Type.ID
    assert made.memory_cost >= 19 * 1024
    assert made.time_cost >= 2
    assert passwords.verify(one, GOOD)
    assert not passwords.verify(one, GOOD + " ")
    assert not passwords.is_outdated(one)
    assert ArgonPasswords(memory_kib=48 * 1024).is_outdated(one)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$broken", "$2b$12$abcdefghijklmnopqrstuv", "nobody"])
@pytest.mark.parametrize("password", [GOOD, "", "nobody"])
def test_no_hash_and_a_broken_one_take_one_comparison_and_say_no(
    stored: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = ArgonPasswords(memory_kib=64, passes=1)
    passwords.verify("", "warm up")
    worked: list[str] = []
    whole = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: Any, given: Any) -> Any:
        if "m=64" in str(hashed):  # the others are refused before any work is done
            worked.append("x")
        return whole(self, hashed, given)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not passwords.verify(stored, password)
    assert len(worked) == 1
