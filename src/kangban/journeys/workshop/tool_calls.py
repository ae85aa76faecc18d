"""One tool, called at a door by somebody else's program: nobody's record is in view, nobody is there to be asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kangban.agent.calling import run_tool
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.clinical.urgency import Lang
from kangban.journeys.library.searching import LibraryReader
from kangban.journeys.outbound import brain_for
from kangban.journeys.workshop.kept import Workshop
from kangban.journeys.workshop.tool_words import released_result
from kangban.kernel.errors import Broken, KangbanError, NotFound, NotPermitted, Unavailable
from kangban.ports.media import MediaShelf
from kangban.ports.outside import Outside
from kangban.ports.tool import ToolContext, ToolResult, ToolSpec
from kangban.toolbox.services import Services

LONGEST_S: Final = 150.0
# Without a member's entries these would say that there is nothing, and it would be believed.
OF_A_RECORD: Final = frozenset({"look_up_record", "read_report", "advise_from_box"})
_log = logging.getLogger(__name__)


class Called(msgspec.Struct, frozen=True):
    """A result as the guard let it out. `withheld`: words of it were; `foreign`: a stranger's words."""

    spec: ToolSpec
    result: ToolResult
    withheld: bool = False

    @property
    def foreign(self) -> bool:
        """Whether the words are data from outside, never instructions."""
        return self.spec.foreign


def offered(workshop: Workshop) -> Sequence[ToolSpec]:
    """Every tool of the workshop, imported ones too; those that `refusal` keeps back are still named."""
    return workshop.tools()


def refusal(spec: ToolSpec) -> str:
    """Why a tool does not run without a person, as a translation key; "" for one that does."""
    if spec.effect != "reads":
        return "tool_server.needs_a_person"
    return "tool_server.needs_a_record" if spec.name in OF_A_RECORD and spec.group == "clinical" else ""


def find(workshop: Workshop, name: str) -> ToolSpec:
    """A tool by name; raises NotFound."""
    for each in offered(workshop):
        if each.name == name:
            return each
    raise NotFound("there is no tool of this name", field="name")


async def call_tool(
    workshop: Workshop, spec: ToolSpec, arguments: dict[str, Any], lang: Lang, shelf: MediaShelf
) -> Called:
    """Run one tool as `kangban tools call` does, within LONGEST_S, and pass the guard.

    Raises what the tool raises (InvalidInput, Unavailable …), NotPermitted for one that needs a person or a record,
    Unavailable when it takes too long, Broken when it fails otherwise. Cancelling stops the tool.
    """
    if key := refusal(spec):
        raise NotPermitted(_WHY[key], field="name", key=key)
    house = workshop.house
    services = Services(
        house.search, house.sections, (), house.clock.now(), library=LibraryReader(house),
        outside=await reached(workshop),
    )  # fmt: skip
    context = ToolContext(house.family_id, "", UNKNOWN_PERSON, lang, services, shelf)
    try:
        result = await run_tool(spec, context, arguments, LONGEST_S)
    except KangbanError:
        raise
    except TimeoutError:
        raise Unavailable("the tool did not finish in time") from None
    except Exception as error:  # noqa: BLE001 - a tool of somebody else's may raise anything
        # Without the traceback: it may hold what was asked.
        _log.error("tool %s failed with %s", spec.name, type(error).__name__)
        raise Broken("the tool failed") from None
    return await asyncio.to_thread(released, spec, arguments, result, lang)


async def reached(workshop: Workshop) -> Outside | None:
    """What tools reach; the configured model only through the same gate as every other question to it."""
    outside = workshop.outside() if workshop.outside is not None else None
    if outside is None or outside.model is None:
        return outside
    model, _ = await brain_for(workshop.house, UNKNOWN_PERSON)
    return msgspec.structs.replace(outside, model=None if model is workshop.house.offline else model)


def released(spec: ToolSpec, arguments: dict[str, Any], result: ToolResult, lang: Lang) -> Called:
    """The result after the guard; where words were withheld, nothing made of them goes out."""
    given = released_result(spec, arguments, result, lang, paper="tool_server.paper_withheld")
    return Called(spec, given, withheld=given is not result)


_WHY = {
    "tool_server.needs_a_person": "this tool changes something and asks a person first; use the workshop page",
    "tool_server.needs_a_record": "this tool reads a member's record, and none is in view here; ask on the page",
}
