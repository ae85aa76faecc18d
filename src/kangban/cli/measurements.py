"""`kangban measurements add|undo`: blood pressure, sugar, weight, pulse, temperature said in words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Records, run

Member = Annotated[str, typer.Argument(help="A member id.")]
Words = Annotated[str, typer.Argument(help="As you would say it: 血压 138/85 左臂 坐位 心率72.")]
At = Annotated[str | None, typer.Option("--at", help="When, as ISO time with a zone; else as the words say, else now.")]
ClientId = Annotated[str, typer.Option("--client-id", help="A name of your own: the same again writes nothing.")]
Ids = Annotated[list[str], typer.Argument(help="The ids that `add` gave.")]


class _Add(msgspec.Struct, forbid_unknown_fields=True):
    person: str
    words: str
    at: datetime | None = None
    client_id: str = ""


class _Undo(msgspec.Struct, forbid_unknown_fields=True):
    ids: tuple[str, ...]


def add(
    member: Member = "",
    words: Words = "",
    at: At = None,
    client_id: ClientId = "",
    json: Json = False,
    input: Input = None,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Write down what was measured, all of it or nothing."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Add) -> dict[str, Any]:
        from kangban.journeys.measuring import measured_in_words
        from kangban.kernel.errors import InvalidInput

        if asked.at is not None and asked.at.tzinfo is None:
            raise InvalidInput("the time needs a zone", field="at")
        house = await records.house()
        told = await measured_in_words(
            house, asked.person, asked.words, at=asked.at, client_id=asked.client_id or None
        )  # fmt: skip
        rows = [
            {
                "id": id_,
                "code": body.code,
                "value": body.value,
                "unit": body.unit,
                "body_position": body.body_position or None,
                "body_site": body.body_site or None,
                "meal": body.meal or None,
            }
            for id_, body in zip(told.ids, told.bodies, strict=True)
        ]
        return {"at": told.at.isoformat(), "measurements": rows}

    said = {"person": member, "words": words, "at": at, "client_id": client_id}
    run(_Add, work, words=said, source=input, jsonl=False, show=None if json else _show, after=records.close)


def undo(ids: Ids, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Take measurements back that were written together."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Undo) -> dict[str, Any]:
        from kangban.journeys.measuring import take_back

        await take_back(await records.house(), asked.ids)
        return {"ids": list(asked.ids), "status": "withdrawn"}

    run(
        _Undo, work, words={"ids": ids}, source=None, jsonl=False, after=records.close,
        show=None if json else lambda answer: f"{answer['status']} {' '.join(answer['ids'])}",
    )  # fmt: skip


def _show(answer: dict[str, Any]) -> str:
    lines: list[str] = []
    for row in answer["measurements"]:
        how = (row["body_position"], row["body_site"], row["meal"])
        parts = (answer["at"], row["code"], row["value"], row["unit"], *how, row["id"])
        lines.append(" ".join(str(part) for part in parts if part is not None))
    return "\n".join(lines)
