"""Accounts, sessions, API keys and one-time links as stored. No secret stands here in the clear, only hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from kangban.clinical.access import Licence, Role


class Account(msgspec.Struct, frozen=True):
    """A person who may log in. `password_hash` is argon2id, "" where none is set; `totp_secret` "" where off.

    `locked` is an administrator's lock until they lift it; `locked_until` follows wrong passwords and stops logging in
    only. `totp_counter` is the last time step used, `recovery` the SHA-256 of unused recovery codes. `version` rises
    with every change; a change names the version it saw.
    """

    id: str
    login: str
    name: str
    password_hash: str = ""
    totp_secret: str = ""
    operator: bool = False
    active: bool = True
    failed: int = 0
    locked_until: datetime | None = None
    oidc_issuer: str = ""
    oidc_subject: str = ""
    notify_url: str = ""  # an Apprise address; holds secrets, never shown again
    created_at: datetime | None = None
    version: int = 1
    locked: bool = False
    totp_counter: int = 0
    recovery: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Who, never a hash or secret: this text ends in logs and tracebacks."""
        return f"Account(id={self.id!r}, version={self.version})"


class Session(msgspec.Struct, frozen=True):
    """A login in one browser. `id` is the SHA-256 of the cookie's token."""

    id: str
    account_id: str
    family_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    strong: bool = False  # a second factor was shown


class ApiKey(msgspec.Struct, frozen=True):
    """A key for scripts. `id` is the SHA-256 of the secret; `hint` its first characters, to tell keys apart."""

    id: str
    account_id: str
    family_id: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class Invitation(msgspec.Struct, frozen=True):
    """What an invitation offers, decided by whoever made it; `name` is how they call the person, `by` their account."""

    role: Role
    by: str
    member_id: str | None = None
    licence: Licence | None = None
    name: str = ""


class OneTimeLink(msgspec.Struct, frozen=True):
    """A link that works once: first administrator, invitation, reset. `id` is the SHA-256 of its token.

    "passkey" and "oidc" are a login under way; `kept` is what must be at hand when the browser comes back.
    """

    id: str
    purpose: Literal["first", "invite", "reset", "calendar", "passkey", "oidc"]
    account_id: str
    family_id: str
    expires_at: datetime
    used_at: datetime | None = None
    invitation: Invitation | None = None
    kept: str = ""

    def __repr__(self) -> str:
        """Without what it keeps: a PKCE verifier may be in it."""
        return f"OneTimeLink(purpose={self.purpose!r}, expires_at={self.expires_at.isoformat()!r})"


class Passkey(msgspec.Struct, frozen=True):
    """A WebAuthn credential; `public_key` is base64url COSE."""

    id: str
    account_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: datetime


class Tenant(msgspec.Struct, frozen=True):
    """A family or clinic on this server."""

    family_id: str
    kind: Literal["family", "clinic"]
    name: str
    created_at: datetime
