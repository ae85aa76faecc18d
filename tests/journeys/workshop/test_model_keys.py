"""The keys of services are not for the models that people's agents name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kangban.app.model_keys import OF_SERVICES, key_for_a_model
from kangban.app.tool_servers import make_tool_servers
from kangban.kernel.errors import NotPermitted
from kangban.ports.tool_servers import KeptServer, ToolServer
from kangban.settings import read_settings
from kangban.toolbox.shelf import all_tools

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_model_gets_no_key_of_a_service_or_of_an_imported_server(tmp_path: Path) -> None:
    servers = make_tool_servers(read_settings(data_dir=tmp_path, environ={}))
    servers.shelf.put(
        KeptServer(ToolServer("there", "mcp", "https://mcp.example.org/mcp", secret="there_key"), (), NOON)
    )
    key = key_for_a_model(lambda name: f"value of {name}", servers)
    assert key("my_model") == "value of my_model"
    for name in (*sorted(OF_SERVICES), "there_key"):
        with pytest.raises(NotPermitted) as refused:
            key(name)
        assert refused.value.key == "workshop.secret_of_a_service"


def test_every_key_that_a_tool_says_it_needs_is_known() -> None:
    needed = {need for tool in all_tools() for need in tool.needs if ":" not in need}
    assert needed
    assert needed <= OF_SERVICES
