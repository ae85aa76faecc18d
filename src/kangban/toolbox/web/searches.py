"""Tools: search the web, by SearXNG, DuckDuckGo, Google or Bing. One shape of result for all of them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Annotated, Any
from urllib.parse import parse_qs, urljoin, urlsplit

import msgspec

from kangban.clinical.citation import Citation
from kangban.kernel.errors import Unavailable
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.web.asking import FOREIGN, Service, ask, ask_json, cited, is_address, one_line

SEARXNG = Service("searxng")
DUCKDUCKGO = Service("duckduckgo", "https://html.duckduckgo.com")
GOOGLE = Service("google", "https://www.googleapis.com")
BING = Service("bing", "https://api.bing.microsoft.com")

Query = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Top = Annotated[int, msgspec.Meta(ge=1, le=10)]
Page = Annotated[int, msgspec.Meta(ge=1, le=10)]


class _Hit(msgspec.Struct, kw_only=True):
    title: str = ""
    url: str = ""
    text: str = ""
    when: str = ""


class _SearxRow(msgspec.Struct, frozen=True):
    url: str = ""
    title: str | None = ""
    content: str | None = ""
    publishedDate: str | None = ""  # noqa: N815 - the service's own spelling


class _SearxAnswer(msgspec.Struct, frozen=True):
    results: list[_SearxRow]
    unresponsive_engines: list[list[str]] = []


class _GoogleRow(msgspec.Struct, frozen=True):
    title: str = ""
    link: str = ""
    snippet: str = ""


class _GoogleAnswer(msgspec.Struct, frozen=True):
    items: list[_GoogleRow] = []


class _BingRow(msgspec.Struct, frozen=True):
    name: str = ""
    url: str = ""
    snippet: str = ""
    dateLastCrawled: str = ""  # noqa: N815 - the service's own spelling


class _BingRows(msgspec.Struct, frozen=True):
    value: list[_BingRow] = []


class _BingAnswer(msgspec.Struct, frozen=True):
    webPages: _BingRows = _BingRows()  # noqa: N815


@tool(
    "searxng_search",
    group="search",
    needs=("url:searxng",),
    **FOREIGN,
    cache_s=300.0,
    examples=({"query": "流感 疫苗 2026"},),
)
async def searxng_search(context: ToolContext, query: Query, top: Top = 5, page: Page = 1) -> ToolResult:
    """Search the web through the SearXNG server of this house. 上网搜索网页，不经过商业搜索账号。

    query: words to look for
    top: how many results
    page: which page of results
    """
    asked = {"q": query, "format": "json", "pageno": page}
    found = await ask_json(context, SEARXNG, "/search", asked, shape=_SearxAnswer)
    if not found.results and found.unresponsive_engines:
        raise Unavailable("searxng: none of its engines answered", field="searxng")
    hits = [
        _Hit(title=r.title or "", url=r.url, text=r.content or "", when=r.publishedDate or "") for r in found.results
    ]
    return _result("searxng", hits, top)


@tool("duckduckgo_search", group="search", **FOREIGN, cache_s=300.0, examples=({"query": "WHO measles fact sheet"},))
async def duckduckgo_search(context: ToolContext, query: Query, top: Top = 5) -> ToolResult:
    """Search the web with DuckDuckGo, without a key. 上网搜索网页，不需要密钥。

    query: words to look for
    top: how many results
    """
    found = await ask(context, DUCKDUCKGO, "/html/", {"q": query}, headers={"Accept": "text/html"})
    reader = _DuckPage()
    reader.feed(found.body.decode("utf-8", "replace"))
    if not reader.hits and not reader.says_none:
        # A page with neither results nor "no results" is its question whether we are a robot.
        raise Unavailable("duckduckgo gave no results page", field="duckduckgo")
    return _result("duckduckgo", reader.hits, top)


@tool(
    "google_search", group="search", needs=("google_key", "google_cx"), cost="metered", **FOREIGN, cache_s=300.0,
    examples=({"query": "measles vaccine schedule"},),
)  # fmt: skip
async def google_search(context: ToolContext, query: Query, top: Top = 5, page: Page = 1) -> ToolResult:
    """Search the web with Google (Custom Search). 用谷歌搜索网页。

    query: words to look for
    top: how many results
    page: which page of results
    """
    secrets = outside_of(context).secrets
    asked = {
        "key": secrets("google_key"), "cx": secrets("google_cx"), "q": query, "num": top, "start": 1 + (page - 1) * top,
    }  # fmt: skip
    found = await ask_json(context, GOOGLE, "/customsearch/v1", asked, shape=_GoogleAnswer)
    return _result("google", [_Hit(title=r.title, url=r.link, text=r.snippet) for r in found.items], top)


@tool(
    "bing_search", group="search", needs=("bing_key",), cost="metered", **FOREIGN, cache_s=300.0,
    examples=({"query": "measles vaccine schedule"},),
)  # fmt: skip
async def bing_search(context: ToolContext, query: Query, top: Top = 5, page: Page = 1) -> ToolResult:
    """Search the web by the Bing Web Search API v7 or a service of its shape. 用必应搜索网页。

    Microsoft closed its own in August 2025; set KANGBAN_TOOL_URL_BING to one that still answers.

    query: words to look for
    top: how many results
    page: which page of results
    """
    asked = {"q": query, "count": top, "offset": (page - 1) * top}
    headers = {"Ocp-Apim-Subscription-Key": outside_of(context).secrets("bing_key")}
    found = await ask_json(context, BING, "/v7.0/search", asked, shape=_BingAnswer, headers=headers)
    return _result("bing", [_Hit(title=r.name, url=r.url, text=r.snippet) for r in found.webPages.value], top)


def _result(kind: str, hits: list[_Hit], top: int) -> ToolResult:
    rows: list[dict[str, Any]] = []
    citations: list[Citation] = []
    for one in [hit for hit in hits if is_address(hit.url)][:top]:
        title, text = one_line(one.title), one_line(one.text)[:600]
        rows.append({"title": title, "url": one.url, "text": text} | ({"when": one.when} if one.when else {}))
        citations.append(cited("page", one.url.split("://", 1)[-1], title, one.url, text, urlsplit(one.url).netloc))
    content = {"engine": kind, "results": rows}
    return ToolResult(content, citations=tuple(citations), step="step.searched", step_values={"count": str(len(rows))})


class _DuckPage(HTMLParser):
    """DuckDuckGo's page without scripts: a.result__a and .result__snippet; advertisements are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[_Hit] = []
        self.says_none = False
        self._into = ""
        self._is_advert = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        classes = (told.get("class") or "").split()
        if "result" in classes:
            self._is_advert = "result--ad" in classes
        if "no-results" in classes:
            self.says_none = True
        if tag == "a" and "result__a" in classes and not self._is_advert:
            self.hits.append(_Hit(url=_led_to(told.get("href") or "")))
            self._into = "title"
        elif "result__snippet" in classes and self.hits and not self._is_advert:
            self._into = "text"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("a", "div", "td"):
            self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "title":
            self.hits[-1].title += data
        elif self._into == "text":
            self.hits[-1].text += data


def _led_to(href: str) -> str:
    """The address behind DuckDuckGo's own redirect."""
    address = urljoin("https://duckduckgo.com/", href)
    behind = parse_qs(urlsplit(address).query).get("uddg")
    return behind[0] if behind else address
