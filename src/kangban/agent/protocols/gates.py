"""What of a message may be shown while it is still being written: answer text at once, text of a call never."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Protocol

from kangban.agent.recovery.react import AFTERTHOUGHT, MARKER


class Gate(Protocol):
    """`said` is all that was let through; `final` once it is part of an answer, so that no second one may follow."""

    said: str
    final: bool

    def feed(self, piece: str) -> str:
        """Take a piece of the message, give what may be shown now."""
        ...


_STARTS = re.compile(r"[<＜\[{｛［`]")
_TAGS = ("<tool_call", "<function", "<invoke", "<|", "[tool_calls]", "[unused_token_14", "</tool_call", "<parameter")
_KEYS = ("name", "tool", "function", "action", "calls", "arguments", "parameters", "thought")
_FENCES = ("```json", "```tool_call", "```tool_code", "```")
_SPELL = str.maketrans({"'": '"', "“": '"', "”": '"', "‘": '"', "’": '"', "｛": "{", "［": "[", "＜": "<", "｜": "|"})
_WINDOW = 96


class PlainGate:
    """Lets prose through and stops for good where a call may begin: a marker, or JSON with the keys of a call."""

    def __init__(self, tools: Iterable[str]) -> None:
        names = tuple(tools)
        keys = [*_KEYS, *names]
        quoted = [f'{{"{key}' for key in keys] + [f"{{{key}:" for key in keys]
        opened = [*quoted, *(f"[{each}" for each in quoted)]
        fenced = [f"{fence}{each}" for fence in _FENCES for each in opened]
        self.said = ""
        self.final = False
        python = [f"[{name}(" for name in names]
        self._triggers = tuple(each.lower() for each in (*_TAGS, *opened, *fenced, *python))
        self._heads = tuple(f"{name}(" for name in names)  # a message that begins as a call written in Python
        self._waiting = ""
        self._shut = False

    def feed(self, piece: str) -> str:
        """Give what cannot be the beginning of a call."""
        if self._shut:
            return ""
        text = self._waiting + piece
        if not self.said.strip() and (bare := text.lstrip()):
            self._shut = bare.startswith(self._heads)
            if self._shut or any(each.startswith(bare) for each in self._heads):
                return self._let("", text)
        at = 0
        while (found := _STARTS.search(text, at)) is not None:
            start = found.start()
            seen = "".join(text[start : start + _WINDOW].translate(_SPELL).lower().split())
            if seen.startswith(self._triggers):
                self._shut = True
                return self._let(text[:start], "")
            if any(each.startswith(seen) for each in self._triggers):
                return self._let(text[:start], text[start:])
            at = start + 1
        return self._let(text, "")

    def _let(self, text: str, waiting: str) -> str:
        self._waiting = waiting
        self.said += text
        return text


_COLON = re.compile("[:：]")
_ANSWER_STOPS = ("thought", "thoughts", "思考", "想法", "action", "动作", "行动", "工具", "tool")


class ReactGate:
    """Lets through what stands behind "Final Answer:", unless an action came first."""

    def __init__(self) -> None:
        self.said = ""
        self.final = False
        self._text = ""
        self._line = 0  # where the line begins that is not over yet
        self._sent = self._first = 0
        self._shut = False

    def feed(self, piece: str) -> str:
        """Give the answer as it comes."""
        self._text += piece
        if self._shut:
            return ""
        # A marker is over with its colon; until one comes there is nothing to look for.
        if not self.final and not (_COLON.search(piece) and self._began()):
            return ""
        return self._more()

    def _began(self) -> bool:
        for mark in MARKER.finditer(self._text, self._line):
            if mark["action"]:
                self._shut = True
                return False
            if mark["final"]:
                self.final = True
                self._sent = self._line = self._first = mark.end()
                return True
        self._line = self._text.rfind("\n") + 1
        return False

    def _more(self) -> str:
        begin = self._line
        while True:
            following = self._text.find("\n", begin)
            line = self._text[begin : following if following >= 0 else len(self._text)]
            first = begin == self._first
            if not first and _stops(line):
                self._shut = True
                break
            if following < 0:
                break
            begin = following + 1
        held = not first and (self._shut or _may_stop(line))
        self._line = begin
        end = begin - 1 if held else len(self._text)
        text = self._text[self._sent : end] if end > self._sent else ""
        if not self.said:
            text = text.lstrip()
        self._sent = max(self._sent, end)
        self.said += text
        return text


def _stops(line: str) -> bool:
    mark = MARKER.match(line)
    return mark is not None and bool(mark["action"] or AFTERTHOUGHT.match(line))


def _may_stop(line: str) -> bool:
    bare = line.strip(" \t*#>_`").lower()
    return any(each.startswith(bare) or bare == each for each in _ANSWER_STOPS)


_ANSWER = re.compile(
    r"""\A\s*(?:```\w*\s*)?\{\s*(?:"(?:thoughts?|reasoning|explanation)"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*)*"""
    r'"(?:answer|final_answer)"\s*:\s*"',
    re.DOTALL,
)
_PIECES = re.compile(
    r'(?:[^"\\]|\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|(?![dD][89abAB])[0-9a-fA-F]{4})|[^u]))*'
)
_LONGEST_LEAD = 20_000


class JsonGate:
    """Lets the text of "answer" through while the JSON object around it is still being written."""

    def __init__(self) -> None:
        self.said = ""
        self.final = False
        self._text = ""
        self._at = -1
        self._shut = False

    def feed(self, piece: str) -> str:
        """Give the answer's next characters, unescaped."""
        if self._shut:
            return ""
        self._text += piece
        if self._at < 0:
            if '"' not in piece:
                return ""
            opened = _ANSWER.match(self._text)
            self._shut = opened is None and len(self._text) > _LONGEST_LEAD
            if opened is None:
                return ""
            self.final, self._at = True, opened.end()
        found = _PIECES.match(self._text, self._at)
        end = found.end() if found else self._at
        try:
            text: str = json.loads(f'"{self._text[self._at : end]}"', strict=False)
        except ValueError:
            self._shut = True
            return ""
        self._at = end
        self._shut = self._text.startswith('"', end)
        self.said += text
        return text
