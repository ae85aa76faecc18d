"""Keys of services, apart from everything else: who keeps the server sets them, and nobody is shown one again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from kangban.app import secret_file
from kangban.kernel.errors import InvalidInput, NotPermitted
from kangban.ports.tool import ToolSpec
from kangban.record.access import UNNAMED
from kangban.web.elements import Tag, button
from kangban.web.sure import sure_button
from kangban.web.workshop.inputs import SUBMIT_ONCE, clear_faults, fault_place, tell_fault
from kangban.web.workshop.reading import Fields
from kangban.web.workshop.room import Seat


async def may_set(seat: Seat) -> bool:
    """Whether this is who keeps the server, asked anew each time. A demo has nobody like that."""
    house = seat.visit.house
    if house.actor.account_id in UNNAMED or house.demo:
        return False
    account = await house.accounts.find_account(id=house.actor.account_id)
    return account is not None and account.operator


async def draw_secrets(seat: Seat, tools: Sequence[ToolSpec]) -> None:
    """The section; who may set nothing is told how it is done."""
    with Tag("section", classes="sec", aria_labelledby="secrets"):
        Tag("h2", seat.words("secrets"), id="secrets")
        if not await may_set(seat):
            Tag("p", seat.words("secrets_closed"), "small")
            return
        await _Secrets(seat, tools).draw()


class _Secrets:
    def __init__(self, seat: Seat, tools: Sequence[ToolSpec]) -> None:
        self._seat = seat
        self._wanted = sorted({need for one in tools for need in one.needs if not need.startswith("url:")})

    async def draw(self) -> None:
        """The form and the names that are set."""
        words = self._seat.words
        Tag("p", words("secrets_why"), "small")
        with Tag("form", classes="form", autocomplete="off", novalidate=True) as form:
            with Tag("div", classes="two"):
                with Tag("label", words("secret_name")):
                    Tag("input", type="text", name="secret", list="secret-names", maxlength="64", autocomplete="off")
                    fault_place("secret")
                with Tag("label", words("secret_value")):
                    Tag("input", type="password", name="value", maxlength="8192", autocomplete="new-password")
                    fault_place("value")
            with Tag("datalist", id="secret-names"):
                for name in self._wanted:
                    Tag("option", "", value=name)
            with Tag("div", classes="row"):
                button(words("secret_set"), "btn p", type="submit")
        form.on("submit", self._seat.visit.guarded_with(self._set), js_handler=SUBMIT_ONCE)
        self._place = Tag("div", role="status")
        await self._list()

    async def _list(self) -> None:
        words = self._seat.words
        there = await asyncio.to_thread(secret_file(self._seat.visit.household.settings).names)
        self._place.clear()
        with self._place, Tag("ul", classes="rows"):
            for name, place in there.items():
                with Tag("li"):
                    with Tag("span", classes="w"):
                        Tag("b", name, "code")
                        Tag("small", words(f"secret_from.{place}"))
                    if place == "file":
                        sure_button(
                            self._seat.visit, words("remove"), words("remove_sure"), self._remover(name),
                            aria_label=words("remove_of", name=name),
                        )  # fmt: skip

    async def _set(self, event: Any) -> None:
        await self._require()
        typed = Fields(event.args.get("pairs"))
        file = secret_file(self._seat.visit.household.settings)
        try:
            await asyncio.to_thread(file.put, typed.one("secret"), typed.raw("value"))
        except InvalidInput as error:
            field = "secret" if error.field == "name" else error.field
            tell_fault(self._seat, InvalidInput(error.message, field=field))
            return
        clear_faults()
        await self._list()

    def _remover(self, name: str) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            await self._require()
            await asyncio.to_thread(secret_file(self._seat.visit.household.settings).remove, name)
            await self._list()

        return work

    async def _require(self) -> None:
        if not await may_set(self._seat):
            raise NotPermitted("only who keeps the server sets its keys", key="error.not_operator")
