"""What stands around every model of the workshop: its breaker, its limits, and the book of what it cost."""

from __future__ import annotations

import contextlib

import msgspec

from kangban.agent.breaker import Breaker, Guarded, ModelLimits
from kangban.agent.ledger import Counted, Entry, Keep, Ledger, PriceList, cost_of
from kangban.kernel.clock import Clock
from kangban.kernel.errors import KangbanError
from kangban.ports.agents import ModelChoice
from kangban.ports.chat_model import ChatModel
from kangban.ports.notes import SpendBook, Spent

_MOST_BREAKERS = 256


class Meter:
    """One a program: breakers by server and model, so that every run knows of what another one met."""

    def __init__(self, prices: PriceList | None = None) -> None:
        self.prices = prices
        self._breakers: dict[tuple[str, str, int | None, int | None], Breaker] = {}

    def price(self, model: str, prompt: int, completion: int, cached: int) -> float:
        """Money for one message; 0 where no price is known."""
        price = self.prices.models.get(model) if self.prices is not None else None
        return cost_of(price, prompt, completion, cached) if price is not None else 0.0

    def knows(self, model: str) -> bool:
        """Whether a price is known, so that a limit of money can be held."""
        return self.prices is not None and model in self.prices.models

    def around(self, model: ChatModel, where: str, choice: ModelChoice, clock: Clock, keep: Keep) -> ChatModel:
        """The model behind its breaker, with its messages entered in the book."""
        key = (where, model.name, choice.at_once, choice.per_minute)
        if key not in self._breakers and len(self._breakers) >= _MOST_BREAKERS:
            self._breakers.pop(next(iter(self._breakers)))
        limits = ModelLimits(at_once=choice.at_once, per_minute=choice.per_minute)
        breaker = self._breakers.setdefault(key, Breaker(clock, limits))
        return Guarded(Counted(model, Ledger(clock, self.prices), keep), clock, breaker=breaker)


def kept_in(book: SpendBook, owner: str) -> Keep:
    """Write each message into an owner's book; a book that cannot be written stops no run."""

    async def keep(entry: Entry) -> None:
        spent = Spent(
            owner, entry.at[:10], entry.model[:200], 1, entry.prompt_tokens, entry.completion_tokens,
            entry.cached_tokens, entry.prompt_tokens + entry.completion_tokens if entry.money is None else 0,
            int(entry.estimated), entry.money or 0.0,
        )  # fmt: skip
        with contextlib.suppress(KangbanError):
            await book.add_spent(spent)

    return keep


class Booked(msgspec.Struct, frozen=True):
    """An owner's book with the currency its money is in, "" without a price list."""

    currency: str
    rows: tuple[Spent, ...]


async def booked(book: SpendBook, meter: Meter, owner: str, since: str = "") -> Booked:
    """What an owner's models cost by day, from a day on."""
    return Booked(meter.prices.currency if meter.prices else "", tuple(await book.spent(owner, since)))
