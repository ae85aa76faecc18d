"""How a model is spoken to when it should call tools. Each protocol is a chat model around a chat model."""

from kangban.agent.protocols.wrap import speak

__all__ = ["speak"]
