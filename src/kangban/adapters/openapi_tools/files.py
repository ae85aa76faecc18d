"""Descriptions that the operator put beside the data, for servers that have none at an address."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from kangban.adapters.openapi_tools.document import MOST_BYTES
from kangban.kernel.errors import InvalidInput, NotPermitted, Unavailable

FOLDER: Final = "tool_descriptions"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(?:json|ya?ml)")


def description_file(folder: Path, name: str) -> bytes:
    """`tool_descriptions/NAME` of the data directory. Nothing in Kangban writes there.

    Raises InvalidInput for a name that leads elsewhere, NotPermitted where there is no such file, Unavailable for one
    that others may write or that is too big.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput("a file's name is like orders.yaml", field="address")
    path = folder / FOLDER / name
    try:
        state = path.stat()
        if os.name == "posix" and state.st_mode & 0o022:
            raise Unavailable(f"{name} may be written by others; make it 0600", field="address")
        if state.st_size > MOST_BYTES:
            raise Unavailable(f"{name} is bigger than {MOST_BYTES} bytes", field="address")
        return path.read_bytes()
    except FileNotFoundError:
        raise NotPermitted(f"the operator put no {name} into {FOLDER}", field="address") from None
    except OSError as error:
        raise Unavailable(f"{name} cannot be read: {type(error).__name__}", field="address") from None
