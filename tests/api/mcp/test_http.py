"""`kangban mcp serve --http` with fastmcp's own client, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import signal
import threading
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from fastmcp import Client

from tests.api.mcp.processes import PRESCRIPTION, Served, prescribing, served
from tests.cli.script import Script
from tests.support.model_server import ModelServer


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the offline brain."""
    with served(Script(tmp_path_factory.mktemp("plain"))) as one:
        yield one


@pytest.fixture(scope="module")
def with_model(tmp_path_factory: pytest.TempPathFactory, model_server: ModelServer) -> Iterator[Served]:
    """A server whose model writes prescriptions."""
    with served(Script(tmp_path_factory.mktemp("model")), **prescribing(model_server)) as one:
        yield one


async def call(address: str, era: str, name: str, arguments: dict[str, Any], **more: Any) -> Any:
    async with Client(address, mode=era, **more) as client:
        return await client.call_tool(name, arguments, raise_on_error=False)


async def test_every_tool_that_needs_no_record_is_offered(running: Served, era: str) -> None:
    async with Client(running.address, mode=era) as client:
        tools = {one.name: one for one in await client.list_tools()}
    assert {"check_medication", "triage", "pubmed_search", "calculator", "find_tools", "ask_kangban"} <= set(tools)
    assert not {"look_up_record", "read_report", "advise_from_box", "add_to_record"} & set(tools)
    for one in tools.values():
        assert one.description
        assert one.input_schema["type"] == "object"
        assert one.annotations is not None
        assert one.annotations.read_only_hint is True
    assert tools["pubmed_search"].annotations.open_world_hint is True
    assert tools["triage"].annotations.open_world_hint is False


async def test_a_clinical_tool_answers_with_its_sources(running: Served, era: str) -> None:
    told = await call(running.address, era, "check_medication", {"medicines": [{"name": "布洛芬"}, {"name": "华法林"}]})
    assert told.is_error is False
    assert told.structured_content["citations"]
    assert json.loads(told.content[0].text) == told.structured_content["content"]


async def test_a_file_comes_as_an_embedded_resource(running: Served, era: str) -> None:
    arguments = {"to": "docx", "title": "睡眠", "sections": [{"heading": "概述", "bullets": ["早点睡"]}]}
    told = await call(running.address, era, "write_report", arguments)
    assert told.is_error is False, told.content[0].text
    held = told.content[1].resource
    assert zipfile.is_zipfile(io.BytesIO(base64.b64decode(held.blob)))


@pytest.mark.parametrize("arguments", [{}, {"medicines": [{"name": 7}]}, {"medicines": 7}, {"person": "nainai"}])
async def test_bad_arguments_are_told_by_name(running: Served, era: str, arguments: dict[str, Any]) -> None:
    told = await call(running.address, era, "check_medication", arguments)
    assert told.is_error is True
    assert told.structured_content["error"]["code"] == "invalid_input"


async def test_a_question_is_answered_with_urgency_first_and_sources(running: Served, era: str) -> None:
    told = await call(running.address, era, "ask_kangban", {"question": "我妈突然胸口压着疼，出冷汗，喘不上气"})
    assert told.is_error is False
    assert told.structured_content["content"]["urgency"] == "emergency"
    assert "120" in told.structured_content["content"]["text"].split("\n", 1)[0]
    told = await call(running.address, era, "ask_kangban", {"question": "布洛芬和阿司匹林能一起吃吗"})
    assert told.structured_content["citations"]


async def test_a_prescription_of_the_model_does_not_leave_by_this_door(with_model: Served, era: str) -> None:
    told = await call(with_model.address, era, "ask_kangban", {"question": "孩子扁桃体发炎，给我开个方子，怎么吃药"})
    whole = told.model_dump_json() if hasattr(told, "model_dump_json") else str(vars(told))
    assert told.structured_content["content"]["verdict"] != "release"
    for words in ("0.5 g", "0.5g", "每天三次", "连用"):
        assert words not in whole
    assert told.structured_content["content"]["brain"] == "m"


async def test_nor_does_one_that_a_tool_was_made_to_say(with_model: Served, era: str) -> None:
    fine = await call(with_model.address, era, "python_interpreter", {"code": "print(6 * 7)"})
    assert "42" in fine.content[0].text
    printed = await call(with_model.address, era, "python_interpreter", {"code": f"print({PRESCRIPTION!r})"})
    translated = await call(with_model.address, era, "translate", {"text": "take care", "target": "zh", "by": "model"})
    for told in (printed, translated):
        assert told.is_error is True
        assert "withheld" in told.structured_content["content"] or "核对" in str(told.structured_content["content"])
        for words in ("0.5", "阿莫西林", "连用"):
            assert words not in json.dumps(told.structured_content, ensure_ascii=False)


def test_it_stops_in_order_while_a_call_runs(script: Script) -> None:
    with served(script) as one:
        started = threading.Event()

        def ask() -> None:
            async def do() -> None:
                async with Client(one.address, mode="legacy") as client:
                    started.set()
                    await client.call_tool("python_interpreter", {"code": "import time\ntime.sleep(60)"})

            with pytest.raises(BaseException):  # noqa: B017 - however a client says that the server went away
                asyncio.run(do())

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        assert started.wait(60)
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(30) == 0
        assert one.process.stderr is not None
        assert b"Traceback" not in one.process.stderr.read()
