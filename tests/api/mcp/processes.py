"""`kangban mcp serve` as a program, and a model server whose brain writes prescriptions."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec

from kangban.app import close_house, open_doors
from kangban.journeys.accounts.first import claim_first, first_token
from kangban.journeys.accounts.keys import make_key
from kangban.journeys.accounts.login import find_actor, log_in
from kangban.settings import read_settings
from tests.cli.script import Script
from tests.support.model_server import ModelServer, play

PASSWORD = "梧桐树下 seven herons"
PRESCRIPTION = "处方：阿莫西林胶囊 0.5g，每天三次口服，连用 7 天。请每天三次，每次口服阿莫西林胶囊 0.5 g，连用 7 天。"


class Served(msgspec.Struct):
    """A running server, its address and its process."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1].split("/")[0])


@contextmanager
def served(script: Script, *words: str, **env: str) -> Iterator[Served]:
    """On HTTP, on a free port; told to stop at the end."""
    process = script.start("mcp", "serve", "--http", "--port", "0", *words, **env)
    try:
        assert process.stdout is not None
        said = process.stdout.readline().decode()
        assert said.startswith("ready "), said
        yield Served(said.split()[1], process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def prescribing(server: ModelServer) -> dict[str, str]:
    """The environment of a program whose model says this, again and again."""
    delta = {"id": "c", "choices": [{"index": 0, "delta": {"content": PRESCRIPTION}, "finish_reason": None}]}
    end = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    pieces = [f"data: {json.dumps(one)}\n\n".encode() for one in (delta, end)] + [b"data: [DONE]\n\n"]
    return {"KANGBAN_MODEL_URL": server.plays("pills", play(pieces)), "KANGBAN_MODEL_NAME": "m"}


def made_keys(script: Script, *scopes: tuple[str, ...]) -> list[str]:
    """The first account, and a key of it for each of these scopes."""

    async def do() -> list[str]:
        opened = await open_doors(read_settings(data_dir=script.data_dir, environ=script.environment()))
        try:
            gate = opened.gate
            token = await first_token(gate)
            assert token is not None
            await claim_first(gate, token, login="mum", name="妈妈", password=PASSWORD)
            session = await log_in(gate, login="mum", password=PASSWORD)
            actor = await find_actor(gate, session.token, door="page")
            assert actor is not None
            until = gate.clock.now() + timedelta(days=1)
            return [(await make_key(gate, actor, name="k", scopes=one, expires_at=until))[0] for one in scopes]
        finally:
            await close_house(opened.house)

    return asyncio.run(do())
