"""`kangban consents list|give|withdraw`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Json, Records, run

Member = Annotated[str, typer.Argument(help="A member id, or family for words that count for all.")]
Scope = Annotated[str, typer.Argument(help="health_data, model_endpoint, training or share.")]
Target = Annotated[str, typer.Argument(help="share: an account id; model_endpoint: host|model|place.")]
Groups = Annotated[list[str] | None, typer.Option("--group", help="share: what may be seen; medicines, allergies …")]
Purposes = Annotated[list[str] | None, typer.Option("--purpose", help="share: what for; view if nothing is said.")]
Until = Annotated[str | None, typer.Option("--until", help="An ISO moment; the consent ends with it.")]
Guardian = Annotated[str, typer.Option("--given-by", help="The member who decides for somebody under 14.")]


class _Member(msgspec.Struct, forbid_unknown_fields=True):
    member: str


class _Word(msgspec.Struct, forbid_unknown_fields=True):
    member: str
    scope: str
    target: str = ""
    groups: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ("view",)
    until: str | None = None
    given_by: str = ""


def list_(member: Member, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None) -> None:
    """Every word on a member, oldest first."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Member) -> dict[str, Any]:
        from kangban.journeys.consents import of_member

        found = await of_member(await records.house(), asked.member)
        rows = [
            {"id": e.id, "at": e.known_at.isoformat(), "by": e.provenance.actor, **msgspec.to_builtins(e.body)}
            for e in found
        ]
        return {"member": asked.member, "consents": rows}

    run(
        _Member, work, words={"member": member}, source=None, jsonl=False, show=None if json else _show,
        after=records.close,
    )  # fmt: skip


def _show(answer: dict[str, Any]) -> str:
    lines = [
        f"{c['at'][:16]} {'yes' if c['granted'] else 'no '} {c['scope']} {c['target']} "
        f"{','.join(c.get('groups', ()))} {','.join(c.get('purposes', ()))} {c.get('until') or ''}".rstrip()
        for c in answer["consents"]
    ]
    return "\n".join(lines) or "-"


def give(
    member: Member,
    scope: Scope,
    target: Target = "",
    group: Groups = None,
    purpose: Purposes = None,
    until: Until = None,
    given_by: Guardian = "",
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Say yes to one scope and target."""
    words: dict[str, Any] = {"member": member, "scope": scope, "target": target, "groups": group or []}
    words |= {"purposes": purpose or ["view"], "until": until, "given_by": given_by}
    _write(words, True, json, Records(data_dir, demo, as_))


def withdraw(
    member: Member,
    scope: Scope,
    target: Target = "",
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Say no; it counts at once, also for programs that run already."""
    _write({"member": member, "scope": scope, "target": target}, False, json, Records(data_dir, demo, as_))


def _write(words: dict[str, Any], granted: bool, json: bool, records: Records) -> None:
    async def work(asked: _Word) -> dict[str, Any]:
        from kangban.clinical.record import Consent
        from kangban.journeys.consents import give as write
        from kangban.kernel.errors import InvalidInput

        try:
            body = msgspec.convert(
                {
                    "type": "Consent", "scope": asked.scope, "granted": granted,
                    "target": asked.target or ("record" if asked.scope == "health_data" else asked.target),
                    "groups": asked.groups, "purposes": asked.purposes, "until": _moment(asked.until),
                    "given_by": asked.given_by,
                },
                Consent,
            )  # fmt: skip
        except msgspec.ValidationError:
            raise InvalidInput("no such scope", field="scope") from None
        return {
            "member": asked.member, "scope": asked.scope, "target": body.target, "granted": granted,
            "id": await write(await records.house(), asked.member, body),
        }  # fmt: skip

    run(
        _Word, work, words=words, source=None, jsonl=False, show=None if json else _show_written, after=records.close
    )  # fmt: skip


def _show_written(answer: dict[str, Any]) -> str:
    return f"{'given' if answer['granted'] else 'withdrawn'} {answer['id']}"


def _moment(text: str | None) -> datetime | None:
    from kangban.kernel.clock import aware
    from kangban.kernel.errors import InvalidInput

    if text is None:
        return None
    try:
        # Without an offset it is meant where the command is typed.
        return aware(datetime.fromisoformat(text).astimezone())
    except ValueError:
        raise InvalidInput("not an ISO moment", field="until") from None
