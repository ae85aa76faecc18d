"""Tools of an AgentLego server: found, accepted, called with pictures and sounds, and what goes wrong there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kangban.app.tool_servers import make_tool_servers
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.journeys.workshop.imported import imported_tools
from kangban.journeys.workshop.servers import add
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted, Unavailable
from kangban.ports.media import Media, MediaShelf
from kangban.ports.tool import ToolContext, ToolResult
from kangban.ports.tool_servers import ToolServer
from kangban.settings import Settings
from tests.support.agentlego_server import png
from tests.support.web_server import ROOT


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.support.agentlego_server"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    yield int(child.stdout.readline())
    child.kill()
    child.communicate()


def settings_of(folder: Path, *places: str) -> Settings:
    return Settings(data_dir=folder, fetch_allow=",".join(places))


async def taken(folder: Path, port: int, **more: Any) -> Any:
    servers = make_tool_servers(settings_of(folder, f"127.0.0.1:{port}"))
    await add(servers, ToolServer("lego", "agentlego", f"http://127.0.0.1:{port}", **more))
    return {each.name: each for each in imported_tools(servers)}


async def called(tools: Any, name: str, arguments: dict[str, Any], *media: Media) -> ToolResult:
    shelf = MediaShelf()
    refs = [shelf.put(one) for one in media]
    told = {key: refs[0] if value == "@1" else value for key, value in arguments.items()}
    return await tools[name].call(ToolContext("", "", UNKNOWN_PERSON, "en", None, shelf), told)


PICTURE = Media("image", "image/png", png(), "x.png")


async def test_its_tools_become_tools_of_the_shelf(port: int, tmp_path: Path) -> None:
    tools = await taken(tmp_path, port)
    assert set(tools) == {"lego__Calculator", "lego__VQA", "lego__TextToImage", "lego__OCR", "lego__TextToSpeech"}
    vqa = tools["lego__VQA"]
    assert vqa.foreign
    assert vqa.effect == "acts", "a POST may do anything until the operator says that it reads"
    assert vqa.parameters["properties"]["image"]["x-media"] == "image"
    assert sorted(vqa.parameters["required"]) == ["image", "question"]
    assert vqa.parameters["properties"]["question"]["description"] == "The question should be in English."
    read = await taken(tmp_path / "reads", port, reads=("VQA",), allow=("VQA", "Calculator"))
    assert {name: each.effect for name, each in read.items()} == {"lego__VQA": "reads", "lego__Calculator": "acts"}


async def test_words_pictures_and_sounds_go_and_come(port: int, tmp_path: Path) -> None:
    tools = await taken(tmp_path, port)
    assert (await called(tools, "lego__Calculator", {"expression": "1+2+39"})).content["result"] == "42"
    told = await called(tools, "lego__VQA", {"image": "@1", "question": "什么？"}, PICTURE)
    assert told.content["result"] == f"{len(PICTURE.content)} bytes: 什么？"
    (made,) = (await called(tools, "lego__TextToImage", {"keywords": "a cat"})).media
    assert (made.kind, made.media_type, made.content) == ("image", "image/png", png(3))
    both = await called(tools, "lego__OCR", {"image": "@1"}, PICTURE)
    assert both.content["result"] == "text in en"
    assert both.media[0].content == PICTURE.content
    (sound,) = (await called(tools, "lego__TextToSpeech", {"text": "hello"})).media
    assert (sound.kind, sound.media_type) == ("audio", "audio/wav")


async def test_what_fails_there_is_told(port: int, tmp_path: Path) -> None:
    tools = await taken(tmp_path, port)
    failed = await called(tools, "lego__Calculator", {"expression": "import os"})
    assert not failed.ok
    assert failed.content["result"]["status"] == 400
    assert "ValueError" in failed.content["result"]["error"]["detail"]
    for name, arguments in (
        ("lego__Calculator", {}),
        ("lego__Calculator", {"expression": "1", "more": 2}),
        ("lego__VQA", {"image": "media:000000000000", "question": "?"}),
        ("lego__VQA", {"image": 5, "question": "?"}),
    ):
        with pytest.raises(KangbanError) as refused:
            await called(tools, name, arguments)
        assert refused.value.code in ("invalid_input", "not_found")


async def test_only_where_the_operator_allows(port: int, tmp_path: Path) -> None:
    servers = make_tool_servers(settings_of(tmp_path))
    with pytest.raises(NotPermitted):
        await add(servers, ToolServer("lego", "agentlego", f"http://127.0.0.1:{port}"))
    gone = make_tool_servers(settings_of(tmp_path, "127.0.0.1:9"))
    with pytest.raises(Unavailable):
        await add(gone, ToolServer("lego", "agentlego", "http://127.0.0.1:9"))
    with pytest.raises(InvalidInput):
        await add(gone, ToolServer("lego", "agentlego", "file:lego.json"))
