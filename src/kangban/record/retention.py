"""How long what is kept: the classes of retention.toml, and what may go at a moment. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from kangban.clinical.access import GROUP_OF
from kangban.clinical.record import Entry, Patient
from kangban.kernel.clock import aware
from kangban.kernel.errors import RulePackRefused

FILE: Final = Path(__file__).with_name("retention.toml")
Floor = Literal["record", "process"]
Store = Literal["audit", "notices", "sessions"]
FLOOR_YEARS: Final[dict[Floor, int]] = {"record": 15, "process": 3}


class RetentionClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One class: at least `years`, and with keeps "current" as long as it was not withdrawn."""

    id: str
    floor: Floor
    years: int
    keeps: Literal["current", "nothing"]
    kinds: tuple[str, ...] = ()
    stores: tuple[Store, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"classes": "class"}):
    classes: tuple[RetentionClass, ...]


class Retention(msgspec.Struct, frozen=True):
    """The classes, by kind of entry and by store."""

    of_kind: Mapping[str, RetentionClass]
    of_store: Mapping[str, RetentionClass]


@lru_cache(maxsize=1)
def shipped_retention() -> Retention:
    """The classes of this version; raises RulePackRefused when the file is not whole."""
    return read_retention(FILE.read_text("utf-8"))


def read_retention(text: str) -> Retention:
    """Read and prove: every kind and store in exactly one class, no class under its floor; raises RulePackRefused."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        raise RulePackRefused(f"retention.toml: {error}") from error
    of_kind: dict[str, RetentionClass] = {}
    of_store: dict[str, RetentionClass] = {}
    for one in file.classes:
        if one.years < FLOOR_YEARS[one.floor]:
            raise RulePackRefused(f"retention.toml: {one.id} keeps less than its {FLOOR_YEARS[one.floor]} years")
        for kind in one.kinds:
            if of_kind.setdefault(kind, one) is not one:
                raise RulePackRefused(f"retention.toml: {kind} stands in two classes")
        for store in one.stores:
            if of_store.setdefault(store, one) is not one:
                raise RulePackRefused(f"retention.toml: {store} stands in two classes")
    for found, wanted in ((set(of_kind), set(GROUP_OF)), (set(of_store), set(get_args(Store)))):
        if found != wanted:
            raise RulePackRefused(f"retention.toml: missing or unknown: {sorted(found ^ wanted)}")
    return Retention(of_kind, of_store)


def cut(at: datetime, years: int) -> datetime:
    """The moment so many calendar years before; what is older may go. 29 February goes back to the 28th."""
    at = aware(at)
    try:
        return at.replace(year=at.year - years)
    except ValueError:
        return at.replace(year=at.year - years, day=28)


def droppable(retention: Retention, entries: Sequence[Entry], at: datetime) -> list[Entry]:
    """The entries of a family that may go, superseded ones included in what is given and in what comes back.

    Of a person only the name that others still hang on stays longer: no entry loses its Patient.
    """
    going = [entry for chain in _chains(entries) if _may_go(retention, chain, at) for entry in chain]
    ids = {entry.id for entry in going}
    lived_in = {e.member_id for e in entries if e.id not in ids and not isinstance(e.body, Patient)}
    return [e for e in going if not (isinstance(e.body, Patient) and e.member_id in lived_in)]


def _chains(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries with all their corrections, oldest first in each."""
    later = {entry.supersedes: entry for entry in entries if entry.supersedes is not None}
    here = {entry.id for entry in entries}
    chains: list[list[Entry]] = []
    for first in entries:
        if first.supersedes in here:
            continue
        chain: list[Entry] = []
        link: Entry | None = first
        while link is not None:
            chain.append(link)
            link = later.get(link.id)
        chains.append(chain)
    return chains


def _may_go(retention: Retention, chain: Sequence[Entry], at: datetime) -> bool:
    for entry in chain:
        of = retention.of_kind.get(entry.kind)
        if of is None or max(aware(entry.known_at), aware(entry.true_at)) >= cut(at, of.years):
            return False
        if of.keeps == "current" and not chain[-1].retracted:
            return False
    return True
