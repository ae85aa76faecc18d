"""`python -m tests.support.senses_stubs.server` prints its port and answers /NAME/… until its stdin ends.

Each name is one server of the operator; what it answers is in the modules beside, which name what they were read from.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

SERVERS = ("vision", "transcribe", "speak", "images", "fhir", "sight")


class Sent(msgspec.Struct):
    """A request as a stub sees it; a form is taken apart."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]  # names in lower case
    body: bytes
    base: str  # the address of this server, for links

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, bytes]:
        """Field or file by name."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        assert message.is_multipart(), "no form"
        return {str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
                for part in message.get_payload()}  # type: ignore[union-attr, misc] # fmt: skip


class Said(msgspec.Struct):
    """An answer: bytes as they are, anything else as JSON."""

    body: Any
    status: int = 200
    kind: str = "application/json"


BAD_DAYS = {
    b"slow down": Said({"error": "rate"}, 429),
    b"fall over": Said(b"<h1>oops KEY-SECRET</h1>", 500, "text/html"),
    b"garbage": Said(b'{"half": '),
    b"wrong shape": Said({"surprise": [1, 2]}),
    b"elsewhere": Said(b"", 302),
    b"locked": Said({"error": "KEY-SECRET is wrong"}, 401),
}


class Stub(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        from tests.support.senses_stubs import fhir, openai_senses, seeing

        parts = urlsplit(self.path)
        _, name, *rest = parts.path.split("/", 2)
        headers = {k.lower(): v for k, v in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        base = f"http://{headers['host']}/{name}"
        sent = Sent(self.command, "/" + unquote("".join(rest)), parse_qsl(parts.query), headers, body, base)
        words = body + unquote(parts.query).replace("+", " ").encode()
        said = next((said for sign, said in BAD_DAYS.items() if sign in words), None)
        answers = {"fhir": fhir.answer, "vision": seeing.answer}
        said = said or answers.get(name, openai_senses.answer)(sent)
        content = said.body if isinstance(said.body, bytes) else json.dumps(said.body, ensure_ascii=False).encode()
        self.send_response(said.status)
        if said.status == 302:
            self.send_header("Location", "http://127.0.0.1:9/away")
        self.send_header("Content-Type", said.kind)
        if b"half a stream" in words:  # the connection ends in the midst of it
            self.send_header("Content-Length", str(len(content) + 1_000))
            self.close_connection = True
        elif b"too much" in words:
            content = b'{"text": "' + b" " * 60_000_000
            self.send_header("Content-Length", str(len(content)))
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(OSError):  # whoever has had enough hangs up
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[int]:
    """The stubs in a process of their own; its port."""
    command = [sys.executable, "-m", "tests.support.senses_stubs.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()  # it ends when nobody listens any more


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
