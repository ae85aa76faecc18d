"""Semantic Scholar and Google Scholar."""

from __future__ import annotations

import pytest

from kangban.kernel.errors import InvalidInput, Unavailable
from tests.contract.web_tools.conftest import Call

KEY = {"serpapi_key": "good"}


async def test_semantic_scholar_with_nulls_and_pages(call: Call) -> None:
    found = await call("scholar_search", query="inhaler", top=2)
    assert (found.content["total"], found.content["next_start"]) == (5, 2)
    first, second = found.content["papers"]
    assert (first["doi"], first["pmid"], first["cited_by"], first["published"]) == ("10.1/1", "123", 10, "2021")
    assert (second["abstract"], second["pdf"]) == ("", "")
    assert found.citations[1].passage == "Inhaler study 2"
    last = await call("scholar_search", query="inhaler", top=2, start=4)
    assert (len(last.content["papers"]), last.content["next_start"]) == (1, None)
    assert (await call("scholar_search", query="nothing")).content["papers"] == []
    with pytest.raises(Unavailable):
        await call("scholar_search", query="inhaler", secrets={"semantic_scholar_key": "bad"})


async def test_google_scholar_searches_knows_an_author_and_cites(call: Call) -> None:
    found = await call("google_scholar", query="plants", secrets=KEY)
    assert found.content["papers"][0] == {
        "result_id": "JC4Acibs_4kJ", "title": "Population biology of plants.", "address": "https://example.org/p",
        "text": "The first chapter …", "published_in": "JL Harper - 1977 - cabdirect.org", "cited_by": 14003,
    }  # fmt: skip
    assert found.content["papers"][1]["cited_by"] is None
    assert (found.citations[0].year, found.citations[1].address) == (1977, "")
    author = (await call("google_scholar", query="abc", what="author", secrets=KEY)).content
    assert (author["author"], author["articles"][0]["cited_by"]) == ("JL Harper", 14003)
    assert (await call("google_scholar", query="JC4A", what="cite", secrets=KEY)).content["citations"][0][
        "style"
    ] == "MLA"
    assert (await call("google_scholar", query="nothing", secrets=KEY)).content["papers"] == []


async def test_google_scholar_on_a_bad_day(call: Call) -> None:
    with pytest.raises(Unavailable, match="kangban secrets set serpapi_key"):
        await call("google_scholar", query="plants")
    with pytest.raises(InvalidInput):
        await call("google_scholar", query="odd", secrets=KEY)
    with pytest.raises(Unavailable) as told:
        await call("google_scholar", query="plants", secrets={"serpapi_key": "bad"})
    assert "KEY-SECRET" not in told.value.message


@pytest.mark.parametrize("name", ["scholar_search", "google_scholar"])
@pytest.mark.parametrize("day", ["slow down", "fall over", "garbage"])
async def test_bad_days(call: Call, name: str, day: str) -> None:
    with pytest.raises(Unavailable):
        await call(name, query=day, secrets=KEY)
