"""Texts → passages that keep page and heading, cut where sentences end; ids come from content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from kangban.clinical.library import Edge, Passage
from kangban.kernel.ids import derived_id
from kangban.kernel.patterns import lazy_pattern
from kangban.retrieval.library.headings import Trail, heading_of

AIM, MOST = 320, 600  # characters of a passage
LONGEST_LINE = 20_000
_SENTENCE = lazy_pattern(r"[^。！？!?；;\n]+(?:[。！？!?；;]+[”’」』）)]*|\n|$)|(?<=[a-z)])\.\s")
_ENDS = lazy_pattern(r"[。！？!?；;：:.…）)】”]$")
_CJK = lazy_pattern(r"[\u3400-\u9fff，。；：、！？（）]")


class Piece(msgspec.Struct, frozen=True):
    """A passage before it belongs to a document."""

    text: str
    heading: str = ""
    page: int | None = None
    edges: tuple[Edge, ...] = ()


def passage_of(document_id: str, number: int, piece: Piece) -> Passage:
    """The passage of a document; its id is the same whenever the same words stand in the same place's part."""
    page = "" if piece.page is None else str(piece.page)
    id_ = derived_id("passage", document_id, page, piece.heading, piece.text)
    return Passage(id_, document_id, number, piece.text, piece.heading, piece.page, piece.edges)


def sentences(text: str) -> list[str]:
    """Sentences with their ends, blanks around them removed."""
    return [bare for found in _SENTENCE.finditer(text) if (bare := found.group().strip())]


def cut(text: str, heading: str = "", page: int | None = None, most: int = MOST) -> Iterator[Piece]:
    """Pieces of about `AIM` characters that end with sentences; a sentence longer than `most` is cut hard."""
    held = ""
    for sentence in sentences(text):
        for start in range(0, len(sentence), most):
            part = sentence[start : start + most]
            if held and (len(held) + len(part) > most or len(held) >= AIM):
                yield Piece(held, heading, page)
                held = ""
            held += _glued(held, part)
    if held:
        yield Piece(held, heading, page)


def _glued(before: str, after: str) -> str:
    """`after` with a blank before it where two words of Latin writing would run together."""
    return after if not before or _CJK.match(before[-1]) or _CJK.match(after[0]) else f" {after}"


def pages_cut(pages: Iterable[tuple[int | None, str]]) -> Iterator[Piece]:
    """Pieces of a text that comes page by page (number, lines). A part that runs over a page keeps its heading."""
    trail = Trail()
    for number, text in pages:
        block: list[str] = []
        for line in _lines(text):
            heading = heading_of(line)
            if heading is None:
                block.append(line)
                continue
            yield from cut(_flowing(block), trail.path, number)
            trail.enter(heading)
            block = [heading.rest] if heading.rest else []
        yield from cut(_flowing(block), trail.path, number)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for start in range(0, max(1, len(line)), LONGEST_LINE):
            yield line[start : start + LONGEST_LINE]


def _flowing(lines: list[str]) -> str:
    """Lines of a column as running text: a line that ends no sentence goes on in the next; a blank one ends it."""
    out = ""
    for line in lines:
        bare = line.strip()
        if not bare:
            out += "" if out.endswith("\n") or not out else "\n"
        elif not out or out.endswith("\n"):
            out += bare
        elif _ENDS.search(out):
            out += f"\n{bare}"
        else:
            out += _glued(out, bare)
    return out
