"""What a definition must be before it is kept or run; every fault names its field."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping

from kangban.agent.paradigms.parts import check_parts
from kangban.kernel.errors import InvalidInput
from kangban.ports.agents import AgentDefinition, ModelChoice
from kangban.ports.notes import NOTE_TOOL

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
MOST_PROMPT = 20_000
_MOST_REQUESTS = 10_000
_MOST_TOOLS, _MOST_PARTS, _MOST_FALLBACKS = 128, 16, 4
_BOUNDS = {"rounds": (1, 64), "tool_calls": (0, 256), "tokens": (1, 5_000_000), "seconds": (0.01, 3600.0)}


def check(definition: AgentDefinition, tools: Collection[str], known: Mapping[str, AgentDefinition]) -> None:
    """Raises InvalidInput with the field; `tools` are names there are, `known` the owner's agents by name."""
    if not _SLUG.fullmatch(definition.name):
        raise InvalidInput("a name is of small letters, digits, - and _", field="name", key="workshop.bad_name")
    for field, most in (("prompt", MOST_PROMPT), ("title", 200), ("description", 2000)):
        if len(getattr(definition, field)) > most:
            raise InvalidInput(f"longer than {most} characters", field=field, key="error.too_long")
    if definition.memory.notes and NOTE_TOOL in definition.tools:
        raise InvalidInput("memory.notes brings this tool", field="tools", key="workshop.named_twice")
    _check_counts(definition)
    for field in ("tools", "approve"):
        for name in getattr(definition, field):
            if name not in tools:
                raise InvalidInput(f"there is no tool {name}", field=field, key="workshop.unknown_tool")
    _check_limits(definition)
    for choice in (definition.model, *definition.model.fallback):
        _check_model(choice)
    check_parts(definition, known)


def _check_counts(definition: AgentDefinition) -> None:
    fallbacks = definition.model.fallback
    if any(choice.fallback for choice in fallbacks):
        raise InvalidInput("a fallback has no fallbacks of its own", field="model.fallback")
    counted = (
        ("tools", definition.tools, _MOST_TOOLS), ("parts", definition.parts, _MOST_PARTS),
        ("edges", definition.edges, _MOST_PARTS**2), ("model.fallback", fallbacks, _MOST_FALLBACKS),
    )  # fmt: skip
    for field, there, most in counted:
        if len(there) > most:
            raise InvalidInput(f"more than {most}", field=field, key="error.too_big")
    for field, there in (("tools", definition.tools), ("parts", definition.parts)):
        if len(set(there)) != len(there):
            raise InvalidInput("named twice", field=field, key="workshop.named_twice")
    if definition.memory.window < 1:
        raise InvalidInput("at least the question itself", field="memory.window")


def _check_limits(definition: AgentDefinition) -> None:
    limits = definition.limits
    for field, (least, most) in _BOUNDS.items():
        value = getattr(limits, field)
        if value is not None and not least <= value <= most:
            raise InvalidInput(f"from {least:g} to {most:g}", field=f"limits.{field}", key="workshop.bad_limit")
    if limits.seconds is None or limits.tokens is None:
        raise InvalidInput("a run needs a limit of time and of tokens", field="limits", key="workshop.bad_limit")
    if limits.money is not None and not (math.isfinite(limits.money) and limits.money >= 0):
        raise InvalidInput("no amount of money", field="limits.money", key="workshop.bad_limit")
    if any(most < 0 for most in limits.per_tool.values()):
        raise InvalidInput("not below 0", field="limits.per_tool", key="workshop.bad_limit")


def _check_model(choice: ModelChoice) -> None:
    if choice.url and not choice.url.startswith(("http://", "https://")):
        raise InvalidInput("must begin with http:// or https://", field="model.url", key="workshop.bad_url")
    if "@" in choice.url.split("//", 1)[-1].split("/", 1)[0]:
        raise InvalidInput("no key or password in an address", field="model.url", key="workshop.bad_url")
    if choice.url and not choice.name:
        raise InvalidInput("a model of your own needs its name", field="model.name", key="workshop.no_model_name")
    if choice.secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", choice.secret):
        raise InvalidInput(
            "the name of a secret, never the key itself", field="model.secret", key="workshop.bad_secret"
        )
    for field in ("at_once", "per_minute"):
        if (most := getattr(choice, field)) is not None and not 1 <= most <= _MOST_REQUESTS:
            raise InvalidInput(f"from 1 to {_MOST_REQUESTS}", field=f"model.{field}", key="workshop.bad_limit")
    if choice.temperature is not None and not 0 <= choice.temperature <= 2:
        raise InvalidInput("from 0 to 2", field="model.temperature", key="workshop.bad_limit")
