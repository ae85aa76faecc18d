"""Whose workshop a browser sees: the account's, or, where nobody has one, this browser's alone."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from kangban.journeys.house import House
from kangban.journeys.workshop.kept import owner_of
from kangban.record.access import UNNAMED
from kangban.web.cookies import is_https, new_secret
from kangban.web.household import Visitor

ROOT = "/workshop"
_COOKIE, _PLAIN_COOKIE = "__Host-kangban_bench", "kangban_bench"
_KEPT_FOR = timedelta(days=400)
_SPELLING = re.compile(r"[A-Za-z0-9_-]{32}")
_TRIED = "seat"  # in the address once the cookie was sent: a browser that keeps none is not led in a circle


def bench_token(connection: HTTPConnection) -> str:
    """What tells this browser from others; "" before its first visit."""
    told = connection.cookies.get(_COOKIE if is_https(connection) else _PLAIN_COOKIE, "")
    return told if _SPELLING.fullmatch(told) else ""


def owner_for(house: House, connection: HTTPConnection) -> str:
    """The owner of agents and runs; raises NotPermitted. A browser without a cookie owns what lasts one page."""
    # Hashed: owners stand beside every run, and the cookie is what opens them.
    token = bench_token(connection) or new_secret()
    return owner_of(house, hashlib.sha256(b"bench:" + token.encode()).hexdigest()[:32])


def first_visit(request: Request, visitor: Visitor | None) -> Response | None:
    """The same address again with the cookie that this browser's agents are kept under; None where none is needed."""
    if not (request.url.path == ROOT or request.url.path.startswith(f"{ROOT}/")) or visitor is None:
        return None
    if visitor.actor.account_id not in UNNAMED or bench_token(request) or _TRIED in request.query_params:
        return None
    again = request.url.include_query_params(**{_TRIED: "1"})
    answer = RedirectResponse(f"{again.path}?{again.query}", 303)
    https = is_https(request)
    # Lax: a link from elsewhere must find the same agents.
    answer.set_cookie(
        _COOKIE if https else _PLAIN_COOKIE, new_secret(), max_age=int(_KEPT_FOR.total_seconds()), httponly=True,
        samesite="lax", secure=https, path="/",
    )  # fmt: skip
    return answer
