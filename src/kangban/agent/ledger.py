"""What models cost: tokens as the servers count them, money by a price list."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from kangban.agent.closing import closed_after
from kangban.agent.wrapped import WrappedModel
from kangban.kernel.clock import Clock
from kangban.kernel.errors import InvalidInput
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest, Finished, ReasoningDelta, TextDelta

_MILLION = 1_000_000
_MOST_ENTRIES = 10_000


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money a million tokens. `cached` None: the server asks the full price for what it had already read."""

    prompt: float
    completion: float
    cached: float | None = None


class PriceList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices by model name in one currency, with where and when they were read."""

    currency: str
    models: dict[str, Price]
    source: str = ""
    read_on: str = ""

    @staticmethod
    def of(path: Path) -> PriceList:
        """Read a TOML or JSON file; raises InvalidInput naming what is wrong."""
        try:
            decode = msgspec.toml.decode if path.suffix == ".toml" else msgspec.json.decode
            return decode(path.read_bytes(), type=PriceList)
        except (OSError, UnicodeError, msgspec.DecodeError) as error:
            raise InvalidInput(f"the price list cannot be read: {type(error).__name__}", field="prices") from error


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a model. `estimated`: the server told no tokens. `money` is None where no price is known."""

    model: str
    at: str  # ISO, UTC
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    estimated: bool = False
    money: float | None = None


class Sum(msgspec.Struct, frozen=True):
    """Entries added up; `unpriced` tokens have no known price and are not in `money`."""

    messages: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    money: float = 0.0
    unpriced: int = 0
    estimated: bool = False


Keep = Callable[[Entry], Awaitable[None]]


def cost_of(price: Price, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float:
    """Money for one message; cached tokens are part of the prompt's and cost their own price."""
    cached = min(cached_tokens, prompt_tokens)
    per_cached = price.prompt if price.cached is None else price.cached
    return (
        (prompt_tokens - cached) * price.prompt + cached * per_cached + completion_tokens * price.completion
    ) / _MILLION


class Ledger:
    """Entries of this program's life, the newest 10 000; sums never forget."""

    def __init__(self, clock: Clock, prices: PriceList | None = None) -> None:
        self.prices = prices
        self._clock = clock
        self._entries: list[Entry] = []
        self._sums: dict[str, Sum] = {}

    @property
    def entries(self) -> Sequence[Entry]:
        """The newest entries, oldest first."""
        return tuple(self._entries)

    @property
    def sums(self) -> Mapping[str, Sum]:
        """Sums by model name."""
        return dict(self._sums)

    def money_of(self, model: str, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float | None:
        """Money by the price list; None where it does not name the model."""
        price = self.prices.models.get(model) if self.prices else None
        return None if price is None else cost_of(price, prompt_tokens, completion_tokens, cached_tokens)

    def write(self, model: str, request: ChatRequest, finished: Finished | None, characters: int) -> Entry:
        """Enter one message; `finished` None: it was broken off. Untold tokens are two characters each."""
        told = finished or Finished("unknown")
        prompt, completion = told.prompt_tokens, told.completion_tokens
        estimated = prompt is None or completion is None
        prompt = _estimate(request) if prompt is None else prompt
        completion = (characters + 1) // 2 if completion is None else completion
        cached = told.cached_tokens or 0
        entry = Entry(
            model=model,
            at=self._clock.now().isoformat(),
            prompt_tokens=prompt,
            completion_tokens=completion,
            cached_tokens=cached,
            estimated=estimated,
            money=self.money_of(model, prompt, completion, cached),
        )
        self._entries.append(entry)
        del self._entries[:-_MOST_ENTRIES]
        self._sums[model] = _added(self._sums.get(model, Sum()), entry)
        return entry


class Counted(WrappedModel):
    """A ChatModel whose messages are entered in a ledger, also those broken off; `keep` writes them down for good."""

    def __init__(self, model: ChatModel, ledger: Ledger, keep: Keep | None = None) -> None:
        super().__init__(model)
        self._ledger, self._keep = ledger, keep

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the model's events. A request that failed before any event cost nothing and is not entered."""
        finished: Finished | None = None
        characters = 0
        begun = False
        try:
            async with closed_after(self._model.stream(request)) as events:
                async for event in events:
                    begun = True
                    if isinstance(event, TextDelta | ReasoningDelta):
                        characters += len(event.text)
                    elif isinstance(event, Finished):
                        finished = event
                    yield event
        finally:
            if begun:
                entry = self._ledger.write(self._model.name, request, finished, characters)
                if self._keep is not None:
                    await self._keep(entry)


def _estimate(request: ChatRequest) -> int:
    return (sum(len(each.content) for each in request.messages) + 1) // 2


def _added(total: Sum, entry: Entry) -> Sum:
    spent = entry.prompt_tokens + entry.completion_tokens
    return Sum(
        messages=total.messages + 1,
        prompt_tokens=total.prompt_tokens + entry.prompt_tokens,
        completion_tokens=total.completion_tokens + entry.completion_tokens,
        cached_tokens=total.cached_tokens + entry.cached_tokens,
        money=total.money + (entry.money or 0.0),
        unpriced=total.unpriced + (spent if entry.money is None else 0),
        estimated=total.estimated or entry.estimated,
    )
