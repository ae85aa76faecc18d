"""Keys of services in one small file only the operator's account may read, beside the data and in no export."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import InvalidInput, NotFound, Unavailable

NAME = "secrets.json"
_SPELLING = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PREFIX = "KANGBAN_SECRET_"
_LONGEST = 8_192


class SecretFile:
    """`secrets.json` of one data directory, mode 0600: name → value. KANGBAN_SECRET_NAME of the environment wins."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._path = folder / NAME
        self._environ = os.environ if environ is None else environ

    def __repr__(self) -> str:
        return "SecretFile()"

    def get(self, name: str) -> str:
        """The value; raises Unavailable that says what to set."""
        name = _checked(name)
        value = self._environ.get(_PREFIX + name.upper(), "") or self._read().get(name, "")
        if not value:
            raise Unavailable(
                f"no key is set: run `kangban secrets set {name}` or set {_PREFIX}{name.upper()}", field=name
            )
        return value

    def names(self) -> dict[str, Literal["file", "environment"]]:
        """Every name with where its value comes from; never a value."""
        found: dict[str, Literal["file", "environment"]] = dict.fromkeys(self._read(), "file")
        for word, value in self._environ.items():
            name = word.removeprefix(_PREFIX).lower()
            if word.startswith(_PREFIX) and value and _SPELLING.fullmatch(name):
                found[name] = "environment"
        return dict(sorted(found.items()))

    def put(self, name: str, value: str) -> None:
        """Keep or replace; raises InvalidInput for a name or value that is none, Unavailable for a broken file."""
        name, value = _checked(name), value.strip()
        # A header cannot hold a line break, and a key that came with one was pasted wrongly.
        if not value or len(value) > _LONGEST or not value.isprintable():
            raise InvalidInput("a secret is one line of printable signs", field="value")
        self._write({**self._read(), name: value})

    def remove(self, name: str) -> None:
        """Forget; raises NotFound."""
        kept = self._read()
        if _checked(name) not in kept:
            raise NotFound("no such secret in the file", field="name")
        self._write({key: value for key, value in kept.items() if key != name})

    def _read(self) -> dict[str, str]:
        try:
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                raise Unavailable(f"{NAME} may be read by others; make it 0600", field="secrets")
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            # Without the error's own words: they may repeat a value.
            raise Unavailable(f"{NAME} cannot be read: {type(error).__name__}", field="secrets") from None

    def _write(self, kept: Mapping[str, str]) -> None:
        part = self._path.with_name(f"{NAME}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                file.write(canonical_json(dict(kept)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise Unavailable(f"{NAME} cannot be written: {type(error).__name__}", field="secrets") from None


def _checked(name: str) -> str:
    if not _SPELLING.fullmatch(name):
        raise InvalidInput("a secret's name is small letters, digits and underscores", field="name")
    return name
