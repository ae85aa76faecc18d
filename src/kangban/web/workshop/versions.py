"""/workshop/agents/NAME/versions: what was kept, two of them side by side, and an old one as the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from kangban.journeys.workshop.keeping import save, versions
from kangban.journeys.workshop.papers import write_yaml
from kangban.ports.agents import AgentDefinition, AgentVersion
from kangban.web.elements import Tag, button, link, quoted, run
from kangban.web.visit import Visit
from kangban.web.workshop.agents import agent_address
from kangban.web.workshop.room import Seat, room
from kangban.web.workshop.whose import ROOT

AROUND = 3  # equal lines shown beside a change


class Row(msgspec.Struct, frozen=True):
    """A line on the left and a line on the right; None where there is none. "cut" stands for equal lines left out."""

    how: Literal["same", "changed", "cut"]
    left: str | None = None
    right: str | None = None
    left_out: int = 0


def side_by_side(before: str, after: str) -> list[Row]:
    """Two papers line by line; long runs of equal lines are left out but for a few beside each change."""
    a, b = before.splitlines(), after.splitlines()
    found: list[Row] = []
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for number, (how, a1, a2, b1, b2) in enumerate(blocks):
        if how != "equal":
            for n in range(max(a2 - a1, b2 - b1)):
                left = a[a1 + n] if a1 + n < a2 else None
                found.append(Row("changed", left, b[b1 + n] if b1 + n < b2 else None))
            continue
        head = AROUND if number else 0
        tail = AROUND if number + 1 < len(blocks) else 0
        if len(blocks) == 1:
            head = len(a)
        same = [Row("same", line, line) for line in a[a1:a2]]
        if len(same) <= head + tail + 1:
            found += same
        else:
            found += [*same[:head], Row("cut", left_out=len(same) - head - tail), *same[len(same) - tail :]]
    return found


def draw_difference(seat: Seat, old: AgentDefinition, new: AgentDefinition, was: str, now: str) -> None:
    """Two definitions side by side; under each other on a phone."""
    rows = side_by_side(write_yaml(old), write_yaml(new))
    if not any(one.how == "changed" for one in rows):
        Tag("p", seat.words("no_difference"), "small")
        return
    with Tag("div", classes="beside", role="table", aria_label=seat.words("difference")):
        with Tag("div", classes="pair head", role="row"):
            Tag("b", was, role="columnheader")
            Tag("b", now, role="columnheader")
        for one in rows:
            if one.how == "cut":
                with Tag("div", classes="pair cut", role="row"):
                    Tag("span", seat.words("lines_left_out", n=one.left_out), role="cell")
                continue
            with Tag("div", classes=f"pair {one.how}", role="row"):
                for side, line in (("gone", one.left), ("new", one.right)):
                    look = side if one.how == "changed" and line is not None else ""
                    Tag("del" if look == "gone" else "ins" if look else "span", line or "", look, role="cell")


async def versions_page(visit: Visit) -> None:
    """Draw them, newest first."""
    with room(visit, "agents") as seat:
        if seat is None:
            return
        name = seat.named("name")
        kept = list(await versions(seat.workshop, name, seat.owner))
        with Tag("section", classes="sec"):
            with Tag("header"):
                Tag("h2", seat.words("versions_of", name=name))
                link(seat.words("back_to_agent"), agent_address(name), "btn flat")
            if not kept:
                Tag("p", seat.words("no_versions"), "small")
            with Tag("ul", classes="rows"):
                for one in reversed(kept):
                    _row(seat, name, one, kept)
        _two(seat, kept)


def _row(seat: Seat, name: str, one: AgentVersion, kept: Sequence[AgentVersion]) -> None:
    newest = kept[-1].version
    with Tag("li"):
        with Tag("span", classes="w"):
            Tag("b", seat.words("version", n=one.version))
            Tag("small", one.saved_at.astimezone().strftime("%Y-%m-%d %H:%M"))
        if one.version == newest:
            Tag("span", seat.words("newest"), "mark")
        else:
            address = agent_address(name, f"/versions?old={one.version}&new={newest}")
            link(seat.words("compare"), address, "btn flat")
            button(seat.words("restore"), "btn flat", aria_label=seat.words("restore_of", n=one.version)).on(
                "click", seat.visit.guarded(_restorer(seat, one, newest)), js_handler="() => emit()"
            )
        link(seat.words("export"), f"{ROOT}/export?name={name}&version={one.version}", "btn flat", download=True)


def _restorer(seat: Seat, one: AgentVersion, newest: int) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        await save(seat.workshop, one.definition, seat.owner, newest)
        run(f"location.assign({quoted(agent_address(one.definition.name, '/versions'))})")

    return work


def _two(seat: Seat, kept: Sequence[AgentVersion]) -> None:
    by_number = {str(one.version): one for one in kept}
    old, new = by_number.get(seat.asked("old")), by_number.get(seat.asked("new"))
    if old is None and new is None and len(kept) > 1:
        old, new = kept[-2], kept[-1]
    if old is None or new is None:
        return
    with Tag("section", classes="sec", aria_labelledby="two-versions"):
        was, now = (seat.words("version", n=one.version) for one in (old, new))
        Tag("h2", seat.words("between", old=old.version, new=new.version), id="two-versions")
        draw_difference(seat, old.definition, new.definition, was, now)
