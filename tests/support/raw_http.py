"""Requests as an attacker sends them: any method, any header, any bytes, over a socket of one's own."""

from __future__ import annotations

import http.client
import socket
import time
from typing import NamedTuple

from tests.support.web_server import WebServer


class Got(NamedTuple):
    """What came back; `status` 0 where the server hung up."""

    status: int
    headers: dict[str, list[str]]
    text: str

    def header(self, name: str) -> str:
        """A header's values, joined."""
        return ", ".join(self.headers.get(name.lower(), []))


def ask(server: WebServer, method: str, path: str, body: bytes | None = None, **headers: str) -> Got:
    """One request; header names are written with _ for -."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        line.putrequest(method, path, skip_host="Host" in sent, skip_accept_encoding=True)
        for name, value in sent.items():
            line.putheader(name, value)
        if body is not None and "Transfer-Encoding" not in sent and "Content-Length" not in sent:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body)
        answer = line.getresponse()
        told: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            told.setdefault(name.lower(), []).append(value)
        return Got(answer.status, told, answer.read().decode("utf-8", "replace"))
    except (http.client.HTTPException, ConnectionError):
        return Got(0, {}, "")
    finally:
        line.close()


def send(server: WebServer, raw: bytes, wait_s: float = 3.0) -> bytes:
    """Bytes as they are, and whatever comes back until the server hangs up or nothing comes any more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait_s) as line:
        line.sendall(raw)
        found, end = b"", time.monotonic() + wait_s
        while time.monotonic() < end:
            try:
                part = line.recv(65536)
            except (TimeoutError, ConnectionError):
                break
            if not part:
                break
            found += part
        return found


def websocket(server: WebServer, path: str, **headers: str) -> int:
    """The status a websocket's opening is answered with; 101 is an open door."""
    lines = [f"GET {path} HTTP/1.1"]
    sent = {"Host": f"127.0.0.1:{server.port}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    sent |= {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    sent |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    lines += [f"{name}: {value}" for name, value in sent.items()]
    got = send(server, "\r\n".join((*lines, "", "")).encode("latin-1"), 2.0)
    return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/") else 0
