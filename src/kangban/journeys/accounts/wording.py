"""What a login and a password may look like."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from kangban.kernel.errors import InvalidInput

SHORTEST, LONGEST = 10, 256
MOST_NAME = 80
_LOGIN = re.compile(r"[\w.@+-]{2,64}")
_COMMON = Path(__file__).with_name("common_passwords.txt")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb")
# What people put around a word, and in place of letters: p@ssw0rd is "password" to everybody who guesses.
_AROUND = "0123456789!@#$%^&*.,:;?_-~+=/ "
_INSTEAD = str.maketrans("@431!0$57", "aaeilosst")


def plain_login(login: str) -> str:
    """The login as it is looked up: NFKC, no outer blanks; "" for what can be no login."""
    text = unicodedata.normalize("NFKC", login[:200]).strip()
    return text if _LOGIN.fullmatch(text) else ""


def checked_login(login: str) -> str:
    """A new login; raises InvalidInput: 2 to 64 letters, digits and . _ - @ +."""
    text = plain_login(login)
    if not text or len(login) > 200:
        raise InvalidInput("a login has 2 to 64 letters, digits or . _ - @ +", field="login", key="error.login_shape")
    return text


def checked_name(name: str) -> str:
    """How a person is called; raises InvalidInput."""
    text = unicodedata.normalize("NFC", name[: MOST_NAME * 4]).strip()
    if not text or len(text) > MOST_NAME or not text.isprintable():
        raise InvalidInput("a name has 1 to 80 characters", field="name", key="error.name_missing")
    return text


def plain_password(password: str) -> str | None:
    """The password as it is hashed (NFKC), None for what cannot be one."""
    if len(password) > LONGEST or any("\ud800" <= c <= "\udfff" for c in password):
        return None
    return unicodedata.normalize("NFKC", password)


def checked_password(password: str, *, login: str) -> str:
    """A new password, normalised; raises InvalidInput for short, long, common or telling ones."""
    text = plain_password(password)
    if text is None:
        raise InvalidInput("a password has at most 256 characters", field="password", key="error.password_long")
    if len(text) < SHORTEST:
        raise InvalidInput("a password has at least 10 characters", field="password", key="error.password_short")
    folded = text.casefold()
    if login and login.casefold() in folded:
        raise InvalidInput("the password holds the login", field="password", key="error.password_login")
    if _is_common(folded):
        raise InvalidInput("the password is easy to guess", field="password", key="error.password_common")
    return text


def _is_common(folded: str) -> bool:
    words = _common_words()
    bare = folded.strip(_AROUND)
    meant = {bare.translate(_INSTEAD), folded.translate(_INSTEAD).strip(_AROUND)}
    if not words.isdisjoint({folded, bare, *meant}) or len(set(folded)) < 4:
        return True
    if folded.isdecimal() and len(folded) < 14:
        return True  # phone numbers, birthdays, counting
    return _repeats(folded) or _runs(folded)


def _repeats(folded: str) -> bool:
    """One short piece over and over: abcabcabcabc."""
    return any(
        folded == (folded[:size] * (len(folded) // size + 1))[: len(folded)] for size in range(1, min(5, len(folded)))
    )


def _runs(folded: str) -> bool:
    """Nothing but a walk along the keyboard or the alphabet."""
    rows = [row + row for row in _KEYBOARD] + [row[::-1] * 2 for row in _KEYBOARD]
    pieces, at = 0, 0
    while at < len(folded):
        length = 1
        while at + length < len(folded) and any(folded[at : at + length + 1] in row for row in rows):
            length += 1
        pieces, at = pieces + 1, at + length
    return pieces <= max(2, len(folded) // 5)


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    lines = _COMMON.read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
