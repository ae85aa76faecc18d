"""Tool: the text in a picture, line by line with its place. Nothing of it is taken into anybody's record."""

from __future__ import annotations

from typing import Any

from kangban.kernel.media import sniff
from kangban.ports.media import ImageMedia
from kangban.ports.outside import outside_of
from kangban.ports.tool import ToolContext, ToolResult, tool
from kangban.ports.vision import Area
from kangban.toolbox.senses.seeing import bare_picture, placed, sized

_MOST_LINES = 800


@tool("ocr", group="reading", permissions=("compute",), foreign=True, timeout_s=180.0, cache_s=120.0,
      examples=({"image": "media:0a1b2c3d4e5f"},))  # fmt: skip
async def ocr(context: ToolContext, image: ImageMedia) -> ToolResult:
    """Read the text in a picture, Chinese and English, with the place of every line. 文字识别：识别图片里的文字。

    image: the picture
    """
    picture = await bare_picture(context, image)
    reader = outside_of(context).reader
    assert reader is not None  # noqa: S101 - bare_picture has asked
    lines: list[dict[str, Any]] = []
    doubts: set[str] = set()
    turned = 0
    async for page in reader.read(picture.media.content, sniff(picture.media.content)):
        doubts |= set(page.doubts)
        turned = page.turned
        for word in page.words:
            x0, y0, x1, y1 = word.box
            wide, tall = picture.size.width, picture.size.height
            area = Area(*(round(each, 1) for each in (x0 * wide, y0 * tall, x1 * wide, y1 * tall)))
            lines.append(
                {"text": word.text, "confidence": round(word.confidence, 3), "box": placed(area, picture.size)}
            )
    content = {
        "picture": sized(picture.size), "text": "\n".join(each["text"] for each in lines[:_MOST_LINES]),
        "lines": lines[:_MOST_LINES], "more": max(0, len(lines) - _MOST_LINES), "turned_degrees": turned,
        "doubts": sorted(doubts),
    }  # fmt: skip
    return ToolResult(content)
