"""Tool: arXiv, by its Atom API. The paper whose title was given stands first."""

from __future__ import annotations

import re
from typing import Annotated, Any
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kangban.clinical.citation import Citation
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.web.asking import FOREIGN, Service, ask, cited, one_line

ARXIV = Service("arxiv", "https://export.arxiv.org")
_ATOM = "{http://www.w3.org/2005/Atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_NUMBER = re.compile(r"(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(v\d+)?", re.IGNORECASE)
_FIELDED = re.compile(r"\b(?:ti|au|abs|cat|all|co|jr|rn):")


@tool(
    "arxiv_search", group="papers", **FOREIGN, cache_s=600.0,
    examples=({"query": "Attention Is All You Need"}, {"query": "au:goodfellow AND ti:adversarial", "top": 3}),
)  # fmt: skip
async def arxiv_search(
    context: ToolContext,
    query: Annotated[str, msgspec.Meta(min_length=1, max_length=300)],
    top: Annotated[int, msgspec.Meta(ge=1, le=50)] = 5,
    start: Annotated[int, msgspec.Meta(ge=0, le=29_000)] = 0,
) -> ToolResult:
    """Search preprints on arXiv. 搜 arXiv 论文、预印本。Gives title, authors, abstract, day and address.

    query: a title, words, a number like 1706.03762, or arXiv's own fields (ti: au: abs: cat:) with AND, OR, ANDNOT
    top: how many papers
    start: how many to pass over, for the next page
    """
    number = _NUMBER.fullmatch(query.strip())
    if number:
        found = await _feed(context, {"id_list": number[1] + (number[2] or ""), "start": start, "max_results": top})
    elif _FIELDED.search(query):
        found = await _feed(context, {"search_query": query, "start": start, "max_results": top})
    else:
        found = await _by_words(context, query, top, start)
    total, papers = found
    rows = [
        {key: value for key, value in one.items() if key != "summary"} | {"abstract": one["summary"]} for one in papers
    ]
    return ToolResult(
        {"total": total, "start": start, "papers": rows},
        citations=tuple(_citation(one) for one in papers),
        step="step.searched",
        step_values={"count": str(len(papers))},
    )


async def _by_words(context: ToolContext, query: str, top: int, start: int) -> tuple[int, list[dict[str, Any]]]:
    """As a title first: arXiv's own order by relevance puts an exact title anywhere."""
    words = re.findall(r"\w+", query)
    if not words:
        raise InvalidInput("the query has no words", field="query")
    titled: list[dict[str, Any]] = []
    if start == 0:
        phrase = " ".join(words)
        _, titled = await _feed(context, {"search_query": f'ti:"{phrase}"', "start": 0, "max_results": top})
    everywhere = " AND ".join(f"all:{word}" for word in words[:20])
    total, rest = await _feed(context, {"search_query": everywhere, "start": start, "max_results": top})
    seen = {one["id"]: one for one in [*titled, *rest]}
    wanted = _plain(query)
    # Stable: among papers of one kind the service's order stays.
    ordered = sorted(seen.values(), key=lambda one: _plain(one["title"]) != wanted)
    return max(total, len(titled)), ordered[:top]


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


async def _feed(context: ToolContext, query: dict[str, str | int]) -> tuple[int, list[dict[str, Any]]]:
    found = await ask(context, ARXIV, "/api/query", query, headers={"Accept": "application/atom+xml"})
    try:
        feed = fromstring(found.body)
        total = int(_text(feed, f"{_SEARCH}totalResults") or "0")
        return total, [_paper(entry) for entry in feed.findall(f"{_ATOM}entry")]
    except (ParseError, DefusedXmlException, ValueError):
        raise Unavailable("arxiv answered in a shape that is not its own", field="arxiv") from None


def _paper(entry: Element) -> dict[str, Any]:
    address = _text(entry, f"{_ATOM}id")
    if "/api/errors" in address:
        # An error comes as a feed of one entry, with status 200.
        raise InvalidInput("arxiv did not take the query", field="query")
    links = {
        link.get("title") or link.get("rel") or "": link.get("href") or "" for link in entry.findall(f"{_ATOM}link")
    }
    return {
        "id": address.rsplit("/abs/", 1)[-1],
        "title": _text(entry, f"{_ATOM}title"),
        "authors": [_text(author, f"{_ATOM}name") for author in entry.findall(f"{_ATOM}author")][:30],
        "summary": _text(entry, f"{_ATOM}summary"),
        "published": _text(entry, f"{_ATOM}published")[:10],
        "updated": _text(entry, f"{_ATOM}updated")[:10],
        "categories": [part.get("term") or "" for part in entry.findall(f"{_ATOM}category")],
        "doi": _text(entry, f"{_ARXIV}doi"),
        "journal": _text(entry, f"{_ARXIV}journal_ref"),
        "address": address,
        "pdf": links.get("pdf", ""),
    }


def _text(element: Element, name: str) -> str:
    return one_line(element.findtext(name) or "")


def _citation(paper: dict[str, Any]) -> Citation:
    return cited(
        "arxiv", paper["id"], paper["title"], paper["address"], paper["summary"], "arXiv (preprint)", paper["published"]
    )
