"""DBOS in this program: one database at a time, started with the first durable run, with nothing sent anywhere."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import msgspec
import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, Serializer
from dbos._serialization import DefaultSerializer

from kangban.kernel.errors import Broken, Conflict, SettingsRefused, Unavailable
from kangban.kernel.ids import new_id

# One version for ever: an attempt is never run a second time by DBOS, so no code of another version runs it.
_VERSION = "1"
_THREADS = 16


class PlainWords(Serializer):
    """JSON. DBOS's own writes pickles, and whoever could change the file would then run code here."""

    def name(self) -> str:
        """As it stands beside each value."""
        return "kangban_json"

    def serialize(self, data: Any) -> str:
        """Strings and what is made of them; of an error only its name, as its words may quote the record."""
        if isinstance(data, BaseException):
            return msgspec.json.encode({"error": type(data).__name__}).decode()
        return msgspec.json.encode(data).decode()

    def deserialize(self, serialized_data: str) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Back again; an error is an error of its name."""
        found: Any = msgspec.json.decode(serialized_data)
        if isinstance(found, dict) and "error" in found:
            return RuntimeError(str(cast("dict[str, Any]", found)["error"]))
        return cast("Any", found)


def _refused(cls: DefaultSerializer, serialized_data: str) -> Any:  # noqa: ARG001  the shape of what it replaces
    raise Broken("the journal of a run holds a pickle, and none is ever opened")


# A row may say of itself that it is one, whatever serializer is configured; then DBOS would open it.
DefaultSerializer.deserialize = _refused


class _Launched(msgspec.Struct):
    address: str
    engine: sa.Engine
    users: int = 0


_here: _Launched | None = None
_one_at_a_time = asyncio.Lock()


async def launch(address: str, make_engine: Callable[[], sa.Engine]) -> None:
    """Start DBOS on a database, or join whoever started it there; raises Unavailable, Conflict, SettingsRefused."""
    global _here
    async with _one_at_a_time:
        if _here is not None and _here.address != address:
            raise Conflict("this program already has durable runs of another directory open", field="durable")
        if _here is None:
            _here = await asyncio.to_thread(_launched, address, make_engine)
        _here.users += 1


async def leave() -> None:
    """One user fewer; with the last of them DBOS stops, and the loop gets threads of its own again."""
    global _here
    async with _one_at_a_time:
        if _here is None:
            return
        _here.users -= 1
        if _here.users:
            return
        gone, _here = _here, None
        await asyncio.to_thread(DBOS.destroy)
        # DBOS put its threads into our loop, and they are gone now.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
        gone.engine.dispose()


def _launched(address: str, make_engine: Callable[[], sa.Engine]) -> _Launched:
    for name in ("DBOS__CLOUD", "DBOS__CONDUCTOR_KEY", "DBOS_CONDUCTOR_KEY"):
        if os.environ.get(name):
            raise SettingsRefused(f"{name} is set: durable runs stay on this machine", field=name)
    engine = make_engine()
    config: DBOSConfig = {
        "name": "kangban",
        "system_database_url": "sqlite:///beside" if engine.dialect.name == "sqlite" else "postgresql://beside/record",
        "system_database_engine": engine,
        "serializer": PlainWords(),
        # Never an id that was there before: what a dead process left is taken up by its claim, not by DBOS.
        "executor_id": new_id("executor"),
        "application_version": _VERSION,
        "enable_otlp": False,
        # Its words may quote what a run said.
        "log_level": "CRITICAL",
        "console_log_level": "CRITICAL",
        "use_listen_notify": False,
        "max_executor_threads": _THREADS,
    }
    logging.getLogger("dbos").propagate = False
    try:
        DBOS(config=config)
        DBOS.launch()
    except Exception as error:  # noqa: BLE001  of three libraries and as many drivers, all of them "not there"
        DBOS.destroy()
        engine.dispose()
        # Without its words: they hold the address.
        raise Unavailable(f"durable runs cannot be kept: {type(error).__name__}", field="durable") from None
    return _Launched(address, engine)
