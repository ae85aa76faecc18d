"""`python -m tests.support.web_stubs` prints its port and answers /SERVICE/… until its stdin ends."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.web_stubs import BAD_DAYS, Answer, Asked, Told

SERVICES: dict[str, Answer] = {}
for _file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    SERVICES |= importlib.import_module(f"tests.support.web_stubs.{_file.stem}").SERVICES


class Stub(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        _, service, *rest = parts.path.split("/", 2)
        asked = Asked(
            self.command,
            "/" + unquote("".join(rest)),
            dict(parse_qsl(parts.query)),
            {k.lower(): v for k, v in self.headers.items()},
            self.rfile.read(int(self.headers.get("content-length", "0"))),
        )
        words = " ".join(asked.query.values()) + asked.body.decode("utf-8", "replace")
        told = next((told for sign, told in BAD_DAYS.items() if sign in words), None)
        if told is None:
            told = SERVICES[service](asked) if service in SERVICES else Told({}, 404)
        body = told.body if isinstance(told.body, bytes) else json.dumps(told.body, ensure_ascii=False).encode()
        self.send_response(told.status)
        self.send_header("Content-Type", told.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
