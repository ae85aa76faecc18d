"""Tools: a function with type hints and a docstring becomes something a model can call.

`@tool` reads the signature; the first parameter may be a `ToolContext`, which the model never sees
or fills. Whose record is in view comes from the context, and an argument that tries to name a person
is refused because the schema has no such key.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

from kangban.clinical.citation import Citation
from kangban.clinical.finding import Finding, NotInCatalogue, UnknownFact
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Proposal
from kangban.clinical.urgency import Lang
from kangban.kernel.errors import InvalidInput
from kangban.ports.chat_model import ToolDescription


class ToolContext(msgspec.Struct, frozen=True):
    """What every tool may rely on: whose record is in view, in which language, with which services."""

    family_id: str
    member_id: str
    person: PersonFacts
    lang: Lang
    services: Any = None  # app-assembled adapters; typed by the toolbox


class ToolResult(msgspec.Struct, frozen=True):
    """What a tool gives back: `content` for the model (JSON-able), the rest for guard and page."""

    content: Any
    ok: bool = True
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[UnknownFact, ...] = ()
    not_in_catalogue: tuple[NotInCatalogue, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    step: str = ""  # translation key of the visible step
    step_values: dict[str, str] = {}


Effect = Literal["reads", "proposes", "acts"]


class ToolSpec(msgspec.Struct, frozen=True):
    """One callable tool. `effect` "acts" asks the person first."""

    name: str
    description: str
    parameters: dict[str, Any]
    effect: Effect
    call: Callable[[ToolContext, dict[str, Any]], Awaitable[ToolResult]]

    def describe(self) -> ToolDescription:
        """The tool as a model sees it."""
        return ToolDescription(self.name, self.description, self.parameters)


def tool(
    name: str | None = None, *, effect: Effect = "reads"
) -> Callable[[Callable[..., Awaitable[ToolResult]]], ToolSpec]:
    """Make a ToolSpec of an async function `(context, **arguments) -> ToolResult`.

    Arguments are converted by their type hints; unknown keys and wrong types raise InvalidInput
    with the dotted path of the offending argument.
    """

    def make(function: Callable[..., Awaitable[ToolResult]]) -> ToolSpec:
        hints = typing.get_type_hints(function)
        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            hint = hints.get(parameter.name, Any)
            if parameter.default is inspect.Parameter.empty:
                fields.append((parameter.name, hint))
            else:
                fields.append((parameter.name, hint, parameter.default))
        shape = msgspec.defstruct(f"{function.__name__}_arguments", fields, forbid_unknown_fields=True, kw_only=True)

        async def call(context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
            try:
                typed = msgspec.convert(arguments, shape, strict=False)
            except msgspec.ValidationError as error:
                raise InvalidInput(f"tool arguments: {error}", field="arguments") from error
            return await function(context, **{f: getattr(typed, f) for f in shape.__struct_fields__})

        return ToolSpec(
            name=name or function.__name__,
            description=inspect.cleandoc(function.__doc__ or ""),
            parameters=_schema(shape),
            effect=effect,
            call=call,
        )

    return make


def _schema(shape: type) -> dict[str, Any]:
    (_, components) = msgspec.json.schema_components([shape])
    schema = dict(components[shape.__name__])
    schema.pop("title", None)
    schema.setdefault("properties", {})
    rest = {name: part for name, part in components.items() if name != shape.__name__}
    if rest:
        schema["$defs"] = rest
    return schema
