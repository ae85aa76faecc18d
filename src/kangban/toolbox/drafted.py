"""A draft that somebody outside sends to the guard."""

from __future__ import annotations

from typing import Any, cast

from kangban.agent.draft import draft_of
from kangban.clinical.citation import Citation
from kangban.clinical.draft import Draft, ToolTrace
from kangban.kernel.errors import InvalidInput
from kangban.retrieval.cite import library
from kangban.toolbox.asked import DraftIn


def draft_from(given: DraftIn) -> Draft:
    """A Draft of the documented shape; raises InvalidInput for citations that are neither ids nor objects."""
    citations: list[Citation] = []
    for n, one in enumerate(given.citations or ()):
        if isinstance(one, str):
            known = library().find(one)
            citations.append(known or Citation(one, "", "", None, "", "", "recalled"))
        elif isinstance(one.get("id"), str):
            citations.append(
                Citation(
                    one["id"], str(one.get("title") or ""), str(one.get("publisher") or ""), None,
                    str(one.get("place") or ""), str(one.get("passage") or one.get("text") or ""), "read_secondary",
                )
            )  # fmt: skip
        else:
            raise InvalidInput("a citation is an id or an object with an id", field=f"draft.citations[{n}]")
    traces: list[ToolTrace] = []
    for n, one in enumerate(given.tool_results or ()):
        told = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
        name = str(told.get("name") or told.get("tool") or f"tool-{n}")
        traces.append(ToolTrace(name, {}, told.get("result", one)))
    draft, _ = draft_of(given.text, citations, traces, "script")
    return draft
