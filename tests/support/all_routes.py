"""Every address of the running application, read from its own route table, as JSON lines of [methods, path]."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.routing import Mount, Route, WebSocketRoute

from kangban.api.application import build_api
from kangban.api.calendar import build_calendar
from kangban.api.tool_server.application import build_tool_server
from kangban.api.v1.application import build_v1
from kangban.api.v1.face import Face
from kangban.settings import Settings
from kangban.web.household import Household
from kangban.web.server import build_app


def outer_app(folder: Path) -> Any:
    """The application inside its doors."""
    app: Any = build_app(
        Household(Settings(data_dir=folder)),
        "127.0.0.1",
        {
            "/api": build_api,
            "/calendar": build_calendar,
            "/v1": lambda houses: build_v1(Face(houses)),
            "/tools": build_tool_server,
        },
    )
    while not hasattr(app, "routes"):
        app = app.app if hasattr(app, "app") else app._app
    return app


def walk(routes: Any, before: str = "") -> Iterator[tuple[list[str], str]]:
    """Routes of an application and of everything mounted in it."""
    for one in routes:
        path = before + getattr(one, "path", "")
        if isinstance(one, Route):
            yield sorted(one.methods or ["GET", "POST", "PUT", "DELETE"]), path
        elif isinstance(one, WebSocketRoute):
            yield ["WEBSOCKET"], path
        elif isinstance(one, Mount):
            inner = getattr(one.app, "routes", None)
            yield from walk(inner, path) if inner else iter([(["GET"], f"{path}/x")])
        else:
            raise AssertionError(f"an address of an unknown kind: {type(one).__name__} {path}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for methods, path in walk(outer_app(Path(folder)).routes):
            print(json.dumps([methods, path]))
