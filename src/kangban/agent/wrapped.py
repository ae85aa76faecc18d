"""A model over another one: it bears the other's name, stands where the other stands, and closes it."""

from __future__ import annotations

from kangban.ports.chat_model import ChatModel, Place


class WrappedModel:
    """What every wrapper behind the model port shares; a wrapper adds its own `stream`."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's own name."""
        return self._model.name

    @property
    def place(self) -> Place:
        """Where the model runs."""
        return self._model.place

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()
