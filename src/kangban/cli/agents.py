"""`kangban agents …`: the workshop on the command line."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Jsonl, Lang, Nothing, Records, language, run

if TYPE_CHECKING:
    from kangban.clinical.urgency import Lang as LangCode
    from kangban.journeys.workshop.keeping import Listed
    from kangban.journeys.workshop.kept import Workshop
    from kangban.journeys.workshop.running import RunDone, WorkshopEvent
    from kangban.ports.agents import AgentRun, RunStep

Name = Annotated[str, typer.Argument(help="The agent.")]


class _Named(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    version: int | None = None


class _Run(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    task: str


class _Yaml(msgspec.Struct, forbid_unknown_fields=True):
    yaml: str
    version: int | None = None


class _Runs(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    run: str = ""
    erase: str = ""


def list_(json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Your agents and those that come with the program."""
    records = Records(data_dir, demo, as_)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.workshop.keeping import agents

        workshop, owner = await opened(records)
        return {"agents": [_listed(one) for one in await agents(workshop, owner)]}

    plain(Nothing, work, {}, json, lambda answer: lines_of(answer["agents"], "name", "paradigm", "title"), records)


def run_(
    name: Name = "",
    task: Annotated[str, typer.Argument(help="What it is to do.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Tools that act may do so.")] = False,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Run an agent. Steps are told on stderr; Ctrl-C stops it, and it says what it has."""
    code = cast("LangCode", language(lang))
    records = Records(data_dir, demo, as_)

    async def work(asked: _Run) -> dict[str, Any]:
        workshop, owner = await opened(records)
        return await _followed(workshop, owner, asked, code, yes=yes)

    words = {"name": name, "task": task}
    run(_Run, work, words=words, source=input, jsonl=jsonl, show=None if json else _text, after=records.close)


def _text(answer: dict[str, Any]) -> str:
    return str(answer["text"])


async def _followed(workshop: Workshop, owner: str, asked: _Run, lang: LangCode, *, yes: bool) -> dict[str, Any]:
    from kangban.journeys.workshop.running import RunStarted, cancel
    from kangban.journeys.workshop.running import run_agent_journey as start
    from kangban.kernel.errors import Broken

    done: RunDone | None = None
    with contextlib.ExitStack() as until_the_end:
        async for event in start(workshop, asked.name, asked.task, owner=owner, lang=lang):
            if isinstance(event, RunStarted):
                until_the_end.enter_context(_stopped_by_hand(partial(cancel, workshop, event.run_id, owner)))
            done = await told_of(workshop, owner, event, yes=yes) or done
    if done is None:
        raise Broken("the run ended without an answer")
    return _answer(done)


async def told_of(workshop: Workshop, owner: str, event: WorkshopEvent, *, yes: bool) -> RunDone | None:
    """Tell of one event on stderr and answer what it asks; the end of the run, if it is that."""
    from kangban.journeys.workshop.running import RunDone, StepSeen, Waiting, answer

    if isinstance(event, StepSeen):
        _tell(event.step)
    elif isinstance(event, Waiting):
        # What may have happened is done once more for a person only, never because a script said --yes beforehand.
        agreed = (yes and not event.asked.again) or await _agreed(event)
        answer(workshop, event.asked.run_id, event.asked.id, owner, yes=agreed)
    return event if isinstance(event, RunDone) else None


@contextlib.contextmanager
def _stopped_by_hand(stop: Callable[[], None]) -> Generator[None]:
    """Ctrl-C stops the run instead of the program, so that it can say what it has; a second one ends the program."""
    import asyncio

    loop = asyncio.get_running_loop()

    def once() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        stop()

    try:
        loop.add_signal_handler(signal.SIGINT, once)
    except (NotImplementedError, RuntimeError, ValueError):  # no such thing on this system, or not the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _agreed(event: Any) -> bool:
    """Ask on a terminal; a script that did not say --yes says no."""
    import asyncio

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    arguments = msgspec.json.encode(event.asked.arguments).decode()
    print(f"{event.asked.tool} {arguments} ? [y/N] ", end="", file=sys.stderr, flush=True)
    return (await asyncio.to_thread(sys.stdin.readline)).strip().lower() in ("y", "yes", "是")


def _tell(step: RunStep) -> None:
    if step.status == "running":
        print(f"… {step.kind} {step.name}", file=sys.stderr, flush=True)
    elif step.status != "ok":
        print(f"  {step.kind} {step.name}: {step.status}", file=sys.stderr, flush=True)


def _answer(done: RunDone) -> dict[str, Any]:
    kept = done.run
    return {
        "text": kept.text, "steps": [msgspec.to_builtins(step) for step in kept.steps],
        "usage": _usage(kept), "stopped_by": kept.stopped_by, "run": kept.id, "agent": kept.agent,
        "version": kept.version, "brain": done.brain, "verdict": done.decision, "urgency": done.urgency,
        "citations": [msgspec.to_builtins(one) for one in done.citations], "notes": list(done.notes),
    }  # fmt: skip


def _usage(kept: AgentRun) -> dict[str, Any]:
    # Every number, also those that are 0: a script adds them up.
    return {name: getattr(kept.usage, name) for name in kept.usage.__struct_fields__}


def export(
    name: Name,
    version: Annotated[int | None, typer.Option("--version", help="An earlier one.")] = None,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Write an agent as YAML to stdout; it names secrets and holds none."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Named) -> dict[str, Any]:
        from kangban.journeys.workshop.keeping import load
        from kangban.journeys.workshop.papers import write_yaml

        workshop, owner = await opened(records)
        found = await load(workshop, asked.name, owner, asked.version)
        return {"name": found.definition.name, "version": found.version, "yaml": write_yaml(found.definition)}

    plain(_Named, work, {"name": name, "version": version}, json, lambda answer: answer["yaml"].rstrip(), records)


def import_(
    file: Annotated[str, typer.Argument(help="A YAML file, or - for stdin.")],
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Keep an agent from YAML as a new one; where the name is taken, `save` makes its next version."""
    _kept_from(file, None, json, Records(data_dir, demo, as_))


def save(
    file: Annotated[str, typer.Argument(help="A YAML file, or - for stdin.")],
    version: Annotated[int | None, typer.Option("--from", help="Made from this version; else the newest.")] = None,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Keep an agent from YAML as the next version of its name."""
    _kept_from(file, version or -1, json, Records(data_dir, demo, as_))


def _kept_from(file: str, version: int | None, json: bool, records: Records) -> None:
    async def work(asked: _Yaml) -> dict[str, Any]:
        from kangban.journeys.workshop.keeping import save as keep
        from kangban.journeys.workshop.papers import read_yaml

        workshop, owner = await opened(records)
        definition = read_yaml(asked.yaml)
        expected = asked.version
        if expected == -1:
            kept = await workshop.shelf.versions(definition.name, owner)
            expected = kept[-1].version if kept else None
        made = await keep(workshop, definition, owner, expected)
        return {"name": made.definition.name, "version": made.version, "status": "saved"}

    words = {"yaml": _read(file), "version": version}
    plain(_Yaml, work, words, json, lambda answer: f"{answer['name']} {answer['version']}", records)


def _read(file: str) -> str:
    from kangban.kernel.errors import InvalidInput

    try:
        raw = sys.stdin.buffer.read(1_000_000) if file == "-" else Path(file).read_bytes()
        return raw.decode()
    except (OSError, ValueError) as error:
        fault = InvalidInput(f"the file cannot be read: {type(error).__name__}", field="file")
        typer.echo(fault.message, err=True)
        raise typer.Exit(fault.exit_code) from None


def remove(
    name: Name, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None
) -> None:  # fmt: skip
    """Forget an agent with all its versions; its runs stay."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Named) -> dict[str, Any]:
        from kangban.journeys.workshop import keeping

        workshop, owner = await opened(records)
        await keeping.remove(workshop, asked.name, owner)
        return {"name": asked.name, "status": "removed"}

    plain(_Named, work, {"name": name}, json, lambda answer: f"{answer['status']} {answer['name']}", records)


def runs(
    name: Annotated[str, typer.Argument(help="Of this agent only.")] = "",
    show: Annotated[str, typer.Option("--show", help="One run with its steps, by id.")] = "",
    erase: Annotated[str, typer.Option("--erase", help="Forget a run, by id.")] = "",
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Runs, newest first; one with its steps; or erase one."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Runs) -> dict[str, Any]:
        from kangban.journeys.workshop import history

        workshop, owner = await opened(records)
        if asked.erase:
            await history.erase(workshop, asked.erase, owner)
            return {"runs": [], "erased": asked.erase}
        if asked.run:
            found = [await history.run(workshop, asked.run, owner)]
        else:
            found = [msgspec.structs.replace(one, steps=()) for one in await history.runs(workshop, owner, asked.name)]
        return {"runs": [msgspec.to_builtins(one) for one in found]}

    words = {"name": name, "run": show, "erase": erase}
    plain(_Runs, work, words, json, lambda answer: lines_of(answer["runs"], "id", "agent", "stopped_by"), records)


async def opened(records: Records) -> tuple[Workshop, str]:
    """The workshop of whoever types, and whose agents these are."""
    from kangban.journeys.workshop.kept import owner_of, workshop_of

    house = await records.house()
    return workshop_of(house), owner_of(house)


def _listed(one: Listed) -> dict[str, Any]:
    made = one.definition
    return {
        "name": made.name, "title": made.title, "description": made.description, "paradigm": made.paradigm,
        "tools": list(made.tools), "version": one.version, "shipped": one.shipped,
    }  # fmt: skip


def lines_of(rows: list[dict[str, Any]], *fields: str) -> str:
    """Rows for people, one a line."""
    return "\n".join("  ".join(str(row.get(field) or "-") for field in fields) for row in rows) or "-"


def plain(
    shape: type[Any], work: Callable[[Any], Awaitable[dict[str, Any]]], words: dict[str, Any], json: bool,
    show: Callable[[dict[str, Any]], str], records: Records,
) -> None:  # fmt: skip
    """Run one command of the workshop, with JSON or plain lines for an answer."""
    run(shape, work, words=words, source=None, jsonl=False, show=None if json else show, after=records.close)
