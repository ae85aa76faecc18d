"""Regular expressions compiled when first used: to compile hundreds was half of the time a command takes to start."""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class LazyPattern:
    """Stands for a compiled pattern, and becomes as quick as one with the first call."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._made_of = (pattern, flags)

    def compiled(self) -> re.Pattern[str]:
        """The pattern itself; raises re.error where it is none."""
        return re.compile(*self._made_of)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy and pickle ask for these before there is a pattern
            raise AttributeError(name)
        compiled = self.compiled()
        # Methods are kept on the object: the next call finds them without coming here.
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


def lazy_pattern(pattern: str, flags: int | re.RegexFlag = 0) -> re.Pattern[str]:
    """Like re.compile, but a fault in the pattern shows with the first use (a test compiles them all)."""
    return cast("re.Pattern[str]", LazyPattern(pattern, int(flags)))
