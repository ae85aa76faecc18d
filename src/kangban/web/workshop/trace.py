"""A run as it went: every step on one line of time, with what went in, what came out and what it cost."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kangban.kernel.errors import NotFound
from kangban.ports.agents import AgentRun, RunStep
from kangban.web.elements import Tag
from kangban.web.workshop.media import draw_media
from kangban.web.workshop.passing import MADE
from kangban.web.workshop.room import Seat
from kangban.web.workshop.tree import draw_tree

MOST_STEPS = 300


def seconds_words(ms: float) -> str:
    """A duration as short as it can be said."""
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s" if ms < 100_000 else f"{ms / 60_000:.1f} min"


def draw_totals(seat: Seat, run: AgentRun) -> None:
    """What the whole run was and cost."""
    words, used = seat.words, run.usage
    tokens = used.prompt_tokens + used.completion_tokens
    with Tag("div", classes="row totals"):
        stopped = run.stopped_by or "running"
        Tag("span", words(f"stopped.{stopped}"), "mark" if stopped == "answered" else "mark soon")
        Tag("span", words("t_seconds", n=f"{used.seconds:.1f}"), "tag")
        Tag("span", words("t_rounds", n=used.rounds), "tag")
        Tag("span", words("t_calls", n=used.tool_calls), "tag")
        told = words("t_tokens_guessed" if used.estimated else "t_tokens", n=tokens)
        Tag("span", told, "tag", title=words("t_split", a=used.prompt_tokens, b=used.completion_tokens))
        if used.cached_tokens:
            Tag("span", words("t_cached", n=used.cached_tokens), "tag")
        if used.money:
            Tag("span", words("t_money", n=f"{used.money:.4g}"), "tag")


def draw_steps(seat: Seat, steps: Sequence[RunStep]) -> None:
    """The steps in order; each opens to what it was given and what it gave."""
    if not steps:
        Tag("p", seat.words("no_steps"), "small")
        return
    whole = max((one.at_ms + one.took_ms for one in steps), default=0.0) or 1.0
    depths = _depths(steps)
    with Tag("ol", classes="trace", aria_label=seat.words("trace")):
        for one in steps[:MOST_STEPS]:
            with Tag("li", classes=f"k-{one.kind}"):
                _step(seat, one, whole, depths.get(one.number, 0))
    if len(steps) > MOST_STEPS:
        Tag("p", seat.words("left_out", n=len(steps) - MOST_STEPS), "small")


def _depths(steps: Sequence[RunStep]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in steps:
        found[one.number] = min(found.get(one.parent, 0) + 1, 6) if one.parent is not None else 0
    return found


def step_name(seat: Seat, one: RunStep) -> str:
    """What a step is, in a few words."""
    kind = seat.words(f"kind.{one.kind}")
    return f"{kind} {one.name}" if one.name else kind


def _step(seat: Seat, one: RunStep, whole: float, depth: int) -> None:
    words = seat.words
    at, long = 100 * one.at_ms / whole, max(100 * one.took_ms / whole, 0.6)
    with Tag("details"):
        with Tag("summary"):
            Tag("span", str(one.number), "no")
            Tag("span", step_name(seat, one), "what", style=f"--deep:{depth}")
            with Tag("span", classes="bar-of", aria_hidden="true"):
                Tag("i", "", style=f"margin-left:{min(at, 99.4):.2f}%;width:{min(long, 100 - min(at, 99.4)):.2f}%")
            Tag("span", seconds_words(one.took_ms), "took")
            if one.status != "ok":
                Tag("span", words(f"status.{one.status}"), "mark quiet" if one.status == "repeated" else "mark no")
        with Tag("div", classes="inside"):
            _inside(seat, one)


def _inside(seat: Seat, one: RunStep) -> None:
    words = seat.words
    facts = [words("began_at", n=seconds_words(one.at_ms))]
    if one.prompt_tokens or one.completion_tokens:
        facts.append(words("t_split", a=one.prompt_tokens, b=one.completion_tokens))
    if one.money:
        facts.append(words("t_money", n=f"{one.money:.4g}"))
    Tag("p", " · ".join(facts), "small")
    if one.arguments:
        Tag("h4", words("arguments"))
        Tag("pre", _written(one.arguments), "pre code")
    if one.text:
        Tag("h4", words("said"))
        Tag("p", one.text[:8_000], "as-printed")
    if one.reasoning:
        with Tag("details", classes="more"):
            Tag("summary", words("reasoning"))
            Tag("p", one.reasoning[:20_000], "as-printed small")
    if one.result is not None:
        Tag("h4", words("result"))
        draw_tree(seat, one.result, most=150)
    _media(seat, one.media)


def _media(seat: Seat, refs: Sequence[str]) -> None:
    """What the step made, while it is still there; a run is kept longer than its pictures."""
    for ref in refs:
        try:
            draw_media(seat, [MADE.get(seat.owner, ref)])
        except NotFound:
            Tag("p", seat.words("media_gone", ref=ref), "small code")


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)[:8_000]
