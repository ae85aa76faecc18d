"""`kangban audit …`: verify, show, export, and write down where the chains end. `kangban record retention`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kangban.cli.options import As, DataDir, Demo, Json, Nothing, Records, run

if TYPE_CHECKING:
    from kangban.journeys.house import House
    from kangban.ports.audit import AuditTrail
    from kangban.record.chain import Head
    from kangban.settings import Settings

Heads = Annotated[
    list[str] | None,
    typer.Option("--head", help="FAMILY:NUMBER:HASH as `audit head` printed it."),
]
Member = Annotated[str | None, typer.Argument(help="A member id; without one, the whole family.")]
Accept = Annotated[bool, typer.Option("--accept", help="Write these ends down, also where older ones are gone.")]
Fhir = Annotated[bool, typer.Option("--fhir", help="FHIR R4B AuditEvent resources in one Bundle.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what may go.")]
Apply = Annotated[bool, typer.Option("--apply", help="Take it away.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="The newest so many.")]


class _Verify(msgspec.Struct, forbid_unknown_fields=True):
    heads: list[str] = []


class _Show(msgspec.Struct, forbid_unknown_fields=True):
    member: str | None = None
    limit: int = 200


class _Trail:
    """The chains alone, without a house: hashes and numbers are nobody's record, and proving them needs no login."""

    def __init__(self, data_dir: Path | None, demo: bool) -> None:
        self._data_dir, self._demo = data_dir, demo
        self._opened: House | None = None

    def settings(self) -> Settings:
        """As the command was given them."""
        from kangban.settings import read_settings

        return read_settings(data_dir=self._data_dir, demo=self._demo)

    def written_down(self) -> dict[str, Head]:
        """The ends in the file beside the database."""
        from kangban.adapters.head_file import HeadFile

        return HeadFile(self.settings().house_dir).read()

    async def audit(self) -> AuditTrail:
        """Opened for nobody: through this house no record can be read."""
        from kangban.app import open_doors

        self._opened = (await open_doors(self.settings())).house
        return self._opened.audit

    async def close(self) -> None:
        """Close what was opened."""
        if self._opened is not None:
            from kangban.app import close_house

            await close_house(self._opened)


def verify(head: Heads = None, json: Json = False, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Walk every chain; exit 1 when one is broken, naming the first number that is wrong."""
    trail = _Trail(data_dir, demo)
    broken = False

    async def work(asked: _Verify) -> dict[str, Any]:
        from kangban.journeys.auditing.verifying import read_head, verify_all

        nonlocal broken
        anchors: dict[str, tuple[Head, ...]] = {family: (one,) for family, one in trail.written_down().items()}
        for family, one in map(read_head, asked.heads):
            anchors[family] = (*anchors.get(family, ()), one)
        reports = await verify_all(await trail.audit(), anchors)
        broken = not all(one.ok for one in reports)
        return {"ok": not broken, "chains": [msgspec.to_builtins(one) for one in reports]}

    try:
        run(
            _Verify, work, words={"heads": head or []}, source=None, jsonl=False,
            show=None if json else _show_reports, after=trail.close,
        )  # fmt: skip
    except typer.Exit as done:
        raise typer.Exit(1 if broken and done.exit_code == 0 else done.exit_code) from None


def _show_reports(answer: dict[str, Any]) -> str:
    lines: list[str] = []
    for one in answer["chains"]:
        name = one["family_id"] or "(server)"
        state = "ok" if one["ok"] else f"BROKEN at {one['broken']} ({one['why']})"
        lines.append(f"{state}  {name}: {one['length']} events, head {one['head']['number']}:{one['head']['hash']}")
    return "\n".join(lines) or "-"


def head(
    accept: Accept = False, json: Json = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None
) -> None:
    """Print where each chain ends, to be kept where nobody with the database can reach it."""
    records = Records(data_dir, demo, as_) if accept else None
    trail = _Trail(data_dir, demo)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.auditing.verifying import heads

        if records is None:
            found = await heads(await trail.audit())
        else:
            from kangban.app import accept_heads

            house = await records.house()
            await accept_heads(trail.settings(), house)
            found = await heads(house.audit)
        return {"heads": [f"{family}:{one.number}:{one.hash}" for family, one in found.items()]}

    run(
        Nothing, work, words={}, source=None, jsonl=False, show=None if json else _show_heads,
        after=trail.close if records is None else records.close,
    )  # fmt: skip


def _show_heads(answer: dict[str, Any]) -> str:
    return "\n".join(answer["heads"]) or "-"


def show(
    member: Member = None,
    limit: Limit = 200,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Who saw, asked, changed, sent or released what; newest first."""
    records = Records(data_dir, demo, as_)

    async def work(asked: _Show) -> dict[str, Any]:
        from kangban.journeys.auditing import reading

        house = await records.house()
        if asked.member is None:
            found = await reading.of_family(house, limit=asked.limit)
        else:
            found = await reading.of_member(house, asked.member, limit=asked.limit)
        return {"events": [msgspec.to_builtins(line) for line in found]}

    run(
        _Show, work, words={"member": member, "limit": limit}, source=None, jsonl=False,
        show=None if json else _show_lines, after=records.close,
    )  # fmt: skip


def _show_lines(answer: dict[str, Any]) -> str:
    lines = [
        f"{one['number']:>6}  {one['at']}  {one['what']}  {one['name'] or one['account_id'] or '?'} ({one['role']}, "
        f"{one['door']})  {one['member_id']}  {one['reason']}  {one['outcome']}"
        for one in answer["events"]
    ]
    return "\n".join(lines) or "-"


def export(
    member: Member = None, fhir: Fhir = False, data_dir: DataDir = None, demo: Demo = False, as_: As = None
) -> None:
    """The audit as one JSON document on stdout."""
    if not fhir:
        raise typer.BadParameter("say --fhir, the one format there is", param_hint="--fhir")
    records = Records(data_dir, demo, as_)

    async def work(asked: _Show) -> dict[str, Any]:
        from kangban.adapters.fhir_audit import write_bundle
        from kangban.journeys.auditing import exporting

        return msgspec.json.decode(await exporting.fhir(await records.house(), write_bundle, member_id=asked.member))

    run(_Show, work, words={"member": member}, source=None, jsonl=False, show=None, after=records.close)


def retention(
    dry_run: DryRun = False,
    apply: Apply = False,
    json: Json = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """What is older than its class may go; nothing goes without --apply."""
    if dry_run == apply:
        raise typer.BadParameter("say one of --dry-run and --apply", param_hint="--apply")
    records = Records(data_dir, demo, as_)

    async def work(_: Nothing) -> dict[str, Any]:
        from kangban.journeys.auditing import retention as journey

        house = await records.house()
        return msgspec.to_builtins(await (journey.apply(house) if apply else journey.plan(house)))

    run(
        Nothing, work, words={}, source=None, jsonl=False, show=None if json else _show_retention,
        after=records.close,
    )  # fmt: skip


def _show_retention(answer: dict[str, Any]) -> str:
    done = "went" if answer["applied"] else "may go"
    entries = ", ".join(f"{count} {kind}" for kind, count in answer["entries"].items()) or "no entries"
    rest = ", ".join(f"{answer[name]} {name}" for name in ("files", "audit", "notices", "sessions"))
    return f"{done}: {entries}; {rest}"
