"""What proves a person beside a password: codes that change, passkeys, another house's word (OIDC)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec


class OneTimeCodes(Protocol):
    """TOTP (RFC 6238), SHA-1, six digits, 30 seconds, as every authenticator app has it."""

    def new_secret(self) -> str:
        """A fresh secret in base32."""
        ...

    def uri(self, secret: str, login: str) -> str:
        """The otpauth:// address for the picture to scan."""
        ...

    def step_of(self, secret: str, code: str, at: datetime) -> int | None:
        """The time step a code belongs to, one step of drift either way; None for a wrong one."""
        ...


class NewPasskey(msgspec.Struct, frozen=True):
    """A credential the browser made; `public_key` is base64url COSE."""

    id: str
    public_key: str
    sign_count: int


class Assertion(msgspec.Struct, frozen=True):
    """Which credential answers for which account, before anything is checked."""

    credential_id: str
    account_id: str
    challenge: str  # base64url


class PasskeyChecks(Protocol):
    """WebAuthn. `origin` is the address of the page, scheme and port included; options and answers are JSON."""

    def adding(self, origin: str, *, account_id: str, login: str, challenge: bytes, known: list[str]) -> str:
        """Options for navigator.credentials.create."""
        ...

    def challenge_of(self, answer: str) -> str:
        """The challenge an answer says it was made for, base64url, unchecked; raises NotPermitted."""
        ...

    def added(self, origin: str, answer: str, *, challenge: bytes) -> NewPasskey:
        """Check what came back; raises NotPermitted."""
        ...

    def entering(self, origin: str, *, challenge: bytes) -> str:
        """Options for navigator.credentials.get, any account's passkey."""
        ...

    def claimed(self, answer: str) -> Assertion:
        """What an answer says of itself, unchecked; raises NotPermitted for what is none."""
        ...

    def entered(self, origin: str, answer: str, *, challenge: bytes, public_key: str, sign_count: int) -> int:
        """Check an answer; returns the new sign count; raises NotPermitted, also for a count that went back."""
        ...


class OidcEndpoint(msgspec.Struct, frozen=True):
    """A provider as configured; without a secret this is a public client."""

    issuer: str
    client_id: str
    client_secret: str = ""

    def __repr__(self) -> str:
        """Without the secret."""
        return f"OidcEndpoint({self.issuer!r})"


class Identity(msgspec.Struct, frozen=True):
    """Whom the other house vouches for."""

    issuer: str
    subject: str
    name: str = ""


class IdentityProvider(Protocol):
    """One OpenID Connect provider. Both methods may raise Unavailable."""

    async def address(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser: authorization code flow with PKCE (S256)."""
        ...

    async def identity(self, *, code: str, redirect: str, nonce: str, verifier: str) -> Identity:
        """Trade the code for a checked id_token; raises NotPermitted for anything that does not add up."""
        ...
