"""`kangban agents …` beside agents and runs: going on, stopping, answering, notes, and what models cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.agents import lines_of, opened, plain, told_of
from kangban.cli.options import As, DataDir, Demo, Json, Nothing, Records

if TYPE_CHECKING:
    from kangban.journeys.workshop.carrying import RunDone

RunId = Annotated[str, typer.Argument(help="The run.")]


class _OneRun(msgspec.Struct, forbid_unknown_fields=True):
    run: str


class _Word(msgspec.Struct, forbid_unknown_fields=True):
    run: str
    ask: str
    yes: bool


class _Note(msgspec.Struct, forbid_unknown_fields=True):
    agent: str = ""
    note: str = ""


class _Since(msgspec.Struct, forbid_unknown_fields=True):
    since: str = ""


def resume(
    yes: Annotated[bool, typer.Option("--yes", help="Tools that act may do so.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Go on with your durable runs that nobody carries on any more; `serve` and `worker` do it by themselves."""
    records = Records(data_dir, demo, as_)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.workshop import resuming

        workshop, owner = await opened(records)
        gate, ended = await records.gate(), list[dict[str, Any]]()
        for claim in await resuming.lapsed(workshop.house, owner):
            done: RunDone | None = None
            async for event in resuming.resumed(workshop.house, gate, claim):
                done = await told_of(workshop, owner, event, yes=yes) or done
            if done is not None:
                ended.append({"run": done.run.id, "agent": done.run.agent, "stopped_by": done.run.stopped_by,
                              "text": done.run.text})  # fmt: skip
        return {"runs": ended}

    plain(Nothing, work, {}, json, lambda answer: lines_of(answer["runs"], "run", "agent", "stopped_by"), records)


def cancel(
    run: RunId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None
) -> None:  # fmt: skip
    """Stop a run, whichever process carries it on; it then says what it has."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _OneRun) -> dict[str, Any]:
        from kangban.journeys.workshop.running import cancel_anywhere

        workshop, owner = await opened(records)
        await cancel_anywhere(workshop, asked.run, owner)
        return {"run": asked.run, "status": "stopping"}

    plain(_OneRun, work, {"run": run}, json, lambda answer: f"{answer['status']} {answer['run']}", records)


def answer(
    run: RunId,
    ask: Annotated[str, typer.Argument(help="What waits: see `agents runs --show`.")],
    yes: Annotated[bool, typer.Option("--yes/--no", help="Do it, or do not.")] = False,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Say yes or no to a tool that waits in a run of another process."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Word) -> dict[str, Any]:
        from kangban.journeys.workshop.running import answer_anywhere

        workshop, owner = await opened(records)
        await answer_anywhere(workshop, asked.run, asked.ask, owner, yes=asked.yes)
        return {"run": asked.run, "ask": asked.ask, "yes": asked.yes}

    words = {"run": run, "ask": ask, "yes": yes}
    plain(_Word, work, words, json, lambda answer: f"{answer['ask']} {'yes' if answer['yes'] else 'no'}", records)


def ledger(
    since: Annotated[str, typer.Option("--since", help="From this day on, 2026-05-01.")] = "",
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """What your agents' models cost, by day: tokens as servers count them, money by KANGBAN_PRICES."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Since) -> dict[str, Any]:
        from kangban.journeys.workshop.metering import booked

        workshop, owner = await opened(records)
        found = await booked(workshop.shelf, workshop.meter, owner, asked.since)
        rows = [{name: value for name, value in msgspec.structs.asdict(row).items() if name != "owner"}
                for row in found.rows]  # fmt: skip
        return {"currency": found.currency, "days": rows}

    plain(_Since, work, {"since": since}, json, _days, records)


def _days(answer: dict[str, Any]) -> str:
    return lines_of(answer["days"], "day", "model", "messages", "prompt_tokens", "completion_tokens", "money")


def notes_list(
    agent: Annotated[str, typer.Argument(help="Of this agent only.")] = "",
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """What your agents noted for later, oldest first."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Note) -> dict[str, Any]:
        from kangban.journeys.workshop.noting import notes

        workshop, owner = await opened(records)
        found = await notes(workshop, owner, asked.agent)
        return {"notes": [{"id": one.id, "agent": one.agent, "text": one.text, "written_at": one.written_at.isoformat()}
                          for one in found]}  # fmt: skip

    plain(_Note, work, {"agent": agent}, json, lambda a: lines_of(a["notes"], "id", "agent", "text"), records)


def notes_erase(
    note: Annotated[str, typer.Argument(help="The note, by id.")],
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Forget a note."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Note) -> dict[str, Any]:
        from kangban.journeys.workshop.noting import erase_note

        workshop, owner = await opened(records)
        await erase_note(workshop, asked.note, owner)
        return {"note": asked.note, "status": "erased"}

    plain(_Note, work, {"note": note}, json, lambda answer: f"{answer['status']} {answer['note']}", records)
