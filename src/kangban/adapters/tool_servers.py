"""The operator's tool servers in one small file beside the data, and the commands only they may write."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from kangban.kernel.canonical import canonical_json
from kangban.kernel.errors import NotFound, NotPermitted, Unavailable
from kangban.ports.tool_servers import KeptServer, LocalCommand

NAME: Final = "tool_servers.json"
COMMANDS: Final = "tool_commands.json"
MOST_BYTES: Final = 8 * 1024 * 1024
_T = TypeVar("_T")


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    servers: tuple[KeptServer, ...] = ()


class ToolServerFile:
    """`tool_servers.json` of one data directory, mode 0600, written whole and at once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._seen: tuple[tuple[int, int, int], tuple[KeptServer, ...]] | None = None

    def servers(self) -> tuple[KeptServer, ...]:
        """All, by name; read again only when the file has changed."""
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _unreadable(NAME, error) from None
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        if self._seen is None or self._seen[0] != stamp:
            found = _read(self._path, NAME, _Kept).servers
            self._seen = (stamp, tuple(sorted(found, key=lambda one: one.server.name)))
        return self._seen[1]

    def find(self, name: str) -> KeptServer | None:
        """One, or None."""
        return next((one for one in self.servers() if one.server.name == name), None)

    def put(self, kept: KeptServer) -> None:
        """Keep or replace, by its name."""
        with self._alone():
            others = [one for one in self.servers() if one.server.name != kept.server.name]
            self._write((*others, kept))

    def remove(self, name: str) -> None:
        """Forget; raises NotFound."""
        with self._alone():
            if self.find(name) is None:
                raise NotFound("there is no tool server of this name", field="name")
            self._write(tuple(one for one in self.servers() if one.server.name != name))

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """One writer at a time, of all programs on this machine."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise Unavailable(f"{NAME} cannot be written: {type(error).__name__}", field="servers") from None
        try:
            if sys.platform != "win32":
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, servers: tuple[KeptServer, ...]) -> None:
        part = self._path.with_name(f"{NAME}.{os.getpid()}.part")
        try:
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                file.write(canonical_json(_Kept(servers)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise Unavailable(f"{NAME} cannot be written: {type(error).__name__}", field="servers") from None


def command_of(folder: Path, name: str) -> LocalCommand:
    """What the operator wrote in `tool_commands.json` under a name: {"NAME": {"command": [...], …}}.

    Nothing in Kangban writes this file: a page that could would run any program. Raises NotPermitted where the name
    stands nowhere, Unavailable for a file that others may write or that cannot be read.
    """
    path = folder / COMMANDS
    found = _read(path, COMMANDS, dict[str, LocalCommand]) if path.exists() else {}
    one = found.get(name)
    if one is None or not one.command:
        raise NotPermitted(f"the operator wrote no command {name} in {COMMANDS}", field="address")
    if not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", key) for key in one.secrets):
        raise Unavailable(f"{COMMANDS}: no such variable can be set", field="servers")
    return one


def _read(path: Path, name: str, shape: type[_T]) -> _T:
    try:
        state = path.stat()
        if os.name == "posix" and state.st_mode & 0o022:
            raise Unavailable(f"{name} may be written by others; make it 0600", field="servers")
        if state.st_size > MOST_BYTES:
            raise Unavailable(f"{name} is too big", field="servers")
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except (OSError, msgspec.DecodeError) as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> Unavailable:
    return Unavailable(f"{name} cannot be read: {type(error).__name__}", field="servers")
