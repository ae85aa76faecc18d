"""The three faces of the agents as one client each, so that one suite holds for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import grpc
import grpc.aio
import httpx
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from kangban.api.grpc import kangban_pb2 as pb
from kangban.api.grpc.service import SERVICE
from tests.support.v1_house import Agents

WITHIN_S = 60.0
_STATUS = {
    "INVALID_ARGUMENT": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429, "UNAVAILABLE": 503, "INTERNAL": 500,
}  # fmt: skip
Json = dict[str, Any]


class Refused(Exception):
    """What a face said no with."""

    def __init__(self, status: int, code: str, param: str | None, message: str) -> None:
        super().__init__(f"{status} {code} {param} {message}")
        self.status, self.code, self.param, self.message = status, code, param, message


class Choice(msgspec.Struct):
    """One choice of an answer."""

    content: str = ""
    calls: list[tuple[str, str, Json]] = []
    reason: str = ""
    about: Json = {}
    pieces: int = 0


class Got(msgspec.Struct):
    """A whole answer."""

    id: str = ""
    model: str = ""
    created: int = 0
    choices: dict[int, Choice] = {}
    usage: Json | None = None

    def at(self, index: int) -> Choice:
        """A choice, made on first sight."""
        return self.choices.setdefault(index, Choice())

    @property
    def only(self) -> Choice:
        """The one choice there is."""
        (one,) = self.choices.values()
        return one


class HttpFace:
    """Over HTTP, with the JSON as it is."""

    name = "http"

    def __init__(self, house: Agents, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._wire = httpx.AsyncClient(base_url=house.base, headers=headers, timeout=WITHIN_S, trust_env=False)

    async def close(self) -> None:
        """Let the connections go."""
        await self._wire.aclose()

    async def models(self) -> list[str]:
        """Their names."""
        got = await self._wire.get("/models")
        _raise_for(got.status_code, got.content)
        return [one["id"] for one in got.json()["data"]]

    async def chat(self, **asked: Any) -> Got:
        """One whole answer."""
        got = await self._wire.post("/chat/completions", json=asked)
        _raise_for(got.status_code, got.content)
        return whole(got.json())

    async def stream(self, **asked: Any) -> AsyncGenerator[Json, None]:
        """Chunks; closing it goes away from the server."""
        told = {**asked, "stream": True, "stream_options": {"include_usage": True}}
        async with self._wire.stream("POST", "/chat/completions", json=told) as answer:
            if answer.status_code != 200:
                _raise_for(answer.status_code, await answer.aread())
            async for line in answer.aiter_lines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    one = json.loads(line[6:])
                    if "error" in one:
                        raise _refused(503, one["error"])
                    yield one


class WsFace:
    """Over one WebSocket for all requests of a test."""

    name = "ws"

    def __init__(self, house: Agents, key: str) -> None:
        self._address = house.base.replace("http", "ws", 1) + "/ws"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._ids = itertools.count()
        self._wire: Any = None
        self._boxes: dict[str | None, asyncio.Queue[Json]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    async def _open(self) -> None:
        async with self._opening:
            if self._wire is not None:
                return
            try:
                self._wire = await connect(self._address, additional_headers=self._headers, proxy=None, max_size=2**24)
            except Exception as error:
                answer: Any = getattr(error, "response", None)
                if answer is None:
                    raise
                _raise_for(answer.status_code, answer.body)
            self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for text in self._wire:
            told = json.loads(text)
            self._boxes.setdefault(told["id"], asyncio.Queue()).put_nowait(told)

    async def close(self) -> None:
        """Go away."""
        if self._wire is not None:
            await self._wire.close()
        if self._reader is not None:
            self._reader.cancel()

    async def _events(self, kind: str, request: Json) -> AsyncGenerator[Json, None]:
        await self._open()
        name = f"r{next(self._ids)}"
        box = self._boxes.setdefault(name, asyncio.Queue())
        await self._wire.send(json.dumps({"id": name, "type": kind, "request": request}))
        over = False
        try:
            while not over:
                async with asyncio.timeout(WITHIN_S):
                    told = await box.get()
                over = told["event"] in ("done", "cancelled", "error")
                if told["event"] == "error":
                    raise _refused(_status_of(told["body"]), told["body"])
                if not over:
                    yield told
        finally:
            if not over:
                with contextlib.suppress(ConnectionClosed):
                    await self._wire.send(json.dumps({"id": name, "type": "cancel"}))

    async def models(self) -> list[str]:
        """Their names."""
        async with aclosing(self._events("models", {})) as events:
            return [one["id"] async for told in events for one in told["body"]["data"]]

    async def chat(self, **asked: Any) -> Got:
        """One whole answer."""
        async with aclosing(self._events("chat", asked)) as events:
            found = [whole(told["body"]) async for told in events]
        assert len(found) == 1
        return found[0]

    async def stream(self, **asked: Any) -> AsyncGenerator[Json, None]:
        """Chunks; closing it cancels by id."""
        told = {**asked, "stream": True, "stream_options": {"include_usage": True}}
        async with aclosing(self._events("chat", told)) as events:
            async for one in events:
                yield one["body"]


class GrpcFace:
    """Over gRPC, translated to the shapes of the others."""

    name = "grpc"

    def __init__(self, house: Agents, key: str) -> None:
        self._channel = grpc.aio.insecure_channel(house.grpc, options=[("grpc.enable_http_proxy", 0)])
        self._meta = (("authorization", f"Bearer {key}"),) if key else ()

    async def close(self) -> None:
        """Go away."""
        await self._channel.close(None)

    async def models(self) -> list[str]:
        """Their names."""
        ask = self._channel.unary_unary(
            f"/{SERVICE}/ListModels", pb.ListModelsRequest.SerializeToString, pb.ModelList.FromString
        )
        try:
            told = await ask(pb.ListModelsRequest(), metadata=self._meta, timeout=WITHIN_S)
        except grpc.aio.AioRpcError as error:
            raise _of_grpc(error) from None
        return [one.id for one in told.models]

    async def chat(self, **asked: Any) -> Got:
        """One whole answer."""
        ask = self._channel.unary_unary(
            f"/{SERVICE}/Chat", pb.ChatRequest.SerializeToString, pb.ChatCompletion.FromString
        )
        try:
            told = await ask(_proto(asked), metadata=self._meta, timeout=WITHIN_S)
        except grpc.aio.AioRpcError as error:
            raise _of_grpc(error) from None
        return whole(_completion(told))

    async def stream(self, **asked: Any) -> AsyncGenerator[Json, None]:
        """Chunks; closing it cancels the call."""
        ask = self._channel.unary_stream(
            f"/{SERVICE}/StreamChat", pb.ChatRequest.SerializeToString, pb.ChatChunk.FromString
        )
        call = ask(_proto(asked), metadata=self._meta, timeout=WITHIN_S)
        try:
            async for told in call:
                head: Json = {"id": told.id, "created": told.created, "model": told.model}
                if told.HasField("usage"):
                    yield {**head, "choices": [], "usage": _usage(told.usage)}
                else:
                    yield {**head, "choices": [_delta(told.choice)], "kangban": _about(told.choice.about)}
        except grpc.aio.AioRpcError as error:
            raise _of_grpc(error) from None
        finally:
            call.cancel()


Face = HttpFace | WsFace | GrpcFace
FACES = (HttpFace, WsFace, GrpcFace)


async def gathered(chunks: AsyncGenerator[Json, None]) -> Got:
    """The answer a stream makes."""
    got = Got()
    async with aclosing(chunks):
        async for one in chunks:
            got.id, got.model, got.created = one["id"], one["model"], one["created"]
            got.usage = one.get("usage") or got.usage
            for told in one["choices"]:
                choice, delta = got.at(told["index"]), told["delta"]
                choice.content += delta.get("content") or ""
                choice.pieces += bool(delta.get("content"))
                choice.calls += _calls(delta.get("tool_calls") or [])
                choice.reason = told["finish_reason"] or choice.reason
                choice.about = (one.get("kangban") if told["finish_reason"] else None) or choice.about
    return got


def whole(told: Json) -> Got:
    """The answer as JSON tells it."""
    got = Got(told["id"], told["model"], told["created"], usage=told["usage"])
    for one in told["choices"]:
        message = one["message"]
        got.choices[one["index"]] = Choice(
            message["content"] or "", _calls(message.get("tool_calls") or []), one["finish_reason"], message["kangban"]
        )
    return got


def _calls(told: list[Json]) -> list[tuple[str, str, Json]]:
    return [(one["id"], one["function"]["name"], json.loads(one["function"]["arguments"])) for one in told]


def _raise_for(status: int, body: bytes | None) -> None:
    if status != 200:
        raise _refused(status, json.loads(body or b"{}")["error"])


def _refused(status: int, error: Json) -> Refused:
    assert set(error) == {"message", "type", "param", "code"}, error
    return Refused(status, error["code"], error["param"], error["message"])


def _status_of(error: Json) -> int:
    kinds = {
        "authentication_error": 401, "permission_error": 403, "not_found_error": 404, "conflict_error": 409,
        "rate_limit_error": 429, "server_error": 503,
    }  # fmt: skip
    return kinds.get(error["type"], 400)


def _of_grpc(error: grpc.aio.AioRpcError) -> Refused:
    more = {str(name): str(value) for name, value in error.trailing_metadata() or ()}
    status = _STATUS.get(error.code().name, 500)
    return Refused(status, more.get("kangban-code", ""), more.get("kangban-param"), error.details() or "")


def _proto(asked: Json) -> Any:
    from tests.support.v1_proto import request_of

    return request_of(asked)


def _delta(choice: Any) -> Json:
    calls = [_called(one) for one in choice.tool_calls]
    return {
        "index": choice.index, "delta": {"content": choice.content, "tool_calls": calls},
        "finish_reason": choice.finish_reason or None,
    }  # fmt: skip


def _called(one: Any) -> Json:
    return {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.arguments_json}}


def _completion(told: Any) -> Json:
    choices = [
        {
            "index": one.index, "finish_reason": one.finish_reason,
            "message": {"content": one.content, "tool_calls": [_called(c) for c in one.tool_calls],
                        "kangban": _about(one.about)},
        }
        for one in told.choices
    ]  # fmt: skip
    return {
        "id": told.id, "model": told.model, "created": told.created, "choices": choices, "usage": _usage(told.usage),
    }  # fmt: skip


def _usage(told: Any) -> Json:
    return {
        "prompt_tokens": told.prompt_tokens, "completion_tokens": told.completion_tokens,
        "total_tokens": told.prompt_tokens + told.completion_tokens,
    }  # fmt: skip


def _about(told: Any) -> Json:
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(told, preserving_proto_field_name=True)
