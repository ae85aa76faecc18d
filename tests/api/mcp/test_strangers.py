"""What a program on this machine may not have: a model abroad without consent, the operator's keys without a name."""

from __future__ import annotations

import asyncio

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from tests.api.mcp.processes import made_keys
from tests.cli.script import KANGBAN, Script
from tests.support.model_server import ModelServer
from tests.support.workshop_model import says


async def test_a_model_abroad_is_not_asked_to_translate_without_consent(
    script: Script, model_server: ModelServer
) -> None:
    url = model_server.plays("away", says("Hello"))
    env = script.environment(KANGBAN_MODEL_NAME="m", KANGBAN_MODEL_URL=url, KANGBAN_MODEL_PLACE="abroad")
    async with Client(StdioTransport(str(KANGBAN), ["mcp", "serve"], env=env, keep_alive=False)) as client:
        answer = await client.call_tool("translate", {"text": "张伟的血糖高", "target": "en"}, raise_on_error=False)
        assert answer.is_error
        assert "unavailable" in answer.content[0].text
    assert not model_server.seen("away")["requests"]


async def test_where_there_are_accounts_the_operators_keys_need_a_key(script: Script) -> None:
    (key,) = await asyncio.to_thread(made_keys, script, ("ask", "medicines"))
    for given, refused in (("", True), (key, False)):
        env = script.environment(KANGBAN_API_KEY=given) if given else script.environment()
        async with Client(StdioTransport(str(KANGBAN), ["mcp", "serve"], env=env, keep_alive=False)) as client:
            free = await client.call_tool("calculator", {"expression": "1+1"}, raise_on_error=False)
            assert not free.is_error
            asked = await client.call_tool("google_search", {"query": "x"}, raise_on_error=False)
            assert asked.is_error
            assert ("not_permitted" in asked.content[0].text) is refused
