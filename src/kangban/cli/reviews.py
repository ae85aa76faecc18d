"""`kangban reviews list|show|claim|decide|answer`: held answers, for reviewers and for the family that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Json, Nothing, Records, run

if TYPE_CHECKING:
    from kangban.clinical.record import Entry
    from kangban.journeys.house import House
    from kangban.journeys.reviewing.queue import Waiting

Id = Annotated[str, typer.Argument(help="The id of a review, or of the answer that waits.")]
Version = Annotated[str, typer.Argument(help="The version seen, as `reviews show` prints it.")]
Decision = Annotated[str, typer.Argument(help="approve, edit, reject or ask.")]
Reason = Annotated[str, typer.Option("--reason", help="A reason code; `reviews show` lists those that fit.")]
Text = Annotated[str, typer.Option("--text", help="edit: the whole answer as the family will read it.")]
Note = Annotated[str, typer.Option("--note", help="A line to the family; ask: the question.")]
Words = Annotated[str, typer.Argument(help="What you answer.")]


class _Id(msgspec.Struct, forbid_unknown_fields=True):
    id: str


class _Decide(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    decision: Literal["approve", "edit", "reject", "ask"]
    reason: str
    text: str = ""
    note: str = ""


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    text: str


def list_(json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """What waits for you, worst and oldest first."""
    records = Records(data_dir, demo, as_)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.reviewing.queue import waiting

        return {"reviews": [_row(one) for one in await waiting(await records.house())]}

    run(Nothing, work, words={}, source=None, jsonl=False, show=None if json else _show_list, after=records.close)


def _row(one: Waiting) -> dict[str, Any]:
    return {
        "version": one.entry.id,
        "answer": one.item.answer_id,
        "status": one.item.status,
        "urgency": one.item.urgency,
        "topics": one.item.topics,
        "opened_at": msgspec.to_builtins(one.item.opened_at),
        "due_at": msgspec.to_builtins(one.due_at),
        "claimed_by": one.claimed.name if one.claimed else "",
        "question": one.item.question,
    }


def _show_list(answer: dict[str, Any]) -> str:
    lines = [
        f"{r['due_at'][:16]} {r['urgency']} {','.join(r['topics'])} {r['version']} {r['claimed_by']}".rstrip()
        for r in answer["reviews"]
    ]
    return "\n".join(lines) or "-"


def show(id: Id, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """A reviewer sees everything they decide on; the family sees how it stands and what is asked of them."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Id) -> dict[str, Any]:
        from kangban.journeys.reviewing.people import decider_of
        from kangban.kernel.errors import NotPermitted

        house = await records.house()
        try:
            who = await decider_of(house)
        except NotPermitted:
            return await _watched(house, asked.id)
        return await _desk(house, asked.id, who.role)

    run(_Id, work, words={"id": id}, source=None, jsonl=False, show=None if json else _pretty, after=records.close)


async def _watched(house: House, id_: str) -> dict[str, Any]:
    from kangban.journeys.reviewing.watching import state_of
    from kangban.kernel.errors import NotFound

    state = await state_of(house, id_)
    if state is None:
        raise NotFound("no such review", field="id")
    return {"state": msgspec.to_builtins(state)}


async def _desk(house: House, id_: str, role: Any) -> dict[str, Any]:
    from kangban.journeys.reviewing.queue import find_item
    from kangban.review.reasons import reasons_for

    found = await find_item(house, id_)
    item = found.item
    return {
        **_row(found),
        "held": item.draft.text,
        "asks": item.draft.question or "",
        "failed": item.reasons,
        "person": msgspec.to_builtins(item.person),
        "findings": msgspec.to_builtins(item.findings),
        "events": msgspec.to_builtins(item.events),
        "final_text": item.final_text,
        "reasons": {d: [r.code for r in reasons_for(d, role)] for d in ("approve", "edit", "reject", "ask")},
    }


def _pretty(answer: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def claim(id: Version, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Say that you are looking at it."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Id) -> dict[str, Any]:
        from kangban.journeys.reviewing import deciding

        return _told(await deciding.claim(await records.house(), asked.id))

    run(_Id, work, words={"id": id}, source=None, jsonl=False, show=None if json else _show_told, after=records.close)


def decide(
    id: Version,
    decision: Decision,
    reason: Reason,
    text: Text = "",
    note: Note = "",
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Approve, edit, reject or ask; what goes out passes the guard again."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Decide) -> dict[str, Any]:
        from kangban.journeys.reviewing import deciding

        done = await deciding.decide(
            await records.house(), asked.id, decision=asked.decision, reason=asked.reason, text=asked.text,
            note=asked.note,
        )  # fmt: skip
        return _told(done)

    words = {"id": id, "decision": decision, "reason": reason, "text": text, "note": note}
    run(_Decide, work, words=words, source=None, jsonl=False, show=None if json else _show_told, after=records.close)


def answer(
    id: Version, text: Words, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None
) -> None:
    """Answer what a reviewer asked."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Answer) -> dict[str, Any]:
        from kangban.journeys.reviewing import asking

        return _told(await asking.answer_back(await records.house(), asked.id, asked.text))

    words = {"id": id, "text": text}
    run(_Answer, work, words=words, source=None, jsonl=False, show=None if json else _show_told, after=records.close)


def _told(entry: Entry) -> dict[str, Any]:
    """The new version and how it stands: nothing of the text, which the family's command may print too."""
    return {"version": entry.id, "status": getattr(entry.body, "status", "")}


def _show_told(answer: dict[str, Any]) -> str:
    return f"{answer['status']} {answer['version']}"
