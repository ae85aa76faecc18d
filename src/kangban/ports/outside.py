"""What tools reach outside of this program: each part is there or None, and a tool without its part says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from kangban.kernel.errors import Unavailable
from kangban.ports.chat_model import ChatModel
from kangban.ports.clinical_server import ClinicalServer
from kangban.ports.imaging import ImageMaker, PicturePen
from kangban.ports.readers import DocumentReader
from kangban.ports.sandbox import CodeSandbox
from kangban.ports.speech import Listener, Speaker
from kangban.ports.tool import ToolContext
from kangban.ports.vision import Vision
from kangban.ports.web_fetch import WebFetch
from kangban.ports.writing import PaperWriter


class ReadablePage(msgspec.Struct, frozen=True):
    """The words of a page without its menus. `published` as the page says it, or ""."""

    title: str
    text: str
    published: str = ""
    site: str = ""
    author: str = ""


PageWords = Callable[[bytes, str, str], ReadablePage]


def no_secrets(name: str) -> str:
    """Where nobody opened the secrets: none is set."""
    raise Unavailable(f"no secret {name} is set", field=name)


class Outside(msgspec.Struct, frozen=True):
    """Ports of one run. `secrets` gives a value by name or raises Unavailable that says what to set.

    `places` are addresses of services by name, as the operator set them; a tool knows the usual one. `vision` are asked
    in turn for what they offer; `sight` is a chat model that takes pictures.
    """

    fetch: WebFetch | None = None
    page_words: PageWords | None = None
    secrets: Callable[[str], str] = no_secrets
    places: Mapping[str, str] = {}
    model: ChatModel | None = None
    sandbox: CodeSandbox | None = None
    writer: PaperWriter | None = None
    vision: tuple[Vision, ...] = ()
    image_maker: ImageMaker | None = None
    pen: PicturePen | None = None
    listener: Listener | None = None
    speaker: Speaker | None = None
    sight: ChatModel | None = None
    reader: DocumentReader | None = None
    clinical: ClinicalServer | None = None

    def __repr__(self) -> str:  # a trace never shows what is held here
        return "Outside()"


def outside_of(context: ToolContext) -> Outside:
    """The ports of a context: its services are an Outside, or hold one; else an empty one."""
    held = context.services if isinstance(context.services, Outside) else getattr(context.services, "outside", None)
    return held if isinstance(held, Outside) else Outside()
