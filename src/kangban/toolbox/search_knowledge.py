"""Tool: search the articles and passages we rest on."""

from __future__ import annotations

from typing import Any

from kangban.clinical.citation import Citation
from kangban.ports.search import SearchIndex
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.retrieval.cite import library
from kangban.toolbox.services import services_of


@tool()
async def search_knowledge(context: ToolContext, query: str, top: int = 4) -> ToolResult:
    """Search short health articles and label passages. Returns passages with the citation ids they rest on."""
    index: SearchIndex = services_of(context).search
    sections = services_of(context).sections
    rows: list[dict[str, Any]] = []
    found: list[Citation] = []
    for hit in index.search(query, max(1, min(top, 10))):
        section = sections.get(hit.id)
        ids = section.citations if section is not None else (hit.id,)
        cited = library().cite(ids, context.lang)
        found += cited
        title, passage = hit.title, section.marked if section is not None else hit.passage
        if context.lang == "en":
            # Articles are written in Chinese; an English reader gets the English of the passages they rest on.
            title = section.title_en if section is not None else cited[0].title if cited else hit.title
            passage = "\n".join(f"{c.passage} [^{c.id}]" for c in cited)
        rows.append(
            {
                "id": hit.id,
                "title": title,
                "passage": passage,
                "citations": list(ids),
                "score": hit.score,
            }
        )
    distinct = tuple({c.id: c for c in found}.values())
    return ToolResult(
        content={"hits": rows}, citations=distinct, step="step.searched", step_values={"count": str(len(rows))}
    )
