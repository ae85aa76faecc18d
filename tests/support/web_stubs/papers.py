"""arXiv and PubMed.

arXiv: "arXiv API User's Manual", info.arxiv.org/help/api/user-manual, sections 3.1-3.4 (read 2026-11-21): query
parameters, Atom 1.0 with OpenSearch and arxiv extensions, errors as a feed with one entry whose id is under /api/errors.
PubMed: "E-utilities In-Depth", NBK25499, and the summary of it in the public pubmed-database reference of 2025-11-30
(read 2026-11-21): esearch and esummary with retmode=json, efetch as PubmedArticleSet.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from tests.support.web_stubs import Answer, Asked, Told

PAPERS = [
    ("2301.00001v1", "Attention Is All You Need, They Said", "A survey of titles."),
    ("2302.00002v2", "All You Need in Attention", "Another one. Attention is all you need."),
    ("1706.03762v7", "Attention Is All You Need", "The dominant sequence models <i>&amp;</i> so on."),
    ("2303.00003v1", "Fever in children", "Attention: a study of fever. is all you need here"),
]
FEED = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
    '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{total}</opensearch:totalResults>'
    "{entries}</feed>"
)
ENTRY = (
    "<entry><id>http://arxiv.org/abs/{id}</id><updated>2023-08-02T00:41:18Z</updated><published>2017-06-12T17:57:34Z"
    "</published><title>{title}</title><summary>  {summary}\n</summary><author><name>Ann Author</name></author>"
    '<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1/x</arxiv:doi>'
    '<link href="http://arxiv.org/abs/{id}" rel="alternate" type="text/html"/>'
    '<link title="pdf" href="http://arxiv.org/pdf/{id}" rel="related" type="application/pdf"/>'
    '<category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/></entry>'
)
ERROR = "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad query</summary></entry>"


def arxiv(asked: Asked) -> Told:
    query, start = asked.query.get("search_query", ""), int(asked.query.get("start", "0"))
    if "malformed(" in query:
        return Told(FEED.format(total=1, entries=ERROR).encode(), kind="application/atom+xml")
    if "bomb" in query:
        return Told(b'<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>', kind="application/atom+xml")
    if "id_list" in asked.query:
        found = [one for one in PAPERS if one[0].startswith(asked.query["id_list"])]
    elif query.startswith("ti:"):
        found = [one for one in PAPERS if query[4:-1].lower() in one[1].lower()]
    else:
        words = [word.lower() for word in re.findall(r"all:(\w+)", query)]
        found = [one for one in PAPERS if all(word in f"{one[1]} {one[2]}".lower() for word in words)]
    page = found[start : start + int(asked.query.get("max_results", "10"))]
    entries = "".join(ENTRY.format(id=i, title=escape(t), summary=escape(s)) for i, t, s in page)
    return Told(FEED.format(total=len(found), entries=entries).encode(), kind="application/atom+xml; charset=utf-8")


ARTICLES = {
    "31452104": "Ibuprofen in children with fever.",
    "31437182": "Paracetamol or ibuprofen.",
    "30000001": "Fever.",
}
ARTICLE = (
    '<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><Abstract>'
    '<AbstractText Label="METHODS">We gave <i>ibuprofen</i> 10 mg/kg.</AbstractText>'
    '<AbstractText Label="RESULTS">Fever fell by 1.2 ℃; creatinine 62 µmol/L.</AbstractText>'
    "</Abstract></Article></MedlineCitation></PubmedArticle>"
)


def pubmed(asked: Asked) -> Told:
    if asked.query.get("api_key") == "wrong":
        return Told({"error": "API key invalid", "api-key": "wrong"}, 400)
    if asked.path == "/esearch.fcgi":
        if asked.query["term"] == "((":
            return Told({"header": {}, "esearchresult": {"ERROR": "Search Backend failed"}})
        ids = [] if asked.query["term"] == "nothing" else list(ARTICLES)
        start = int(asked.query["retstart"])
        page = ids[start : start + int(asked.query["retmax"])]
        return Told({"header": {}, "esearchresult": {"count": str(len(ids)), "retmax": "2", "idlist": page}})
    ids = asked.query["id"].split(",")
    if asked.path == "/esummary.fcgi":
        rows = {
            one: {
                "uid": one, "title": ARTICLES[one], "source": "Pediatrics", "fulljournalname": "Pediatrics (Evanston)",
                "pubdate": "2019 Sep", "pubtype": ["Randomized Controlled Trial"], "authors": [{"name": "Wong T"}],
                "articleids": [{"idtype": "pubmed", "value": one}, {"idtype": "doi", "value": "10.1542/x"}],
            }
            for one in ids
        }  # fmt: skip
        return Told({"header": {"type": "esummary"}, "result": {"uids": ids, **rows}})
    articles = "".join(ARTICLE.format(pmid=one) for one in ids)
    dtd = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.nlm.nih.gov/x.dtd">'
    return Told(f'<?xml version="1.0"?>{dtd}<PubmedArticleSet>{articles}</PubmedArticleSet>'.encode(), kind="text/xml")


SERVICES: dict[str, Answer] = {"arxiv": arxiv, "pubmed": pubmed}
