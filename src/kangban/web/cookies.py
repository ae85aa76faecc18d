"""Cookies of a login, and the token a form must bring back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

SESSION, PLAIN_SESSION = "__Host-kangban_session", "kangban_session"
FORM, PLAIN_FORM = "__Host-kangban_form", "kangban_form"
FAMILY_COOKIE, DEMO_COOKIE = "kangban_family", "kangban_demo_as"


def is_https(connection: HTTPConnection) -> bool:
    """Whether the browser came by TLS (a proxy on this machine may say so)."""
    return connection.url.scheme in ("https", "wss")


def session_token(connection: HTTPConnection) -> str:
    """The session cookie's token, "" without one. On TLS only the __Host- name counts: no other host can set it."""
    return connection.cookies.get(SESSION if is_https(connection) else PLAIN_SESSION, "")


def session_key(token: str) -> str:
    """What tells sessions apart in memory without being the cookie."""
    return hashlib.sha256(b"page:" + token.encode()).hexdigest()


def keep_session(request: Request, answer: Response, token: str, until: datetime) -> None:
    """Put the session cookie on an answer. Lax: a link in a mail or an OIDC answer must find the session."""
    https = is_https(request)
    answer.set_cookie(
        SESSION if https else PLAIN_SESSION, token, expires=until, httponly=True, samesite="lax", secure=https, path="/"
    )


def drop_session(request: Request, answer: Response) -> None:
    """Take the session cookie away."""
    https = is_https(request)
    answer.delete_cookie(
        SESSION if https else PLAIN_SESSION, httponly=True, samesite="lax", secure=https, path="/"
    )  # fmt: skip


def form_secret(request: Request) -> str:
    """What this browser's forms are bound to: its session, else a cookie of its own; "" before the first page."""
    own = request.cookies.get(FORM if is_https(request) else PLAIN_FORM, "")
    return session_token(request) or own


def form_token(secret: str, salt: str = "") -> str:
    """The token a form carries: another one each time, so that a compressed page does not give it away."""
    salt = salt or secrets.token_hex(8)
    return f"{salt}.{hmac.new(secret.encode(), b'kangban form ' + salt.encode(), hashlib.sha256).hexdigest()}"


def is_own_form(request: Request, token: str) -> bool:
    """Whether a form was made for this browser and this session."""
    secret = form_secret(request)
    salt, _, rest = token.partition(".")
    if not secret or not rest or not salt.isalnum() or not token.isascii():
        return False
    return hmac.compare_digest(form_token(secret, salt).encode(), token.encode())


def keep_form_secret(request: Request, answer: Response, secret: str) -> None:
    """Remember what a form before the login is bound to."""
    https = is_https(request)
    answer.set_cookie(FORM if https else PLAIN_FORM, secret, httponly=True, samesite="strict", secure=https, path="/")


def new_secret() -> str:
    """A secret for a cookie."""
    return secrets.token_urlsafe(24)


def safe_back(wanted: str) -> str:
    """A way back that stays in this house; "/" for anything else."""
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if inside and len(wanted) <= 500 and "\\" not in wanted else "/"
