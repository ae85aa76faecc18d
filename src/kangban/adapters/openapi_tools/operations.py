"""Operations of a document → tools: one object of arguments each, and where every argument goes."""

from __future__ import annotations

import re
from typing import Any, Final, cast

import msgspec

from kangban.adapters.openapi_tools.bodies import Body, body_of
from kangban.adapters.openapi_tools.outputs import outputs_of
from kangban.adapters.openapi_tools.schemas import InPlace, find
from kangban.adapters.openapi_tools.securing import Securing, securing_of
from kangban.kernel.errors import InvalidInput
from kangban.ports.tool_servers import RemoteTool

METHODS: Final = ("get", "post", "put", "patch", "delete")
_MOST: Final = 500
# OpenAPI says that these three are no parameters; the rest would change how the request itself is read.
_OUR_HEADERS: Final = frozenset(
    {
        "accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length",
        "content-type", "cookie", "expect", "forwarded", "host", "origin", "proxy-authorization", "referer", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "x-forwarded-for", "x-forwarded-host",
        "x-forwarded-proto",
    }
)  # fmt: skip
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_STYLES: Final = {
    "path": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
}


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one argument goes: "path", "query", "header" or "body", under which name, and how a list is written."""

    where: str
    name: str
    style: str = ""
    explode: bool = False
    required: bool = False


class Route(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a call needs: method, base address with path, where arguments go, the body's kind, the key's place.

    `whole`: the argument that is the body itself. `outputs`: how each part of an AgentLego answer is to be read.
    """

    method: str
    url: str
    places: dict[str, Place]
    body: str = ""
    whole: str = ""
    securing: Securing = Securing()
    outputs: tuple[str, ...] = ()
    listed: bool = False


def tools_of(document: dict[str, Any], base: str, *, lego: bool = False) -> list[RemoteTool]:
    """Every operation that can be called, in the document's order; one that cannot is left out.

    `lego`: formats of an AgentLego server tell pictures and sounds. Raises InvalidInput for more than 500 operations
    or a document whose own parts cannot be read.
    """
    found: list[RemoteTool] = []
    names: set[str] = set()
    for path, item in cast("dict[str, Any]", document["paths"]).items():
        if not str(path).startswith("/") or not isinstance(item, dict):
            continue
        shared = find(document, item)
        for method in METHODS:
            if method in shared:
                if len(found) >= _MOST:
                    raise InvalidInput(f"the description has more than {_MOST} operations", field="address")
                try:
                    tool = _tool(document, base, path, method, shared, lego)
                except InvalidInput:
                    continue  # what cannot be sent as it asks is no tool
                if tool.name not in names:
                    names.add(tool.name)
                    found.append(tool)
    return found


def _tool(
    document: dict[str, Any], base: str, path: str, method: str, shared: dict[str, Any], lego: bool
) -> RemoteTool:
    operation = find(document, shared[method])
    in_place = InPlace(document)
    places: dict[str, Place] = {}
    properties: dict[str, Any] = {}
    for one in _parameters(document, shared, operation):
        _add_parameter(in_place, one, places, properties)
    body = body_of(document, in_place, operation, set(places), lego=lego)
    for name, inner in body.places.items():
        places[name] = Place("body", inner, required=name in body.required)
    properties |= body.properties
    missing = set(re.findall(r"\{([^{}]*)\}", path)) - {p.name for p in places.values() if p.where == "path"}
    if missing:
        raise InvalidInput("a part of the path is no parameter", field="address")
    route = _route(document, base, path, method, operation, body, places, lego)
    needed = [name for name, place in places.items() if place.required]
    name = operation.get("operationId")
    if not isinstance(name, str) or not name.strip():
        name = re.sub(r"[^A-Za-z0-9]+", "_", f"{method}_{path}").strip("_")
    words = [str(operation[key]).strip() for key in ("summary", "description") if isinstance(operation.get(key), str)]
    said = "\n".join(dict.fromkeys(word for word in words if word)) or f"{method.upper()} {path}"
    parameters = {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}
    return RemoteTool(name, said, parameters, method == "get", body.takes, msgspec.to_builtins(route))


def _route(
    document: dict[str, Any], base: str, path: str, method: str, operation: dict[str, Any], body: Body,
    places: dict[str, Place], lego: bool,
) -> Route:  # fmt: skip
    outputs, listed = outputs_of(document, operation) if lego else ((), False)
    securing = securing_of(document, operation)
    return Route(method.upper(), base.rstrip("/") + path, places, body.kind, body.whole, securing, outputs, listed)


def _parameters(
    document: dict[str, Any], shared: dict[str, Any], operation: dict[str, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """Those of the path, replaced by those of the operation where they are the same."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for listed in (shared.get("parameters", []), operation.get("parameters", [])):
        if not isinstance(listed, list):
            raise InvalidInput("parameters are a list", field="address")
        for part in cast("list[Any]", listed):
            one = find(document, part)
            found[str(one.get("in")), str(one.get("name"))] = one
    return list(found.values())


def _add_parameter(
    in_place: InPlace, one: dict[str, Any], places: dict[str, Place], properties: dict[str, Any]
) -> None:
    where, name, required = str(one.get("in")), str(one.get("name", "")), one.get("required") is True
    if where == "header" and name.casefold() in _OUR_HEADERS:
        return
    style = str(one.get("style", _STYLES.get(where, ("",))[0]))
    content = cast("dict[str, Any]", one.get("content") or {})
    known = where in _STYLES and style in _STYLES[where] and (where != "header" or _HEADER_NAME.fullmatch(name))
    if not known or not name or (content and "application/json" not in content):
        if required:
            raise InvalidInput("a parameter that cannot be sent", field="address")
        return
    if content:
        style, part = "json", cast("dict[str, Any]", content["application/json"]).get("schema", {})
    else:
        part = one.get("schema", {})
    argument = name if name not in places else f"{where}_{name}"
    schema = in_place.schema(part)
    if isinstance(one.get("description"), str):
        schema = {**schema, "description": one["description"]}
    explode = one.get("explode")
    exploded = explode if isinstance(explode, bool) else style == "form"
    places[argument] = Place(where, name, style, exploded, required or where == "path")
    properties[argument] = schema
