"""Names say the idea: no catch-all words in the name of a module, class or function."""

from __future__ import annotations

import re

from tests.architecture.tree import definitions, python_files, shown

BANNED = {
    "util", "utils", "helper", "helpers", "manager", "managers", "data", "info", "process", "handle", "handler", "handlers",
}  # fmt: skip

# Names a library asks for, given to methods that override its own.
FOREIGN = {
    "handle_data", "handle_endtag", "handle_starttag", "handle_startendtag",  # html.parser.HTMLParser
    "handle_async_request",  # httpx2.AsyncBaseTransport
    "process_bind_param", "process_result_value",  # sqlalchemy.types.TypeDecorator
}  # fmt: skip

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(name: str) -> set[str]:
    """Split a snake_case or CamelCase name into its lower-case words."""
    return {word.lower() for word in _WORD.findall(name)}


def test_no_name_is_a_catch_all() -> None:
    named = [(shown(path), path.stem) for path in python_files()]
    named += [(f"{shown(path)}:{node.lineno}", node.name) for path in python_files() for node in definitions(path)]
    bad = [f"{place}: {name}" for place, name in named if name not in FOREIGN and words(name) & BANNED]
    assert not bad, "name the idea instead:\n" + "\n".join(bad)


def test_words_of_a_name_are_found_in_both_styles() -> None:
    assert words("HTTPInfoPanel") == {"http", "info", "panel"}
    assert words("_process_one2") == {"process", "one", "2"}
    assert not words("dataclass_of_database") & BANNED
