"""Which format a text is in, and its passages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import msgspec

from kangban.clinical.library import SourceKind
from kangban.retrieval.library.chunking import Piece, cut, pages_cut
from kangban.retrieval.library.sources.dialogues import dialogue_pieces, is_dialogue
from kangban.retrieval.library.sources.graphs import graph_pieces, is_disease
from kangban.retrieval.library.sources.quizzes import is_quiz, quiz_pieces
from kangban.retrieval.library.sources.texts import Row, csv_rows, json_rows, plain

_LOOKED_AT = 20  # rows or pages that decide on the format
_INSERT = re.compile(r"【(?:适应症|功能主治|用法用量|禁忌|不良反应|注意事项|药品名称|成份|性状)】")
# A set of traditional medicine that nobody marked as one; marking is never undone by a guess.
_TRADITION = re.compile(
    r"中医|中药|方剂|本草|伤寒论|金匮|针灸|经络|黄帝内经|温病|汤头|藏医|蒙医|神农|\bTCM\b|shennong|traditional chinese",
    re.I,
)


class Read(msgspec.Struct, frozen=True):
    """The format of a source and its passages, to be taken once and in order."""

    kind: SourceKind
    pieces: Iterator[Piece]


def read_text(text: str) -> Read:
    """The passages of one text file; the same text gives the same passages in the same order, always."""
    rows = json_rows(text)
    if rows is None and "\n" in text.strip():
        rows = _table(text)
    if rows is None:
        return read_pages(iter([(None, text)]))
    first = list(itertools.islice(rows, _LOOKED_AT))
    every = itertools.chain(first, rows)
    if first and sum(map(is_disease, first)) * 2 > len(first):
        return Read("graph", graph_pieces(every))
    if any(map(is_dialogue, first)):
        return Read("dialogue", dialogue_pieces(every))
    return Read("table", _row_pieces(every))


def read_pages(pages: Iterator[tuple[int | None, str]]) -> Read:
    """The passages of a text that comes in pages."""
    first = list(itertools.islice(pages, _LOOKED_AT))
    every = itertools.chain(first, pages)
    text = "\n".join(words for _, words in first)
    if is_quiz(text):
        return Read("quiz", quiz_pieces(every))
    return Read("insert" if len(set(_INSERT.findall(text))) >= 2 else "book", pages_cut(every))


def sounds_traditional(*names: str) -> bool:
    """Whether a title or file name says that it is about traditional medicine."""
    return any(_TRADITION.search(name.replace("_", " ").replace("-", " ")) for name in names)


def _table(text: str) -> Iterator[Row] | None:
    """Rows of a table, where the first lines hold as many columns as the header says."""
    head = list(itertools.islice(csv_rows(text) or (), _LOOKED_AT))
    if len(head) < 1 or any(len(row) < 2 for row in head) or _prose(text):
        return None
    return csv_rows(text)


def _prose(text: str) -> bool:
    """A sentence with a comma in it is no header."""
    first = text.strip().split("\n", 1)[0]
    return len(first) > 200 or bool(re.search(r"[。！？：]|\w{3,}\. ", first))


def _row_pieces(rows: Iterator[Row]) -> Iterator[Piece]:
    for row in rows:
        parts = [f"{name}：{value}" for name, each in row.items() if (value := plain(each))]
        if parts:
            yield from cut("；".join(parts), plain(next(iter(row.values())))[:80])
