"""Where the operator's key goes, as a document asks for it."""

from __future__ import annotations

import re
from typing import Any, Literal, cast

import msgspec

from kangban.adapters.openapi_tools.schemas import find
from kangban.kernel.errors import InvalidInput

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_NEVER = frozenset({"host", "cookie", "content-length", "content-type", "transfer-encoding", "connection"})


class Securing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How: "bearer" (where a document says nothing too), "basic", "header" or "query" with a name, or "none"."""

    kind: Literal["bearer", "basic", "header", "query", "none"] = "bearer"
    name: str = ""


def securing_of(document: dict[str, Any], operation: dict[str, Any]) -> Securing:
    """As the operation asks, else as the document does; raises InvalidInput where no key can be sent so."""
    asked = operation.get("security", document.get("security"))
    if not isinstance(asked, list):
        return Securing()
    wanted = [cast("dict[str, Any]", one) for one in cast("list[Any]", asked) if isinstance(one, dict)]
    if not wanted:
        return Securing("none")
    components = document.get("components")
    schemes = cast("dict[str, Any]", components).get("securitySchemes") if isinstance(components, dict) else None
    for one in wanted:
        for name in one:
            part = cast("dict[str, Any]", schemes).get(name) if isinstance(schemes, dict) else None
            found = _scheme(find(document, part)) if isinstance(part, dict) else None
            if found is not None:
                return found
    if any(not one for one in wanted):
        return Securing("none")  # an empty one among them: it may be called without
    raise InvalidInput("a key that cannot be sent", field="address")


def _scheme(told: dict[str, Any]) -> Securing | None:
    kind, name = told.get("type"), str(told.get("name", ""))
    if kind in ("oauth2", "openIdConnect"):
        return Securing()
    if kind == "http":
        scheme = str(told.get("scheme", "")).casefold()
        return Securing("bearer") if scheme == "bearer" else Securing("basic") if scheme == "basic" else None
    if kind != "apiKey" or not _NAME.fullmatch(name):
        return None
    if told.get("in") == "query":
        return Securing("query", name)
    return Securing("header", name) if told.get("in") == "header" and name.casefold() not in _NEVER else None
