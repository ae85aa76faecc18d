"""What tools made and people brought, where a page shows it: a picture, a player, or a file to take."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from kangban.kernel.media import sniff
from kangban.ports.media import Media
from kangban.web.elements import Tag, icon
from kangban.web.workshop.passing import MADE
from kangban.web.workshop.room import Seat
from kangban.web.workshop.whose import ROOT


def draw_media(seat: Seat, some: Sequence[Media]) -> None:
    """Each as what its bytes are, whatever they are said to be."""
    if not some:
        return
    with Tag("div", classes="made"):
        for one in some:
            address = f"{ROOT}/made?ref={quote(MADE.put(seat.owner, one), safe='')}"
            family = sniff(one.content).split("/", 1)[0]
            name = one.name or one.ref
            with Tag("figure"):
                if family == "image":
                    Tag("img", "", src=address, alt=name, loading="lazy")
                elif family == "audio":
                    Tag("audio", "", src=address, controls=True, preload="none", aria_label=name)
                with Tag("figcaption", classes="row"):
                    Tag("span", name, "small")
                    with Tag("a", "", "btn flat", href=address, download=name):
                        icon("sheet", 18)
                        Tag("span", seat.words("take_file"))
