"""A server on its feet, of pages or of tools: the socket, the signals that end it, and uvicorn in between."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kangban.kernel.errors import Unavailable

if TYPE_CHECKING:
    import uvicorn


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, port 0 for any free one; raises Unavailable where the port is taken."""
    bare = host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        raise Unavailable(f"cannot listen on {bare} port {port}: {error.strerror}", field="port") from error
    return listening


def in_address(host: str) -> str:
    """The host as it stands in an address: IPv6 in brackets."""
    return f"[{host.strip('[]')}]" if ":" in host else host


def on_signals(stop: Callable[[], object]) -> None:
    """Call `stop` in the running loop at SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(one, stop)
        except NotImplementedError:  # Windows
            signal.signal(one, lambda _number, _frame: loop.call_soon_threadsafe(stop) and None)


async def serve_until_told(
    config: uvicorn.Config, listening: socket.socket, started: Callable[[], Awaitable[None]]
) -> int:
    """Serve until SIGTERM or SIGINT, then drain; `started` is awaited once. Exit code: 0, or 1 for no start."""
    import uvicorn

    class Quiet(uvicorn.Server):
        """Signals are ours: uvicorn would raise them again after draining, and the exit code would not be 0."""

        @contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    server = Quiet(config)
    on_signals(lambda: setattr(server, "should_exit", True))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not running.done():  # noqa: ASYNC110
        await asyncio.sleep(0.02)  # uvicorn tells it by an attribute only
    if server.started:
        await started()
    await running
    return 0 if server.started else 1
