"""A server that describes itself as it was told to, in a process of its own, standard library only.

`python -m tests.support.openapi_server` prints its port. PUT /described takes the document; GET /described/NAME gives
it back as its own type. Below /v1 every request is answered with what came: {"method", "path", "headers", "body" (hex)}.
/odd/NAME answers oddly: see `odd`.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.web_server import ROOT

DOCUMENT = [b"{}", b"application/json"]
KEY = "k-2718"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/described" and self.command == "PUT":
            DOCUMENT[:] = [body, self.headers["Content-Type"].encode()]
            self.give(200, b"{}")
        elif self.path.startswith("/described/"):
            self.give(200, DOCUMENT[0], DOCUMENT[1].decode())
        elif self.path.startswith("/locked/"):
            good = self.headers.get("Authorization") == f"Bearer {KEY}"
            self.give(200 if good else 401, DOCUMENT[0] if good else b"{}")
        elif self.path.startswith("/odd/"):
            self.odd(self.path.split("?")[0].removeprefix("/odd/"))
        else:
            told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.hex()}
            self.give(200, json.dumps(told).encode())

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def odd(self, name: str) -> None:
        if name.isdigit():
            self.give(int(name), b'{"detail": "as asked"}')
        elif name == "png":
            self.give(200, b"\x89PNG\r\n\x1a\nrest", "image/png")
        elif name == "half":
            self.give(200, b'{"half": ', length=10_000)
        elif name == "no_json":
            self.give(200, b"<html>", "application/json")
        elif name == "deep":
            self.give(200, b"[" * 50_000 + b"]" * 50_000)
        elif name == "big":
            self.give(200, b'"' + b"x" * 25_000_000 + b'"')
        elif name == "elsewhere":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif name == "empty":
            self.give(204, b"")
        elif name == "words":
            self.give(200, "天气晴".encode(), "text/plain; charset=utf-8")
        elif name == "slow":
            time.sleep(30)

    def give(self, status: int, body: bytes, kind: str = "application/json", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)
        self.close_connection = length is not None

    def log_message(self, *_: Any) -> None:
        return


class Described:
    """The test's side of the process."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.base = f"http://127.0.0.1:{port}"

    def describe(self, document: Any, kind: str = "application/json") -> str:
        """Set the document (an object, or words as they are); returns its address."""
        body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
        wanted = urllib.request.Request(
            f"{self.base}/described", data=body, method="PUT", headers={"Content-Type": kind}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(wanted, timeout=10):
            return f"{self.base}/described/openapi.json"


@contextlib.contextmanager
def describing_server() -> Iterator[Described]:
    """Start the process, stop it at the end."""
    command = [sys.executable, "-m", "tests.support.openapi_server"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert child.stdout is not None
        yield Described(int(child.stdout.readline()))
    finally:
        child.kill()
        child.communicate()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    print(server.server_port, flush=True)
    server.serve_forever()
