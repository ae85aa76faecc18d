"""`kangban doctor`: what is connected, missing, overdue, and how to mend it."""

from __future__ import annotations

import asyncio
from typing import Any

import typer

from kangban.cli.options import DataDir, Demo, Json


def doctor(json: Json = False, data_dir: DataDir = None, demo: Demo = False) -> None:
    """Look at everything once; exit 0 when nothing is broken."""
    from kangban.cli.jsonio import write

    rows = asyncio.run(_look(data_dir, demo))
    if json:
        write({"checks": rows})
    else:
        for row in rows:
            print(
                f"{row['state']:>8}  {row['name']}: {row['what']}"
                + (f"\n          -> {row['mend']}" if row["mend"] else "")
            )
    raise typer.Exit(1 if any(r["state"] == "broken" for r in rows) else 0)


def _row(name: str, state: str, what: str, mend: str = "") -> dict[str, Any]:
    return {"name": name, "state": state, "what": what, "mend": mend}


async def _look(data_dir: Any, demo: bool) -> list[dict[str, Any]]:
    from kangban.cli.encryption import encryption_rows, walls_rows
    from kangban.kernel.errors import KangbanError
    from kangban.settings import read_settings

    try:
        settings = read_settings(data_dir=data_dir, demo=demo)
    except KangbanError as error:
        return [_row("settings", "broken", error.message, f"mend {error.field}")]
    packs = _packs()
    rows = [packs] if packs["state"] == "broken" else [packs, *_reviews()]
    if settings.model is None:
        rows.append(
            _row(
                "model",
                "missing",
                "no language model: the offline brain answers",
                "set KANGBAN_MODEL_URL and KANGBAN_MODEL_NAME",
            )
        )
    else:
        rows.append(_row("model", "ok", f"{settings.model.model} ({settings.model.place})"))
    rows.append(_reader())
    rows.append(await _interpreter())
    rows += await _kept(settings)
    return [*rows, *await asyncio.to_thread(encryption_rows, settings), *await walls_rows(settings)]


def _reader() -> dict[str, Any]:
    from kangban.adapters.page_reader.parts import missing_parts
    from kangban.app import page_reader
    from kangban.kernel.errors import KangbanError

    try:
        limits = page_reader().settings
    except KangbanError as error:
        return _row("reader", "broken", error.message, f"mend {error.field}")
    missing = missing_parts()
    if missing:
        return _row("reader", "broken", f"cannot read photos and PDF files without {', '.join(missing)}", "make setup")
    what = f"PDF, photos, Word, text, CSV and zip: {limits.pages} pages, {limits.megabytes} MB, {limits.megapixels} Mpx"
    return _row("reader", "ok", f"{what}; its process starts with the first file")


async def _interpreter() -> dict[str, Any]:
    from kangban.adapters.sandbox.interpreter import JailedInterpreter

    state = await JailedInterpreter().state()
    if state.on:
        return _row("interpreter", "ok", f"Python cells behind {', '.join(state.walls)}")
    return _row("interpreter", "missing", state.reason, "Linux with seccomp, and user namespaces or Landlock")


def _packs() -> dict[str, Any]:
    from kangban.kernel.errors import KangbanError
    from kangban.rules.compiled import shipped

    try:
        found = shipped()
    except KangbanError as error:
        return _row("packs", "broken", error.message, "run make check")
    packs = found.packs
    return _row(
        "packs",
        "ok",
        f"{found.fingerprint}: {len(packs.ingredients)} ingredients, {len(packs.products)} products, "
        f"{len(packs.red_flags)} red flags",
    )


def _reviews() -> list[dict[str, Any]]:
    from kangban.kernel.clock import SystemClock
    from kangban.rules.compiled import shipped
    from kangban.rules.prove import overdue

    packs = shipped().packs
    late = overdue(packs, SystemClock().now().date())
    rows = (
        [
            _row(
                "review",
                "overdue",
                f"{len(late)} pack files: {', '.join(late[:5])}",
                "read them again and move review_by",
            )
        ]
        if late
        else []
    )
    unread = [r.file for r in packs.reviews if not r.clinician_reviewed]
    rows.append(
        _row(
            "clinicians",
            "missing",
            f"{len(unread)} of {len(packs.reviews)} pack files were reviewed by no clinician",
            "the pages say so",
        )
    )
    return rows


async def _kept(settings: Any) -> list[dict[str, Any]]:
    """What lies in the database, opened once; where that fails, nothing behind it is asked."""
    from kangban.app import open_stores
    from kangban.kernel.errors import KangbanError

    try:
        stores = await open_stores(settings)
        try:
            families = await stores.records.families()
            place = (settings.database_url and "PostgreSQL") or settings.house_dir
            store = _row("store", "ok", f"{place}: {len(families)} families")
            return [store, await _reviewers(stores, families), await _chains(settings, stores)]
        finally:
            await stores.close()
    except KangbanError as error:
        return [_row("store", "broken", error.message, "check KANGBAN_DATA_DIR and KANGBAN_DATABASE_URL")]


async def _reviewers(stores: Any, families: list[str]) -> dict[str, Any]:
    """Families in which nobody with a licence that holds today could look at a held answer."""
    from kangban.kernel.clock import SystemClock
    from kangban.kernel.errors import KangbanError
    from kangban.review.deciding import licensed

    now = SystemClock().now()
    try:
        places = [one for family in families for one in await stores.accounts.memberships(family_id=family)]
    except KangbanError as error:
        return _row("reviewer", "broken", error.message, "")
    served = {p.family_id for p in places if (p.until is None or now < p.until) and licensed(p.role, p.licence, now)}
    if families and served >= set(families):
        return _row("reviewer", "ok", f"{len(served)} families have a licensed reviewer")
    without = len(set(families) - served)
    what = f"{without} families without a licensed reviewer: an answer that cannot be released is refused there"
    return _row("reviewer", "missing", what, "invite one on the page of accounts, or with kangban accounts invite")


async def _chains(settings: Any, stores: Any) -> dict[str, Any]:
    from kangban.adapters.head_file import HeadFile
    from kangban.journeys.auditing.verifying import verify_all
    from kangban.kernel.errors import KangbanError

    try:
        written = HeadFile(settings.house_dir).read()
        found = await verify_all(stores.audit, {family: (head,) for family, head in written.items()})
    except KangbanError as error:
        return _row("audit", "broken", error.message, "see docs/audit.md")
    broken = [f"{one.family_id or 'server'} at {one.broken} ({one.why})" for one in found if not one.ok]
    if broken:
        return _row("audit", "broken", f"changed or cut: {', '.join(broken)}", "see docs/audit.md")
    return _row("audit", "ok", f"{len(found)} chains, {sum(one.length for one in found)} events, unbroken")
