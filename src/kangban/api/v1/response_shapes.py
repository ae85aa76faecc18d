"""The output of a response, built event by event."""

from __future__ import annotations

from typing import Any

import msgspec

from kangban.api.v1.faults import Fault
from kangban.api.v1.told import Begun, CallsMade, ChoiceEnded, Counted, Event, Over, Piece, plain
from kangban.ports.chat_model import ToolCall

Json = dict[str, Any]


class Reply:
    """One response while it comes in; `take` gives the events that clients are told."""

    def __init__(self, model: str, metadata: Json | None) -> None:
        self.begun = False
        self._model, self._metadata = model, metadata or {}
        self._id, self._created = "", 0
        self._items: list[Json] = []
        self._text: list[str] = []
        self._counted = Counted()
        self._about: Json = {}
        self._status, self._cut = "in_progress", ""

    def take(self, event: Event) -> list[Json]:
        """The events for clients; [] for one that shows nothing."""
        if isinstance(event, Begun):
            self.begun, self._created = True, event.created
            self._id = event.id.replace("chatcmpl", "resp", 1)
            return [self._told("response.created"), self._told("response.in_progress")]
        if isinstance(event, Piece):
            return self._piece(event.text)
        if isinstance(event, CallsMade):
            return [one for call in event.calls for one in self._call(call)]
        if isinstance(event, ChoiceEnded):
            self._about = plain(event.about)
            self._cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(event.reason, "")
            return self._text_done() if self._text else []
        if isinstance(event, Over):
            self._counted = event.counted
            self._status = "incomplete" if self._cut else "completed"
            return [self._told(f"response.{self._status}")]
        return []

    def failed(self, fault: Fault) -> Json:
        """The last event of a response that broke off."""
        self._status = "failed"
        told = self._told("response.failed")
        code = fault.code or "server_error"
        return {**told, "response": {**told["response"], "error": {"code": code, "message": fault.message}}}

    def whole(self) -> Json:
        """The response as it stands."""
        return {
            "id": self._id, "object": "response", "created_at": self._created, "status": self._status,
            "model": self._model, "output": self._items, "error": None,
            "incomplete_details": {"reason": self._cut} if self._cut else None, "instructions": None,
            "metadata": self._metadata, "parallel_tool_calls": True, "temperature": None, "tool_choice": "auto",
            "tools": [], "top_p": None, "previous_response_id": None, "kangban": self._about,
            "usage": self._usage() if self._status in ("completed", "incomplete") else None,
        }  # fmt: skip

    def _usage(self) -> Json:
        told = self._counted
        return {
            "input_tokens": told.prompt_tokens, "input_tokens_details": {"cached_tokens": told.cached_tokens},
            "output_tokens": told.completion_tokens, "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": told.prompt_tokens + told.completion_tokens,
        }  # fmt: skip

    def _told(self, kind: str) -> Json:
        return {"type": kind, "response": {**self.whole(), "output": list(self._items)}}

    def _place(self, item: Json) -> Json:
        return {"item_id": item["id"], "output_index": len(self._items) - 1}

    def _piece(self, text: str) -> list[Json]:
        made: list[Json] = []
        if not self._text:
            item: Json = {
                "id": self._id.replace("resp", "msg", 1), "type": "message", "status": "in_progress",
                "role": "assistant", "content": [],
            }  # fmt: skip
            self._items.append(item)
            made = [
                {"type": "response.output_item.added", "output_index": len(self._items) - 1, "item": dict(item)},
                {"type": "response.content_part.added", **self._place(item), "content_index": 0, "part": _part("")},
            ]
        self._text.append(text)
        delta: Json = {"type": "response.output_text.delta", "content_index": 0, "delta": text, "logprobs": []}
        return [*made, {**delta, **self._place(self._items[-1])}]

    def _text_done(self) -> list[Json]:
        text, item = "".join(self._text), self._items[-1]
        item |= {"status": "completed", "content": [_part(text)]}
        at = {**self._place(item), "content_index": 0}
        return [
            {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
            {"type": "response.content_part.done", **at, "part": _part(text)},
            {"type": "response.output_item.done", "output_index": len(self._items) - 1, "item": dict(item)},
        ]

    def _call(self, call: ToolCall) -> list[Json]:
        item: Json = {
            "id": f"fc_{self._id.partition('-')[2]}_{len(self._items)}", "type": "function_call",
            "status": "completed", "call_id": call.id, "name": call.name,
            "arguments": msgspec.json.encode(call.arguments or {}).decode(),
        }  # fmt: skip
        self._items.append(item)
        at = self._place(item)
        return [
            {
                "type": "response.output_item.added",
                "output_index": at["output_index"],
                "item": {**item, "arguments": "", "status": "in_progress"},
            },
            {"type": "response.function_call_arguments.delta", **at, "delta": item["arguments"]},
            {
                "type": "response.function_call_arguments.done",
                **at,
                "arguments": item["arguments"],
                "name": item["name"],
            },
            {"type": "response.output_item.done", "output_index": at["output_index"], "item": dict(item)},
        ]


def _part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
