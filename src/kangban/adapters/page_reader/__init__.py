"""Reads files to pages of words: PDF, pictures, word-processor and plain texts. All of it in a process of its own."""

from __future__ import annotations

from kangban.adapters.page_reader.reader import PageReader
from kangban.adapters.page_reader.settings import ReaderSettings, read_reader_settings

__all__ = ["PageReader", "ReaderSettings", "read_reader_settings"]
