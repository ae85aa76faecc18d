"""Load the packs compiled: one MessagePack file keyed by the fingerprint of all sources.

Reading several hundred TOML files takes seconds; hashing them takes milliseconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

import msgspec

from kangban.kernel.errors import RulePackRefused
from kangban.rules.load import PACKS_ROOT, Packs, pack_files, read_packs
from kangban.rules.prove import prove

_SHAPE_FILES = (
    "schema/base.py", "schema/medication.py", "schema/red_flags.py", "schema/others.py", "schema/reports.py", "load.py",
)  # fmt: skip


class CompiledPacks(msgspec.Struct, frozen=True):
    """Packs with the fingerprint every stored conclusion names."""

    fingerprint: str
    packs: Packs


def fingerprint(root: Path = PACKS_ROOT) -> str:
    """Hash of every pack file's name and bytes, and of the shapes they are read with (16 hex digits)."""
    digest = hashlib.sha256()
    for path in [*pack_files(root), *(Path(__file__).parent / name for name in _SHAPE_FILES)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def compile_packs(root: Path = PACKS_ROOT, cache: Path | None = None) -> CompiledPacks:
    """Read, prove and compile; uses and fills the cache directory when it can.

    Raises RulePackRefused on any structural fault; KANGBAN_PACKS_DEV lets an author try unproven packs.
    """
    print_ = fingerprint(root)
    cache = cache or root.parent / ".compiled"
    stored = cache / f"{print_}.msgpack"
    if stored.is_file():
        with contextlib.suppress(msgspec.DecodeError, msgspec.ValidationError, OSError):
            return CompiledPacks(print_, msgspec.msgpack.decode(stored.read_bytes(), type=Packs))
    packs = read_packs(root)
    faults = prove(packs)
    if faults and not os.environ.get("KANGBAN_PACKS_DEV"):
        raise RulePackRefused(f"{len(faults)} faults, first: {faults[0].place}: {faults[0].what}")
    if faults:
        return CompiledPacks(print_, packs)
    _keep(stored, msgspec.msgpack.encode(packs))
    return CompiledPacks(print_, packs)


def _keep(stored: Path, content: bytes) -> None:
    # A read-only installation simply compiles again each time.
    with contextlib.suppress(OSError):
        stored.parent.mkdir(parents=True, exist_ok=True)
        for old in stored.parent.glob("*.msgpack"):
            old.unlink(missing_ok=True)
        handle, temporary = tempfile.mkstemp(dir=stored.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(stored)


@lru_cache(maxsize=1)
def shipped() -> CompiledPacks:
    """The packs that ship with the program, compiled once per process."""
    return compile_packs()
