"""The one trace every paradigm writes: numbered steps, and what was spent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import msgspec

from kangban.ports.agents import RunStep, Usage

_BYTES_FOR_A_TOKEN = 3.2  # of prompts, where a server counts none: between English and Chinese

Price = Callable[[str, int, int, int], float]  # model, prompt, completion and cached tokens → money


def no_price(_model: str, _prompt: int, _completion: int, _cached: int) -> float:
    """Nothing is known of what it costs."""
    return 0.0


class Tracer:
    """Collects the steps of one run; `tell` gets each step when it begins and again when it is over."""

    def __init__(self, tell: Callable[[RunStep], None], price: Price = no_price) -> None:
        self._tell, self._price = tell, price
        self._began_at = asyncio.get_running_loop().time()
        self._steps: dict[int, RunStep] = {}
        self._parents: list[int] = []
        self._usage = Usage()
        self._waited = 0.0
        self._waits_since: float | None = None

    @property
    def steps(self) -> tuple[RunStep, ...]:
        """All steps so far, in the order they began."""
        return tuple(self._steps.values())

    @property
    def usage(self) -> Usage:
        """What was spent so far."""
        return msgspec.structs.replace(self._usage, seconds=round(self.seconds, 3))

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return asyncio.get_running_loop().time() - self._began_at

    @property
    def worked(self) -> float:
        """Seconds since the run began without those it waited for a person."""
        since = 0.0 if self._waits_since is None else asyncio.get_running_loop().time() - self._waits_since
        return self.seconds - self._waited - since

    @contextmanager
    def waiting(self) -> Generator[None]:
        """For as long as the run waits for a person; questions are put one at a time."""
        outer, loop = self._waits_since, asyncio.get_running_loop()
        if outer is None:
            self._waits_since = loop.time()
        try:
            yield
        finally:
            if outer is None and self._waits_since is not None:
                self._waited += loop.time() - self._waits_since
                self._waits_since = None

    def begin(self, step: RunStep) -> RunStep:
        """Number a step and tell it as running; its number, moment and parent are set here."""
        parent = self._parents[-1] if self._parents else None
        begun = msgspec.structs.replace(
            step, number=len(self._steps) + 1, at_ms=round(self.seconds * 1000, 1), parent=parent, status="running"
        )
        self._steps[begun.number] = begun
        self._tell(begun)
        return begun

    def end(self, step: RunStep, **more: Any) -> RunStep:
        """Close a step with what came of it."""
        took = round(self.seconds * 1000 - step.at_ms, 1)
        done = msgspec.structs.replace(step, **{"took_ms": max(0.0, took), "status": "ok", **more})
        self._steps[done.number] = done
        self._tell(done)
        return done

    def note(self, step: RunStep) -> RunStep:
        """A step that takes no time."""
        status = step.status
        return self.end(self.begin(step), status=status)

    def enter(self, step: RunStep) -> None:
        """Steps begun from here on stand under this one."""
        self._parents.append(step.number)

    def leave(self) -> None:
        """Back to the step above."""
        self._parents.pop()

    def count_model(
        self, model: str, prompt: int | None, completion: int | None, guessed: tuple[int, int], cached: int = 0
    ) -> Usage:
        """Add one model call; `guessed` stands where the server counted nothing. Gives what this call was."""
        asked = guessed[0] if prompt is None else prompt
        wrote = guessed[1] if completion is None else completion
        money = self._price(model, asked, wrote, cached)
        old = self._usage
        self._usage = msgspec.structs.replace(
            old, prompt_tokens=old.prompt_tokens + asked, completion_tokens=old.completion_tokens + wrote,
            estimated=old.estimated or prompt is None or completion is None, rounds=old.rounds + 1,
            money=old.money + money, cached_tokens=old.cached_tokens + cached,
        )  # fmt: skip
        return Usage(asked, wrote, cached, money=money)

    def count_tool(self) -> None:
        """Add one tool call."""
        self._usage = msgspec.structs.replace(self._usage, tool_calls=self._usage.tool_calls + 1)


def guess_tokens(text: str) -> int:
    """About how many tokens a text has, for servers that do not count."""
    return int(len(text.encode("utf-8", "replace")) / _BYTES_FOR_A_TOKEN) + 1 if text else 0
