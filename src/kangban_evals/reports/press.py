"""Debian's Chromium prints a sheet to PDF and says where each cell stands; pdfium makes pictures of it."""

from __future__ import annotations

import shutil
from types import TracebackType
from typing import Any, cast

import msgspec
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from kangban.clinical.page import Box, around
from kangban_evals.reports.layouts import Layout, page_html, shown_row
from kangban_evals.reports.truth import TrueReport, TrueRow

Picture = NDArray[np.uint8]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PLACES = """() => [...document.querySelectorAll('[data-row]')].filter(s => s.textContent.trim()).map(s => {
  const page = s.closest('.page'), p = page.getBoundingClientRect(), r = s.getBoundingClientRect();
  return [[...document.querySelectorAll('.page')].indexOf(page), +s.dataset.row, s.dataset.cell,
    (r.left-p.left)/p.width, (r.top-p.top)/p.height, (r.right-p.left)/p.width, (r.bottom-p.top)/p.height];
})"""


class Sheet(msgspec.Struct, frozen=True):
    """A printed report: its PDF, how many pages, its rows as printed, and where each stands.

    A place is (page from 1, box of the row, box of its result), boxes as fractions of the page.
    """

    report: TrueReport
    layout: str
    rows: tuple[TrueRow, ...]
    places: tuple[tuple[int, Box, Box], ...]
    pdf: bytes
    pages: int


def browser_path() -> str | None:
    """Where the system's Chromium is, None without one."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


class Press:
    """One browser for many sheets; use as a context. Raises RuntimeError where there is no Chromium or playwright."""

    def __enter__(self) -> Press:
        """Start the browser."""
        path = browser_path()
        if path is None:
            raise RuntimeError("no chromium on PATH (Debian: apt install chromium fonts-noto-cjk)")
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise RuntimeError("playwright is not installed: make setup brings it") from error
        self._driver = sync_playwright().start()
        self._browser = self._driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        self._tab = self._browser.new_page()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._browser.close()
        self._driver.stop()

    def page(self, content: str, size: tuple[int, int]) -> tuple[bytes, list[Any]]:
        """PDF of HTML and the places of its marked cells."""
        wide, tall = size
        self._tab.set_viewport_size({"width": wide, "height": tall})
        self._tab.set_content(content)
        places = cast("list[Any]", self._tab.evaluate(_PLACES))
        return self._tab.pdf(prefer_css_page_size=True, print_background=True), places

    def sheet(self, report: TrueReport, layout: Layout) -> Sheet:
        """Print a report; rows that did not fit on their page would spoil the truth, so that raises ValueError."""
        pdf, marks = self.page(page_html(report, layout), layout.size)
        boxes: dict[int, tuple[int, list[Box]]] = {}
        results: dict[int, Box] = {}
        for page, row, cell, x0, y0, x1, y1 in marks:
            if y1 > 1 or x1 > 1:
                raise ValueError(f"{layout.name} seed {report.seed}: row {row} {cell} runs off the page")
            boxes.setdefault(row, (page + 1, []))[1].append((x0, y0, x1, y1))
            if cell == "value":
                results[row] = (x0, y0, x1, y1)
        places = tuple((boxes[i][0], around(boxes[i][1]), results[i]) for i in range(len(report.rows)))
        rows = tuple(_named(shown_row(r, layout), layout) for r in report.rows)
        return Sheet(report, layout.name, rows, places, pdf, len(pdfium.PdfDocument(pdf)))


def _named(row: TrueRow, layout: Layout) -> TrueRow:
    printed = f"{row.name}({row.code})" if layout.joined_code else row.name
    return msgspec.structs.replace(row, name=printed, code=row.code if "code" in layout.columns else "")


def pictures(pdf: bytes, dpi: int) -> list[Picture]:
    """Every page as a BGR picture."""
    document = cast("Any", pdfium.PdfDocument(pdf))
    return [cast("Picture", page.render(scale=dpi / 72).to_numpy()) for page in document]
