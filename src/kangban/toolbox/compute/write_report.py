"""Tool: a report as slides, Word or PDF."""

from __future__ import annotations

from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.media import Media
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.ports.writing import Outline, PaperFormat, PaperSection


@tool(
    "write_report",
    group="compute",
    permissions=("files",),
    gives=("file",),
    timeout_s=120.0,
    examples=({"to": "docx", "title": "血压月报", "sections": [{"heading": "概述", "bullets": ["早晚各量一次"]}]},),
)
async def write_report(
    context: ToolContext,
    to: PaperFormat,
    title: str,
    sections: tuple[PaperSection, ...],
    subtitle: str = "",
    citations: tuple[str, ...] = (),
) -> ToolResult:
    """Write a report from an outline as PowerPoint, Word or PDF; it comes back as a file. 写报告：PPT、Word、PDF。

    to: "pptx", "docx" or "pdf"
    title: on the first page
    sections: each with a heading and paragraphs, bullets, tables (head, rows) and pictures by ref
    subtitle: under the title
    citations: printed at the end, one line each
    """
    writer = outside_of(context).writer
    if writer is None:
        raise Unavailable("no writer of papers is configured", field="writer")
    pictures: dict[str, Media] = {}
    for ref in {ref for section in sections for ref in section.pictures}:
        if context.media is None:
            raise InvalidInput("this run has no pictures", field="sections.pictures")
        pictures[ref] = context.media.get(ref, "image")
    made = await writer.write(Outline(title, sections, subtitle, citations), to, pictures)
    return ToolResult({"file": made.ref, "name": made.name, "bytes": len(made.content)}, media=(made,))
