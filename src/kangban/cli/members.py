"""`kangban members list|add`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Input, Json, Nothing, Records, run

Name = Annotated[str, typer.Argument(help="Their name.")]
Relation = Annotated[str, typer.Option("--relation", help="What the family calls them.")]
Sex = Annotated[str | None, typer.Option("--sex", help="female or male.")]
Born = Annotated[str | None, typer.Option("--born-on", help="YYYY-MM-DD.")]
Agreed = Annotated[bool, typer.Option("--consent", help="They, or their guardian, agree that this record is kept.")]
Guardian = Annotated[str, typer.Option("--given-by", help="The member who agreed for somebody under 14.")]
ClientId = Annotated[str, typer.Option("--client-id", help="A name of your own: the same again adds nobody.")]


class _NewMember(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    relation: str = ""
    sex: Literal["female", "male"] | None = None
    born_on: date | None = None
    consent: bool = False
    given_by: str = ""
    client_id: str = ""


def list_(json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Whom you may see, and whom nobody asked for consent yet."""
    records = Records(data_dir, demo, as_)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.consents import missing
        from kangban.journeys.house import members

        house = await records.house()
        unasked = {one.id for one in await missing(house)}
        return {
            "members": [
                {"id": one.id, "consent_missing": one.id in unasked, **_patient(one.patient)}
                for one in await members(house)
            ]
        }

    run(Nothing, work, words={}, source=None, jsonl=False, show=None if json else _show, after=records.close)


def _patient(patient: Any) -> dict[str, Any]:
    born = patient.born_on.isoformat() if patient.born_on else None
    return {"name": patient.name, "relation": patient.relation, "sex": patient.sex, "born_on": born}


def _show(answer: dict[str, Any]) -> str:
    return "\n".join(f"{m['id']}  {m['name']} {m['relation']}".rstrip() for m in answer["members"]) or "-"


def add(
    name: Name = "",
    relation: Relation = "",
    sex: Sex = None,
    born_on: Born = None,
    consent: Agreed = False,
    given_by: Guardian = "",
    client_id: ClientId = "",
    json: Json = False,
    input: Input = None,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Add a member; without consent nothing is kept."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _NewMember) -> dict[str, Any]:
        from kangban.clinical.record import Patient
        from kangban.journeys.family import add_member
        from kangban.kernel.ids import new_id

        patient = Patient(asked.name.strip(), asked.relation.strip(), asked.sex, asked.born_on)
        member = await add_member(
            await records.house(), patient, client_id=asked.client_id or new_id("cli"), consent=asked.consent,
            given_by=asked.given_by,
        )  # fmt: skip
        return {"id": member}

    words: dict[str, Any] = {"name": name, "relation": relation, "sex": sex, "born_on": born_on, "consent": consent}
    words |= {"given_by": given_by, "client_id": client_id}
    run(
        _NewMember, work, words=words, source=input, jsonl=False, show=None if json else _show_added,
        after=records.close,
    )  # fmt: skip


def _show_added(answer: dict[str, Any]) -> str:
    return str(answer["id"])
