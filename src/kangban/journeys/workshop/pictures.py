"""Pictures of a run that a model may look at itself: only where it sees, upright and bare, and only on this machine."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kangban.journeys.workshop.kept import Workshop
from kangban.kernel.errors import InvalidInput
from kangban.kernel.media import sniff
from kangban.ports.agents import ModelChoice
from kangban.ports.chat_model import ChatMessage, ChatModel, sees
from kangban.ports.media import Media
from kangban.ports.readers import DocumentReader

MOST_SHOWN = 8  # pictures of one run; the rest are on the shelf, for tools
KEPT_BACK = "privacy.pictures_kept_back"


def model_sees(workshop: Workshop, choice: ModelChoice) -> bool:
    """Whether the model of a choice was found to take pictures."""
    return choice.images if choice.url else sees(workshop.house.model)


async def shown(
    workshop: Workshop, messages: Sequence[ChatMessage], media: Sequence[Media], model: ChatModel, *, seeing: bool
) -> tuple[tuple[ChatMessage, ...], tuple[str, ...]]:
    """The messages, the person's last words with the pictures, and translation keys of what the person should know.

    A model outside gets none: there is no consent for pictures. Its veil holds that too; this says so to the person.
    """
    pictures = [one for one in media if one.kind == "image"]
    if not pictures or not seeing:
        return tuple(messages), ()
    if model.place != "this_machine":
        return tuple(messages), (KEPT_BACK,)
    outside = workshop.outside() if workshop.outside is not None else None
    if outside is None or outside.reader is None:
        return tuple(messages), ()
    bare = [found for one in pictures[:MOST_SHOWN] if (found := await _bare(outside.reader, one)) is not None]
    last = max((n for n, one in enumerate(messages) if one.role == "user"), default=-1)
    if last < 0 or not bare:
        return tuple(messages), ()
    changed = msgspec.structs.replace(messages[last], images=tuple(bare))
    return (*messages[:last], changed, *messages[last + 1 :]), ()


async def _bare(reader: DocumentReader, picture: Media) -> Media | None:
    """As a model takes it, 2400 pixels at most; None for what is no picture: a tool will say so if it is asked."""
    kind = sniff(picture.content)
    if not kind.startswith("image/") or not reader.can_read(kind):
        return None
    try:
        page = await reader.picture(picture.content, kind, 1)
    except InvalidInput:
        return None
    return Media("image", page.media_type, page.content, "picture")
