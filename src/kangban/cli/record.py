"""`kangban case replay` and `kangban record …`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Json, Records, run

Member = Annotated[str, typer.Argument(help="A member id.")]
EntryId = Annotated[str, typer.Argument(help="The id of a proposal.")]


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    id: str


Work = Callable[[_Words], Awaitable[dict[str, Any]]]


def _run(work: Work, id_: str, show: Callable[[dict[str, Any]], str] | None, records: Records) -> None:
    run(_Words, work, words={"id": id_}, source=None, jsonl=False, show=show, after=records.close)


def replay(member: Member, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Rebuild every stored conclusion from the log, byte for byte, and list those that re-open."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.replay import replay_case

        return msgspec.to_builtins(await replay_case(await records.house(), asked.id))

    _run(work, member, None if json else _show_replay, records)


def _show_replay(answer: dict[str, Any]) -> str:
    lines = [f"{'same' if c['same'] else 'DIFFERS'} {c['function']} {c['id']}" for c in answer["conclusions"]]
    lines += [f"re-open {r['function']} {r['id']} because of {', '.join(r['changed'])}" for r in answer["reopened"]]
    return "\n".join(lines) or "-"


def _decide(entry: str, confirm: bool, json: bool, records: Records) -> None:
    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.family import decide_proposal

        written = await decide_proposal(await records.house(), asked.id, confirm=confirm)
        return {"id": asked.id, "status": "confirmed" if confirm else "dismissed", "entry": written}

    _run(work, entry, None if json else _show_decision, records)


def _show_decision(answer: dict[str, Any]) -> str:
    return f"{answer['status']} {answer['entry']}"


def confirm(id: EntryId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Write a proposed entry into the record."""
    _decide(id, True, json, Records(data_dir, demo, as_))


def dismiss(id: EntryId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Turn a proposed entry down."""
    _decide(id, False, json, Records(data_dir, demo, as_))


def show(member: Member, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Show a member's facts and proposals."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.family import proposals

        house = await records.house()
        facts = await records.facts(asked.id)
        waiting = await proposals(house, asked.id)
        return {"person": msgspec.to_builtins(facts), "proposals": [msgspec.to_builtins(e) for e in waiting]}

    _run(work, member, None if json else _pretty, records)


def _pretty(answer: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def export(member: Member, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Export everything of a member as JSON on stdout, with --json on one line."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Words) -> dict[str, Any]:
        from kangban.journeys.family import export as export_of

        return msgspec.json.decode(await export_of(await records.house(), asked.id))

    _run(work, member, None if json else _pretty, records)
