"""The chat model: try, read the stream, try again only while nothing was given out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from kangban.adapters.openai_chat.answer import AnswerBuilder
from kangban.adapters.openai_chat.body import Quirks, learn, request_body
from kangban.adapters.openai_chat.chunks import read_chunk
from kangban.adapters.openai_chat.faults import Passing, asked_wait, raise_for_status, too_slow
from kangban.adapters.openai_chat.lines import LONGEST_LINE, EventLines
from kangban.adapters.openai_chat.reading import Body, network_errors, network_fault
from kangban.adapters.openai_chat.settings import OpenAIChatSettings, completions_url, key_header
from kangban.adapters.openai_chat.wire import Wire
from kangban.kernel.errors import Unavailable
from kangban.ports.chat_model import ChatEvent, ChatRequest, Place

if TYPE_CHECKING:
    import aiohttp

_DRAIN_S = 0.25  # after [DONE]: time for the end of the body, so that the connection can be used again
_LONGEST_REFUSAL = 64 * 1024
_BACKOFF_CAP_S = 8.0


class OpenAIChat:
    """A model behind any OpenAI-compatible server (LMDeploy, vLLM, Ollama, llama.cpp, a cloud).

    Raises SettingsRefused for an address or key that cannot be used. `sleep` and `chance` are for tests.
    """

    def __init__(
        self,
        settings: OpenAIChatSettings,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        headers = {"Authorization": key_header(settings.key)} if settings.key else {}
        self._settings = settings
        self._wire = Wire(completions_url(settings.url), headers, settings)
        self._quirks = Quirks()
        self._sleep = sleep
        self._chance = chance

    def __repr__(self) -> str:
        return f"OpenAIChat({self._settings!r})"

    @property
    def name(self) -> str:
        """The model's name as configured."""
        return self._settings.name

    @property
    def place(self) -> Place:
        """Where the operator says the endpoint is."""
        return self._settings.place

    @property
    def sees(self) -> bool:
        """Whether it was found to take pictures."""
        return self._settings.images

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield events until Finished; raises Unavailable after `tries`, InvalidInput for a refused request.

        Closing the generator closes the connection. Nothing is tried again once an event was given out.
        """
        tried = 0
        while True:
            tried += 1
            answer = AnswerBuilder()
            fault: Passing
            try:
                async with aclosing(self._try(request, answer)) as heard:
                    async for events in heard:
                        for event in events:
                            yield event
                return
            except Passing as passing:
                fault = passing
            if answer.begun or tried >= self._settings.tries or (fault.wait_s or 0) > self._settings.longest_wait_s:
                raise fault.fault from None
            await self._sleep(self._wait(tried, fault.wait_s))

    @property
    def holds_strict(self) -> bool:
        """Whether the server has taken every strict schema so far."""
        return self._quirks.strict

    @property
    def takes_json_mode(self) -> bool:
        """Whether the server has taken every wish for one JSON object so far."""
        return self._quirks.response_format

    async def close(self) -> None:
        """Close all connections."""
        await self._wire.close()

    def _wait(self, tried: int, asked_s: float | None) -> float:
        if asked_s is not None:
            return asked_s + self._chance() * 0.1 * self._settings.backoff_s
        longest = min(_BACKOFF_CAP_S, self._settings.backoff_s * 2 ** (tried - 1))
        return longest * (0.5 + 0.5 * self._chance())

    async def _try(self, request: ChatRequest, answer: AnswerBuilder) -> AsyncGenerator[list[ChatEvent], None]:
        response = await self._accepted(request)
        try:
            body = Body(response, self._settings.first_byte_s, self._settings.idle_s)
            if "json" in response.headers.get("content-type", ""):
                yield answer.whole(read_chunk(await body.whole(LONGEST_LINE)))
                return
            lines = EventLines()
            while not answer.done and (piece := await body.read()) is not None:
                for events in _events(answer, lines.feed(piece)):
                    yield events
            for events in _events(answer, lines.end()):
                yield events
            if answer.done:
                await body.drain(_DRAIN_S)
            yield answer.end()
        except Unavailable as fault:
            raise Passing(fault) from None
        finally:
            response.close()

    async def _accepted(self, request: ChatRequest) -> aiohttp.ClientResponse:
        """The open 200 response; raises Passing or InvalidInput. Sends again at once when it learnt a quirk."""
        while True:
            response = await self._sent(
                request_body(self._settings.name, request, self._quirks, self._settings.cache_key)
            )
            if response.status == 200:
                return response
            try:
                body = Body(response, self._settings.idle_s, self._settings.idle_s)
                words = (await body.whole(_LONGEST_REFUSAL)).decode(errors="replace")
            finally:
                response.close()
            if response.status not in (400, 422) or not learn(self._quirks, words):
                raise_for_status(response.status, words, asked_wait(response.headers))

    async def _sent(self, body: bytes) -> aiohttp.ClientResponse:
        try:
            return await self._wire.post(body)
        except network_errors() as error:  # a plain TimeoutError is our own clock: connected, but silent
            raise (Passing(too_slow("first_byte")) if type(error) is TimeoutError else network_fault(error)) from None


def _events(answer: AnswerBuilder, payloads: list[bytes]) -> Iterator[list[ChatEvent]]:
    """The events of complete payloads, up to [DONE]."""
    for payload in payloads:
        if payload.startswith(b"[DONE]"):
            answer.done = True
        if answer.done:
            return
        if events := answer.take(read_chunk(payload)):
            yield events
