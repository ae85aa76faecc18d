"""Pages that reload themselves: read once they are at rest, and reloaded without two reloads meeting."""

from __future__ import annotations

from playwright.sync_api import Error, Page


def source_of(page: Page, tries: int = 10) -> str:
    """The source of `page`; waits for a reload under way. Raises what the browser raises when it never settles."""
    for _ in range(tries - 1):
        page.wait_for_load_state()
        try:
            return page.content()
        except Error as error:
            if "navigating" not in error.message:
                raise
    return page.content()


def reload(page: Page) -> None:
    """Reload `page`; where it is reloading itself already, that one counts."""
    try:
        page.reload()
    except Error as error:
        if "ERR_ABORTED" not in error.message:
            raise
    page.wait_for_load_state()
