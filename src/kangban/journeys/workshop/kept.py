"""The workshop of one family for one owner: who may come in, and what it works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from kangban.agent.tracing import Price
from kangban.journeys.house import House
from kangban.journeys.workshop.live import LiveRuns
from kangban.journeys.workshop.metering import Meter
from kangban.kernel.errors import InvalidInput, NotPermitted, Unavailable
from kangban.ports.agents import AgentShelf, ModelChoice
from kangban.ports.chat_model import ChatModel
from kangban.ports.durable import DurableRuns
from kangban.ports.outside import Outside
from kangban.ports.tool import ToolSpec
from kangban.record.access import UNNAMED

MAY_NOT: Final = frozenset({"child", "helper", "system"})


class Workshop(msgspec.Struct, frozen=True):
    """The workshop of one family, for whoever is in the house."""

    house: House
    shelf: AgentShelf
    model_of: Callable[[ModelChoice], ChatModel]
    tools: Callable[[], Sequence[ToolSpec]]
    live: LiveRuns
    outside: Callable[[], Outside] | None
    wait_s: float
    durable: Callable[[], DurableRuns] | None
    claim_s: float
    look_s: float
    meter: Meter

    @property
    def price(self) -> Price:
        """What a message costs by the price list."""
        return self.meter.price


def workshop_of(house: House) -> Workshop:
    """The workshop for whoever the house was opened for; raises NotPermitted, and Unavailable where there is none."""
    owner_of(house)
    bench = house.bench
    if bench is None:
        raise Unavailable("there is no workshop here", key="workshop.no_workshop")
    shelf = bench.shelf_of(house.family_id)
    return Workshop(
        house, shelf, bench.model_of, bench.tools, bench.live, bench.outside, bench.wait_s,
        bench.durable, bench.claim_s, bench.look_s, bench.meter,
    )  # fmt: skip


def owner_of(house: House, browser_session: str = "") -> str:
    """Whose agents these are: the account's, else the browser session's. Raises NotPermitted and InvalidInput."""
    actor = house.actor
    if actor.role in MAY_NOT or not actor.account_id:
        raise NotPermitted("the workshop is not open to this role", field="actor", key="workshop.not_open")
    if actor.account_id not in UNNAMED:
        return actor.account_id
    if len(browser_session) > 120:
        raise InvalidInput("no browser session has such a name", field="owner")
    return f"{actor.account_id}:{browser_session}" if browser_session else actor.account_id


def require_owner(workshop: Workshop, owner: str) -> None:
    """Raises NotPermitted where the house was opened for somebody who is not this owner."""
    account = workshop.house.actor.account_id
    own = owner_of(workshop.house)
    if owner != own and not (account in UNNAMED and owner.startswith(f"{account}:")):
        raise NotPermitted("these agents are somebody else's", field="owner", key="workshop.not_yours")
