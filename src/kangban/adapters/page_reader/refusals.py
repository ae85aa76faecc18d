"""Why a file is not read, each with a text for people."""

from __future__ import annotations

from typing import Literal

from kangban.kernel.errors import InvalidInput

Why = Literal[
    "empty", "too_big", "too_many_pages", "too_many_pixels", "page_too_large", "encrypted", "broken", "unsupported",
    "bomb", "too_many_files", "nested", "too_long", "too_slow", "no_picture",
]  # fmt: skip

_SAID: dict[Why, str] = {
    "empty": "the file is empty",
    "too_big": "the file is too big",
    "too_many_pages": "the file has too many pages",
    "too_many_pixels": "a picture has too many pixels",
    "page_too_large": "a page is larger than any sheet of paper",
    "encrypted": "the file is locked with a password",
    "broken": "the file is damaged",
    "unsupported": "files of this kind are not read",
    "bomb": "the file unpacks to far more than it is",
    "too_many_files": "the archive holds too many files",
    "nested": "the archive holds another archive",
    "too_long": "the text has too many lines",
    "too_slow": "the page takes too long to read",
    "no_picture": "a file of words has no picture",
}


def refused(why: Why) -> InvalidInput:
    """The error for one reason; its key is `reader.<why>`."""
    return InvalidInput(_SAID[why], field="file", key=f"reader.{why}")
