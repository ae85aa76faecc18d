"""Python cells behind kernel walls: `interpreter` stays with us, `worker`, `cells` and `walls` live in the child."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the jailed child passes through here too, and loads nothing it does not need
    from kangban.ports.sandbox import CodeSandbox


@lru_cache(maxsize=1)
def one_interpreter() -> CodeSandbox:
    """The program's only one: its notebooks outlast a run, and its bounds hold for all of them together."""
    from kangban.adapters.sandbox.interpreter import JailedInterpreter

    return JailedInterpreter()
