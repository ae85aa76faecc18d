"""`kangban chat`: the same turn in a terminal."""

from __future__ import annotations

import asyncio
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from kangban.cli.options import As, DataDir, Demo, Lang, Records, language


def chat(
    member: Annotated[str, typer.Argument(help="A member id.")],
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Talk about one member; an empty line or Ctrl-D ends it."""
    raise typer.Exit(asyncio.run(_talk(member, language(lang), Records(data_dir, demo, as_))))


async def _talk(member: str, lang: str, records: Records) -> int:
    from kangban.journeys.chat_turn import Question, chat_turn
    from kangban.journeys.house import get_member
    from kangban.journeys.turn_events import StepShown, TurnDone
    from kangban.kernel.errors import KangbanError
    from kangban.kernel.ids import new_id
    from kangban.kernel.texts import t

    conversation = new_id("conversation")
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # pyright: ignore[reportUnknownMemberType]
    try:
        house = await records.house()
        await get_member(house, member)
        while True:
            try:
                text = await asyncio.to_thread(input, "> ")
            except EOFError:
                return 0
            if not text.strip():
                return 0
            question = Question(member, text, new_id("cli"), conversation, lang)  # pyright: ignore[reportArgumentType]
            async for event in chat_turn(house, question):
                if isinstance(event, StepShown):
                    print(f"  · {t(event.step.key, lang, **event.step.values)}")
                elif isinstance(event, TurnDone):
                    print(event.answer.text)
    except KangbanError as error:
        typer.echo(error.message, err=True)
        return error.exit_code
    finally:
        await records.close()
