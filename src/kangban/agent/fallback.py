"""Several models behind one port: the next is asked when one fails before it said anything."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence

from kangban.agent.closing import closed_after
from kangban.kernel.errors import InvalidInput, KangbanError, Unavailable
from kangban.ports.chat_model import ChatEvent, ChatModel, ChatRequest, Place

# A refusal that is the model's own, not the request's: another model may take it.
_OWN = frozenset({"model.key_refused", "model.unknown_model", "model.no_credit", "model.too_long", "model.no_tools"})
_FARTHER: dict[Place, int] = {"this_machine": 0, "mainland": 1, "abroad": 2}


class Chain:
    """Models in order of preference. A stream that has begun is never begun again by another model.

    `place` is the farthest of them: what may be sent to the chain may be sent to each. `on_switch` hears
    (model that failed, translation key, model asked next).
    """

    def __init__(self, models: Sequence[ChatModel], on_switch: Callable[[str, str, str], None] | None = None) -> None:
        if not models:
            raise InvalidInput("a chain needs a model", field="fallback")
        self._models = tuple(models)
        self._on_switch = on_switch
        self._answered = self._models[0]

    @property
    def name(self) -> str:
        """The model that answered last, at first the preferred one."""
        return self._answered.name

    @property
    def place(self) -> Place:
        """The farthest place of all."""
        return max((each.place for each in self._models), key=_FARTHER.__getitem__)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield one model's events; raises the error of the last model, or at once what another could not mend."""
        for model, following in zip(self._models, (*self._models[1:], None), strict=True):
            begun = False
            try:
                async with closed_after(model.stream(request)) as events:
                    async for event in events:
                        if not begun:
                            begun, self._answered = True, model
                        yield event
                return
            except KangbanError as error:
                if begun or following is None or not _may_pass_on(error):
                    raise
                if self._on_switch is not None:
                    self._on_switch(model.name, error.key, following.name)

    async def close(self) -> None:
        """Close every model, also where closing one fails."""
        failed: KangbanError | None = None
        for each in self._models:
            try:
                await each.close()
            except KangbanError as error:
                failed = error
        if failed is not None:
            raise failed


def _may_pass_on(error: KangbanError) -> bool:
    return isinstance(error, Unavailable) or (isinstance(error, InvalidInput) and error.key in _OWN)
