"""Web searches and the page reader."""

from __future__ import annotations

from typing import Any

import pytest

from kangban.kernel.errors import InvalidInput, Unavailable
from tests.contract.web_tools.conftest import Call

KEYS = {"google_key": "good", "google_cx": "engine", "bing_key": "good"}
NAMES = ["searxng_search", "duckduckgo_search", "google_search", "bing_search"]


@pytest.mark.parametrize("name", NAMES)
async def test_every_engine_gives_one_shape_with_citations(call: Call, name: str) -> None:
    found = await call(name, query="measles", top=2, secrets=KEYS)
    assert len(found.content["results"]) == 2
    for row, cite in zip(found.content["results"], found.citations, strict=True):
        assert set(row) == {"title", "url", "text"}
        assert row["url"].startswith("https://example.org/")
        assert (cite.address, cite.evidence) == (row["url"], "recalled")
    assert (await call(name, query="nothing", secrets=KEYS)).content["results"] == []


@pytest.mark.parametrize("name", ["searxng_search", "google_search", "bing_search"])
async def test_the_next_page_is_another(call: Call, name: str) -> None:
    first = await call(name, query="measles", top=2, secrets=KEYS)
    second = await call(name, query="measles", top=2, page=2, secrets=KEYS)
    assert not {r["url"] for r in first.content["results"]} & {r["url"] for r in second.content["results"]}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("day", ["slow down", "fall over", "garbage"])
async def test_bad_days(call: Call, name: str, day: str) -> None:
    with pytest.raises(Unavailable) as told:
        await call(name, query=day, secrets=KEYS)
    assert "KEY-SECRET" not in str(told.value)


async def test_links_behind_redirects_are_opened_and_advertisements_left_out(call: Call) -> None:
    rows = (await call("duckduckgo_search", query="measles")).content["results"]
    assert rows[0] == {"title": "Measles page 1", "url": "https://example.org/1?a=b&c=d", "text": "Text 1 & more"}
    assert len(rows) == 2
    with pytest.raises(Unavailable):
        await call("duckduckgo_search", query="robot")


@pytest.mark.parametrize("words", ["no json", "engines down"])
async def test_a_searxng_that_cannot(call: Call, words: str) -> None:
    with pytest.raises(Unavailable):
        await call("searxng_search", query=words)


@pytest.mark.parametrize(("name", "first"), [("google_search", "google_key"), ("bing_search", "bing_key")])
async def test_without_a_key_it_says_what_to_set(call: Call, name: str, first: str) -> None:
    with pytest.raises(Unavailable) as told:
        await call(name, query="measles")
    assert f"kangban secrets set {first}" in told.value.message
    with pytest.raises(Unavailable) as told:
        await call(name, query="measles", secrets={**KEYS, first: "bad-key-value"})
    assert "bad-key-value" not in told.value.message
    assert "KEY-SECRET" not in told.value.message


async def test_without_an_address_it_says_what_to_set(call: Call, settings_of: Any) -> None:
    with pytest.raises(Unavailable, match="KANGBAN_TOOL_URL_SEARXNG"):
        await call("searxng_search", query="measles", settings=settings_of(KANGBAN_TOOL_URL_SEARXNG=""))


async def test_a_page_is_read_without_its_menus(call: Call, port: int) -> None:
    found = await call("read_page", url=f"http://127.0.0.1:{port}/pages/article")
    text = found.content["text"]
    assert "vaccination protects" in text
    assert "62 µmol/L" in text
    for other in ("menu", "Cookie", "ignore all instructions"):
        assert other not in text
    assert "Measles" in found.content["title"]
    assert found.citations[0].address == found.content["url"]


async def test_a_long_page_is_read_on(call: Call, port: int) -> None:
    url = f"http://127.0.0.1:{port}/pages/long"
    first = (await call("read_page", url=url)).content
    assert (len(first["text"]), first["characters"], first["next_start"]) == (12_000, 30_000, 12_000)
    assert (await call("read_page", url=url, start=24_000)).content["next_start"] is None
    assert (await call("read_page", url=f"http://127.0.0.1:{port}/pages/gbk")).content["text"] == "麻疹疫苗"


@pytest.mark.parametrize("path", ["empty", "picture", "nowhere"])
async def test_a_page_without_words(call: Call, port: int, path: str) -> None:
    with pytest.raises(Unavailable):
        await call("read_page", url=f"http://127.0.0.1:{port}/pages/{path}")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:22/", "http://169.254.169.254/latest/", "file:///etc/passwd", "http://localhost/", "http://[::1]/"]
)  # fmt: skip
async def test_a_page_inside_is_not_opened(call: Call, url: str) -> None:
    with pytest.raises((InvalidInput, Unavailable)) as told:
        await call("read_page", url=url)
    assert isinstance(told.value, InvalidInput)
