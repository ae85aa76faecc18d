"""A child process: adds one file to a library and names every step, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kangban.app import close_house, open_doors
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.attachments import Upload
from kangban.journeys.house import seen_by
from kangban.journeys.library.adding import add
from kangban.settings import read_settings

ROWS = 4000


def content() -> bytes:
    """An invented set of questions and answers."""
    rows = "".join(f"第{n}个人腿抽筋怎么办,第{n}次抽筋时伸直腿并按摩。\n" for n in range(ROWS))
    return f"ask,answer\n{rows}".encode()


async def main(folder: str) -> None:
    opened = await open_doors(read_settings(data_dir=Path(folder)))
    house = seen_by(opened.house, local_actor(opened.house.family_id, "cli"))
    async for step in add(house, [Upload("rows.csv", content())]):
        sys.stdout.write(f"{step.step} {step.stored}\n")
        sys.stdout.flush()
    await close_house(opened.house)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
