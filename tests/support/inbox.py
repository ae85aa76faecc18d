"""A web service that takes what Apprise posts (json:// addresses), on this machine."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Inbox:
    """Messages in the order they came. `answer` is the status it gives; `slow_s` is how long it takes to answer."""

    def __init__(self, *, answer: int = 200, slow_s: float = 0.0) -> None:
        self.got: list[dict[str, Any]] = []
        self.first = threading.Event()
        self.answer, self.slow_s = answer, slow_s
        inbox = self

        class Takes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.got.append(json.loads(body))
                inbox.first.set()
                time.sleep(inbox.slow_s)
                try:
                    self.send_response(inbox.answer)
                    self.end_headers()
                except OSError:
                    pass  # whoever posted was killed

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
        self._server.daemon_threads = True
        self.url = f"json://127.0.0.1:{self._server.server_address[1]}/box"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()
