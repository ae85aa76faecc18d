"""`kangban privacy hide|sent`: what would leave without its identifiers, and what left."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Jsonl, Records, run

Text = Annotated[str, typer.Argument(help="A text with names and numbers of persons.")]
Names = Annotated[list[str] | None, typer.Option("--name", help="A name to hide wherever it stands; more than once.")]
Member = Annotated[str, typer.Argument(help="A member id.")]


class _Hide(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    names: tuple[str, ...] | None = None


class _Member(msgspec.Struct, forbid_unknown_fields=True):
    member: str


def hide(text: Text = "", name: Names = None, json: Json = False, jsonl: Jsonl = False, input: Input = None) -> None:
    """Put marks in place of personal identifiers."""

    async def work(asked: _Hide) -> dict[str, Any]:
        from kangban.cli.shapes import check_text
        from kangban.journeys.pseudonyms import Pseudonyms

        check_text(asked.text, "text")
        veil = Pseudonyms(asked.names or ())
        spans = [{"start": start, "end": end, "kind": kind} for start, end, kind in veil.spans(asked.text)]
        return {"text": veil.hide(asked.text), "spans": spans, "marks": veil.marks}

    words = {"text": text, "names": name or []}
    run(_Hide, work, words=words, source=input, jsonl=jsonl, show=None if json else lambda answer: answer["text"])


def sent(member: Member, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """What was sent about a member to models off this machine, newest first, as it was sent."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Member) -> dict[str, Any]:
        from kangban.clinical.record import Transmission
        from kangban.journeys.transmissions import of_member

        found = await of_member(await records.house(), asked.member)
        rows = [
            {
                "id": e.id, "at": e.known_at.isoformat(), "message_id": e.body.message_id, "model": e.body.model,
                "host": e.body.host, "place": e.body.place, "sent": msgspec.json.decode(e.body.sent),
            }
            for e in found
            if isinstance(e.body, Transmission)
        ]  # fmt: skip
        return {"member": asked.member, "transmissions": rows}

    run(
        _Member, work, words={"member": member}, source=None, jsonl=False, show=None if json else _show,
        after=records.close,
    )  # fmt: skip


def _show(answer: dict[str, Any]) -> str:
    lines: list[str] = []
    for one in answer["transmissions"]:
        lines.append(f"{one['at'][:19]} → {one['model']} @ {one['host']} ({one['place']})")
        lines += [f"  {m['role']}: {m.get('content', '')}" for m in one["sent"]["messages"]]
    return "\n".join(lines) or "-"
