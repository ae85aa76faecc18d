"""A stretch of a model's message in which a call stands, before anybody knows what it says."""

from __future__ import annotations

import re

import msgspec

_FENCE = re.compile(r"^\s*(?:```+|~~~+)[ \t]*([\w+-]*)[ \t]*\n?")
_FENCE_END = re.compile(r"\n?[ \t]*(?:```+|~~~+)\s*$")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)|\A[^<]*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


class Chunk(msgspec.Struct, frozen=True):
    """`name` is "" when it stands in the body. `closed`: the model itself ended the body, it was not cut.

    `code`: the body is a program, not arguments.
    """

    body: str
    name: str = ""
    closed: bool = False
    code: bool = False


class Split(msgspec.Struct, frozen=True):
    """A message taken apart. `answer` is what is for the person; `fault` says why nothing of it may be executed."""

    chunks: tuple[Chunk, ...] = ()
    answer: str = ""
    repaired: bool = False
    fault: str = ""


def without_thoughts(text: str) -> str:
    """The message without <think>…</think>: a call in a thought is no call."""
    return _THOUGHT.sub("", text) if "think" in text else text


def unfenced(body: str) -> tuple[str, bool, bool]:
    """(body without a Markdown fence around it, whether there was one, whether it was closed)."""
    found = _FENCE.match(body)
    if found is None:
        bare = body.strip()
        quoted = len(bare) > 2 and bare[0] == bare[-1] == "`" and "`" not in bare[1:-1]
        return (bare[1:-1].strip(), True, True) if quoted else (bare, False, False)
    inner = body[found.end() :]
    end = re.search(r"\n[ \t]*(?:```+|~~~+)", inner) or _FENCE_END.search(inner)
    return (inner[: end.start()] if end else inner).strip("\n"), True, end is not None
