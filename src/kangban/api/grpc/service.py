"""The gRPC server of the agents: every call through the same door and core as HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final, NoReturn
from urllib.parse import unquote

import grpc
import grpc.aio

from kangban.api.door import Caller
from kangban.api.grpc import kangban_pb2 as pb
from kangban.api.grpc.translate import asked_of, choice_of, chunk_of, model_of, usage_of
from kangban.api.v1.face import Face
from kangban.api.v1.faults import Fault, fault_of
from kangban.api.v1.told import Begun, Over, Working
from kangban.clinical.urgency import Lang
from kangban.kernel.errors import InvalidInput, Unavailable

SERVICE: Final = "kangban.v1.Agents"
_DRAIN_S: Final = 5.0
# gRPC reads a message before anybody has seen its key: what strangers can fill is one times the other.
MOST_MESSAGE: Final = 9 * 1024 * 1024
MOST_CALLS: Final = 32
_CODES: Final = {
    400: grpc.StatusCode.INVALID_ARGUMENT, 401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED, 404: grpc.StatusCode.NOT_FOUND, 409: grpc.StatusCode.ABORTED,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED, 429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    503: grpc.StatusCode.UNAVAILABLE,
}  # fmt: skip
Context = grpc.aio.ServicerContext[Any, Any]


class Agents:
    """The calls of kangban.proto."""

    def __init__(self, face: Face) -> None:
        self._face = face

    async def list_models(self, _request: pb.ListModelsRequest, context: Context) -> pb.ModelList:
        """All agents of the caller."""
        try:
            caller = await self._caller(context)
            return pb.ModelList(models=[model_of(one) for one in await self._face.models(caller)])
        except Exception as error:  # noqa: BLE001 - gRPC would tell the error's own words
            await _refuse(context, fault_of(error))

    async def chat(self, request: pb.ChatRequest, context: Context) -> pb.ChatCompletion:
        """One whole answer."""
        made = pb.ChatCompletion()
        choices: dict[int, pb.Choice] = {}
        async with aclosing(self.stream_chat(request, context)) as chunks:
            async for chunk in chunks:
                made.id, made.created, made.model = chunk.id, chunk.created, chunk.model
                if chunk.HasField("usage"):
                    made.usage.CopyFrom(chunk.usage)
                elif chunk.HasField("choice"):
                    told = chunk.choice
                    choice = choices.setdefault(told.index, pb.Choice(index=told.index))
                    choice.content += told.content
                    choice.tool_calls.extend(told.tool_calls)
                    if told.finish_reason:
                        choice.finish_reason = told.finish_reason
                        choice.about.CopyFrom(told.about)
        made.choices.extend(choices[index] for index in sorted(choices))
        return made

    async def stream_chat(self, request: pb.ChatRequest, context: Context) -> AsyncGenerator[pb.ChatChunk, None]:
        """Chunks as the guard releases them; a client that goes away closes this, and with it the run."""
        try:
            caller = await self._caller(context)
            begun = Begun("", 0, "")
            async with aclosing(self._face.chat(caller, asked_of(request), _language(request))) as events:
                async for event in events:
                    if isinstance(event, Begun):
                        begun = event
                    elif isinstance(event, Over):
                        chunk = chunk_of(begun)
                        chunk.usage.CopyFrom(usage_of(event.counted))
                        yield chunk
                    elif not isinstance(event, Working):
                        chunk = chunk_of(begun)
                        chunk.choice.CopyFrom(choice_of(event))
                        yield chunk
        except Exception as error:  # noqa: BLE001 - gRPC would tell the error's own words
            await _refuse(context, fault_of(error))

    async def _caller(self, context: Context) -> Caller:
        told = [
            value if isinstance(value, str) else value.decode("latin-1")
            for name, value in context.invocation_metadata() or ()
            if name == "authorization"
        ]
        return await self._face.entry.let_in(told, remote_of(context.peer()))


def remote_of(peer: str) -> str:
    """The address in gRPC's word for who called: "ipv4:127.0.0.1:5000", "ipv6:%5B::1%5D:5000"; "" for any other."""
    kind, _, rest = unquote(peer).partition(":")
    host = rest.rpartition(":")[0].strip("[]")
    return host if kind in ("ipv4", "ipv6") else ""


def _language(request: pb.ChatRequest) -> Lang | None:
    if request.language in ("zh", "en"):
        return "en" if request.language == "en" else "zh"
    if request.language:
        raise Fault(400, "zh or en", param="language", code="invalid_value")
    return None


async def _refuse(context: Context, fault: Fault) -> NoReturn:
    more: list[tuple[str, str]] = [("kangban-code", fault.code or "")]
    if fault.param:
        more.append(("kangban-param", "".join(c for c in fault.param if " " <= c <= "~")[:200]))
    if fault.wait_s:
        more.append(("retry-after", str(fault.wait_s)))
    await context.abort(_CODES.get(fault.status, grpc.StatusCode.INTERNAL), fault.message, tuple(more))
    raise fault  # abort has raised already


def _table(agents: Agents) -> grpc.GenericRpcHandler:
    def answer(message: Any) -> bytes:
        return message.SerializeToString()

    wrap = grpc.unary_unary_rpc_method_handler
    return grpc.method_handlers_generic_handler(
        SERVICE,
        {
            "ListModels": wrap(agents.list_models, pb.ListModelsRequest.FromString, answer),
            "Chat": wrap(agents.chat, pb.ChatRequest.FromString, answer),
            "StreamChat": grpc.unary_stream_rpc_method_handler(agents.stream_chat, pb.ChatRequest.FromString, answer),
        },
    )


@asynccontextmanager
async def listening(
    face: Face, host: str, port: int, ready: Callable[[str], None] = lambda _: None
) -> AsyncGenerator[int]:
    """Serve while the block runs; gives the port, and tells `ready` the address. Raises Unavailable for a taken port.

    There is no TLS here: beyond this machine it stands behind a proxy, as the pages do.
    """
    if not 0 <= port <= 65535:
        raise InvalidInput("no port", field="grpc")
    options = [
        ("grpc.max_receive_message_length", MOST_MESSAGE), ("grpc.so_reuseport", 0),
        ("grpc.max_concurrent_streams", 64), ("grpc.max_metadata_size", 16 * 1024),
    ]  # fmt: skip
    server = grpc.aio.server(options=options, maximum_concurrent_rpcs=MOST_CALLS)
    server.add_generic_rpc_handlers((_table(Agents(face)),))
    shown = _shown(host)
    try:
        bound = server.add_insecure_port(f"{shown}:{port}")
    except RuntimeError:
        raise Unavailable(f"cannot listen on {shown} port {port}", field="grpc") from None
    await server.start()
    try:
        ready(f"{shown}:{bound}")
        yield bound
    finally:
        await asyncio.shield(server.stop(_DRAIN_S))


def _shown(host: str) -> str:
    bare = host.strip("[]")
    try:
        return f"[{bare}]" if ipaddress.ip_address(bare).version == 6 else bare
    except ValueError:
        return bare
