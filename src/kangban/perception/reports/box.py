"""A photograph of one medicine box → its label, whatever else a report might look like."""

from __future__ import annotations

from collections.abc import Sequence

from kangban.clinical.page import Page
from kangban.clinical.report import BoxLabel
from kangban.perception.reports.box_label import box_label_of
from kangban.perception.reports.documents import documents_of


def read_box(pages: Sequence[Page]) -> tuple[BoxLabel, tuple[str, ...]]:
    """The label and its doubts, those of the photograph itself included; all empty where nothing was read."""
    parts = [part for document in documents_of(list(pages)) for part in document]
    label, doubts = box_label_of([line for part in parts for line in part.lines])
    of_pages = dict.fromkeys(doubt for page in pages for doubt in page.doubts)
    return label, tuple(dict.fromkeys((*of_pages, *doubts)))
