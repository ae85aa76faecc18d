"""Tool: read a page of the internet. Where it leads is checked by the fetch; what it says is somebody else's word."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kangban.kernel.errors import Unavailable
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.toolbox.web.asking import FOREIGN, cited, reach

_HTML = ("text/html", "application/xhtml+xml")
_WINDOW = 12_000


@tool(
    "read_page", group="search", **FOREIGN, cache_s=300.0,
    examples=({"url": "https://www.who.int/news-room/fact-sheets/detail/measles"},),
)  # fmt: skip
async def read_page(
    context: ToolContext,
    url: Annotated[str, msgspec.Meta(min_length=8, max_length=2_000)],
    start: Annotated[int, msgspec.Meta(ge=0, le=2_000_000)] = 0,
) -> ToolResult:
    """Open a web page by its address and read its text without menus. 打开网页、读网址里的文字。

    url: the address, beginning with https:// or http://
    start: the first character wanted, to read on in a long page
    """
    outside = outside_of(context)
    found = await reach(outside).get(url)
    title = site = published = author = ""
    if found.media_type in _HTML:
        if outside.page_words is None:
            raise Unavailable("pages cannot be read here", field="page")
        page = outside.page_words(found.body, found.charset, found.url)
        title, site, published, author, text = page.title, page.site, page.published, page.author, page.text
    elif found.media_type == "application/pdf":
        raise Unavailable("this is a PDF; keep it as a document and read that", field="url")
    else:
        text = _decoded(found.body, found.charset)
    piece = text[start : start + _WINDOW]
    more = start + len(piece) < len(text)
    content = {
        "url": found.url, "title": title, "site": site, "author": author, "published": published, "text": piece,
        "start": start, "characters": len(text), "next_start": start + len(piece) if more else None,
    }  # fmt: skip
    key = found.url.split("://", 1)[-1]
    return ToolResult(content, citations=(cited("page", key, title or key, found.url, piece, site, published),))


def _decoded(body: bytes, charset: str) -> str:
    for encoding in (charset, "utf-8", "gb18030"):
        try:
            if encoding:
                return body.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8", "replace")
