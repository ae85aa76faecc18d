"""Tools of a server that describes itself by OpenAPI: every argument to its place, and keys to nobody else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kangban.app.tool_servers import make_tool_servers
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.journeys.workshop.imported import imported_tools
from kangban.journeys.workshop.servers import accept, add, changes
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted, Unavailable
from kangban.ports.media import Media, MediaShelf
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec
from kangban.ports.tool_servers import ToolServer
from kangban.settings import Settings
from tests.support.openapi_server import KEY, Described, describing_server

YAML = """
openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: /v1}]
security: [{key: []}]
paths:
  /orders/{id}:
    parameters:
    - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: getOrder
      summary: One order.
      parameters:
      - {name: fields, in: query, schema: {type: array, items: {type: string}}}
      - {name: near, in: query, style: deepObject, schema: {type: object}}
      - {name: packed, in: query, explode: false, schema: {type: array, items: {type: integer}}}
      - {name: full, in: query, schema: {type: boolean}}
      - {name: X-Trace, in: header, schema: {type: string}}
      - {name: Host, in: header, schema: {type: string}}
      - {name: session, in: cookie, schema: {type: string}}
      responses:
        200: {description: ok}
    put:
      operationId: changeOrder
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Order"}
      responses: {"200": {description: ok}}
  /orders:
    post:
      description: Makes one.
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [name]
              properties: {name: {type: string}, tags: {type: array, items: {type: string}}}
      responses: {"200": {description: ok}}
    delete:
      operationId: needsACookie
      parameters:
      - {name: session, in: cookie, required: true, schema: {type: string}}
      responses: {"200": {description: ok}}
  /pictures:
    post:
      operationId: addPicture
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [picture]
              properties:
                picture: {type: string, format: binary}
                note: {type: string}
      responses: {"200": {description: ok}}
  /list:
    post:
      operationId: sendList
      security: []
      requestBody:
        required: true
        content: {application/json: {schema: {type: array, items: {type: integer}}}}
      responses: {"200": {description: ok}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Order:
      type: object
      required: [id, name]
      properties:
        id: {type: string, readOnly: true}
        name: {type: string}
        count: {type: integer, nullable: true, minimum: 1}
        size: {type: string, enum: [small, big]}
        inner: {$ref: "#/components/schemas/Order"}
"""


@pytest.fixture(scope="module")
def there() -> Iterator[Described]:
    with describing_server() as one:
        yield one


def servers_of(folder: Path, *places: str) -> Any:
    return make_tool_servers(Settings(data_dir=folder, fetch_allow=",".join(places)))


async def taken(folder: Path, there: Described, address: str, **more: Any) -> dict[str, ToolSpec]:
    servers = servers_of(folder, f"127.0.0.1:{there.port}")
    await add(servers, ToolServer("shop", "openapi", address, **more))
    return {each.name.removeprefix("shop__"): each for each in imported_tools(servers)}


async def called(tool: ToolSpec, arguments: dict[str, Any], shelf: MediaShelf | None = None) -> ToolResult:
    context = ToolContext("", "", UNKNOWN_PERSON, "en", None, shelf if shelf is not None else MediaShelf())
    return await tool.call(context, arguments)


async def sent(tool: ToolSpec, arguments: dict[str, Any], shelf: MediaShelf | None = None) -> dict[str, Any]:
    """What the server saw."""
    return (await called(tool, arguments, shelf)).content["result"]


@pytest.fixture
async def tools(there: Described, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ToolSpec]:
    monkeypatch.setenv("KANGBAN_SECRET_SHOP_KEY", KEY)
    return await taken(tmp_path, there, there.describe(YAML, "application/yaml"), secret="shop_key")


async def test_operations_become_tools(tools: dict[str, ToolSpec]) -> None:
    assert set(tools) == {"getOrder", "changeOrder", "post_orders", "addPicture", "sendList"}
    assert tools["getOrder"].effect == "reads"
    assert tools["changeOrder"].effect == "acts"
    assert "One order." in tools["getOrder"].description
    assert set(tools["getOrder"].parameters["properties"]) == {"id", "fields", "near", "packed", "full", "X-Trace"}
    shape = tools["changeOrder"].parameters
    assert shape["required"] == ["id", "name"]
    assert shape["properties"]["count"]["type"] == ["integer", "null"]
    assert "$ref" not in json.dumps(shape)
    assert set(shape["properties"]) == {"id", "name", "count", "size", "inner"}
    assert tools["addPicture"].parameters["properties"]["picture"]["x-media"] == "file"


async def test_every_argument_goes_to_its_place(tools: dict[str, ToolSpec]) -> None:
    told = {
        "id": "a/b ?#%",
        "fields": ["x", "y&z"],
        "near": {"lat": 1.5},
        "packed": [1, 2],
        "full": True,
        "X-Trace": "t",
    }
    seen = await sent(tools["getOrder"], told)
    assert seen["method"] == "GET"
    path, _, query = seen["path"].partition("?")
    assert path == "/v1/orders/a%2Fb%20%3F%23%25"
    assert query == "fields=x&fields=y%26z&near%5Blat%5D=1.5&packed=1%2C2&full=true"
    assert (seen["headers"]["X-Trace"], seen["headers"]["X-Key"]) == ("t", KEY)
    assert "Authorization" not in seen["headers"]
    seen = await sent(tools["changeOrder"], {"id": "7", "name": "茶", "count": "3"})
    assert (seen["method"], seen["path"]) == ("PUT", "/v1/orders/7")
    assert json.loads(bytes.fromhex(seen["body"])) == {"name": "茶", "count": 3}
    seen = await sent(tools["post_orders"], {"name": "a b&c", "tags": ["x", "y"]})
    assert bytes.fromhex(seen["body"]) == b"name=a%20b%26c&tags=x&tags=y"
    seen = await sent(tools["sendList"], {"body": [1, 2]})
    assert bytes.fromhex(seen["body"]) == b"[1,2]"
    assert "X-Key" not in seen["headers"], "where no key is asked for, none is sent"


async def test_a_file_goes_as_a_form(tools: dict[str, ToolSpec]) -> None:
    shelf = MediaShelf()
    ref = shelf.put(Media("image", "image/png", b"\x89PNG\r\n\x1a\nrest", 'a"\r\nX: y.png'))
    seen = await sent(tools["addPicture"], {"picture": ref, "note": "注"}, shelf)
    body = bytes.fromhex(seen["body"])
    assert b"\x89PNG\r\n\x1a\nrest" in body
    assert b'filename="a%22%0D%0AX: y.png"' in body
    assert "注".encode() in body
    assert seen["headers"]["Content-Type"].startswith("multipart/form-data; boundary=")


BAD_ARGUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("getOrder", {}), ("getOrder", {"id": ".."}), ("getOrder", {"id": "."}), ("getOrder", {"id": ""}),
    ("getOrder", {"id": "1", "X-Trace": "a\r\nX-Key: mine"}), ("getOrder", {"id": "1", "X-Trace": "注"}),
    ("getOrder", {"id": "1", "fields": {"a": 1}}), ("getOrder", {"id": "1", "full": "maybe"}),
    ("getOrder", {"id": "1", "session": "x"}), ("getOrder", {"id": "1", "Host": "elsewhere"}),
    ("getOrder", {"id": "x" * 5_000}), ("changeOrder", {"id": "1", "name": None}),
    ("changeOrder", {"id": "1", "name": "n", "count": 1.5}), ("changeOrder", {"id": "1", "name": "n", "size": "huge"}),
    ("addPicture", {"picture": "plain words"}), ("sendList", {"body": {"a": 1}}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), BAD_ARGUMENTS)
async def test_bad_arguments_are_not_sent(tools: dict[str, ToolSpec], name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(KangbanError) as refused:
        await called(tools[name], arguments)
    assert refused.value.code in ("invalid_input", "not_found")


def described(*names: str, **more: Any) -> dict[str, Any]:
    paths = {f"/odd/{name}": {"get": {"operationId": f"odd_{name}", "responses": {}}} for name in names}
    return {"openapi": "3.1.0", "info": {"title": "odd", "version": "1"}, "paths": paths, **more}


async def test_odd_answers(there: Described, tmp_path: Path) -> None:
    names = ("400", "401", "429", "500", "png", "half", "no_json", "deep", "big", "elsewhere", "empty", "words")
    tools = await taken(tmp_path, there, there.describe(described(*names)))
    refused = await called(tools["odd_400"], {})
    assert not refused.ok
    assert refused.content["result"] == {"status": 400, "error": {"detail": "as asked"}}
    for name in ("401", "429", "500", "half", "no_json", "deep", "big", "elsewhere"):
        with pytest.raises(Unavailable):
            await called(tools[f"odd_{name}"], {})
    (picture,) = (await called(tools["odd_png"], {})).media
    assert (picture.kind, picture.media_type) == ("image", "image/png")
    assert (await called(tools["odd_empty"], {})).content["result"] == {"status": 204}
    assert (await called(tools["odd_words"], {})).content["result"] == {"text": "天气晴"}


async def test_a_key_goes_to_no_host_the_operator_did_not_name(
    there: Described, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANGBAN_SECRET_SHOP_KEY", KEY)
    servers = servers_of(tmp_path, f"127.0.0.1:{there.port}")
    away = described("words", servers=[{"url": "https://thief.example/v1"}])
    with pytest.raises(InvalidInput, match="another host"):
        await add(servers, ToolServer("shop", "openapi", there.describe(away), "shop_key"))
    hidden = described("words", servers=[{"url": "https://{h}/", "variables": {"h": {"default": "thief.example"}}}])
    with pytest.raises(InvalidInput, match="another host"):
        await add(servers, ToolServer("shop", "openapi", there.describe(hidden), "shop_key"))
    there.describe(described("words"))
    locked = f"{there.base}/locked/openapi.json"
    kept, _ = await add(servers, ToolServer("shop", "openapi", locked, "shop_key"))
    assert [one.local for one in kept.tools] == ["shop__odd_words"]
    with pytest.raises(Unavailable):
        await add(servers, ToolServer("other", "openapi", locked))


async def test_an_inside_address_needs_the_operators_word(there: Described, tmp_path: Path) -> None:
    address = there.describe(described("words"))
    with pytest.raises(NotPermitted):
        await add(servers_of(tmp_path), ToolServer("shop", "openapi", address))
    # An address the operator allows for something else, a model's server say, is not a description's to choose.
    inside = there.describe(described("words", servers=[{"url": "http://127.0.0.1:22/"}]))
    with pytest.raises(InvalidInput, match="another host"):
        await add(
            servers_of(tmp_path, f"127.0.0.1:{there.port}", "127.0.0.1:22"), ToolServer("shop", "openapi", inside)
        )
    folder = tmp_path / "tool_descriptions"
    folder.mkdir(mode=0o700)
    file = folder / "shop.json"
    file.write_text(json.dumps(described("words", servers=[{"url": "http://127.0.0.1:22/"}])), encoding="utf-8")
    file.chmod(0o600)
    tools = await taken(tmp_path, there, "file:shop.json")
    with pytest.raises(NotPermitted):
        await called(tools["odd_words"], {})


async def test_a_description_in_a_file(there: Described, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANGBAN_SECRET_SHOP_KEY", KEY)
    folder = tmp_path / "tool_descriptions"
    folder.mkdir(mode=0o700)
    file = folder / "shop.yaml"
    file.write_text(YAML.replace("url: /v1", f"url: {there.base}/v1"), encoding="utf-8")
    file.chmod(0o600)
    tools = await taken(tmp_path, there, "file:shop.yaml", secret="shop_key")
    assert (await sent(tools["getOrder"], {"id": "7"}))["headers"]["X-Key"] == KEY
    servers = servers_of(tmp_path)
    for name, error in (("../shop.yaml", InvalidInput), ("none.yaml", NotPermitted), ("/etc/passwd", InvalidInput)):
        with pytest.raises(error):
            await add(servers, ToolServer("other", "openapi", f"file:{name}"))
    file.chmod(0o622)
    with pytest.raises(Unavailable):
        await add(servers, ToolServer("other", "openapi", "file:shop.yaml"))


async def test_a_tool_that_changed_waits_for_the_operator(there: Described, tmp_path: Path) -> None:
    address = there.describe(described("words"))
    servers = servers_of(tmp_path, f"127.0.0.1:{there.port}")
    await add(servers, ToolServer("shop", "openapi", address))
    assert not (await changes(servers, "shop")).any
    other = described("words", "empty")
    other["paths"]["/odd/words"]["get"]["summary"] = "Now it says something else."
    there.describe(other)
    found = await changes(servers, "shop")
    assert ([one.local for one in found.added], len(found.changed)) == (["shop__odd_empty"], 1)
    (before,) = imported_tools(servers)
    assert "something else" not in before.description
    assert (await called(before, {})).content["result"] == {"text": "天气晴"}, "as accepted, whatever it says now"
    await accept(servers, "shop")
    assert len(imported_tools(servers)) == 2


async def test_the_key_stands_in_no_error_and_no_list(
    there: Described, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANGBAN_SECRET_SHOP_KEY", KEY)
    schemes = {"key": {"type": "apiKey", "in": "query", "name": "key"}}
    more: dict[str, Any] = {"security": [{"key": []}], "components": {"securitySchemes": schemes}}
    tools = await taken(tmp_path, there, there.describe(described("500", **more)), secret="shop_key")
    with pytest.raises(Unavailable) as failed:
        await called(tools["odd_500"], {})
    assert KEY not in failed.value.message
    kept = (tmp_path / "tool_servers.json").read_text(encoding="utf-8")
    assert KEY not in kept
    assert base64.b64encode(KEY.encode()).decode() not in kept
