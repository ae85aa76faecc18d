"""The real tools over the real adapters: model files that see, servers played by a process of this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kangban.agent import calling as agent_calling
from kangban.agent.calling import run_tool
from kangban.app import make_outside
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.ports.media import Media, MediaShelf
from kangban.ports.tool import ToolContext, ToolResult
from kangban.settings import Settings, read_settings
from kangban.toolbox.shelf import get_tool
from tests.support.senses_stubs.server import SERVERS, serving

Look = Callable[..., Awaitable[ToolResult]]


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """Of the process that plays the servers."""
    with serving() as found:
        yield found


@pytest.fixture
def settings_of(port: int, tmp_path: Path) -> Callable[..., Settings]:
    """Settings of an operator: model files by task, or every server at the stubs where none is given."""

    def made(files: dict[str, Path] | None = None, **more: str) -> Settings:
        environ = {f"KANGBAN_ONNX_{task.upper()}": str(path) for task, path in (files or {}).items()}
        if files is None:
            environ |= {f"KANGBAN_TOOL_URL_{one.upper()}": f"http://127.0.0.1:{port}/{one}" for one in SERVERS}
            environ |= {"KANGBAN_FETCH_ALLOW": f"127.0.0.1:{port}", "KANGBAN_TOOL_MODEL_SIGHT": "seer"}
        return read_settings(environ={**environ, **more}, data_dir=tmp_path)

    return made


@pytest.fixture
def look(settings_of: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Look:
    """Call a tool by name; Media among the arguments are put on the run's shelf and named by ref."""
    monkeypatch.setattr(agent_calling, "_CACHE", type(agent_calling._CACHE)())

    async def calling(
        name: str,
        *,
        files: dict[str, Path] | None = None,
        settings: Settings | None = None,
        secrets: dict[str, str] | None = None,
        lang: Any = "zh",
        **arguments: Any,
    ) -> ToolResult:
        for key, value in (secrets or {}).items():
            monkeypatch.setenv(f"KANGBAN_SECRET_{key.upper()}", value)
        shelf = MediaShelf()
        told = {key: shelf.put(value) if isinstance(value, Media) else value for key, value in arguments.items()}
        outside = make_outside(settings or settings_of(files))
        return await run_tool(get_tool(name), ToolContext("home", "m", UNKNOWN_PERSON, lang, outside, shelf), told)

    return calling
