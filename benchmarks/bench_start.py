"""Start-up: `--help` against a bare interpreter, the server until ready, its memory half a minute later."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SETTLE_S = 30


def _quickest(command: list[str], times: int = 5) -> float:
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    spent: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, env=env)
        spent.append(time.perf_counter() - started)
    return min(spent)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _server() -> dict[str, Any]:
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "KANGBAN_PACKS_DEV")}
    kangban = str(Path(sys.executable).with_name("kangban"))
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        server = subprocess.Popen(
            [kangban, "serve", "--demo", "--data-dir", folder, "--port", str(_free_port())],
            stdout=subprocess.PIPE,
            env=env,
        )
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            ready = time.perf_counter() - started
            if not line.startswith(b"ready "):
                return {"server": f"did not start: {line!r}"}
            time.sleep(SETTLE_S)
            memory = _resident_mb(server.pid)
        finally:
            server.terminate()
            server.wait(15)
    return {
        "server ready (demo family made)": {"value": ready, "unit": "s", "limit": 3},
        f"server memory {SETTLE_S} s after ready": {"value": memory, "unit": "MB", "limit": 250},
    }


def run() -> dict[str, Any]:
    bare = _quickest([sys.executable, "-c", "pass"])
    help_ = _quickest([str(Path(sys.executable).with_name("kangban")), "--help"])
    return {
        "--help": {"value": help_, "unit": "s", "limit": 0.3},
        "--help in bare interpreter starts": {"value": help_ / bare, "unit": "×", "limit": 20},
        **_server(),
    }
