"""`kangban medicines took|taken|undo`: doses really taken."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Lang, Records, language, run

Name = Annotated[str, typer.Argument(help="The name on the box.")]
For = Annotated[str, typer.Option("--for", help="The id of the member who took it.")]
Dose = Annotated[str | None, typer.Option("--dose", help="As you would say it: 1 片, 500 mg.")]
At = Annotated[str | None, typer.Option("--at", help="When, as ISO time with a zone; now if left out.")]
Member = Annotated[str, typer.Argument(help="A member id.")]
EntryId = Annotated[str, typer.Argument(help="The id that `took` gave.")]
ClientId = Annotated[str, typer.Option("--client-id", help="A name of your own: the same again writes nothing.")]


class _Took(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    person: str
    dose: str | None = None
    at: datetime | None = None
    client_id: str = ""


class _Id(msgspec.Struct, forbid_unknown_fields=True):
    id: str


def took(
    name: Name = "",
    person: For = "",
    dose: Dose = None,
    at: At = None,
    client_id: ClientId = "",
    json: Json = False,
    input: Input = None,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
    lang: Lang = "zh",
) -> None:
    """Write down that somebody took a dose; answers with what the last 24 hours add up to."""
    records = Records(data_dir, demo, as_)
    shown = language(lang)

    async def work(asked: _Took) -> dict[str, Any]:
        from kangban.journeys.doses_taken import took_it
        from kangban.kernel.errors import InvalidInput
        from kangban.kernel.ids import new_id

        if asked.at is not None and asked.at.tzinfo is None:
            raise InvalidInput("the time needs a zone", field="at")
        house = await records.house()
        id_ = await took_it(house, asked.person, asked.name, asked.dose, asked.at, asked.client_id or new_id("cli"))
        return {"id": id_, **await _day(house, asked.person, shown)}

    words = {"name": name, "person": person, "dose": dose, "at": at, "client_id": client_id}
    run(_Took, work, words=words, source=input, jsonl=False, show=None if json else _show, after=records.close)


def taken(
    member: Member,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
    lang: Lang = "zh",
) -> None:
    """What a member took in the last 24 hours, dose by dose and per ingredient."""
    records = Records(data_dir, demo, as_)
    shown = language(lang)

    async def work(asked: _Id) -> dict[str, Any]:
        return await _day(await records.house(), asked.id, shown)

    run(_Id, work, words={"id": member}, source=None, jsonl=False, show=None if json else _show, after=records.close)


def undo(id: EntryId, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Take a dose back that was not taken."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Id) -> dict[str, Any]:
        from kangban.journeys.doses_taken import undo as undo_dose

        await undo_dose(await records.house(), asked.id)
        return {"id": asked.id, "status": "withdrawn"}

    run(
        _Id, work, words={"id": id}, source=None, jsonl=False, after=records.close,
        show=None if json else lambda answer: f"{answer['status']} {answer['id']}",
    )  # fmt: skip


async def _day(house: Any, member: str, lang: str) -> dict[str, Any]:
    from kangban.journeys.doses_taken import last_day
    from kangban.toolbox.contract import taken_object

    day = await last_day(house, member)
    doses = [{"id": d.id, "name": d.name, "dose": d.dose, "at": d.at.isoformat()} for d in day.doses]
    return {"doses": doses, **taken_object(day.log, lang)}  # pyright: ignore[reportArgumentType]


def _show(answer: dict[str, Any]) -> str:
    lines = [f"{d['at']}  {d['name']} {d['dose'] or ''}  {d['id']}" for d in answer["doses"]]
    for one in answer["sums"]:
        unknown = " + ?" if one["amount_unknown"] else ""
        limit = f" / {one['limit']} ({one['place']})" if one["limit"] else ""
        lines.append(f"= {one['name']} {one['amount'] or '?'}{unknown}{limit}, {one['times']} x / 24 h")
    lines += [f"[not in catalogue] {m['name']} ({', '.join(m['suggestions'])})" for m in answer["not_in_catalogue"]]
    return "\n".join(lines) or "-"
