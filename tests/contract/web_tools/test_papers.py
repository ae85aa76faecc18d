"""arXiv and PubMed."""

from __future__ import annotations

from typing import Any

import pytest

from kangban.kernel.errors import InvalidInput, Unavailable
from tests.contract.web_tools.conftest import Call


async def test_an_exact_arxiv_title_stands_first(call: Call) -> None:
    found = await call("arxiv_search", query="attention is all you need", top=3)
    papers = found.content["papers"]
    assert papers[0]["id"] == "1706.03762v7"
    assert len(papers) == 3
    assert papers[0] == {
        "id": "1706.03762v7", "title": "Attention Is All You Need", "authors": ["Ann Author"], "published": "2017-06-12",
        "updated": "2023-08-02", "categories": ["cs.CL"], "doi": "10.1/x", "journal": "",
        "address": "http://arxiv.org/abs/1706.03762v7", "pdf": "http://arxiv.org/pdf/1706.03762v7",
        "abstract": "The dominant sequence models <i>&amp;</i> so on.",
    }  # fmt: skip
    cite = found.citations[0]
    assert (cite.id, cite.address, cite.year, cite.evidence) == (
        "arxiv#1706.03762v7", papers[0]["address"], 2017, "recalled",
    )  # fmt: skip


async def test_arxiv_by_number_by_field_and_by_page(call: Call) -> None:
    assert [p["id"] for p in (await call("arxiv_search", query="arXiv:1706.03762")).content["papers"]] == [
        "1706.03762v7"
    ]
    assert len((await call("arxiv_search", query="ti:fever all:attention")).content["papers"]) <= 1
    first = (await call("arxiv_search", query="attention", top=2)).content
    second = (await call("arxiv_search", query="attention", top=2, start=2)).content
    assert first["total"] == second["total"] == 4
    assert not {p["id"] for p in first["papers"]} & {p["id"] for p in second["papers"]}
    nothing = (await call("arxiv_search", query="qwertz")).content
    assert (nothing["total"], nothing["papers"]) == (0, [])


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("all:malformed(", InvalidInput), ("???", InvalidInput), ("all:bomb", Unavailable), ("all:slow down", Unavailable),
        ("all:fall over", Unavailable), ("all:garbage", Unavailable),
    ],
)  # fmt: skip
async def test_arxiv_on_a_bad_day(call: Call, query: str, error: type[Exception]) -> None:
    with pytest.raises(error) as told:
        await call("arxiv_search", query=query)
    assert "KEY-SECRET" not in str(told.value)


async def test_pubmed_gives_title_journal_and_abstract_with_its_units(call: Call) -> None:
    found = await call("pubmed_search", query="ibuprofen fever", top=2)
    assert found.content["total"] == 3
    paper = found.content["papers"][0]
    assert paper == {
        "pmid": "31452104", "title": "Ibuprofen in children with fever.", "authors": ["Wong T"],
        "journal": "Pediatrics (Evanston)", "published": "2019 Sep", "kinds": ["Randomized Controlled Trial"],
        "doi": "10.1542/x", "address": "https://pubmed.ncbi.nlm.nih.gov/31452104/",
        "abstract": "METHODS: We gave ibuprofen 10 mg/kg.\nRESULTS: Fever fell by 1.2 ℃; creatinine 62 µmol/L.",
    }  # fmt: skip
    assert found.citations[0].year == 2019
    rest = await call("pubmed_search", query="ibuprofen fever", top=2, start=2, abstracts=False)
    assert [p["pmid"] for p in rest.content["papers"]] == ["30000001"]
    assert rest.content["papers"][0]["abstract"] == ""


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"query": "(("}, InvalidInput), ({"query": "slow down"}, Unavailable), ({"query": "fall over"}, Unavailable),
        ({"query": "garbage"}, Unavailable), ({"query": "x", "top": 50}, InvalidInput), ({"query": ""}, InvalidInput),
    ],
)  # fmt: skip
async def test_pubmed_on_a_bad_day(call: Call, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await call("pubmed_search", **arguments)


async def test_pubmed_finds_nothing_or_refuses_a_key(call: Call) -> None:
    assert (await call("pubmed_search", query="nothing")).content["papers"] == []
    with pytest.raises(InvalidInput) as told:
        await call("pubmed_search", query="x", secrets={"ncbi_key": "wrong"})
    assert "wrong" not in str(told.value)


async def test_an_address_inside_needs_the_operators_word(call: Call, settings_of: Any) -> None:
    with pytest.raises(InvalidInput):
        await call("arxiv_search", query="attention", settings=settings_of(KANGBAN_FETCH_ALLOW=""))
