"""What pages of one browser hand each other without keeping it: unsaved drafts, and what tools made. In memory only."""

from __future__ import annotations

from collections import OrderedDict

from kangban.kernel.errors import NotFound
from kangban.kernel.ids import new_id
from kangban.ports.agents import AgentDefinition
from kangban.ports.media import Media

MOST_DRAFTS, MOST_DRAFTS_OF_ONE = 400, 20
MOST_BYTES, MOST_BYTES_OF_ONE = 256 * 1024 * 1024, 64 * 1024 * 1024


class Drafts:
    """Definitions that are tried before they are saved; the oldest go first."""

    def __init__(self, most: int = MOST_DRAFTS, most_of_one: int = MOST_DRAFTS_OF_ONE) -> None:
        self._kept: OrderedDict[tuple[str, str], AgentDefinition] = OrderedDict()
        self._most, self._most_of_one = most, most_of_one

    def put(self, owner: str, definition: AgentDefinition) -> str:
        """Keep; returns the id it is found under by its owner."""
        mine = [key for key in self._kept if key[0] == owner]
        while len(mine) >= self._most_of_one:
            del self._kept[mine.pop(0)]
        while len(self._kept) >= self._most:
            self._kept.popitem(last=False)
        name = new_id("draft")
        self._kept[owner, name] = definition
        return name

    def get(self, owner: str, name: str) -> AgentDefinition:
        """A draft; raises NotFound, also for somebody else's."""
        found = self._kept.get((owner, name))
        if found is None:
            raise NotFound("no such draft", field="draft", key="web_workshop.no_draft")
        return found


class Made:
    """Pictures, sound and files by owner and ref, so that a page can show them; the oldest go first."""

    def __init__(self, most: int = MOST_BYTES, most_of_one: int = MOST_BYTES_OF_ONE) -> None:
        self._kept: OrderedDict[tuple[str, str], Media] = OrderedDict()
        self._most, self._most_of_one = most, most_of_one

    def put(self, owner: str, media: Media) -> str:
        """Keep; returns the ref. What is bigger than one owner's share is not kept, and not found."""
        size, key = len(media.content), (owner, media.ref)
        if size > self._most_of_one:
            return media.ref
        self._kept.pop(key, None)
        mine = [one for one in self._kept if one[0] == owner]
        while mine and size + sum(len(self._kept[one].content) for one in mine) > self._most_of_one:
            del self._kept[mine.pop(0)]
        while self._kept and size + sum(len(one.content) for one in self._kept.values()) > self._most:
            self._kept.popitem(last=False)
        self._kept[key] = media
        return media.ref

    def get(self, owner: str, ref: str) -> Media:
        """What an owner made or brought; raises NotFound, also for somebody else's."""
        found = self._kept.get((owner, ref))
        if found is None:
            raise NotFound("no such picture, sound or file", field="ref")
        return found


DRAFTS, MADE = Drafts(), Made()
