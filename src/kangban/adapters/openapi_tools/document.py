"""An OpenAPI document as plain values: JSON or YAML, bounded, without anything that could run or grow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, cast

from kangban.kernel.errors import InvalidInput

MOST_BYTES: Final = 2_000_000
_DEEPEST: Final = 40
_VERSION = re.compile(r"3\.[01]\.\d{1,3}(?:-[\w.]{1,20})?")


def read_document(body: bytes) -> dict[str, Any]:
    """The document; raises InvalidInput for anything but OpenAPI 3.0 or 3.1. YAML aliases and own types are refused."""
    if len(body) > MOST_BYTES:
        raise InvalidInput(f"the description is bigger than {MOST_BYTES} bytes", field="address")
    try:
        words = body.decode("utf-8-sig")
    except UnicodeError:
        raise InvalidInput("the description is not UTF-8", field="address") from None
    told = _json(words) if words.lstrip()[:1] == "{" else _yaml(words)
    if not isinstance(told, dict):
        raise InvalidInput("the description is no object", field="address")
    document = cast("dict[str, Any]", told)
    if not is_shallow(document):
        raise InvalidInput("the description is nested too deep", field="address")
    version = document.get("openapi")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise InvalidInput("only OpenAPI 3.0 and 3.1 are read", field="address")
    if not isinstance(document.get("paths"), dict):
        raise InvalidInput("the description names no paths", field="address")
    return document


def _json(words: str) -> Any:
    try:
        return json.loads(words, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InvalidInput("the description is no JSON", field="address") from None


def _no_number(_name: str) -> None:
    raise ValueError


def _yaml(words: str) -> Any:
    import yaml

    try:
        events = cast("Iterable[object]", yaml.parse(words, _loader()))  # pyright: ignore[reportUnknownMemberType]
        depth = 0
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                raise InvalidInput("YAML aliases are not taken", field="address")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST + 2:  # before the rest is read: its time grows with the square of the depth
                raise InvalidInput("the description is nested too deep", field="address")
        told = yaml.load(words, _loader())  # noqa: S506 - a safe loader
        # YAML knows keys that are numbers; JSON does not, and everything later is JSON.
        return json.loads(json.dumps(told, allow_nan=False))
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError, TypeError):
        raise InvalidInput("the description is neither JSON nor YAML", field="address") from None


@lru_cache(maxsize=1)
def _loader() -> Any:
    """A safe loader that reads "on" and "2024-01-01" as the words they are, as YAML 1.2 does."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    ours: Any = type("_Loader", (base,), {})
    old = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ours.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag not in old]
        for first, known in base.yaml_implicit_resolvers.items()
    }
    ours.add_implicit_resolver(old[0], re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF"))
    return ours


def is_shallow(value: object) -> bool:
    """Whether plain values are nested no deeper than can be walked by recursion later."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > _DEEPEST:
            return False
        if isinstance(one, dict):
            waiting += [(part, depth + 1) for part in cast("dict[object, object]", one).values()]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in cast("list[object]", one)]
    return True
