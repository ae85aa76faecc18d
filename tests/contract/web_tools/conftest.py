"""The real tools over the real fetch, against services played by a process of this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kangban.agent import calling as agent_calling
from kangban.agent.calling import run_tool
from kangban.app import make_outside
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.ports.tool import ToolContext, ToolResult
from kangban.settings import read_settings
from kangban.toolbox.shelf import get_tool
from tests.support.web_stubs import serving

NAMES = (
    "arxiv", "pubmed", "searxng", "duckduckgo", "google", "bing", "semantic_scholar", "serpapi", "qweather", "amap",
    "bing_maps", "libretranslate", "deepl",
)  # fmt: skip

Call = Callable[..., Awaitable[ToolResult]]


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """Of the process that plays the services."""
    with serving() as found:
        yield found


@pytest.fixture
def settings_of(port: int, tmp_path: Path) -> Callable[..., Any]:
    """Settings of an operator whose services live at the stubs."""

    def made(**more: str) -> Any:
        places = {f"KANGBAN_TOOL_URL_{one.upper()}": f"http://127.0.0.1:{port}/{one}" for one in NAMES}
        allowed = {"KANGBAN_FETCH_ALLOW": f"127.0.0.1:{port}"}
        return read_settings(environ={**places, **allowed, **more}, data_dir=tmp_path)

    return made


@pytest.fixture
def call(settings_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call a tool by name; `secrets` are in the environment, `settings` replace the operator's."""

    # No test is answered from another one's cache.
    monkeypatch.setattr(agent_calling, "_CACHE", type(agent_calling._CACHE)())

    async def calling(
        name: str, *, secrets: dict[str, str] | None = None, settings: Any = None, **arguments: Any
    ) -> Any:
        for key, value in (secrets or {}).items():
            monkeypatch.setenv(f"KANGBAN_SECRET_{key.upper()}", value)
        outside = make_outside(settings or settings_of())
        context = ToolContext("home", name, UNKNOWN_PERSON, "zh", outside)
        return await run_tool(get_tool(name), context, arguments)

    return calling
