"""`kangban rules recall`: what a wrong rule touched, by whoever sits at the machine that keeps the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.options import DataDir, Demo, Json, run

if TYPE_CHECKING:
    from kangban.app import Opened

Rule = Annotated[str, typer.Argument(help="RULE@VERSION as findings name it, or SOURCE#PASSAGE.")]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    rule: str


class _Doors:
    """Opened once, for nobody; the journey asks whether the actor keeps this server."""

    def __init__(self, data_dir: Path | None, demo: bool) -> None:
        self._data_dir, self._demo = data_dir, demo
        self._opened: Opened | None = None

    async def open(self) -> Opened:
        """Gate and house of the data directory."""
        from kangban.app import open_doors
        from kangban.settings import read_settings

        self._opened = await open_doors(read_settings(data_dir=self._data_dir, demo=self._demo))
        return self._opened

    async def close(self) -> None:
        """Close what was opened."""
        if self._opened is not None:
            from kangban.app import close_house

            await close_house(self._opened.house)


def recall(rule: Rule, json: Json = False, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Every stored conclusion and person a wrong rule touched, and drafted notices. Ids and counts, no record."""
    doors = _Doors(data_dir, demo)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.app import in_family
        from kangban.journeys.accounts.local import local_actor
        from kangban.journeys.recall import recall as recall_rule

        opened = await doors.open()
        home = opened.house.family_id
        families = [home, *(one.family_id for one in await opened.gate.accounts.tenants())]
        found = await recall_rule(
            opened.gate, local_actor(home, "cli"), asked.rule, families, lambda one: in_family(opened.house, one)
        )
        answer: dict[str, Any] = msgspec.to_builtins(found)
        answer["count"] = {
            "persons": len(found.members),
            "conclusions": sum(len(one.conclusions) for one in found.members),
            "answers": sum(len(one.answers) for one in found.members),
        }
        return answer

    run(_Words, work, words={"rule": rule}, source=None, jsonl=False, show=None if json else _show, after=doors.close)


def _show(answer: dict[str, Any]) -> str:
    count = answer["count"]
    known = "" if answer["known"] else " (the packs hold no such rule now)"
    touched = f"{count['persons']} persons, {count['conclusions']} conclusions, {count['answers']} answers"
    lines = [f"{answer['rule']}{known}: {touched} in {answer['families']} families"]
    for one in answer["members"]:
        lines.append(f"{one['family_id']}/{one['member_id']}")
        lines += [f"    {c['function']} {c['id']} {c['at']}" for c in one["conclusions"]]
        lines += [f"    answer {a['id']} {a['at']}" for a in one["answers"]]
    lines += [
        f"draft for {n['account_id']} ({n['family_id']}): {n['text']} / {n['text_en']}" for n in answer["notices"]
    ]
    return "\n".join(lines)
