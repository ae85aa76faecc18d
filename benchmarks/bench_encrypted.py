"""What encryption costs: the same mixed load on a plain and on an encrypted record, in turns, in one run.

80 % reads of everything known of one member, 20 % appends of a measurement with its audit event; a family of five
with two years of entries. Turns alternate between the two stores, so that a busy machine slows both alike; the ratio
is the median of the ratios of neighbouring turns.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kangban.adapters.blob_files import FileBlobs, FileShelf
from kangban.adapters.store import Stores, open_stores, sqlite_url
from kangban.adapters.vault.sealed_blobs import SealedBlobs
from kangban.clinical.audit import AuditEvent
from kangban.clinical.record import Communication, Condition, Entry, Observation, Patient, Provenance
from kangban.kernel.ids import new_id
from kangban.record.merge import fact_entry
from kangban.record.timeline import facts_of

START = datetime(2024, 11, 1, tzinfo=UTC)
NOW = START + timedelta(days=730)
MEMBERS = ("nainai", "yeye", "baba", "mama", "doudou")
EACH = 400  # entries a member: about one every second day
KEYS = {"plain": "", "encrypted": "5a" * 32}
TURNS = 30
OPERATIONS = 40  # a turn: 32 reads and 8 appends
PHOTO = bytes(random.Random(5).randbytes(2_000_000))
SAID = Provenance(actor="nainai", source="person")


def _entry(member: str, number: int, body: Any) -> Entry:
    at = START + timedelta(hours=number * 43)
    return fact_entry("home", member, body, true_at=at, known_at=at, provenance=SAID, client_id=f"{member}-{number}")


def _years(member: str) -> list[Entry]:
    made = [_entry(member, 0, Patient(member, member))]
    for number in range(1, EACH):
        match number % 4:
            case 0:
                body: Any = Communication(
                    f"c{number}", f"k{number}", "今天早上量的血压有点高，头也有点晕，昨晚没睡好。" * 4
                )
            case 1:
                body = Condition(f"第 {number} 次门诊：血压偏高，建议低盐饮食，两周后复查")
            case _:
                body = Observation("systolic", 120.0 + number % 40, "mm[Hg]")
        made.append(_entry(member, number, body))
    return made


def _event(entry: Entry) -> AuditEvent:
    return AuditEvent(
        new_id("audit"), NOW, "home", "local", "manager", "page", "C", "entry.written", entry.member_id,
        (entry.kind,), (entry.id,), "write", "ok", ("role.manager.dependent",),
    )  # fmt: skip


async def _turn(
    stores: Stores, dice: random.Random, spent: dict[str, list[float]], operations: int = OPERATIONS
) -> float:
    began = time.perf_counter()
    for number in range(operations):
        member = dice.choice(MEMBERS)
        started = time.perf_counter()
        if number % 5 == 0:
            entry = fact_entry("home", member, Observation("weight", dice.uniform(50, 90), "kg"), true_at=NOW,
                               known_at=NOW, provenance=SAID, client_id=new_id("bench"))  # fmt: skip
            await stores.records.append([entry], events=[_event(entry)])
            spent["append"].append(time.perf_counter() - started)
        else:
            await facts_of(stores.records, "home", member, NOW)
            spent["read"].append(time.perf_counter() - started)
    return time.perf_counter() - began


async def _load(folder: Path) -> dict[str, Any]:
    stores = {name: await open_stores(sqlite_url(folder / f"{name}.sqlite3", key)) for name, key in KEYS.items()}
    spent: dict[str, dict[str, list[float]]] = {name: {"read": [], "append": []} for name in stores}
    turns: dict[str, list[float]] = {name: [] for name in stores}
    for each in stores.values():
        for member in MEMBERS:
            await each.records.append(_years(member))
        await _turn(each, random.Random(0), {"read": [], "append": []})  # warms up
    for number in range(TURNS):
        for name in sorted(stores, reverse=number % 2 == 0):
            turns[name].append(await _turn(stores[name], random.Random(number), spent[name]))
    for each in stores.values():
        await each.close()

    def ratio(kind: str) -> float:
        return statistics.median(spent["encrypted"][kind]) / statistics.median(spent["plain"][kind])

    return {
        "mixed load, encrypted : plain": {"value": _neighbours(turns), "unit": "×", "limit": 1.3},
        "read of a member, encrypted : plain": {"value": ratio("read"), "unit": "×"},
        "append with event, encrypted : plain": {"value": ratio("append"), "unit": "×"},
        "mixed load, encrypted, an operation": {
            "value": statistics.median(turns["encrypted"]) * 1000 / OPERATIONS,
            "unit": "ms",
        },
    }


def _neighbours(turns: dict[str, list[float]]) -> float:
    return statistics.median(e / p for e, p in zip(turns["encrypted"], turns["plain"], strict=True))


async def _four_at_once(folder: Path) -> dict[str, Any]:
    """Four pages at once: each connection finds its pages changed by the others and decrypts them again."""
    turns: dict[str, list[float]] = {"plain": [], "encrypted": []}
    stores = {name: await open_stores(sqlite_url(folder / f"{name}.sqlite3", KEYS[name])) for name in turns}
    for number in range(TURNS):
        for name in sorted(stores, reverse=number % 2 == 0):
            began = time.perf_counter()
            none: dict[str, list[float]] = {"read": [], "append": []}
            await asyncio.gather(*(_turn(stores[name], random.Random(number * 4 + n), none, 10) for n in range(4)))
            turns[name].append(time.perf_counter() - began)
    for each in stores.values():
        await each.close()
    return {"mixed load, four at once, encrypted : plain": {"value": _neighbours(turns), "unit": "×", "limit": 1.3}}


async def _opening(folder: Path) -> dict[str, Any]:
    spent: dict[str, list[float]] = {"plain": [], "encrypted": []}
    for _ in range(9):
        for name, key in KEYS.items():
            started = time.perf_counter()
            await (await open_stores(sqlite_url(folder / f"{name}.sqlite3", key))).close()
            spent[name].append((time.perf_counter() - started) * 1000)
    return {f"opening, {name}": {"value": statistics.median(found), "unit": "ms"} for name, found in spent.items()}


async def _files(folder: Path) -> dict[str, Any]:
    stores = {"plain": FileBlobs(folder / "p"), "sealed": SealedBlobs(FileShelf(folder / "s"), b"k" * 32)}
    spent: dict[str, list[float]] = {name: [] for name in stores}
    for number in range(12):
        for name, blobs in stores.items():
            started = time.perf_counter()
            await blobs.get(await blobs.put(PHOTO + bytes([number])))
            spent[name].append((time.perf_counter() - started) * 1000)
    return {
        f"a photo of 2 MB put and read, {name}": {"value": statistics.median(found), "unit": "ms"}
        for name, found in spent.items()
    }


async def _all() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        return {**await _load(place), **await _four_at_once(place), **await _opening(place), **await _files(place)}


def run() -> dict[str, Any]:
    return asyncio.run(_all())
