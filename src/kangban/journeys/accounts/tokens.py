"""Secrets that are shown once: made from the system's random source, kept only as a SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets

KEY_PREFIX = "kb_"
MOST_TOKEN = 200  # characters; what is longer is none of ours

# Ties failed tries of one run together without telling what was typed: a password is often typed as a login.
_RUN_KEY = secrets.token_bytes(32)


def new_token() -> str:
    """32 random bytes, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The id under which a token is kept. A fast hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_token(text: str) -> bool:
    """Whether it may be a token at all."""
    return 0 < len(text) <= MOST_TOKEN and text.isascii()


def veiled(text: str) -> str:
    """A keyed hash of what somebody unknown typed; the key dies with the program."""
    return hmac.new(_RUN_KEY, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:24]
