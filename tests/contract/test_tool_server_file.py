"""The operator's file of tool servers: written whole, read again when it changed, kept to themselves."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kangban.adapters.tool_servers import COMMANDS, NAME, ToolServerFile, command_of
from kangban.kernel.errors import NotFound, NotPermitted, Unavailable
from kangban.ports.tool_servers import AcceptedTool, KeptServer, RemoteTool, ToolServer, fingerprint

TOOL = RemoteTool(
    "look", "看一看 µmol/L", {"type": "object", "properties": {}}, takes={"a": "image"}, detail={"m": "GET"}
)


def kept(name: str = "one") -> KeptServer:
    server = ToolServer(name, "mcp", "https://tools.example/mcp", "key", ("look",), ("look",))
    accepted = AcceptedTool(f"{name}__look", TOOL, fingerprint(TOOL))
    return KeptServer(server, (accepted,), datetime(2026, 11, 21, tzinfo=UTC))


def test_what_is_kept_comes_back_to_every_reader(tmp_path: Path) -> None:
    one, other = ToolServerFile(tmp_path / "new"), ToolServerFile(tmp_path / "new")
    assert one.servers() == ()
    one.put(kept("b"))
    one.put(kept("a"))
    assert [each.server.name for each in other.servers()] == ["a", "b"]
    assert other.find("a") == kept("a")
    one.remove("a")
    assert other.find("a") is None
    with pytest.raises(NotFound):
        other.remove("a")


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ToolServerFile(tmp_path).put(kept(f"s{n}")), range(24)))
    assert len(ToolServerFile(tmp_path).servers()) == 24
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("words", ["", "{", "[]", '{"servers": 1}', '{"servers": [], "more": 1}', "\x00" * 100])
def test_a_broken_file_is_told_and_not_overwritten(tmp_path: Path, words: str) -> None:
    file = tmp_path / NAME
    file.write_text(words, "utf-8")
    file.chmod(0o600)
    with pytest.raises(Unavailable):
        ToolServerFile(tmp_path).servers()
    with pytest.raises(Unavailable):
        ToolServerFile(tmp_path).put(kept())
    assert file.read_text("utf-8") == words


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path) -> None:
    ToolServerFile(tmp_path).put(kept())
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    (tmp_path / NAME).chmod(0o622)
    with pytest.raises(Unavailable):
        ToolServerFile(tmp_path).servers()


@pytest.mark.parametrize(
    ("written", "refused"),
    [
        ({}, NotPermitted), ({"x": {"command": []}}, NotPermitted), ({"x": {"command": "sh"}}, Unavailable),
        ({"x": {"command": ["a"], "more": 1}}, Unavailable), ({"x": {"command": ["a"], "secrets": {"A B": "k"}}}, Unavailable),
    ],
)  # fmt: skip
def test_a_command_is_what_the_operator_wrote(tmp_path: Path, written: dict, refused: type[Exception]) -> None:
    with pytest.raises(NotPermitted):
        command_of(tmp_path, "x")
    (tmp_path / COMMANDS).write_text(json.dumps(written), "utf-8")
    (tmp_path / COMMANDS).chmod(0o600)
    with pytest.raises(refused):
        command_of(tmp_path, "x")


def test_every_word_of_a_tool_counts_in_its_fingerprint() -> None:
    import msgspec

    others = [
        msgspec.structs.replace(TOOL, **change)
        for change in (
            {"name": "l"}, {"description": "看"}, {"parameters": {"type": "object"}}, {"reads_only": True}, {"takes": {}},
            {"detail": {"m": "POST"}},
        )
    ]  # fmt: skip
    assert len({fingerprint(TOOL), *map(fingerprint, others)}) == 7
