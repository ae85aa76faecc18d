"""What the interface needs of the server it stands in; the pages' household is one."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import HTTPConnection

from kangban.clinical.access import Actor
from kangban.journeys.gate import Gate
from kangban.journeys.house import House
from kangban.settings import Settings


class Comer(Protocol):
    """Whoever a cookie stands for. `token` is the session's own, "" in the demo."""

    actor: Actor
    token: str

    @property
    def demo(self) -> bool:
        """Whether this is a visitor of the invented family."""
        ...


class Houses(Protocol):
    """The houses one server process has open."""

    @property
    def settings(self) -> Settings:
        """As read at start."""
        ...

    async def gate(self) -> Gate:
        """The gate of the own server."""
        ...

    def in_demo(self, connection: HTTPConnection) -> bool:
        """Whether this browser looks at the demo family."""
        ...

    async def visitor(self, connection: HTTPConnection) -> Comer | None:
        """Whoever a request's cookie stands for, read anew."""
        ...

    async def house_for(self, actor: Actor, *, demo: bool) -> House:
        """The actor's family, as the actor may see it."""
        ...
