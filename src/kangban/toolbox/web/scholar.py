"""Tools: scholarly papers by Semantic Scholar, and Google Scholar by SerpAPI (papers, an author, how to cite)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.web.asking import FOREIGN, Service, ask_json, cited, one_line

SEMANTIC = Service("semantic_scholar", "https://api.semanticscholar.org")
SERPAPI = Service("serpapi", "https://serpapi.com")
_FIELDS = "title,abstract,year,venue,authors,citationCount,externalIds,openAccessPdf,url,publicationDate"
Query = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Start = Annotated[int, msgspec.Meta(ge=0, le=900)]


class _Named(msgspec.Struct, frozen=True):
    name: str = ""


class _Pdf(msgspec.Struct, frozen=True):
    url: str | None = None


class _Paper(msgspec.Struct, frozen=True, rename="camel"):
    """Semantic Scholar gives null for what it does not know."""

    paper_id: str
    title: str | None = None
    abstract: str | None = None
    year: int | None = None
    venue: str | None = None
    authors: list[_Named] = []
    citation_count: int | None = None
    external_ids: dict[str, Any] | None = None
    open_access_pdf: _Pdf | None = None
    url: str | None = None
    publication_date: str | None = None


class _Page(msgspec.Struct, frozen=True):
    total: int = 0
    data: list[_Paper] = []
    next: int | None = None


@tool(
    "scholar_search", group="papers", **FOREIGN, cache_s=600.0, examples=({"query": "GLP-1 receptor agonists obesity"},)
)
async def scholar_search(
    context: ToolContext, query: Query, top: Annotated[int, msgspec.Meta(ge=1, le=50)] = 5, start: Start = 0
) -> ToolResult:
    """Search scholarly papers of every field in Semantic Scholar. 搜学术论文、被引次数、全文 PDF。

    query: words, best in English
    top: how many papers
    start: how many to pass over, for the next page
    """
    try:
        headers = {"x-api-key": outside_of(context).secrets("semantic_scholar_key")}
    except Unavailable:
        headers = {}  # it answers without, when its shared allowance is not used up
    asked = {"query": query, "offset": start, "limit": top, "fields": _FIELDS}
    page = await ask_json(context, SEMANTIC, "/graph/v1/paper/search", asked, shape=_Page, headers=headers)
    rows = [_row(one) for one in page.data]
    citations = [
        cited("s2", r["id"], r["title"], r["address"], r["abstract"] or r["title"], r["venue"], r["published"])
        for r in rows
    ]
    content = {"total": page.total, "start": start, "next_start": page.next, "papers": rows}
    return ToolResult(content, citations=tuple(citations), step="step.searched", step_values={"count": str(len(rows))})


def _row(one: _Paper) -> dict[str, Any]:
    ids = one.external_ids or {}
    return {
        "id": one.paper_id, "title": one_line(one.title or ""), "authors": [a.name for a in one.authors][:20],
        "abstract": (one.abstract or "")[:3_000], "venue": one.venue or "",
        "published": one.publication_date or str(one.year or ""), "cited_by": one.citation_count,
        "doi": str(ids.get("DOI", "")), "pmid": str(ids.get("PubMed", "")), "arxiv": str(ids.get("ArXiv", "")),
        "address": one.url or f"https://www.semanticscholar.org/paper/{one.paper_id}",
        "pdf": (one.open_access_pdf.url if one.open_access_pdf else None) or "",
    }  # fmt: skip


class _CitedBy(msgspec.Struct, frozen=True):
    total: int | None = None
    value: int | None = None


class _Links(msgspec.Struct, frozen=True):
    cited_by: _CitedBy | None = None


class _Publication(msgspec.Struct, frozen=True):
    summary: str = ""


class _Organic(msgspec.Struct, frozen=True):
    title: str = ""
    result_id: str = ""
    link: str = ""
    snippet: str = ""
    publication_info: _Publication | None = None
    inline_links: _Links | None = None


class _Article(msgspec.Struct, frozen=True):
    title: str = ""
    link: str = ""
    authors: str = ""
    publication: str = ""
    year: str = ""
    cited_by: _CitedBy | None = None


class _Author(msgspec.Struct, frozen=True):
    name: str = ""
    affiliations: str = ""


class _Style(msgspec.Struct, frozen=True):
    title: str = ""
    snippet: str = ""


class _Serp(msgspec.Struct, frozen=True):
    organic_results: list[_Organic] = []
    author: _Author | None = None
    articles: list[_Article] = []
    citations: list[_Style] = []
    error: str = ""


@tool(
    "google_scholar", group="papers", needs=("serpapi_key",), cost="paid", **FOREIGN, cache_s=600.0,
    examples=({"query": "asthma inhaler technique"}, {"query": "JC4Acibs_4kJ", "what": "cite"}),
)  # fmt: skip
async def google_scholar(
    context: ToolContext,
    query: Query,
    what: Literal["search", "author", "cite"] = "search",
    top: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5,
    start: Start = 0,
) -> ToolResult:
    """Google Scholar through SerpAPI: papers, an author's articles, how to cite one. 谷歌学术：论文、作者、引用。

    query: words; for "author" the author's id, for "cite" a result_id
    what: which of the three
    top: how many
    start: how many to pass over, for the next page
    """
    key = {"api_key": outside_of(context).secrets("serpapi_key")}
    engine = {"search": "google_scholar", "author": "google_scholar_author", "cite": "google_scholar_cite"}[what]
    asked: dict[str, str | int] = {**key, "engine": engine, ("author_id" if what == "author" else "q"): query}
    if what != "cite":
        asked |= {"start": start, "num": top}
    found = await ask_json(context, SERPAPI, "/search.json", asked, shape=_Serp)
    if found.error and "any results" not in found.error:
        raise InvalidInput("serpapi did not take the query", field="query")
    if what == "cite":
        return ToolResult({"citations": [{"style": one.title, "text": one.snippet} for one in found.citations]})
    if what == "author":
        author, articles = found.author or _Author(), [_article(one) for one in found.articles[:top]]
        return ToolResult({"author": author.name, "affiliations": author.affiliations, "articles": articles})
    rows = [_organic(one) for one in found.organic_results[:top]]
    citations = tuple(
        cited("scholar", r["result_id"], r["title"], r["address"], r["text"], r["published_in"], r["published_in"])
        for r in rows
    )
    return ToolResult(
        {"start": start, "papers": rows},
        citations=citations,
        step="step.searched",
        step_values={"count": str(len(rows))},
    )


def _organic(one: _Organic) -> dict[str, Any]:
    by = one.inline_links.cited_by if one.inline_links else None
    return {
        "result_id": one.result_id, "title": one_line(one.title), "address": one.link, "text": one_line(one.snippet),
        "published_in": one.publication_info.summary if one.publication_info else "",
        "cited_by": by.total if by else None,
    }  # fmt: skip


def _article(one: _Article) -> dict[str, Any]:
    return {
        "title": one.title, "address": one.link, "authors": one.authors, "published_in": one.publication,
        "year": one.year, "cited_by": one.cited_by.value if one.cited_by else None,
    }  # fmt: skip
