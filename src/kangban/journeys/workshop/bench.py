"""What the workshop of a house rests on; made where journeys and adapters are joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kangban.journeys.workshop.live import WAIT_S, LiveRuns
from kangban.journeys.workshop.metering import Meter
from kangban.ports.agents import AgentShelf, ModelChoice
from kangban.ports.chat_model import ChatModel
from kangban.ports.durable import DurableRuns
from kangban.ports.outside import Outside
from kangban.ports.tool import ToolSpec


class Bench(msgspec.Struct, frozen=True):
    """The shelf of a family by its id, how a model of an agent's own is made, the catalogue, and the runs under way.

    `model_of` raises NotPermitted for an address the operator did not allow and Unavailable without its key.
    """

    shelf_of: Callable[[str], AgentShelf]
    model_of: Callable[[ModelChoice], ChatModel]
    tools: Callable[[], Sequence[ToolSpec]]
    live: LiveRuns
    outside: Callable[[], Outside] | None = None
    wait_s: float = WAIT_S
    durable: Callable[[], DurableRuns] | None = None
    claim_s: float = 20.0  # how long a run is this process's without a sign of life
    look_s: float = 1.0  # between two looks for words from other processes
    meter: Meter = msgspec.field(default_factory=Meter)
