"""The process that reads: takes one question at a time from its input and answers on its output, until that closes."""

from __future__ import annotations

import faulthandler
import os
import sys
import traceback
from contextlib import suppress
from typing import BinaryIO

from kangban.adapters.page_reader.documents import Document, open_document
from kangban.adapters.page_reader.refusals import Why
from kangban.adapters.page_reader.wire import (
    Answer,
    Ask,
    Barcodes,
    Counted,
    Made,
    NoPage,
    PageRead,
    Refusal,
    SendAgain,
    ask_decoder,
    receive,
    send,
)  # fmt: skip
from kangban.kernel.errors import InvalidInput

MOST_OPEN = 3  # files whose pages take turns; one more and the one unused for longest is sent again
MOST_MEMORY = 6 * 1024**3
_GRACE_S = 15


class _Shelf:
    """Opened files by name, the last used at the end."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def get(self, ask: Ask) -> Document | None:
        document = self._open.pop(ask.name, None)
        if document is None and ask.content is not None:
            document = open_document(ask.content, ask.media_type, ask.settings)
        if document is not None:
            self._open[ask.name] = document
            while len(self._open) > MOST_OPEN:
                self.drop(next(iter(self._open)))
        return document

    def drop(self, name: str) -> None:
        document = self._open.pop(name, None)
        if document is not None:
            document.close()


def _answered(shelf: _Shelf, ask: Ask) -> Answer:
    if ask.do == "forget":
        shelf.drop(ask.name)
        return NoPage()
    if ask.do in ("strip", "barcodes", "part"):
        return SendAgain() if ask.content is None else _at_once(ask, ask.content)
    document = shelf.get(ask)
    if document is None:
        return SendAgain()
    if ask.do == "count":
        return Counted(document.pages)
    if not 1 <= ask.number <= document.pages:
        return NoPage()
    return PageRead(document.read(ask.number)) if ask.do == "page" else document.picture(ask.number)


def _at_once(ask: Ask, content: bytes) -> Made | Barcodes:
    if ask.do == "barcodes":
        from kangban.adapters.page_reader.barcodes import read_barcodes

        return Barcodes(read_barcodes(content, ask.settings))
    if ask.do == "part":
        from kangban.adapters.page_reader.parting import only_pages

        return only_pages(content, ask.media_type, ask.numbers, ask.settings)
    from kangban.adapters.page_reader.stripping import without_metadata

    return without_metadata(content, ask.media_type, ask.settings)


def answer(shelf: _Shelf, ask: Ask) -> Answer:
    """The answer to one question; whatever goes wrong in a file becomes a refusal of it."""
    try:
        return _answered(shelf, ask)
    except InvalidInput as error:
        return Refusal(_why(error.key))
    except MemoryError:
        shelf.drop(ask.name)
        return Refusal("too_big")
    except Exception as error:  # noqa: BLE001 - a hostile file finds every way to fail in five libraries
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return Refusal("broken", f"{type(error).__name__} {frame.name}:{frame.lineno}")


def _why(key: str) -> Why:
    return key.removeprefix("reader.")  # pyright: ignore[reportReturnType]  # refusals are the only errors here


def main() -> None:
    """Answer until the input closes. Prints of libraries go nowhere: the output belongs to the answers."""
    asks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _stay_small()
    serve(asks, answers)


def serve(asks: BinaryIO, answers: BinaryIO) -> None:
    """One question after another."""
    shelf = _Shelf()
    while (frame := receive(asks)) is not None:
        ask = ask_decoder.decode(frame)
        # The server ends work that takes too long; where the server itself is gone, this does.
        faulthandler.dump_traceback_later(ask.settings.page_seconds + _GRACE_S, exit=True)
        send(answers, answer(shelf, ask))
        faulthandler.cancel_dump_traceback_later()


def _stay_small() -> None:
    """No more memory than a page needs, whatever a file asks for."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump of memory would hold the page


if __name__ == "__main__":
    main()
