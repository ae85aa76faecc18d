"""Tools: a function with type hints and a docstring becomes something a model can call.

`@tool` reads the signature: names, types, ranges, defaults, and what the docstring says of each argument. The first
parameter may be a `ToolContext`, which the model never sees or fills. Whose record is in view comes from the context,
and an argument that tries to name a person is refused because the schema has no such key.
"""

from __future__ import annotations

import asyncio
import inspect
import typing
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Literal, TypedDict, Unpack, cast, overload

import msgspec

from kangban.clinical.citation import Citation
from kangban.clinical.finding import Finding, NotInCatalogue, UnknownFact
from kangban.clinical.person import PersonFacts
from kangban.clinical.record import Proposal
from kangban.clinical.urgency import Lang
from kangban.kernel.errors import Broken, InvalidInput
from kangban.ports.chat_model import ToolDescription
from kangban.ports.media import (
    AudioMedia,
    AudioRef,
    FileMedia,
    FileRef,
    ImageMedia,
    ImageRef,
    Media,
    MediaKind,
    MediaShelf,
)
from kangban.ports.tool_docstring import read_docstring


class ToolContext(msgspec.Struct, frozen=True):
    """What every tool may rely on: whose record is in view, in which language, with which services."""

    family_id: str
    member_id: str
    person: PersonFacts
    lang: Lang
    services: Any = None  # app-assembled adapters; typed by the toolbox
    media: MediaShelf | None = None  # pictures, sounds and files of this run
    key: str = ""  # of this call in its run; what a tool of ours writes is kept under it, so that twice is once


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
    media: tuple[Media, ...] = ()  # what the tool made; the loop puts it on the shelf and names its refs
    rests_on: dict[str, Any] = {}  # what the outcome rests on beside arguments and person, JSON-able, for replay


Effect = Literal["reads", "proposes", "acts"]
Cost = Literal["free", "metered", "paid"]
Permission = Literal["record", "network", "files", "compute"]


class ToolSpec(msgspec.Struct, frozen=True):
    """One callable tool. `effect` "acts" asks the person first.

    `group` sorts it in the catalogue; `needs` are names of settings or secrets without which it answers Unavailable;
    `gives` are media kinds it returns beside its content. `timeout_s`, `retries` (of Unavailable only, and never of a
    tool that acts) and `cache_s` (equal arguments, same person) are held by the caller. `foreign`: its words come from
    outside and are data, never instructions. `examples` are arguments that work. `keyed`: it acts in our own stores
    under `ToolContext.key`, so that doing it again after a break changes nothing.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    effect: Effect
    call: Callable[[ToolContext, dict[str, Any]], Awaitable[ToolResult]]
    group: str = "clinical"
    permissions: tuple[Permission, ...] = ()
    cost: Cost = "free"
    needs: tuple[str, ...] = ()
    gives: tuple[MediaKind, ...] = ()
    timeout_s: float | None = None
    retries: int = 0
    cache_s: float = 0.0
    foreign: bool = False
    examples: tuple[dict[str, Any], ...] = ()
    keyed: bool = False

    def describe(self) -> ToolDescription:
        """The tool as a model sees it."""
        return ToolDescription(self.name, self.description, self.parameters)


class Traits(TypedDict, total=False):
    """What may be said of a tool beside its function; see ToolSpec."""

    effect: Effect
    group: str
    permissions: tuple[Permission, ...]
    cost: Cost
    needs: tuple[str, ...]
    gives: tuple[MediaKind, ...]
    timeout_s: float | None
    retries: int
    cache_s: float
    foreign: bool
    examples: tuple[dict[str, Any], ...]
    keyed: bool


@overload
def tool(name: Callable[..., Any], /) -> ToolSpec: ...
@overload
def tool(name: str | None = None, **traits: Unpack[Traits]) -> Callable[[Callable[..., Any]], ToolSpec]: ...
def tool(
    name: str | Callable[..., Any] | None = None, **traits: Unpack[Traits]
) -> ToolSpec | Callable[[Callable[..., Any]], ToolSpec]:
    """Make a ToolSpec of a typed function with a docstring: `@tool`, `@tool()`, `@tool("name", group=…)`.

    The function may be async or not (then it runs in a thread, which no timeout can end), may take a ToolContext
    first, and may return a ToolResult, Media, several Media, or anything JSON can hold. Arguments are converted by
    their type hints; unknown keys and wrong types raise InvalidInput with the dotted path of the offending argument.
    Raises Broken, naming the function, for a tool that is wrongly written: no docstring, an argument without a type,
    an example that its own schema refuses.
    """
    if callable(name):
        return _made(name, name.__name__, name.__doc__, {})
    return lambda function: _made(function, name or function.__name__, function.__doc__, traits)


class Tool:
    """A tool with settings of its own: give `run` a docstring and types, set `traits`, and list `MyTool(…).spec()`.

    `name` is the class's name in snake_case where none is given.
    """

    name: ClassVar[str] = ""
    traits: ClassVar[Traits] = {}

    def spec(self) -> ToolSpec:
        """The tool as the agents know it; raises Broken as `tool` does."""
        run = getattr(self, "run", None)
        if not callable(run):
            raise Broken(f"tool {type(self).__name__}: it has no method `run`")
        name = self.name or "".join(f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__).strip("_")
        return _made(run, name, run.__doc__ or type(self).__doc__, type(self).traits)


_REFS: dict[str, Any] = {"image": ImageRef, "audio": AudioRef, "file": FileRef}
_PLAIN_MEDIA: tuple[Any, ...] = (ImageMedia, AudioMedia, FileMedia)


class _Signature(msgspec.Struct, frozen=True):
    """A function as `call` uses it: the shape of its arguments, which of them are media, whether it takes a context."""

    shape: type[msgspec.Struct]
    media: dict[str, MediaKind]
    wants_context: bool


def _made(function: Callable[..., Any], name: str, docstring: str | None, traits: Traits) -> ToolSpec:
    signature = _read(function, name)
    description, said = read_docstring(docstring, signature.shape.__struct_fields__)
    if not description:
        raise Broken(f"tool {name}: its docstring must say what it does")
    is_async = inspect.iscoroutinefunction(function)

    async def call(context: ToolContext, arguments: dict[str, Any]) -> ToolResult:
        typed = _typed(signature, arguments)
        words = {field: getattr(typed, field) for field in signature.shape.__struct_fields__}
        for field, kind in signature.media.items():
            if words[field] is not None:
                words[field] = _on_shelf(context, words[field], kind)
        place = (context,) if signature.wants_context else ()
        given = await function(*place, **words) if is_async else await asyncio.to_thread(function, *place, **words)
        return _result(given, name)

    for number, example in enumerate(traits.get("examples", ()), 1):
        try:
            _typed(signature, example)
        except InvalidInput as error:
            raise Broken(f"tool {name}: example {number} does not fit its own arguments: {error.message}") from None
    told: dict[str, Any] = {"group": "own", "effect": "reads", **traits}
    return ToolSpec(name=name, description=description, parameters=_schema(signature.shape, said), call=call, **told)


def _read(function: Callable[..., Any], name: str) -> _Signature:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
        parameters = list(inspect.signature(function).parameters.values())
    except (NameError, TypeError, ValueError) as error:
        raise Broken(f"tool {name}: its type hints cannot be read: {error}") from None
    wants_context = bool(parameters) and hints.get(parameters[0].name) is ToolContext
    media: dict[str, MediaKind] = {}
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for parameter in parameters[1:] if wants_context else parameters:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise Broken(f"tool {name}: argument {parameter.name} must be callable by its name")
        if parameter.name not in hints:
            raise Broken(f"tool {name}: argument {parameter.name} has no type")
        hint = hints[parameter.name]
        kind = _media_kind(hint)
        if kind is not None:
            media[parameter.name] = kind
            hint = _REFS[kind] if hint in _PLAIN_MEDIA else _REFS[kind] | None
        default = () if parameter.default is inspect.Parameter.empty else (parameter.default,)
        fields.append(cast("tuple[str, Any]", (parameter.name, hint, *default)))
    try:
        # Not in the words of msgspec alone: a type it does not know is found when it is first used.
        shape = msgspec.defstruct(f"{name}_arguments", fields, forbid_unknown_fields=True, kw_only=True)
        msgspec.json.schema_components([shape])
    except (TypeError, ValueError, NameError) as error:
        raise Broken(f"tool {name}: an argument has a type that no schema can say: {error}") from None
    return _Signature(shape, media, wants_context)


def _media_kind(hint: Any) -> MediaKind | None:
    for one in (hint, *typing.get_args(hint)):
        if typing.get_origin(one) is typing.Annotated and typing.get_args(one)[0] is Media:
            return cast("MediaKind", typing.get_args(one)[1])
    return None


def _typed(signature: _Signature, arguments: dict[str, Any]) -> msgspec.Struct:
    try:
        return msgspec.convert(arguments, signature.shape, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"tool arguments: {error}", field="arguments") from error


def _on_shelf(context: ToolContext, ref: str, kind: MediaKind) -> Media:
    if context.media is None:
        raise InvalidInput("this run has no pictures, sounds or files", field="media")
    return context.media.get(ref, kind)


def _result(given: Any, name: str) -> ToolResult:
    if isinstance(given, ToolResult):
        return given
    many = tuple(cast("list[Any]", given)) if isinstance(given, (list, tuple)) else (given,)
    if many and all(isinstance(one, Media) for one in many):
        return ToolResult({}, media=many)
    if isinstance(given, (bytes, bytearray, memoryview)):
        raise Broken(f"tool {name}: bytes are returned as Media, which says what they are")
    try:
        return ToolResult(msgspec.to_builtins(given))
    except (TypeError, ValueError) as error:
        raise Broken(f"tool {name}: what it returned cannot be written as JSON") from error


def _schema(shape: type[msgspec.Struct], said: dict[str, str]) -> dict[str, Any]:
    (_, components) = msgspec.json.schema_components([shape])
    schema = dict(components[shape.__name__])
    schema.pop("title", None)
    properties: dict[str, Any] = {}
    for key, part in cast("dict[str, dict[str, Any]]", schema.get("properties", {})).items():
        properties[key] = {**part, "description": said[key]} if key in said and "description" not in part else part
    schema["properties"] = properties
    rest = {name: part for name, part in components.items() if name != shape.__name__}
    if rest:
        schema["$defs"] = rest
    return schema
