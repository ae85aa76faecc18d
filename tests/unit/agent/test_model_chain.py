"""Fallback, breaker, limits and ledger around scripted models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kangban.agent.breaker import Guarded, ModelLimits
from kangban.agent.fallback import Chain
from kangban.agent.ledger import Counted, Ledger, Price, PriceList, cost_of
from kangban.agent.scripted import ScriptedMessage, ScriptedModel
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import InvalidInput, KangbanError, Unavailable
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest, Finished, TextDelta, say

ASK = ChatRequest((say("user", "hello"),))
NOW = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
DOWN = ScriptedMessage(unavailable=True)


def down() -> ScriptedModel:
    return ScriptedModel(lambda _: DOWN, name="down")


def good(name: str = "good") -> ScriptedModel:
    return ScriptedModel(lambda _: "fine", name=name)


class Refusing(ScriptedModel):
    """Refuses with a translation key."""

    def __init__(self, key: str) -> None:
        super().__init__([], name="refusing")
        self.key = key

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.requests.append(request)
        raise InvalidInput("refused", field="model", key=self.key)
        yield


async def heard(model: ChatModel) -> str:
    return "".join([each.text async for each in model.stream(ASK) if isinstance(each, TextDelta)])


async def test_the_next_model_answers_when_one_fails_before_a_word() -> None:
    switched: list[tuple[str, str, str]] = []
    chain = Chain([down(), Refusing("model.key_refused"), good()], lambda *told: switched.append(told))
    assert await heard(chain) == "fine"
    assert chain.name == "good"
    assert switched == [("down", "model.unreachable", "refusing"), ("refusing", "model.key_refused", "good")]


async def test_a_stream_that_has_begun_is_not_begun_again() -> None:
    broken = ScriptedModel(lambda _: ScriptedMessage(text="half an ans", unavailable=True))
    other = good()
    got: list[str] = []

    async def hear() -> None:
        async for event in Chain([broken, other]).stream(ASK):
            assert isinstance(event, TextDelta)
            got.append(event.text)

    with pytest.raises(Unavailable):
        await hear()
    assert "".join(got) == "half an ans"
    assert other.requests == []


async def test_a_request_that_no_model_would_take_is_not_passed_on() -> None:
    other = good()
    with pytest.raises(InvalidInput):
        await heard(Chain([Refusing("model.filtered"), other]))
    assert other.requests == []


async def test_the_last_models_error_is_told_and_a_chain_is_as_far_as_its_farthest() -> None:
    with pytest.raises(Unavailable):
        await heard(Chain([down(), down()]))
    assert Chain([good(), ScriptedModel([], place="abroad"), ScriptedModel([], place="mainland")]).place == "abroad"
    with pytest.raises(InvalidInput):
        Chain([])


async def fails(model: ChatModel) -> KangbanError:
    with pytest.raises(KangbanError) as caught:
        await heard(model)
    return caught.value


async def test_a_breaker_opens_rests_tries_and_closes() -> None:
    clock = FixedClock(NOW)
    answers: list[ScriptedMessage | str] = [DOWN, DOWN, DOWN, DOWN, "fine", "fine"]
    inner = ScriptedModel(answers)
    guarded = Guarded(inner, clock, ModelLimits(failures=3, rest_s=10, longest_rest_s=15))
    for _ in range(3):
        await fails(guarded)
    assert guarded.state == "open"
    for _ in range(50):
        await fails(guarded)
    assert len(inner.requests) == 3
    clock.move(timedelta(seconds=10))
    assert guarded.state == "half_open"
    await fails(guarded)
    assert len(inner.requests) == 4
    clock.move(timedelta(seconds=14))
    assert guarded.state == "open"
    clock.move(timedelta(seconds=1))
    assert await heard(guarded) == "fine"
    assert guarded.state == "closed"
    assert await heard(guarded) == "fine"


async def test_only_one_request_tries_a_resting_model() -> None:
    clock = FixedClock(NOW)
    gate = asyncio.Event()

    class Slow(ScriptedModel):
        async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
            self.requests.append(request)
            if len(self.requests) > 1:
                await gate.wait()
                yield Finished()
                return
            raise Unavailable("down")

    slow = Slow([])
    guarded = Guarded(slow, clock, ModelLimits(failures=1, rest_s=1))
    await fails(guarded)
    clock.move(timedelta(seconds=2))
    first = asyncio.create_task(heard(guarded))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await fails(guarded)
    gate.set()
    assert await first == ""
    assert len(slow.requests) == 2
    assert guarded.state == "closed"


async def test_a_refused_request_does_not_open_the_breaker() -> None:
    guarded = Guarded(Refusing("model.filtered"), FixedClock(NOW), ModelLimits(failures=1))
    for _ in range(5):
        assert isinstance(await fails(guarded), InvalidInput)
    assert guarded.state == "closed"


async def test_requests_a_minute_and_at_once_are_limited() -> None:
    clock = FixedClock(NOW)
    rated = Guarded(good(), clock, ModelLimits(per_minute=2))
    assert [await heard(rated), await heard(rated)] == ["fine", "fine"]
    assert (await fails(rated)).key == "model.busy"
    clock.move(timedelta(seconds=61))
    assert await heard(rated) == "fine"

    most = running = 0

    class Busy(ScriptedModel):
        async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
            nonlocal most, running
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1
            yield Finished()

    narrow = Guarded(Busy([]), clock, ModelLimits(at_once=3))
    await asyncio.gather(*(heard(narrow) for _ in range(20)))
    assert most == 3
    full = Guarded(Busy([]), clock, ModelLimits(at_once=1, queue_s=0.0))
    found = await asyncio.gather(heard(full), heard(full), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Unavailable", "str"]


async def test_a_ledger_counts_tokens_and_money() -> None:
    prices = PriceList("CNY", {"good": Price(prompt=2.0, completion=8.0, cached=0.5)})
    ledger = Ledger(FixedClock(NOW), prices)

    class Told(ScriptedModel):
        async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
            yield TextDelta("word")
            yield Finished("stop", 1_000_000, 500_000, 400_000)

    await heard(Counted(Told([], name="good"), ledger))
    (entry,) = ledger.entries
    assert entry.money == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.5 * 8)
    assert (entry.cached_tokens, entry.estimated) == (400_000, False)
    await heard(Counted(good("free"), ledger))
    free = ledger.sums["free"]
    assert (free.estimated, free.money, free.unpriced) == (True, 0.0, 3 + 2)
    with pytest.raises(Unavailable):
        await heard(Counted(down(), ledger))
    assert set(ledger.sums) == {"good", "free"}


async def test_a_broken_off_message_is_in_the_ledger() -> None:
    ledger = Ledger(FixedClock(NOW))
    counted = Counted(ScriptedModel(["a long answer that nobody wants to hear to its end"]), ledger)
    events = counted.stream(ASK)
    await anext(events)
    await events.aclose()
    assert ledger.sums["scripted"].completion_tokens == 4


def test_cached_tokens_cost_their_own_price_or_the_full_one() -> None:
    assert cost_of(Price(1.0, 0.0), 1_000_000, 0, 900_000) == pytest.approx(1.0)
    assert cost_of(Price(1.0, 0.0, 0.0), 1_000_000, 0, 2_000_000) == pytest.approx(0.0)


def test_a_price_list_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text('currency = "CNY"\nread_on = "2026-11-01"\n[models.m]\nprompt = 1.5\ncompletion = 6\n', "utf-8")
    assert PriceList.of(path).models["m"] == Price(1.5, 6.0)
    path.write_text("currency = 5", "utf-8")
    with pytest.raises(InvalidInput):
        PriceList.of(path)
