"""A model server in a process of its own, standard library only: it calls one tool and repeats what the tool said.

`python -m tests.examples.stub_model` prints its port. POST /NAME/v1/chat/completions plays the scene NAME: the first
answer calls the scene's tool (as a native call where tools were sent, else in ReAct text), the next one tells what
came back. GET /seen gives every request.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PRESCRIBED = "阿莫西林 0.5g 每日三次 连服7天"
SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "interaction": ("check_medication", {"medicines": [{"name": "华法林"}, {"name": "布洛芬"}]}),
    "prescription": ("calendar_event", {"events": [{"title": PRESCRIBED, "starts": "2026-12-01T08:30"}]}),
    "wrong": ("calculator", {"expression": "import os"}),
}
SEEN: list[dict[str, Any]] = []


def text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)


def results(messages: list[dict[str, Any]]) -> list[str]:
    """What tools said, as the frameworks hand it back."""
    return [
        text_of(each) for each in messages
        if each["role"] == "tool" or text_of(each).startswith(("Response:", "Observation:"))
    ]  # fmt: skip


def answer(scene: str, asked: dict[str, Any]) -> dict[str, Any]:
    name, arguments = SCENES[scene]
    said = results(asked["messages"])
    tools = {each["function"]["name"] for each in asked.get("tools", [])}
    if said:
        told = f"TOOL SAID {said[-1]}"
        if "final_answer" in tools:
            return calling("final_answer", {"answer": told})
        return {"role": "assistant", "content": told if tools else f"Thought: done\nFinal Answer: {told}"}
    if tools:
        return calling(name, arguments)
    written = json.dumps(arguments, ensure_ascii=False)
    return {"role": "assistant", "content": f"Thought: I look\nAction: {name}\nAction Input: {written}\n"}


def calling(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
    }


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.give(SEEN)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        scene = self.path.split("/")[1]
        SEEN.append({"scene": scene, "body": asked})
        message = answer(scene, asked)
        reason = "tool_calls" if "tool_calls" in message else "stop"
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        self.give(
            {"id": "x", "object": "chat.completion", "created": 1, "model": "stub", "choices": [choice], "usage": usage}
        )

    def give(self, told: Any) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    print(server.server_port, flush=True)
    server.serve_forever()
