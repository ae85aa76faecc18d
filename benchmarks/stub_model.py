"""A chat server without latency for benches, the same for every client: answers are made before the first request.

`python stub_model.py` prints its port. Standard library only. A request gets: 300 pieces when its text holds LONG; a
tool call when its newest message says TOOL (native when it offers tools, else ReAct text); else five words. Streamed
or whole, as asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

HEAD = {"id": "chatcmpl-1", "created": 1, "model": "m", "system_fingerprint": "stub"}
USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "double", "arguments": '{"number": 21}'}}
REACT_CALL = 'Thought: need it\nAction: Double.run\nAction Input: {"number": 21}\n'
REACT_END = "Thought: done\nFinal Answer: word word word word word"


def streamed(deltas: list[dict[str, Any]], finish: str) -> bytes:
    """A whole streamed response: role first, then the deltas, finish reason, usage and [DONE]."""
    kind = {**HEAD, "object": "chat.completion.chunk"}
    chunks: list[dict[str, Any]] = [
        {**kind, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
        for delta in [{"role": "assistant", "content": ""}, *deltas]
    ]
    chunks.append({**kind, "choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish}]})
    chunks.append({**kind, "choices": [], "usage": USAGE})
    events = [b"data: " + json.dumps(each).encode() + b"\n\n" for each in chunks] + [b"data: [DONE]\n\n"]
    body = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in events)
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        + body
        + b"0\r\n\r\n"
    )


def whole(message: dict[str, Any], finish: str) -> bytes:
    """A whole response that is not streamed."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "logprobs": None, "finish_reason": finish}
    body = json.dumps({**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def words(count: int) -> list[dict[str, Any]]:
    """`count` deltas of one word."""
    return [{"content": "word "} for _ in range(count)]


def both(deltas: list[dict[str, Any]], message: dict[str, Any], finish: str) -> dict[bool, bytes]:
    """Streamed (True) and whole (False)."""
    return {True: streamed(deltas, finish), False: whole(message, finish)}


LONG = both(words(300), {"content": "word " * 300}, "stop")
SHORT = both(words(5), {"content": "word " * 5}, "stop")
TOOL = both([{"tool_calls": [CALL]}], {"content": None, "tool_calls": [CALL]}, "tool_calls")
REACT = both([{"content": REACT_CALL}], {"content": REACT_CALL}, "stop")
REACT_SHORT = both([{"content": REACT_END}], {"content": REACT_END}, "stop")


def answer(body: bytes) -> bytes:
    """The response to a request body; looks into JSON only as far as it must."""
    request = json.loads(body)
    newest = str(request["messages"][-1].get("content"))
    stream = bool(request.get("stream"))
    react = "Action Input" in str(request["messages"][0].get("content"))
    if "LONG" in newest:
        return LONG[stream]
    if "TOOL" in newest:
        return (TOOL if request.get("tools") else REACT)[stream]
    return (REACT_SHORT if react else SHORT)[stream]


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one connection until it closes."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            at = head.find(b"content-length:")
            size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            writer.write(answer(await reader.readexactly(size)))
    writer.close()


async def serve() -> None:
    """Serve until killed."""
    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
