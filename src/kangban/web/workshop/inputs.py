"""Labelled fields of the workshop's forms, each with a place for its fault."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kangban.kernel.errors import KangbanError
from kangban.web.elements import Tag, run
from kangban.web.workshop.room import Seat

PAIRS = "(e) => emit({ pairs: kangban.pairs(e.currentTarget) })"
# As SUBMIT, and the form forgets what was typed: it may be a key.
SUBMIT_ONCE = (
    "(e) => { e.preventDefault(); const pairs = kangban.pairs(e.currentTarget); e.target.reset(); emit({ pairs }); }"
)
SUBMIT = "(e) => { e.preventDefault(); emit({ pairs: kangban.pairs(e.currentTarget) }); }"


def fault_place(name: str) -> None:
    """Where a fault of a field is said."""
    Tag("span", "", "wrong", role="alert", data_fault=name)


def text_field(name: str, label: str, value: str = "", *, hint: str = "", **more: Any) -> None:
    """One line."""
    with Tag("label", label):
        Tag(
            "input", type=more.pop("type", "text"), name=name, value=value, placeholder=hint or None,
            autocomplete="off", **more,
        )  # fmt: skip
        fault_place(name)


def number_field(name: str, label: str, value: float | None, *, least: float, step: str = "1") -> None:
    """A number; empty is none."""
    shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    text_field(name, label, shown, type="number", min=f"{least:g}", step=step, inputmode="decimal")


def long_field(name: str, label: str, value: str = "", *, rows: int = 3, hint: str = "", **more: Any) -> None:
    """Several lines."""
    with Tag("label", label):
        Tag("textarea", value, "field", name=name, rows=str(rows), placeholder=hint or None, spellcheck="false", **more)
        fault_place(name)


def choice_field(name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str) -> None:
    """One of (value, words)."""
    with Tag("label", label):
        with Tag("select", name=name):
            for value, words in choices:
                Tag("option", words, value=value, selected=True if value == chosen else None)
        fault_place(name)


def tick_field(name: str, label: str, *, on: bool, why: str = "", value: str = "yes") -> None:
    """A box that is ticked or not."""
    with Tag("label", classes="tick"):
        Tag("input", type="checkbox", name=name, value=value, checked=True if on else None)
        with Tag("span"):
            Tag("span", label)
            if why:
                Tag("small", why)
            fault_place(name)


def tell_fault(seat: Seat, error: KangbanError) -> None:
    """Say a fault beside its field; the form keeps what was typed."""
    words = seat.visit.words(error)
    if error.key == "error.invalid_input":
        words = f"{words} ({error.message})"
    run(f"kangban.faults({json.dumps([[error.field or '', words]]).replace('<', chr(92) + 'u003c')})")


def clear_faults() -> None:
    """Take away every fault said before."""
    run("kangban.faults([])")
