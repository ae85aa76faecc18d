"""ReAct text taken apart: Thought, Action, Action Input, Response, Final Answer, in English and Chinese."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Literal

from kangban.agent.recovery.chunks import Chunk, Split
from kangban.agent.recovery.shapes import FINISH

Part = Literal["thought", "action", "input", "response", "final"]

_WORDS: dict[Part, str] = {
    "input": r"Action[ _]?Input|Tool[ _]?Input|动作输入|行动输入|工具输入|工具参数|输入参数|参数|输入",
    "final": r"Final[ _]?Answer|最终答案|最终回答|最终回复",
    "thought": r"Thoughts?|思考|想法",
    "action": r"Action|Tool|动作|行动|工具名称|工具",
    "response": r"Response|Observation|工具返回|返回|观察|结果|响应|观测",
}
_ANY = "|".join(f"(?P<{part}>{words})" for part, words in _WORDS.items())
MARKER = re.compile(rf"^[ \t>*#`_-]*(?:{_ANY})[ \t*_`]*\d{{0,2}}[ \t]*[:：][ \t*_]*", re.MULTILINE | re.IGNORECASE)
AFTERTHOUGHT = re.compile(rf"^[ \t>*#]*(?:{_WORDS['thought']})[ \t*]*[:：]", re.MULTILINE | re.IGNORECASE)
_INLINE = re.compile(
    r"(?<=[^\s#>*])[ \t]+(?=(?:Action[ _]?Input|动作输入|行动输入|工具输入)[ \t]*[:：])"
    r"|(?<=[^\s#>*])[ \t]+(?=(?:Action|动作|行动)[ \t]*[:：][ \t]*[\w.-]+\s+(?:Action[ _]?Input|动作输入)[ \t]*[:：])",
    re.IGNORECASE,
)
_AGAIN = re.compile(rf"\A[ \t]*(?:{'|'.join(_WORDS.values())})[ \t]*[:：][ \t]*", re.IGNORECASE)
_NONE = {"none", "无", "n/a", "no tool", "不需要", "无需", "null", ""}


def has_markers(text: str) -> bool:
    """Whether the text is written as ReAct at all."""
    return MARKER.search(text) is not None


def split_react(text: str) -> Split:
    """Take a ReAct message apart. From a Response on everything was invented by the model and is dropped."""
    text = re.sub(r"\A\s*```[\w-]*\n(.*?)\n?```\s*\Z", r"\1", text, flags=re.DOTALL)
    spread = _INLINE.sub("\n", text)
    parts, begins = _parts(spread)
    repaired = spread != text or any(_AGAIN.match(body) for _, body in parts)
    chunks: list[Chunk] = []
    name: str | None = None
    for number, (part, body) in enumerate(parts):
        last = number == len(parts) - 1
        if part == "response" and (chunks or name is not None):
            return _ended(chunks, name, True)
        if part == "final":
            return _final(chunks, name, spread[begins[number] :], repaired)
        if part == "action":
            if name is not None and name not in FINISH:
                chunks.append(Chunk("", name, closed=True))
            name = None if body.strip().lower() in _NONE else _bare(body)
        elif part == "input" and name is not None:
            if name.split("\n")[0].strip().lower() in FINISH:
                return Split((), body.strip(), repaired) if not chunks else _both()
            chunks.append(Chunk(body, name, closed=not last))
            name = None
    return _ended(chunks, name, repaired)


def _parts(text: str) -> tuple[list[tuple[Part, str]], list[int]]:
    """The parts in order, and where the body of each begins."""
    marks = list(MARKER.finditer(text))
    parts: list[tuple[Part, str]] = []
    begins: list[int] = []
    for mark, after in zip_longest(marks, marks[1:]):
        part: Part = next(each for each in _WORDS if mark[each])
        body = text[mark.end() : after.start() if after else len(text)]
        if parts and parts[-1][0] == part and not parts[-1][1].strip():
            parts.pop()  # the same marker twice
            begins.pop()
        parts.append((part, body))
        begins.append(mark.end())
    return parts, begins


def _bare(body: str) -> str:
    while found := _AGAIN.match(body):
        body = body[found.end() :]
    return body.strip().strip("`*\"'“”[]<>。").strip()


def _ended(chunks: list[Chunk], name: str | None, repaired: bool) -> Split:
    if name is not None:
        chunks = [*chunks, Chunk("", name, closed=False)]
    if not chunks:
        return Split((), "", repaired, "it ends without an action and without a final answer")
    return Split(tuple(chunks), "", repaired)


def _final(chunks: list[Chunk], name: str | None, answer: str, repaired: bool) -> Split:
    if chunks or name is not None:
        return _both()
    kinds = [part for part, _ in _parts(answer)[0]]
    if "action" in kinds and "input" in kinds:
        return _both()
    # "结果：" and "Action:" may begin a line of an answer; a thought behind it is none of its lines.
    ended = AFTERTHOUGHT.search(answer)
    return Split((), (answer[: ended.start()] if ended else answer).strip(), repaired)


def _both() -> Split:
    return Split((), "", True, "it holds an action and a final answer at once; give one of the two")


def without_repeats(body: str) -> str:
    """A body without markers doubled in front of it."""
    while found := _AGAIN.match(body):
        body = body[found.end() :]
    return body
