"""Semantic Scholar and SerpAPI's Google Scholar.

Semantic Scholar: Academic Graph API v1, /graph/v1/paper/search, as its own tutorial (semanticscholar.org/product/api)
and the rdrr.io reference of its paper fields name them, read 2026-11-21.
SerpAPI: "Google Scholar Organic Results API", serpapi.com/google-scholar-organic-results, read 2026-11-21; the author and
cite answers from memory of the same site.
"""

from __future__ import annotations

from tests.support.web_stubs import Answer, Asked, Told

PAPERS = [
    {
        "paperId": f"{n:040x}", "title": f"Inhaler study {n}", "abstract": None if n == 2 else "FEV1 rose by 120 mL.",
        "year": 2020 + n, "venue": "Thorax", "authors": [{"authorId": "1", "name": "Li Wei"}], "citationCount": 10 * n,
        "externalIds": {"DOI": f"10.1/{n}", "PubMed": "123", "CorpusId": 77}, "url": f"https://www.semanticscholar.org/paper/{n}",
        "openAccessPdf": None if n == 2 else {"url": "https://example.org/a.pdf", "status": "GOLD"}, "publicationDate": None,
    }
    for n in range(1, 6)
]  # fmt: skip


def semantic_scholar(asked: Asked) -> Told:
    if asked.headers.get("x-api-key", "good") != "good":
        return Told({"message": "Forbidden"}, 403)
    if asked.query["query"] == "nothing":
        return Told({"total": 0, "offset": 0})
    start, limit = int(asked.query["offset"]), int(asked.query["limit"])
    more = {"next": start + limit} if start + limit < len(PAPERS) else {}
    return Told({"total": len(PAPERS), "offset": start, **more, "data": PAPERS[start : start + limit]})


def serpapi(asked: Asked) -> Told:
    if asked.query.get("api_key") != "good":
        return Told({"error": "Invalid API key. KEY-SECRET"}, 401)
    if asked.query["engine"] == "google_scholar_author":
        article = {
            "title": "Plants",
            "link": "https://example.org/p",
            "authors": "JL Harper",
            "publication": "Book",
            "year": "1977",
        }
        return Told(
            {
                "author": {"name": "JL Harper", "affiliations": "Bangor"},
                "articles": [{**article, "cited_by": {"value": 14003}}],
            }
        )
    if asked.query["engine"] == "google_scholar_cite":
        return Told({"citations": [{"title": "MLA", "snippet": 'Harper, John L. "Plants." (1977).'}], "links": []})
    if asked.query["q"] == "nothing":
        return Told({"error": "Google hasn't returned any results for this query."})
    if asked.query["q"] == "odd":
        return Told({"error": "Unsupported location"})
    found = {
        "position": 1, "title": "Population biology of plants.", "result_id": "JC4Acibs_4kJ", "link": "https://example.org/p",
        "snippet": "The first chapter …", "publication_info": {"summary": "JL Harper - 1977 - cabdirect.org"},
        "inline_links": {"cited_by": {"total": 14003}},
    }  # fmt: skip
    return Told(
        {
            "search_metadata": {"status": "Success"},
            "organic_results": [found, {"title": "[CITATION] Old", "result_id": "x"}],
        }
    )


SERVICES: dict[str, Answer] = {"semantic_scholar": semantic_scholar, "serpapi": serpapi}
