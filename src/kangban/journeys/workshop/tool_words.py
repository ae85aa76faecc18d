"""The free words of a single tool's result, where no agent stands between it and whoever asked.

A tool's own sentences come from the packs and were checked there; what a stranger wrote is data and marked as such.
What is left are words a program or a model wrote for us: they leave no door with a dose, a diagnosis or an all-clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, cast

import msgspec

from kangban.agent.draft import draft_of
from kangban.clinical.draft import Draft, Verdict
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang
from kangban.guard import review
from kangban.journeys.own_words import SPEAKING
from kangban.kernel.errors import InvalidInput
from kangban.kernel.texts import t
from kangban.ports.tool import ToolResult, ToolSpec

Judge = Callable[[Draft], Verdict]
# Written by a model, although it goes out and comes back: foreign and ours at once.
BY_MODEL: Final = frozenset({"translate"})
_BY_MODEL_GROUPS: Final = frozenset({"sight", "vision", "sound", "speech"})
_JUDGED: Final = frozenset(
    {"prescription", "dose_limit", "unsafe_medicine", "ordered_medicine", "diagnosis", "false_reassurance"}
)
# The catalogue's clinical scores speak with the words of their sources, as the packs do.
_OF_SOURCES: Final = SPEAKING | {"clinical_score", "find_tools", "look_up_record"}
MOST_CHARACTERS: Final = 20_000


def are_judged(spec: ToolSpec) -> bool:
    """Whether the words of this tool are ours and nobody has checked them yet."""
    if spec.name in BY_MODEL or spec.group in _BY_MODEL_GROUPS:
        return True
    return not spec.foreign and spec.name not in _OF_SOURCES


def released_result(
    spec: ToolSpec, arguments: dict[str, Any], result: ToolResult, lang: Lang, *, paper: str = "mcp.withheld"
) -> ToolResult:
    """The result itself where it may leave; else one that says so, with nothing that was made of the words.

    `paper` is the translation key for a file, sound or picture whose words did not pass. Raises InvalidInput for a
    result that is no JSON. Reads for a while, as `released_words` does.
    """
    if not are_judged(spec):
        return result
    try:
        plain = msgspec.to_builtins(result.content)
    except (TypeError, ValueError):
        raise InvalidInput("the tool's result cannot be written as JSON") from None
    content = released_words(plain, lang)
    if content != plain:
        # A paper or a sound may say what the words may not: nothing made of them goes out.
        return ToolResult(content, ok=False)
    # What goes into a paper, a voice or a picture is read by nobody afterwards.
    if result.media and released_words(arguments, lang) != arguments:
        return ToolResult({"withheld": t(paper, lang)}, ok=False)
    return result


def released_words(content: Any, lang: Lang, judge: Judge | None = None) -> Any:
    """The content as it may be shown: a text that did not pass is replaced by a line that says so.

    Texts together of more than MOST_CHARACTERS cannot all be read and are withheld. `judge` knows what was asked;
    without it nothing was. Reads for a while: call it in a thread.
    """
    try:
        return _released(content, lang, judge or _of_nothing(lang))
    except RecursionError:
        return {"withheld": t("mcp.too_long_to_check", lang)}


def _released(content: Any, lang: Lang, judge: Judge) -> Any:
    withheld = t("mcp.withheld", lang)
    told = [one for one in _texts(content) if one.strip()]
    if not told:
        return content
    if sum(map(len, told)) > MOST_CHARACTERS:
        return {"withheld": t("mcp.too_long_to_check", lang)}
    if _passes(content, judge):
        return content

    def checked(text: str) -> str:
        return text if _passes(text, judge) else withheld

    shown = _mapped(content, checked)
    # Taken apart into harmless pieces, it is still what it was.
    return shown if _passes(shown, judge) else {"withheld": withheld}


def without_repeats(content: Any, asked: Any, lang: Lang, judge: Judge) -> Any:
    """The content without texts that repeat what was asked, where that may not be shown; all else stays as it is."""
    lost = {one for one in _texts(asked) if one.strip() and not _passes(one, judge)}
    withheld = t("mcp.withheld", lang)
    return _mapped(content, lambda text: withheld if any(one in text for one in lost) else text) if lost else content


def _of_nothing(lang: Lang) -> Judge:
    return partial(review, question="", person=UNKNOWN_PERSON, lang=lang)


def _passes(content: Any, judge: Judge) -> bool:
    lines = "\n".join(_texts(content))
    # A dose cut into fields is still a dose, and its number need not be a text.
    sentence = "" if isinstance(content, str) else " ".join(_texts(content, numbers=True))
    for text in dict.fromkeys((lines, sentence)):
        checks = judge(draft_of(text, (), (), "")[0]).checks if text.strip() else ()
        if any(one.outcome == "error" or (one.outcome == "fail" and one.name in _JUDGED) for one in checks):
            return False
    return True


def _texts(value: Any, *, numbers: bool = False) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in cast("dict[Any, Any]", value).items():
            yield from _texts(key, numbers=numbers)
            yield from _texts(one, numbers=numbers)
    elif isinstance(value, (list, tuple)):
        for one in cast("list[Any]", value):
            yield from _texts(one, numbers=numbers)
    elif numbers and isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): _mapped(one, change) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(one, change) for one in cast("list[Any]", value)]
    return value
