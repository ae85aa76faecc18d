"""A real server with accounts, keys and agents of its own, over a scripted model server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from kangban.app import close_house, open_doors
from kangban.clinical.access import Actor
from kangban.journeys.accounts.first import claim_first, first_token
from kangban.journeys.accounts.keys import make_key
from kangban.journeys.accounts.login import actor_of
from kangban.journeys.house import seen_by
from kangban.journeys.workshop.keeping import save
from kangban.journeys.workshop.kept import workshop_of
from kangban.ports.agents import AgentDefinition, Limits, ModelChoice
from kangban.settings import Settings
from tests.support.model_server import ModelServer, play, running_model_server
from tests.support.web_server import WebServer, start_server

ASKING = ("ask", "conversations")
PRESCRIPTION = "请每天三次，每次口服阿莫西林胶囊 0.5 g，连用 7 天。"
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    """One event of a model's stream."""
    told = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps({**told, **more}).encode() + b"\n\n"


def usage(prompt: int = 40, completion: int = 8) -> dict[str, Any]:
    """What a server counts."""
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}}


def says(*texts: str, finish: str = "stop", **more: Any) -> dict[str, Any]:
    """A play of a whole answer in pieces."""
    pieces = [chunk({"role": "assistant", "content": ""})] + [chunk({"content": one}) for one in texts]
    return play([*pieces, chunk({}, finish, **usage()), b"data: [DONE]\n\n"], **more)


def calls(*wanted: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A play of a message that calls tools."""
    told = [
        {"index": n, "id": f"up{n}", "type": "function",
         "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}}
        for n, (name, arguments) in enumerate(wanted)
    ]  # fmt: skip
    return play([chunk({"tool_calls": told}), chunk({}, "tool_calls", **usage()), b"data: [DONE]\n\n"])


class Agents:
    """A server under test: its addresses, its keys by name, and the models behind its agents."""

    def __init__(self, server: WebServer, models: ModelServer, keys: dict[str, str], folder: Path) -> None:
        self.server, self.models, self.keys, self.folder = server, models, keys, folder
        said = server.whole("grpc ")
        found = re.search(r"^grpc (\S+)$", said, re.MULTILINE)
        assert found, said
        self.grpc = found[1]
        self.base = f"{server.address}/v1"

    @property
    def key(self) -> str:
        """A key that may ask."""
        return self.keys["asks"]


def agents_at(base: str) -> list[AgentDefinition]:
    """One of each kind the tests need; the model of `NAME` is played under NAME."""
    plain = AgentDefinition("plain", title="Plain", model=ModelChoice(f"{base}/plain/v1", "tiny"))
    other = AgentDefinition("other", model=ModelChoice(f"{base}/other/v1", "tiny"))
    planner = AgentDefinition("planner", paradigm="rewoo", model=ModelChoice(f"{base}/planner/v1", "tiny"))
    short = Limits(seconds=30)
    dead = AgentDefinition("dead", model=ModelChoice("http://127.0.0.1:9/v1", "nobody"), limits=short)
    half = AgentDefinition("half", model=ModelChoice(f"{base}/half/v1", "breaking"), limits=short)
    seer = AgentDefinition("seer", model=ModelChoice(f"{base}/seer/v1", "tiny", images=True))
    looker = AgentDefinition("looker", model=ModelChoice(f"{base}/looker/v1", "tiny"), tools=("search_knowledge",))
    return [plain, other, planner, dead, half, seer, looker]


async def furnish(folder: Path, definitions: Sequence[AgentDefinition]) -> dict[str, str]:
    """The first account with its agents; its keys by name: "views" may not ask."""
    opened = await open_doors(Settings(data_dir=folder))
    try:
        gate = opened.gate
        token = await first_token(gate)
        assert token is not None
        await claim_first(gate, token, login="mama", name="妈妈", password="three green boats")
        account = await gate.accounts.find_account(login="mama")
        assert account is not None
        actor = await actor_of(gate, account.id, "home", door="page")
        assert isinstance(actor, Actor)
        workshop = workshop_of(seen_by(opened.house, actor))
        for one in definitions:
            await save(workshop, one, account.id)
        until = gate.clock.now() + timedelta(days=1)
        # A key of its own for each face: the limits of a minute are counted by key.
        wanted = {"views": ("view", "medicines")} | dict.fromkeys(("asks", "http", "ws", "grpc", "spare"), ASKING)
        return {
            name: (await make_key(gate, actor, name=name, scopes=scopes, expires_at=until))[0]
            for name, scopes in wanted.items()
        }
    finally:
        await close_house(opened.house)


@contextlib.contextmanager
def running_agents(folder: Path, **environment: str) -> Iterator[Agents]:
    """Models, house and server, until the block ends."""
    with running_model_server() as models:
        place = models.base.removeprefix("http://")
        keys = asyncio.run(furnish(folder, agents_at(models.base)))
        told = {
            "KANGBAN_FETCH_ALLOW": f"{place},127.0.0.1:9", "KANGBAN_MODEL_URL": f"{models.base}/house/v1",
            "KANGBAN_MODEL_NAME": "tiny", **environment,
        }  # fmt: skip
        for name in os.environ:
            if name.lower().endswith("_proxy"):
                told.setdefault(name, "")
        server = start_server(folder, "--grpc", "0", **told)
        try:
            yield Agents(server, models, keys, folder)
        finally:
            if server.child.poll() is None:
                server.child.kill()
                server.child.wait()
