"""New keys for an encrypted directory: the master key by rewriting `keys.json`, the content key by writing all anew."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kangban.adapters.vault.instruments import Instruments
from kangban.adapters.vault.key_ring import KEYS_FILE, KeyRing, open_ring
from kangban.adapters.vault.layout import state_of
from kangban.adapters.vault.rebuild import Moved, renew, settle
from kangban.kernel.errors import Conflict, SettingsRefused
from kangban.ports.keys import KeyCustody


class Rotated(msgspec.Struct, frozen=True):
    """The keys are new. `renewed` tells what was written anew, None where only the master key changed."""

    custody: KeyCustody
    renewed: Moved | None = None


def rotate(folder: Path, tools: Instruments, *, given: bytes | None = None, all_anew: bool = False) -> Rotated:
    """Change the master key, also under a running server; with `all_anew` the content key too, with nobody inside.

    Raises Conflict, SettingsRefused, Unavailable. Broken off anywhere, the old key or the new one opens everything.
    """
    settle(folder, tools)
    if state_of(folder) != "encrypted":
        raise Conflict("the directory is not encrypted: run kangban encrypt", key="vault.not_encrypted")
    one_at_a_time = tools.database.alone(folder / KEYS_FILE)
    try:
        _refuse_early(open_ring(folder, tools.places), given)
        renewed = renew(folder, tools) if all_anew else None
        rotated = open_ring(folder, tools.places).rotate_master(folder, given, tools.passed)
        return Rotated(rotated.custody, renewed)
    finally:
        one_at_a_time.release()


def _refuse_early(ring: KeyRing, given: bytes | None) -> None:
    """Before hours of writing: a key in the environment is nobody's to change but the operator's."""
    if given is None and ring.custody.source == "environment":
        raise SettingsRefused(
            "KANGBAN_KEY is yours to change: give the new key with --new-key-file, then set KANGBAN_KEY to it",
            field="new_key_file",
            key="vault.new_key_needed",
        )
    if given is not None and given == ring.master:
        raise SettingsRefused("the new key is the old one", field="new_key_file", key="vault.new_key_needed")
