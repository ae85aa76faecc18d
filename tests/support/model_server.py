"""A model server in a process of its own, standard library only: it plays what it was told to.

`python -m tests.support.model_server` prints its port. POST /plays/NAME takes a list of plays, one for each
request to come (the last one again and again); then /NAME/v1/chat/completions plays them, and GET /seen/NAME tells
what came: {"requests": [{"path", "headers", "body"}], "left": n}; `left` counts clients seen going away in mid-stream.

A play: {"status", "headers", "pieces": [hex], "pause_s", "then": "end" | "drop" | "hang" | "forever", "before_s"}.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PLAYS: dict[str, list[dict[str, Any]]] = {}
SEEN: dict[str, dict[str, Any]] = {}
LOCK = threading.Lock()


class Talk:
    """One connection, kept alive."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = connection
        self.rfile = connection.makefile("rb")
        self.wfile = connection.makefile("wb", buffering=0)

    def go_on(self) -> None:
        """Answer requests until the client has gone."""
        with contextlib.closing(self.connection), self.rfile, self.wfile, contextlib.suppress(OSError, ValueError):
            while line := self.rfile.readline():
                method, path, _ = line.decode("latin-1").split(" ", 2)
                headers: dict[str, str] = {}
                while (header := self.rfile.readline().decode("latin-1").strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = self.rfile.read(int(headers.get("content-length", "0")))
                if not self._answer(method, path, headers, body):
                    return

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        _, first, *rest = path.split("/")
        if first == "plays":
            with LOCK:
                PLAYS[rest[0]], SEEN[rest[0]] = json.loads(body), {"requests": [], "left": 0}
            return self._json({})
        if first == "seen":
            with LOCK:
                return self._json(SEEN[rest[0]])
        with LOCK:
            plays = PLAYS[first]
            play = plays.pop(0) if len(plays) > 1 else plays[0]
            SEEN[first]["requests"].append({"path": "/" + "/".join(rest), "headers": headers, "body": json.loads(body)})
        try:
            return self._play(play)
        except OSError:
            with LOCK:
                SEEN[first]["left"] += 1
            return False

    def _json(self, value: Any) -> bool:
        body = json.dumps(value).encode()
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        return True

    def _play(self, play: dict[str, Any]) -> bool:
        self._wait(play.get("before_s", 0))
        headers = {"content-type": "text/event-stream; charset=utf-8", **play.get("headers", {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.wfile.write(f"HTTP/1.1 {play.get('status', 200)} X\r\n{head}transfer-encoding: chunked\r\n\r\n".encode())
        pieces = [bytes.fromhex(each) for each in play["pieces"]]
        for piece in pieces:
            self._chunk(piece)
            self._wait(play.get("pause_s", 0))
        then = play.get("then", "end")
        if then == "drop":
            # A reset, as from a killed server.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            self.connection.shutdown(socket.SHUT_WR)
            return False
        while then == "hang":
            self._wait(1)
        while then == "forever":
            self._chunk(pieces[-1])
            self._wait(0.002)
        self.wfile.write(b"0\r\n\r\n")
        return True

    def _chunk(self, piece: bytes) -> None:
        if piece:  # an empty chunk would be the end of the body
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def _wait(self, for_s: float) -> None:
        """Sleep, but raise as soon as the client has gone."""
        end = time.monotonic() + for_s
        while for_s and (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.connection], [], [], min(left, 0.05))
            if ready and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionError


class ModelServer:
    """The test's side of the process."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def plays(self, name: str, *plays: dict[str, Any]) -> str:
        """Set what NAME plays; returns its base address, without /v1."""
        self._ask(f"plays/{name}", json.dumps(plays).encode())
        return f"{self.base}/{name}"

    def seen(self, name: str) -> dict[str, Any]:
        """What NAME has seen so far."""
        return self._ask(f"seen/{name}")

    def seen_leaving(self, name: str, within_s: float = 5.0) -> bool:
        """Wait until NAME saw a client go away in mid-stream."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if self.seen(name)["left"]:
                return True
            time.sleep(0.02)
        return False

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.base}/{path}", data=body, timeout=10) as answer:
            return json.load(answer)


def play(pieces: list[bytes], **more: Any) -> dict[str, Any]:
    """A play of these network pieces."""
    return {"pieces": [each.hex() for each in pieces], **more}


@contextlib.contextmanager
def running_model_server() -> Iterator[ModelServer]:
    """Start the process, stop it at the end."""
    command = [sys.executable, "-m", "tests.support.model_server"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert child.stdout is not None
        yield ModelServer(int(child.stdout.readline()))
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listening.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=Talk(listening.accept()[0]).go_on, daemon=True).start()
