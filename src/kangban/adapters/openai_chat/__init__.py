"""Any OpenAI-compatible chat server behind the model port: our own lean client over aiohttp."""

from kangban.adapters.openai_chat.model import OpenAIChat
from kangban.adapters.openai_chat.settings import OpenAIChatSettings

__all__ = ["OpenAIChat", "OpenAIChatSettings"]
