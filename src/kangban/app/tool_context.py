"""What one tool runs in when it is called by itself, outside of any conversation."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.app.houses import corpus_sections, search_index
from kangban.app.reach import make_outside
from kangban.clinical.person import UNKNOWN_PERSON, PersonFacts
from kangban.clinical.urgency import Lang
from kangban.kernel.clock import SystemClock
from kangban.ports.media import MediaShelf
from kangban.ports.outside import Outside
from kangban.ports.tool import ToolContext, ToolSpec
from kangban.settings import Settings
from kangban.toolbox.services import Services


def tool_context(
    settings: Settings,
    spec: ToolSpec,
    lang: Lang,
    person: PersonFacts = UNKNOWN_PERSON,
    outside: Outside | None = None,
) -> ToolContext:
    """A context with nobody's entries, and a person only as told in words; raises SettingsRefused."""
    reached = staying_here(outside or make_outside(settings))
    services: Any = reached
    if spec.group == "clinical":
        services = Services(search_index(), corpus_sections(), (), SystemClock().now(), outside=reached)
    return ToolContext("", "", person, lang, services, MediaShelf())


def staying_here(outside: Outside) -> Outside:
    """What tools reach by themselves: a model off this machine needs a house to ask for consent and hide names in."""
    if outside.model is None or outside.model.place == "this_machine":
        return outside
    return msgspec.structs.replace(outside, model=None)
