"""The real server in a process of its own, on a free port, with a data directory made for the test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0


class WebServer:
    """One running `kangban serve`."""

    def __init__(self, child: subprocess.Popen[str], address: str, said: str) -> None:
        self.child, self.address, self.said = child, address, said
        self._later: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.child.stdout or ():
            self._later.append(line)

    def whole(self, until: str = "first administrator: ") -> str:
        """Everything it has said, once `until` was among it."""
        for _ in range(200):
            said = self.said + "".join(self._later)
            if until in said:
                return said
            time.sleep(0.05)
        return said

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.address.rsplit(":", 1)[1])

    def kill(self) -> None:
        """As a power cut does it."""
        self.child.kill()
        self.child.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=20)

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, Any, str]:
        """(status, headers, text) of one request, redirects not followed."""
        request = urllib.request.Request(self.address + path, data=body, headers=dict(headers or {}))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def serve_command(data_dir: Path, *arguments: str, port: int = 0) -> list[str]:
    """The command line of a server."""
    start = [sys.executable, "-c", "from kangban.cli.main import main; main()", "serve"]
    return [*start, "--port", str(port), "--data-dir", str(data_dir), *arguments]


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without settings of a developer's own house."""
    kept = {
        k: v for k, v in os.environ.items()
        if not k.startswith(("KANGBAN_MODEL", "KANGBAN_DATA", "KANGBAN_ACCESS", "KANGBAN_LANG", "KANGBAN_PUBLIC"))
    }  # fmt: skip
    return {**kept, **more}


def start_server(data_dir: Path, *arguments: str, **environment: str) -> WebServer:
    """Start and wait for the ready line; raises AssertionError with what it said instead."""
    child = subprocess.Popen(
        serve_command(data_dir, *arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
        env=clean_environment(**environment),
    )  # fmt: skip
    assert child.stdout is not None
    watch = threading.Timer(START_S, child.kill)
    watch.start()
    said = ""
    try:
        for line in child.stdout:
            said += line
            if line.startswith("ready http"):
                return WebServer(child, line.split()[1], said)
    finally:
        watch.cancel()
    raise AssertionError(f"the server did not start: {said}")


@contextlib.contextmanager
def running_server(data_dir: Path, *arguments: str, **environment: str) -> Iterator[WebServer]:
    """Start the server, stop it at the end."""
    server = start_server(data_dir, *arguments, **environment)
    try:
        yield server
    finally:
        if server.child.poll() is None:
            server.child.kill()
            server.child.wait()
