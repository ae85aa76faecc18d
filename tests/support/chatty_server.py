"""A chat server in a process of its own, standard library only, that understands what it is asked: for probes.

`python -m tests.support.chatty_server` prints its port. The first part of the path chooses what it can do:
full (everything), plain (no tools, JSON mode or pictures; no usage), whole (never streams), busy (429), broken (500),
half (a stream that breaks off), hang (never answers).
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
USAGE = {"prompt_tokens": 9, "completion_tokens": 20, "total_tokens": 29, "prompt_tokens_details": {"cached_tokens": 4}}


class Chatty(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        """GET /KIND/v1/models."""
        kind = self.path.split("/")[1]
        if self._out_of_order(kind):
            return
        self._json(200, {"object": "list", "data": [{"id": f"tiny-{kind}", "max_model_len": 4096}, {"id": "other"}]})

    def do_POST(self) -> None:
        """POST /KIND/v1/chat/completions."""
        kind = self.path.split("/")[1]
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self._out_of_order(kind):
            return
        words = json.dumps(asked["messages"], ensure_ascii=False)
        if kind == "plain":
            for word in ("tools", "response_format"):
                if asked.get(word):
                    self._json(400, {"error": {"message": f"this model does not support {word}: does not support tools"
                                               if word == "tools" else "response_format is not supported"}})  # fmt: skip
                    return
            if "image_url" in words:
                self._json(400, {"error": {"message": "images are not understood"}})
                return
        if asked.get("tools") and "weather" in words:
            calls = [
                {"index": n, "id": f"c{n}", "type": "function",
                 "function": {"name": "weather", "arguments": json.dumps({"city": city, "unit": None})}}
                for n, city in enumerate(("Beijing", "Shanghai"))
            ]  # fmt: skip
            self._stream([{"tool_calls": calls}], "tool_calls", kind)
        elif asked.get("response_format"):
            self._stream([{"content": '{"numbers": '}, {"content": "[1, 2]}"}], "stop", kind)
        elif "image_url" in words:
            self._stream([{"content": "Red."}], "stop", kind)
        else:
            self._stream([{"content": f"{n}\n"} for n in range(1, 21)], "stop", kind)

    def _out_of_order(self, kind: str) -> bool:
        if kind == "hang":
            time.sleep(3600)
        if kind in ("busy", "broken"):
            self._json(429 if kind == "busy" else 500, {"error": {"message": "try later"}})
            return True
        return False

    def _json(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, deltas: list[dict[str, Any]], finish: str, kind: str) -> None:
        usage = {} if kind == "plain" else {"usage": USAGE}
        if kind == "whole":
            text = "".join(each.get("content", "") for each in deltas)
            calls = [call for each in deltas for call in each.get("tool_calls", [])]
            message = {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}
            self._json(200, {"choices": [{"index": 0, "message": message, "finish_reason": finish}], **usage})
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for number, delta in enumerate(deltas):
            if kind == "half" and number == len(deltas) // 2:
                break
            chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()
            time.sleep(0.001)
        if kind != "half":
            chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
            self.wfile.write(b"data: " + json.dumps({**chunk, **usage}).encode() + b"\n\ndata: [DONE]\n\n")
        self.close_connection = True


@contextlib.contextmanager
def running_chatty_server() -> Iterator[str]:
    """Start the process, give its base address, stop it at the end."""
    command = [sys.executable, "-m", "tests.support.chatty_server"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chatty)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
