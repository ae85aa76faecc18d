"""Calls between markers: InternLM2's tokens, and the tags of other models, whole, doubled, or half missing."""

from __future__ import annotations

import re

from kangban.agent.recovery.chunks import Chunk, Split, unfenced

_BAR = r"\s*[|｜]\s*"
_T = rf"[<＜]{_BAR}(?:%s){_BAR}[>＞]"
ACTION = _T % "action_start" + r"|\[UNUSED_TOKEN_144\]"
PLUGIN = _T % "plugin" + r"|\[UNUSED_TOKEN_141\]"
CODE = _T % "interpreter" + r"|\[UNUSED_TOKEN_142\]"
_END = _T % "action_end" + r"|\[UNUSED_TOKEN_143\]"
_MOST_MARKERS = 100
_OPEN = re.compile(
    rf"(?P<code>(?:(?:{ACTION})\s*)*(?:{CODE}))|(?P<plain>(?:{ACTION}|{PLUGIN}|<tool_calls?>|<function_calls?>"
    rf"|\[TOOL_CALLS\]|<\|python_tag\|>|<\|tool_call\|>))"
    r"|(?P<function><function=(?P<name>[\w.-]+)>|<invoke\s+name=\"(?P<invoked>[\w.-]+)\">)",
    re.IGNORECASE,
)
_CLOSE = re.compile(rf"{_END}|</tool_calls?>|</function_calls?>|</function>|</invoke>|<\|/tool_call\|>", re.IGNORECASE)
_TURN = re.compile(rf"{_T % 'im_end'}|{_T % 'im_start'}|{_T % 'eot_id'}|</s>|\[UNUSED_TOKEN_14[56]\]", re.IGNORECASE)


def has_tags(text: str) -> bool:
    """Whether any marker of a call stands in the text."""
    return _OPEN.search(text) is not None or _CLOSE.search(text) is not None


def split_tags(text: str) -> Split:
    """Take a message with markers apart. What stands behind the model's own end of turn was invented and is dropped."""
    opened = _OPEN.search(text)
    answer = text[: opened.start()] if opened else ""
    if opened is None:
        return _only_closed(text)
    if len(_OPEN.findall(text)) > _MOST_MARKERS:
        return Split((), answer, True, "it holds more markers than calls make sense")
    turn = _TURN.search(text, opened.end())
    text = text[: turn.start()] if turn else text
    chunks: list[Chunk] = []
    doubled = False
    between = ""
    while opened is not None:
        following = _OPEN.search(text, opened.end())
        close = _CLOSE.search(text, opened.end())
        ends = [each.start() for each in (following, close) if each is not None]
        end = min(ends, default=len(text))
        body = text[opened.end() : end]
        if body.strip():
            closed = bool(ends) or turn is not None
            chunks.append(Chunk(body, opened["name"] or opened["invoked"] or "", closed, bool(opened["code"])))
        elif not (opened["plain"] and following is not None and end == following.start()):
            doubled = True
        if close is not None and following is not None and close.end() <= following.start():
            between += text[close.end() : following.start()]
        opened = following
    if re.search(r"\bor\b|或者|还是", between):
        return Split((), answer, True, "it offers one call or another; make exactly the calls that are needed")
    return Split(tuple(chunks), answer.strip(), doubled, "" if chunks else "the markers hold no call")


def _only_closed(text: str) -> Split:
    """A closing marker without an opening one: the call is the JSON before it."""
    end = _CLOSE.search(text)
    start = min((at for sign in "{[｛［" if (at := text.find(sign)) >= 0), default=-1)
    if end is None or start < 0 or start > end.start():
        return Split((), "", True, "a marker closes a call that never began")
    return Split((Chunk(text[start : end.start()], closed=True),), text[:start].strip(), True)


def parameters_of(body: str) -> dict[str, str] | None:
    """Arguments written as <parameter=KEY>value</parameter>, as text; None when the body is not written so."""
    body = unfenced(body)[0]
    if body.count("<parameter") > _MOST_MARKERS:
        return None
    found = re.findall(
        r"<parameter(?:=|\s+name=\")([\w.-]+)\"?>(.*?)</parameter>", body, flags=re.DOTALL | re.IGNORECASE
    )
    rest = re.sub(r"<parameter.*?</parameter>", "", body, flags=re.DOTALL | re.IGNORECASE)
    if not found or rest.strip() or len({key for key, _ in found}) != len(found):
        return None
    return {key: value.removeprefix("\n").removesuffix("\n") for key, value in found}
