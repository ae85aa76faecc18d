"""A button for what cannot be undone: the first press asks, the second does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.web.elements import Tag, button
from kangban.web.visit import Visit


def sure_button(visit: Visit, text: str, asked: str, work: Callable[[], Awaitable[None]], **attributes: str) -> Tag:
    """Draw it; `asked` takes the place of `text` once it was pressed, until it loses the focus."""
    pressed = False

    async def press() -> None:
        nonlocal pressed
        if pressed:
            await work()
            return
        pressed = True
        one.set_text(asked)
        one.props.pop("aria-label", None)
        one.classes(replace="btn bad")

    def leave() -> None:
        nonlocal pressed
        if pressed:
            pressed = False
            one.set_text(text)
            one.classes(replace="btn flat")

    one = button(text, "btn flat", **attributes)
    one.on("click", visit.guarded(press), js_handler="() => emit()")
    one.on("blur", leave, js_handler="() => emit()")
    return one
