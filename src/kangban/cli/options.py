"""Options and running shared by the script commands."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import msgspec
import typer

if TYPE_CHECKING:
    from kangban.cli.sign_in import SignedIn
    from kangban.journeys.gate import Gate
    from kangban.journeys.house import House

_T = TypeVar("_T")

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="One JSON object a line on stdin, one answer a line.")]
Input = Annotated[str | None, typer.Option("--input", help="FILE or - with the JSON object.")]
Lang = Annotated[str, typer.Option("--lang", envvar="KANGBAN_LANG", help="zh or en.")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where the record lives.")]
Demo = Annotated[bool, typer.Option("--demo", help="Use the invented demo family.")]
As = Annotated[str | None, typer.Option("--as", envvar="KANGBAN_AS", help="Your login, where there are accounts.")]
PersonWords = Annotated[str | None, typer.Option("--person", help="A member id, or a JSON object.")]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A request that asks for nothing more than its command does."""


def run(
    shape: type[_T],
    work: Callable[[_T], Awaitable[dict[str, Any]]],
    *,
    words: dict[str, Any] | None,
    source: str | None,
    jsonl: bool,
    show: Callable[[dict[str, Any]], str] | None,
    after: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Run one script command and exit with the contract's code.

    `words` is the object made of the command's words; `show` prints it for people (None with --json).
    """
    import asyncio

    from kangban.cli import jsonio
    from kangban.kernel.errors import KangbanError

    if jsonl and source:
        raise typer.BadParameter("--jsonl reads stdin; give a file with --json", param_hint="--input")

    async def all_of_it() -> int:
        try:
            if jsonl:
                return await jsonio.run_lines(shape, work)
            try:
                raw = jsonio.read_input(source) if source else _in_utf8(words or {})
            except KangbanError as error:
                answer = jsonio.error_object(error)
            else:
                answer = await jsonio.run_one(raw, shape, work)
            if show is None or "error" in answer:
                jsonio.write(answer)
            else:
                print(show(answer))
            return jsonio.exit_of(answer)
        finally:
            if after is not None:
                await after()

    raise typer.Exit(asyncio.run(all_of_it()))


def _in_utf8(words: Any) -> Any:
    """The words of the command line in a locale that is not UTF-8; what is no UTF-8 stays as it came."""
    if isinstance(words, dict):
        return {key: _in_utf8(value) for key, value in cast("dict[str, Any]", words).items()}
    if isinstance(words, list):
        return [_in_utf8(each) for each in cast("list[Any]", words)]
    if not isinstance(words, str) or not any("\udc80" <= c <= "\udcff" for c in words):
        return words

    try:
        return os.fsencode(words).decode("utf-8")
    except UnicodeError:
        return words


def person_of(words: str | None) -> dict[str, Any] | str | None:
    """A member id, or a person object in JSON; raises BadParameter for braces that hold no JSON."""
    if words is None or not words.strip().startswith("{"):
        return words
    import msgspec

    try:
        return msgspec.json.decode(_in_utf8(words), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise typer.BadParameter("not one JSON object", param_hint="--person") from None


def language(lang: str) -> str:
    """Zh or en, else a usage error."""
    if lang not in ("zh", "en", ""):
        raise typer.BadParameter("zh or en", param_hint="--lang")
    return lang or "zh"


class Records:
    """Opens the family's store when a person is given by member id, and only then, as whoever types."""

    def __init__(self, data_dir: Path | None, demo: bool, as_login: str | None = None) -> None:
        self._data_dir = data_dir
        self._demo = demo
        # Commands without the option hear the environment, too.
        self._as_login = as_login or os.environ.get("KANGBAN_AS")
        self._signed_in: SignedIn | None = None

    async def house(self) -> House:
        """The family in view as the actor may see it; raises NotPermitted where nobody said who they are."""
        return (await self._entered()).house

    async def _entered(self) -> SignedIn:
        if self._signed_in is None:
            from kangban.cli.sign_in import sign_in
            from kangban.settings import read_settings

            settings = read_settings(data_dir=self._data_dir, demo=self._demo)
            self._signed_in = await sign_in(settings, self._as_login)
        return self._signed_in

    async def gate(self) -> Gate:
        """The doors, once the house is open."""
        return (await self._entered()).gate

    async def facts(self, person: Any) -> Any:
        """PersonFacts of a PersonIn, a member id, or nobody; raises NotFound."""
        from kangban.cli.shapes import PersonIn
        from kangban.clinical.person import UNKNOWN_PERSON

        if person is None:
            return UNKNOWN_PERSON
        if isinstance(person, PersonIn):
            return person.facts()
        from kangban.journeys.house import get_member
        from kangban.record.timeline import facts_of

        house = await self.house()
        member = await get_member(house, str(person))
        return await facts_of(house.store, house.family_id, member.id, house.clock.now())

    async def close(self) -> None:
        """Close what was opened; the session of this command ends with it."""
        if self._signed_in is not None:
            await self._signed_in.close()
