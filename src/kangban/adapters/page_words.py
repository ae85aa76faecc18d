"""The words of a web page without menus and scripts, by trafilatura."""

from __future__ import annotations

from kangban.kernel.errors import Unavailable
from kangban.ports.outside import ReadablePage


def page_words(body: bytes, charset: str, address: str) -> ReadablePage:
    """Read HTML; raises Unavailable where there are no words. Nothing is fetched: the page is as it was given."""
    import trafilatura  # slow to import, and no start needs it

    # A declared charset may be wrong or unknown; trafilatura guesses better from the bytes than we do.
    try:
        html: str | bytes = body.decode(charset) if charset else body
    except (LookupError, UnicodeDecodeError):
        html = body
    try:
        found = trafilatura.bare_extraction(
            html, url=address, include_comments=False, include_tables=True, with_metadata=True
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise Unavailable(f"the page cannot be read: {type(error).__name__}", field="url") from None
    if found is None:
        raise Unavailable("the page has no text that could be read", field="url")
    part = {key: str(getattr(found, key, None) or "") for key in ("title", "text", "date", "sitename", "author")}
    if not part["text"].strip():
        raise Unavailable("the page has no text that could be read", field="url")
    return ReadablePage(part["title"], part["text"], part["date"], part["sitename"], part["author"])
