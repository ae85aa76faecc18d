"""The tools of this room."""

from __future__ import annotations

from kangban.ports.tool import ToolSpec
from kangban.toolbox.web.arxiv import arxiv_search
from kangban.toolbox.web.maps import find_place, nearby, route
from kangban.toolbox.web.page import read_page
from kangban.toolbox.web.pubmed import pubmed_search
from kangban.toolbox.web.scholar import google_scholar, scholar_search
from kangban.toolbox.web.searches import bing_search, duckduckgo_search, google_search, searxng_search
from kangban.toolbox.web.translation import translate
from kangban.toolbox.web.weather import weather

TOOLS: tuple[ToolSpec, ...] = (
    arxiv_search,
    pubmed_search,
    read_page,
    searxng_search,
    duckduckgo_search,
    google_search,
    bing_search,
    scholar_search,
    google_scholar,
    weather,
    find_place,
    nearby,
    route,
    translate,
)
