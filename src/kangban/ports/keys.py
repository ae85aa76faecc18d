"""Where the master key of a data directory comes from. The values of the settings, and what is told about a key."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

KeySource = Literal["environment", "key_file", "keyring", "made_file"]


class KeyPlaces(msgspec.Struct, frozen=True):
    """KANGBAN_KEY, KANGBAN_KEY_FILE and KANGBAN_KEY_DIR as set; never shown with the key."""

    text: str = ""
    file: Path | None = None
    directory: Path | None = None  # for files Kangban makes itself; None: the platform's place for configuration

    def __repr__(self) -> str:
        text = "set" if self.text else "none"
        return f"KeyPlaces(text={text}, file={str(self.file)!r}, directory={str(self.directory)!r})"


class KeyCustody(msgspec.Struct, frozen=True):
    """What may be told about a directory's key: where it lies, never what it is."""

    source: KeySource
    place: str  # a path, or the name of the keyring's entry; "KANGBAN_KEY" for the environment
    generation: int
    made_now: bool = False
