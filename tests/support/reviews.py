"""A family with a doctor, a pharmacist and a nurse, and a model whose words the guard holds."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from kangban.adapters.blob_files import MemoryBlobs
from kangban.agent.offline.brain import OfflineBrain
from kangban.agent.scripted import ScriptedModel
from kangban.app import Opened, corpus_sections, search_index
from kangban.clinical.access import Actor, Licence, Membership, Role, system_actor
from kangban.clinical.account import Account, Tenant
from kangban.clinical.draft import Answer
from kangban.clinical.record import MedicationRequest, Patient
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.family import add_member, write_fact
from kangban.journeys.gate import Gate
from kangban.journeys.house import House, as_system, seen_by
from kangban.journeys.reviewing import queue
from kangban.journeys.reviewing.queue import Waiting
from kangban.journeys.turn_events import TurnDone, TurnEvent
from kangban.kernel.clock import Clock, FixedClock
from tests.support.stores import Doors, opened_doors

FAMILY = "home"
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
VALID, OVER = date(2027, 12, 31), date(2026, 5, 3)
ASKED = "奶奶发烧了，能吃布洛芬吗？"
# Words nobody else says, so that any piece of them found elsewhere is a leak.
PLANTED = "琥珀色风车磨坊第七盏铜灯笼摇晃着"
HELD = f"奶奶可以吃布洛芬，{PLANTED}一次吃一粒就行。"
# Held for a number without a source, which a licence may answer for.
NUMBERS = "今天去看医生。口服补液盐一次喝180毫升。"
GOOD = "今天去看医生。先不要吃布洛芬，它和华法林一起会增加出血风险。"


class NoPasswords:
    """Nobody logs in here."""

    def hash(self, password: str) -> str:
        return f"hash of {len(password)}"

    def verify(self, password_hash: str, password: str) -> bool:
        return False

    def is_outdated(self, password_hash: str) -> bool:
        return False


class Practice(msgspec.Struct, frozen=True):
    """One family's house, still closed, its people and its clock."""

    opened: Opened
    clock: FixedClock
    doors: Doors
    member: str

    def as_(self, who: str, *, role: Role = "manager", **kept: object) -> House:
        """The house as one of `PEOPLE` sees it."""
        place = PLACES[who]
        actor = Actor(who, NAMES[who], FAMILY, place.role, member_id=place.member_id, licence=place.licence)
        return seen_by(self.opened.house, msgspec.structs.replace(actor, **kept))

    @property
    def system(self) -> House:
        """The house as Kangban itself."""
        return as_system(self.opened.house)

    async def ask(
        self, words: str = HELD, *, who: str = "ma", client_id: str = "c1", text: str = ASKED, lang: str = "zh"
    ) -> tuple[Answer, list[TurnEvent]]:
        """One turn of a model that says `words`."""
        house = msgspec.structs.replace(self.as_(who), model=ScriptedModel(lambda _r: words, name="scripted"))
        asked = Question(self.member, text, client_id, lang="en" if lang == "en" else "zh")
        events = [event async for event in chat_turn(house, asked)]
        done = events[-1]
        assert isinstance(done, TurnDone)
        return done.answer, events

    async def held(self, words: str = HELD, *, who: str = "ma", client_id: str = "c1", text: str = ASKED) -> Waiting:
        """Ask, and find the item that waits."""
        answer, _ = await self.ask(words, who=who, client_id=client_id, text=text)
        assert (answer.verdict, answer.review) == ("hold", "waiting"), answer.checks
        return await queue.find_item(self.as_("dr"), answer.id)


NAMES = {
    "ma": "妈妈", "ba": "爸爸", "dr": "王医生", "dr2": "李医生", "ph": "赵药师", "nu": "孙护士", "old": "旧医生",
    "he": "阿姨", "op": "管理员",
}  # fmt: skip
PLACES = {
    one.account_id: one
    for one in (
        Membership("m-ma", "ma", FAMILY, "manager"),
        Membership("m-ba", "ba", FAMILY, "adult"),
        Membership("m-dr", "dr", FAMILY, "doctor", licence=Licence("D-110", ("all",), VALID)),
        Membership("m-dr2", "dr2", FAMILY, "doctor", licence=Licence("D-120", ("all",), VALID)),
        Membership("m-ph", "ph", FAMILY, "pharmacist", licence=Licence("P-7", ("medicines",), VALID)),
        Membership("m-nu", "nu", FAMILY, "nurse", licence=Licence("N-3", ("all",), VALID)),
        Membership("m-old", "old", FAMILY, "doctor", licence=Licence("D-1", ("all",), OVER)),
        Membership("m-he", "he", FAMILY, "helper"),
        Membership("m-op", "op", FAMILY, "operator"),
    )
}
PROFESSIONALS = ("dr", "dr2", "ph", "nu", "old")


@contextlib.asynccontextmanager
async def practice(
    kind: str, folder: Path, *, people: tuple[str, ...] = tuple(PLACES), clock: Clock | None = None,
    urls: dict[str, str] | None = None,
) -> AsyncIterator[Practice]:  # fmt: skip
    """A family over stores of one kind."""
    async with opened_doors(kind, folder) as doors:
        yield await furnish(doors, people=people, clock=clock, urls=urls or {})


async def furnish(
    doors: Doors, *, people: tuple[str, ...], clock: Clock | None = None, urls: dict[str, str]
) -> Practice:
    """Accounts, places, and a grandmother on warfarin."""
    fixed = FixedClock(NOW)
    ticking = clock or fixed
    for who in people:
        await doors.accounts.add_account(Account(who, who, NAMES[who], notify_url=urls.get(who, "")))
        await doors.accounts.put_membership(PLACES[who])
    await doors.accounts.put_tenant(Tenant(FAMILY, "family", "家", NOW))
    offline = OfflineBrain()
    house = House(
        family_id=FAMILY, demo=False, store=doors.records, blobs=MemoryBlobs(), search=search_index(),
        sections=corpus_sections(), model=offline, offline=offline, clock=ticking, actor=system_actor(FAMILY),
        accounts=doors.accounts, audit=doors.audit, notices=doors.notices,
    )  # fmt: skip
    house = seen_by(house, system_actor(FAMILY))
    member = await add_member(
        house, Patient("沈桂兰", "奶奶", "female", date(1947, 3, 2)), client_id="nainai", consent=True
    )
    await write_fact(house, member, MedicationRequest("华法林", "3 mg", 1))
    gate = Gate(doors.accounts, doors.audit, doors.notices, NoPasswords(), ticking)
    return Practice(Opened(house, gate), fixed, doors, member)


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)
