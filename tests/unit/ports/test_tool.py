"""`@tool`: a typed function with a docstring is enough, and a wrong one is told apart when it is defined."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.errors import Broken, InvalidInput
from kangban.ports.media import ImageMedia, Media, MediaShelf
from kangban.ports.tool import Tool, ToolContext, ToolResult, Traits, tool

PICTURE = Media("image", "image/png", b"\x89PNG", "eye.png")
Days = Annotated[int, msgspec.Meta(ge=1, le=7)]


def context(shelf: MediaShelf | None = None) -> ToolContext:
    return ToolContext("home", "m1", UNKNOWN_PERSON, "zh", media=shelf)


@tool(examples=({"city": "上海", "days": 2},), cost="metered")
def weather(city: str, days: Days = 3, scale: Literal["C", "F"] = "C") -> dict[str, Any]:
    """The weather of a city.

    Args:
        city: Its name, in any
            language.
        days (int): How many days.
    """
    return {"city": city, "days": days, "scale": scale}


async def test_types_ranges_words_and_defaults_stand_in_the_schema() -> None:
    assert weather.description == "The weather of a city."
    assert weather.parameters["required"] == ["city"]
    assert weather.parameters["properties"] == {
        "city": {"type": "string", "description": "Its name, in any language."},
        "days": {"type": "integer", "minimum": 1, "maximum": 7, "default": 3, "description": "How many days."},
        "scale": {"enum": ["C", "F"], "default": "C"},
    }
    assert (await weather.call(context(), {"city": "上海"})).content == {"city": "上海", "days": 3, "scale": "C"}


@pytest.mark.parametrize(
    "arguments", [{}, {"city": "上海", "days": 9}, {"city": "上海", "scale": "K"}, {"city": "上海", "person": "m2"}, {"city": None}]
)  # fmt: skip
async def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await weather.call(context(), arguments)


def sphinx(city: str, days: int) -> str:
    """Look.

    :param city: where
    :param int days: how long
    :returns: words
    """
    return f"{city}{days}"


def numpy_style(city: str, days: int) -> str:
    """Look.

    Parameters
    ----------
    city : str
        where
    days : int
        how long
    """
    return f"{city}{days}"


def plain(city: str, days: int) -> str:
    """Look.

    city: where
    - days: how long
    """
    return f"{city}{days}"


@pytest.mark.parametrize("function", [sphinx, numpy_style, plain])
def test_every_style_of_docstring_is_read(function: Any) -> None:
    made = tool(function)
    assert {name: part["description"] for name, part in made.parameters["properties"].items()} == {
        "city": "where",
        "days": "how long",
    }
    assert made.description.startswith("Look.")
    assert "where" not in made.description


def undocumented(city: str) -> str:
    return city


def untyped(city) -> str:  # type: ignore[no-untyped-def]
    """Look."""
    return city


def starred(*cities: str) -> str:
    """Look."""
    return "".join(cities)


def odd(city: MediaShelf) -> str:
    """Look."""
    return str(city)


@pytest.mark.parametrize("function", [undocumented, untyped, starred, odd])
def test_a_wrong_tool_is_told_when_it_is_defined(function: Any) -> None:
    with pytest.raises(Broken, match=function.__name__):
        tool(function)


def test_an_example_is_held_against_the_schema() -> None:
    with pytest.raises(Broken, match=r"plain.*example 2"):
        tool(examples=({"city": "a", "days": 1}, {"city": "a", "days": "soon"}))(plain)


async def test_what_a_tool_may_return() -> None:
    def gives(value: Any) -> Any:
        @tool
        async def giving() -> Any:
            """Give."""
            return value

        return giving

    assert (await gives(3.5).call(context(), {})).content == 3.5
    assert (await gives(ToolResult({"a": 1}, ok=False)).call(context(), {})).ok is False
    assert (await gives(PICTURE).call(context(), {})).media == (PICTURE,)
    assert (await gives([PICTURE, PICTURE]).call(context(), {})).media == (PICTURE, PICTURE)
    assert (await gives([]).call(context(), {})).content == []
    for wrong in (b"raw", object()):
        with pytest.raises(Broken, match="giving"):
            await gives(wrong).call(context(), {})


@tool
def size(picture: ImageMedia, other: ImageMedia | None = None) -> int:
    """How many bytes."""
    return len(picture.content) + (len(other.content) if other else 0)


async def test_a_tool_gets_the_picture_a_model_names() -> None:
    shelf = MediaShelf()
    ref = shelf.put(PICTURE)
    assert size.parameters["properties"]["picture"]["x-media"] == "image"
    assert (await size.call(context(shelf), {"picture": ref})).content == 4
    sound = shelf.put(Media("audio", "audio/wav", b"RIFF"))
    for wrong in (sound, "eye.png"):
        with pytest.raises(InvalidInput):
            await size.call(context(shelf), {"picture": wrong})
    with pytest.raises(InvalidInput):
        await size.call(context(), {"picture": ref})


class GreetPeople(Tool):
    """A tool with a setting."""

    traits: Traits = {"group": "manners", "timeout_s": 2.0}  # noqa: RUF012 - a TypedDict, never changed

    def __init__(self, word: str) -> None:
        self._word = word

    def run(self, name: str) -> str:
        """Greet somebody.

        name: whom
        """
        return f"{self._word}, {name}"


async def test_a_class_is_a_tool_with_settings() -> None:
    made = GreetPeople("早").spec()
    assert (made.name, made.group, made.timeout_s) == ("greet_people", "manners", 2.0)
    assert (await made.call(context(), {"name": "李"})).content == "早, 李"
    with pytest.raises(Broken, match="Tool"):
        Tool().spec()
