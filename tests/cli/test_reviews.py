"""`kangban reviews` and `kangban worker`, as the doctor and as the family, each with a login: a key never reviews."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from kangban.adapters.argon_passwords import ArgonPasswords
from kangban.app import close_house, open_doors
from kangban.clinical.access import Licence
from kangban.journeys.chat_turn import find_answer
from kangban.kernel.clock import SystemClock
from kangban.record.accessed import AccessedStore
from kangban.settings import Settings
from tests.cli.script import Script
from tests.support.reviews import GOOD, PLANTED, Practice, furnish
from tests.support.stores import Doors

PEOPLE = ("ma", "dr", "he")
PASSWORD = "correct horse battery staple"


class Desk:
    """A held answer in a directory, and a script for each person."""

    def __init__(self, family: Practice, folder: Path, answer_id: str) -> None:
        self.family, self.script, self.answer_id = family, Script(folder), answer_id

    def run(self, who: str, *words: str) -> tuple[int, dict]:
        ran = self.script.run("reviews", *words, "--json", "--as", who, stdin=f"{PASSWORD}\n".encode())
        return ran.code, ran.answer


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await open_doors(Settings(data_dir=tmp_path))
    store = opened.house.store
    assert isinstance(store, AccessedStore)
    doors = Doors(store.inner, opened.house.accounts, opened.house.audit, opened.house.notices)
    family = await furnish(doors, people=PEOPLE, clock=SystemClock(), urls={})
    answer, _ = await family.ask()
    assert answer.review == "waiting"
    hashed = ArgonPasswords().hash(PASSWORD)
    for who in PEOPLE:
        account = await doors.accounts.find_account(id=who)
        assert account is not None
        await doors.accounts.change_account(replace(account, password_hash=hashed))
    yield Desk(family, tmp_path, answer.id)
    await close_house(opened.house)


async def test_a_reviewer_sees_claims_and_decides(desk: Desk) -> None:
    code, listed = desk.run("dr", "list")
    assert code == 0
    [row] = listed["reviews"]
    assert (row["answer"], row["urgency"], row["topics"]) == (desk.answer_id, "same_day", ["medicines", "triage"])
    code, shown = desk.run("dr", "show", row["version"])
    assert PLANTED in shown["held"]
    assert shown["person"]["medicines"]
    assert "own_judgement" in shown["reasons"]["approve"]
    code, taken = desk.run("dr", "claim", row["version"])
    assert (code, taken["status"]) == (0, "open")
    code, moved = desk.run("dr", "decide", row["version"], "edit", "--reason", "corrected", "--text", GOOD)
    assert (code, moved["error"]["code"]) == (5, "conflict")
    code, refused = desk.run("dr", "decide", taken["version"], "approve", "--reason", "own_judgement")
    assert code == 2
    assert "unsafe_medicine" in refused["error"]["message"]
    code, done = desk.run("dr", "decide", taken["version"], "edit", "--reason", "corrected", "--text", GOOD)
    assert (code, done["status"]) == (0, "edited")
    item = next(iter(await desk.family.system.store.entries("home", kinds=["ReviewItem"])))
    answer = await find_answer(desk.family.system, item.body.message_id)  # type: ignore[union-attr]
    assert answer is not None
    assert answer.reviewed is not None
    assert answer.reviewed.name == "王医生"


async def test_the_family_sees_how_it_stands_and_answers(desk: Desk) -> None:
    code, state = desk.run("ma", "show", desk.answer_id)
    assert (code, state["state"]["status"]) == (0, "open")
    assert PLANTED not in str(state)
    version = desk.run("dr", "list")[1]["reviews"][0]["version"]
    code, asked = desk.run("dr", "decide", version, "ask", "--reason", "fact_missing", "--note", "体温最高到多少度？")
    assert (code, asked["status"]) == (0, "asked")
    code, state = desk.run("ma", "show", desk.answer_id)
    assert state["state"]["question"] == "体温最高到多少度？"
    code, back = desk.run("ma", "answer", state["state"]["entry_id"], "38度2")
    assert (code, back["status"]) == (0, "open")
    assert desk.run("dr", "show", back["version"])[1]["events"][-1]["note"] == "38度2"


REFUSED = (
    ("ma", ("list",), 3),
    ("ma", ("decide", "@", "reject", "--reason", "unsafe"), 3),
    ("he", ("show", "@"), 4),
    ("he", ("answer", "@", "38度"), 4),
    ("dr", ("show", "nothing"), 4),
    ("dr", ("claim", "nothing"), 4),
    ("dr", ("decide", "@", "release", "--reason", "unsafe"), 2),
    ("dr", ("decide", "@", "reject", "--reason", "because"), 2),
    ("dr", ("decide", "@", "edit", "--reason", "corrected"), 2),
    ("dr", ("decide", "@", "ask", "--reason", "unclear"), 2),
    ("dr", ("answer", "@", "38度"), 4),
)  # fmt: skip


async def test_what_is_refused(desk: Desk) -> None:
    version = desk.run("dr", "list")[1]["reviews"][0]["version"]
    for who, words, code in REFUSED:
        got, answer = desk.run(who, *(version if w == "@" else w for w in words))
        assert got == code, (who, words, answer)
        assert PLANTED not in str(answer)
    assert desk.run("dr", "list")[1]["reviews"][0]["version"] == version, "nothing has changed"


async def test_a_licence_that_ran_out(desk: Desk) -> None:
    place = (await desk.family.doors.accounts.memberships(account_id="dr"))[0]
    over = Licence("D-110", ("all",), datetime.now(UTC).date() - timedelta(days=2))
    await desk.family.doors.accounts.put_membership(replace(place, licence=over))
    code, answer = desk.run("dr", "list")
    assert code == 3
    assert "licence" in answer["error"]["message"]


async def test_one_round_of_the_worker(desk: Desk) -> None:
    ran = desk.script.run("worker", "--once")
    assert (ran.code, ran.out.decode().strip()) == (0, "sent 0, ran out 0")
