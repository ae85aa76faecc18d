"""The ends of the audit's chains in a small file beside the database, so that cutting the database shows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import Unavailable
from kangban.record.chain import Head

NAME = "audit.heads.json"


class HeadFile:
    """`audit.heads.json` of one data directory: family → number and hash. No value of a record stands in it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def read(self) -> dict[str, Head]:
        """What was written down; empty where nothing was. Raises Unavailable for a file that cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Head])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            raise Unavailable(f"{NAME} cannot be read: {type(error).__name__}", field="audit") from None

    def write(self, heads: Mapping[str, Head]) -> None:
        """Replace the file, whole or not at all; raises Unavailable."""
        part = self._path.with_name(f"{NAME}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
                file.write(canonical_json(dict(heads)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise Unavailable(f"{NAME} cannot be written: {type(error).__name__}", field="audit") from None
