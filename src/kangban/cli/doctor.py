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
    rows.append(
        _row("readers", "missing", "no reader for photos and PDF files yet: they are kept and named", "see CHANGELOG")
    )
    rows.append(
        _row("encryption", "missing", "the record is not encrypted on the disk", "use disk encryption until it is")
    )
    rows.append(_row("reviewer", "missing", "nobody is named as reviewer: a held answer is kept as a review item", ""))
    rows.append(await _store(settings))
    return rows


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


async def _store(settings: Any) -> dict[str, Any]:
    from kangban.app import open_store
    from kangban.kernel.errors import KangbanError

    try:
        store = await open_store(settings)
        try:
            families = await store.families()
        finally:
            await store.close()
    except KangbanError as error:
        return _row("store", "broken", error.message, "check KANGBAN_DATA_DIR and KANGBAN_DATABASE_URL")
    return _row(
        "store", "ok", f"{(settings.database_url and 'PostgreSQL') or settings.house_dir}: {len(families)} families"
    )
