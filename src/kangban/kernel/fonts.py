"""A Chinese font on this machine, for pictures and papers we make."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
# Best first. The TrueType ones can be embedded in a PDF; the Noto and Source Han collections hold other outlines.
_TRUETYPE = ("wqy-zenhei.ttc", "wqy-microhei.ttc", "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf", "simsun.ttc",
             "msyh.ttc", "STHeiti Light.ttc", "uming.ttc", "ukai.ttc")  # fmt: skip
_OTHERS = ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf",
           "SourceHanSansSC-Regular.otf", "NotoSerifCJK-Regular.ttc")  # fmt: skip


@lru_cache(maxsize=2)
def chinese_font(*, embeddable: bool = False) -> Path | None:
    """The file of a font with Chinese letters, or None; `embeddable`: with TrueType outlines."""
    known = {path.name: path for folder in _FOLDERS if folder.is_dir() for path in sorted(folder.rglob("*.[to]t[cf]"))}
    wanted = _TRUETYPE if embeddable else (*_OTHERS, *_TRUETYPE)
    return next((known[name] for name in wanted if name in known), None)
