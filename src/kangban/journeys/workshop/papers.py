"""An agent on paper: YAML out and in. It names secrets, and holds none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import msgspec

from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import AgentDefinition

MOST_BYTES = 200_000
_DEEPEST = 20


def write_yaml(definition: AgentDefinition) -> str:
    """The definition as YAML, keys in the order of the shape; what has its usual value is left out."""
    import yaml

    plain = cast("dict[str, Any]", msgspec.to_builtins(definition))
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=100)


def read_yaml(paper: str | bytes) -> AgentDefinition:
    """A definition from YAML; raises InvalidInput that names the place. Aliases and own types are refused."""
    import yaml

    if len(paper) > MOST_BYTES:
        raise InvalidInput("the file is too big", field="yaml", key="error.too_big")
    try:
        words = paper.decode() if isinstance(paper, bytes) else paper
        events = cast("Iterable[object]", yaml.parse(words, yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
        depth = 0
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                raise InvalidInput("aliases are not taken", field="yaml", key="workshop.bad_yaml")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:  # before the rest is read: the time it takes grows with the square of the depth
                raise InvalidInput("nested too deep", field="yaml", key="workshop.bad_yaml")
        plain = yaml.safe_load(words)
    except (yaml.YAMLError, UnicodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise InvalidInput(f"this is no YAML{where}", field="yaml", key="workshop.bad_yaml") from None
    return read_plain(plain)


def read_plain(plain: Any) -> AgentDefinition:
    """A definition from plain values; raises InvalidInput with the dotted field, also for keys nobody knows."""
    if isinstance(plain, dict):
        unknown = sorted(set(cast("dict[Any, Any]", plain)) - set(AgentDefinition.__struct_fields__), key=str)
        if unknown:
            raise InvalidInput(f"unknown: {str(unknown[0])[:60]}", field="yaml", key="workshop.bad_yaml")
    try:
        return msgspec.convert(plain, AgentDefinition)
    except (msgspec.ValidationError, RecursionError) as error:
        told, _, place = str(error).partition(" - at `$")
        raise InvalidInput(told, field=place.strip("`.") or "yaml", key="workshop.bad_yaml") from None
