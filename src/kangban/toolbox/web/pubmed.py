"""Tool: PubMed, by NCBI's E-utilities (esearch, esummary, efetch)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.web.asking import FOREIGN, Service, ask, ask_json, cited, one_line, read_json

PUBMED = Service("pubmed", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils")
_ABSTRACT = 4_000


class _Found(msgspec.Struct, kw_only=True):
    count: int = 0
    idlist: list[str] = []
    error: str = msgspec.field(default="", name="ERROR")


class _Searched(msgspec.Struct):
    esearchresult: _Found


class _Summaries(msgspec.Struct):
    result: dict[str, msgspec.Raw]  # a list of numbers under "uids", a paper under each number


class _Author(msgspec.Struct):
    name: str = ""


class _Id(msgspec.Struct):
    idtype: str = ""
    value: str = ""


class _Summary(msgspec.Struct):
    title: str = ""
    source: str = ""
    fulljournalname: str = ""
    pubdate: str = ""
    pubtype: list[str] = []
    authors: list[_Author] = []
    articleids: list[_Id] = []


@tool(
    "pubmed_search", group="papers", **FOREIGN, cache_s=600.0,
    examples=({"query": "ibuprofen children fever randomized controlled trial"},),
)  # fmt: skip
async def pubmed_search(
    context: ToolContext,
    query: Annotated[str, msgspec.Meta(min_length=1, max_length=500)],
    top: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5,
    start: Annotated[int, msgspec.Meta(ge=0, le=9_900)] = 0,
    sort: Literal["relevance", "pub_date"] = "relevance",
    abstracts: bool = True,
) -> ToolResult:
    """Search medical papers in PubMed. 搜医学文献。Gives title, journal, day, authors, abstract and address.

    query: English words, or PubMed's own fields such as "asthma[mh] AND child[mh]"
    top: how many papers
    start: how many to pass over, for the next page
    sort: best fit first, or newest first
    abstracts: whether the abstracts come along
    """
    usual = {"db": "pubmed", **_key(context)}
    asked = {**usual, "term": query, "retmax": top, "retstart": start, "sort": sort, "retmode": "json"}
    found = (await ask_json(context, PUBMED, "/esearch.fcgi", asked, shape=_Searched)).esearchresult
    if found.error:
        raise InvalidInput("pubmed did not take the query", field="query")
    ids = [one for one in found.idlist if one.isdigit()][:top]
    if not ids:
        return ToolResult({"total": found.count, "start": start, "papers": []})
    joined = {**usual, "id": ",".join(ids)}
    told = await ask_json(context, PUBMED, "/esummary.fcgi", {**joined, "retmode": "json"}, shape=_Summaries)
    texts = await _abstracts(context, joined) if abstracts else {}
    papers = [
        _paper(one, read_json(PUBMED, bytes(told.result[one]), _Summary), texts.get(one, ""))
        for one in ids
        if one in told.result
    ]
    citations = [
        cited("pubmed", p["pmid"], p["title"], p["address"], p["abstract"] or p["title"], p["journal"], p["published"])
        for p in papers
    ]
    return ToolResult(
        {"total": found.count, "start": start, "papers": papers},
        citations=tuple(citations),
        step="step.searched",
        step_values={"count": str(len(papers))},
    )


def _key(context: ToolContext) -> dict[str, str]:
    # Works without; with one NCBI allows ten requests a second instead of three.
    try:
        return {"api_key": outside_of(context).secrets("ncbi_key")}
    except Unavailable:
        return {}


def _paper(pmid: str, told: _Summary, abstract: str) -> dict[str, Any]:
    return {
        "pmid": pmid,
        "title": one_line(told.title),
        "authors": [one.name for one in told.authors][:20],
        "journal": told.fulljournalname or told.source,
        "published": told.pubdate,
        "kinds": told.pubtype,
        "doi": next((one.value for one in told.articleids if one.idtype == "doi"), ""),
        "abstract": abstract,
        "address": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
    }


async def _abstracts(context: ToolContext, joined: dict[str, str]) -> dict[str, str]:
    found = await ask(context, PUBMED, "/efetch.fcgi", {**joined, "rettype": "abstract", "retmode": "xml"})
    try:
        # NCBI's answer names a DTD; it is neither fetched nor read.
        tree = fromstring(found.body)
    except (ParseError, DefusedXmlException, ValueError):
        raise Unavailable("pubmed answered in a shape that is not its own", field="pubmed") from None
    texts: dict[str, str] = {}
    for article in tree.iter("PubmedArticle"):
        pmid = article.findtext("MedlineCitation/PMID") or ""
        texts[pmid] = "\n".join(_part(one) for one in article.iter("AbstractText"))[:_ABSTRACT]
    return texts


def _part(element: Element) -> str:
    words = one_line("".join(element.itertext()))
    label = element.get("Label")
    return f"{label}: {words}" if label else words
