"""langgraph's prebuilt ReAct agent over langchain-openai."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from langchain_core.messages import AIMessageChunk
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent


@tool
def double(number: int) -> dict[str, int]:
    """Doubles a number."""
    return {"twice": number * 2}


def jobs(base_url: str) -> dict[str, Callable[[], Awaitable[str]]]:
    agent = create_react_agent(ChatOpenAI(base_url=base_url, api_key="key", model="m"), [double], prompt="Be brief.")

    async def ask(text: str) -> str:
        answer = await agent.ainvoke({"messages": [("user", text)]})
        return answer["messages"][-1].content

    async def stream() -> str:
        pieces: list[str] = []
        async for piece, _ in agent.astream({"messages": [("user", "LONG")]}, stream_mode="messages"):
            if isinstance(piece, AIMessageChunk):
                pieces.append(str(piece.content))
        return "".join(pieces)

    return {"plain": lambda: ask("hi"), "tool": lambda: ask("TOOL"), "stream": stream}
