"""`kangban ask`: the whole chat turn, guard included, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kangban.cli.options import (
    As,
    DataDir,
    Demo,
    Input,
    Json,
    Jsonl,
    Lang,
    PersonWords,
    Records,
    language,
    person_of,
    run,
)

if TYPE_CHECKING:
    from kangban.cli.shapes import AskIn
    from kangban.journeys.attachments import Upload
    from kangban.journeys.house import House


def ask(
    text: Annotated[str, typer.Argument(help="The question.")] = "",
    person: PersonWords = None,
    attach: Annotated[list[Path] | None, typer.Option("--attach", help="A file to show.")] = None,
    json: Json = False,
    jsonl: Jsonl = False,
    input: Input = None,
    lang: Lang = "zh",
    data_dir: DataDir = None,
    demo: Demo = False,
    as_: As = None,
) -> None:
    """Ask one question about a person."""
    from kangban.cli.shapes import AskIn

    shown = language(lang)
    records = Records(data_dir, demo, as_)

    async def work(asked: AskIn) -> dict[str, Any]:
        return await answer_of(asked, records, data_dir, shown)

    words: dict[str, Any] = {"text": text, "person": person_of(person)}
    if attach:
        words["attachments"] = [str(p) for p in attach]
    run(
        AskIn,
        work,
        words=words,
        source=input,
        jsonl=jsonl,
        show=None if json else lambda a: a["text"],
        after=records.close,
    )


async def answer_of(asked: AskIn, records: Records, data_dir: Path | None, lang: str) -> dict[str, Any]:
    """Run one turn for a member of the record, or for a person given in words (kept nowhere)."""
    from kangban.app import close_house
    from kangban.cli.shapes import check_text
    from kangban.journeys.chat_turn import Question, chat_turn
    from kangban.journeys.turn_events import TurnDone
    from kangban.kernel.errors import Broken
    from kangban.kernel.ids import new_id
    from kangban.toolbox.contract import answer_object

    uploads = _uploads(asked.attachments or [])
    if not uploads:
        check_text(asked.text)
    house, member = await _who(asked, records, data_dir)
    question = Question(member, asked.text, new_id("cli"), new_id("conversation"), lang, uploads)  # pyright: ignore[reportArgumentType]
    try:
        async for event in chat_turn(house, question):
            if isinstance(event, TurnDone):
                return answer_object(event.answer, lang)  # pyright: ignore[reportArgumentType]
    finally:
        if not isinstance(asked.person, str):
            await close_house(house)  # one house per guest
    raise Broken("the turn ended without an answer")


async def _who(asked: AskIn, records: Records, data_dir: Path | None) -> tuple[House, str]:
    from kangban.app import guest_house
    from kangban.cli.shapes import PersonIn
    from kangban.journeys.guest import write_person
    from kangban.journeys.house import get_member
    from kangban.settings import read_settings

    if isinstance(asked.person, str):
        house = await records.house()
        return house, (await get_member(house, asked.person)).id
    house, member = await guest_house(read_settings(data_dir=data_dir))
    if isinstance(asked.person, PersonIn):
        await write_person(house, member, asked.person.facts())
    return house, member


def _uploads(paths: list[str]) -> tuple[Upload, ...]:
    from kangban.journeys.attachments import Upload
    from kangban.kernel.errors import InvalidInput

    found: list[Upload] = []
    for n, path in enumerate(paths):
        try:
            found.append(Upload(Path(path).name, Path(path).read_bytes()))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise InvalidInput(
                f"the attachment cannot be read: {type(error).__name__}", field=f"attachments[{n}]"
            ) from None
    return tuple(found)
