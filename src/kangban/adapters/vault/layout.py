"""What lies in a data directory, and whether it is new, plain or encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from kangban.adapters.vault.key_ring import is_there
from kangban.adapters.vault.sealed_blobs import MAGIC
from kangban.kernel.errors import SettingsRefused, Unavailable

RECORD: Final = "record.sqlite3"
FILES: Final = "files"
RUNS: Final = "runs.sqlite3"  # the journal of durable runs under way, a database too
_PLAIN_HEADER: Final = b"SQLite format 3\0"

State = Literal["new", "plain", "encrypted"]


def state_of(folder: Path) -> State:
    """Look at the bytes, not at settings.

    Raises SettingsRefused for encrypted content without `keys.json`, and for a plain record beside one: both are
    signs of files put together by hand, and guessing would lose one of them.
    """
    try:
        record, blob = _record(folder / RECORD), _first_file(folder / FILES)
    except OSError as error:
        raise Unavailable(f"the data directory cannot be read: {type(error).__name__}") from None
    if is_there(folder):
        if "plain" in (record, blob):
            raise SettingsRefused(
                f"{folder} has keys.json and files that are not encrypted: put back the ones that belong together",
                field="data_dir",
                key="vault.mixed",
            )
        return "encrypted"
    if "sealed" in (record, blob):
        raise SettingsRefused(
            f"{folder} is encrypted, but its keys.json is gone: put it back from a backup; nothing was changed",
            field="data_dir",
            key="vault.keys_gone",
        )
    return "plain" if "plain" in (record, blob) else "new"


def _record(file: Path) -> str:
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        head = opened.read(len(_PLAIN_HEADER))
    # An empty file is one a killed program had just made.
    return "" if not head else "plain" if head == _PLAIN_HEADER else "sealed"


def _first_file(folder: Path) -> str:
    for file in folder.glob("??/??/*"):
        if file.is_file():
            with file.open("rb") as opened:
                return "sealed" if opened.read(len(MAGIC)) == MAGIC else "plain"
    return ""
