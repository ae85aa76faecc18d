"""What a docstring says of a tool and of each argument: Google, Sphinx, NumPy and plain styles."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection

_SPHINX = re.compile(r"^:(?:param|parameter|arg|argument)\s+(?:[^:]*\s)?(?P<name>\w+)\s*:\s*(?P<text>.*)$")
_SPHINX_OTHER = re.compile(r"^:\w+[^:]*:")
_HEADING = re.compile(r"^(?:args|arguments|parameters|params|参数)\s*[:：]?$", re.IGNORECASE)
_OTHER_HEADING = re.compile(
    r"^(?:returns?|raises|yields?|examples?|notes?|see also|返回|示例)\s*[:：]?$", re.IGNORECASE
)
_ENTRY = re.compile(
    r"^[-*•]?\s*`{0,2}(?P<name>\w+)`{0,2}\s*(?:\((?P<type>[^)]*)\))?\s*(?P<sign>:|：|--|–|—|\s-\s)\s*(?P<text>.*)$"
)


def read_docstring(docstring: str | None, arguments: Collection[str]) -> tuple[str, dict[str, str]]:
    """The description without its argument lines, and argument → what is said of it.

    A plain line counts as an argument's only when it begins with the name of one, so prose stays prose.
    """
    kept: list[str] = []
    said: dict[str, list[str]] = {}
    current, indent, in_section = "", 0, False
    for line in inspect.cleandoc(docstring or "").splitlines():
        text, depth = line.strip(), len(line) - len(line.lstrip())
        if _HEADING.match(text):
            in_section, current = True, ""
            continue
        if not text or re.fullmatch(r"-{3,}", text):
            current = "" if not text and not in_section else current
            if not text:
                kept.append("")
            continue
        found = _entry(text, arguments)
        if found is not None:
            current, indent = found[0], depth
            said[current] = [found[1]] if found[1] else []
        elif _OTHER_HEADING.match(text) or _SPHINX_OTHER.match(text):
            in_section, current = False, ""
            kept.append(line)
        elif current and depth > indent:
            said[current].append(text)
        elif in_section and depth > 0:
            continue  # of an argument that is none of the function's
        else:
            in_section, current = False, ""
            kept.append(line)
    told = {name: " ".join(parts) for name, parts in said.items() if parts}
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), told


def _entry(text: str, arguments: Collection[str]) -> tuple[str, str] | None:
    sphinx = _SPHINX.match(text)
    if sphinx is not None and sphinx["name"] in arguments:
        return sphinx["name"], sphinx["text"].strip()
    entry = _ENTRY.match(text)
    if entry is None or entry["name"] not in arguments:
        return None
    # NumPy writes "city : str" and the meaning below; that word is a type, not a meaning.
    is_type = re.search(rf"\b{entry['name']} : [\w\[\], |.]+$", text) is not None
    return entry["name"], "" if is_type else entry["text"].strip()
