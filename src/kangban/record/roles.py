"""The roles as data: roles.toml read once and proved, so that every question has exactly one answer."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from kangban.clinical.access import GROUP_OF, HOUSE_GROUPS, KIND_GROUPS, Purpose, Role
from kangban.kernel.errors import RulePackRefused

Whose = Literal["own", "dependent", "teen", "grown", "family", "house"]
Answer = Literal["yes", "share", "asked"]

ROLES: Final[frozenset[str]] = frozenset(get_args(Role))
PURPOSES: Final[frozenset[str]] = frozenset(get_args(Purpose))
WHOSE: Final[tuple[Whose, ...]] = get_args(Whose)
HOUSE: Final = "house"  # the group of what belongs to no person: accounts, settings, the audit as a whole
GROUPS: Final[frozenset[str]] = frozenset(KIND_GROUPS) | {HOUSE, *HOUSE_GROUPS.values()}
WRITABLE: Final[frozenset[str]] = frozenset({*GROUP_OF, *HOUSE_GROUPS})
# What a person may lend to others; the rest (erasing, consenting, training …) stays with them.
SHARED_PURPOSES: Final[frozenset[str]] = frozenset({"view", "write", "ask", "export", "confirm", "notify", "model"})
FILE: Final = Path(__file__).with_name("roles.toml")


class _Right(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: tuple[str, ...]
    whose: tuple[Whose, ...]
    yes: tuple[str, ...] = ()
    share: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


class _Glass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    roles: str
    groups: str
    purposes: str


class _Purposes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    purposes: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sets: dict[str, str]
    rights: tuple[_Right, ...]
    writes: dict[str, str]
    write_sets: dict[str, str]
    appends: dict[str, str]
    break_glass: _Glass
    never_asked: _Purposes
    withdrawn: _Purposes


class Roles(msgspec.Struct, frozen=True):
    """`rights[role, whose][group, purpose]` is the answer; a cell that is not there is a no."""

    rights: Mapping[tuple[str, str], Mapping[tuple[str, str], Answer]]
    writes: Mapping[str, frozenset[str]]
    appends: Mapping[str, frozenset[str]]
    glass_roles: frozenset[str]
    glass: frozenset[tuple[str, str]]
    never_asked: frozenset[str]
    withdrawn: frozenset[str]


@lru_cache(maxsize=1)
def shipped_roles() -> Roles:
    """The roles of this version; raises RulePackRefused when the file is not whole."""
    return read_roles(FILE.read_text("utf-8"))


def read_roles(text: str) -> Roles:
    """Read and prove; raises RulePackRefused naming the place."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        raise RulePackRefused(f"roles.toml: {error}") from error
    rights: dict[tuple[str, str], Mapping[tuple[str, str], Answer]] = {}
    for right in file.rights:
        cells = _cells(right, file.sets)
        for role in right.role:
            for whose in right.whose:
                if (role, whose) in rights:
                    raise RulePackRefused(f"roles.toml: {role} × {whose} is answered twice")
                rights[role, whose] = cells
    asked_for = {(role, whose) for role in ROLES - {"system"} for whose in WHOSE}
    if set(rights) != asked_for:
        odd = sorted(set(rights) ^ asked_for)
        raise RulePackRefused(f"roles.toml: missing or unknown: {odd}")
    if file.writes.keys() != ROLES - {"system"}:
        raise RulePackRefused("roles.toml: writes does not name every role once")
    glass = file.break_glass
    return Roles(
        rights=rights,
        writes={role: _words(kinds, file.write_sets, WRITABLE, "writes") for role, kinds in file.writes.items()},
        appends={
            purpose: _words(kinds, {}, set(GROUP_OF), "appends")
            for purpose, kinds in file.appends.items()
            if _words(purpose, {}, PURPOSES, "appends")
        },
        glass_roles=_words(glass.roles, {}, ROLES, "break_glass"),
        glass=frozenset(
            (group, purpose)
            for group in _words(glass.groups, file.sets, GROUPS, "break_glass")
            for purpose in _words(glass.purposes, file.sets, PURPOSES, "break_glass")
        ),
        never_asked=_words(file.never_asked.purposes, file.sets, PURPOSES, "never_asked"),
        withdrawn=_words(file.withdrawn.purposes, file.sets, PURPOSES, "withdrawn"),
    )


def _cells(right: _Right, sets: Mapping[str, str]) -> dict[tuple[str, str], Answer]:
    found: dict[tuple[str, str], Answer] = {}
    place = f"{'/'.join(right.role)} × {'/'.join(right.whose)}"
    lines: tuple[tuple[Answer, tuple[str, ...]], ...] = (
        ("yes", right.yes), ("share", right.share), ("asked", right.asked),
    )  # fmt: skip
    for answer, written in lines:
        for line in written:
            groups, colon, purposes = line.partition(":")
            if not colon:
                raise RulePackRefused(f"roles.toml: {place}: a line without a colon")
            for group in _words(groups, sets, GROUPS, place):
                for purpose in _words(purposes, sets, PURPOSES, place):
                    if found.setdefault((group, purpose), answer) != answer:
                        raise RulePackRefused(f"roles.toml: {place}: {group} × {purpose} has two answers")
    return found


def _words(text: str, sets: Mapping[str, str], known: Iterable[str], place: str) -> frozenset[str]:
    """The words of a list with the names of sets opened."""
    found: set[str] = set()
    for word in text.split():
        if word in sets:
            # A set may name other sets; one that names itself never ends.
            found |= _words(sets[word], {k: v for k, v in sets.items() if k != word}, known, place)
        elif word in known:
            found.add(word)
        else:
            raise RulePackRefused(f"roles.toml: {place}: unknown word {word}")
    return frozenset(found)
