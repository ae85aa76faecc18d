"""One access decision in a family of eight with accounts and shares, and what access adds to a chat turn."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from kangban.app import close_house, open_doors
from kangban.clinical.access import GROUP_OF, Actor, Licence, Membership, Purpose, Role
from kangban.clinical.record import Body, Consent, Entry, Patient, Provenance
from kangban.journeys.accounts.local import demo_actor
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.house import as_system, seen_by
from kangban.record.access import decide
from kangban.record.policy import Policy, policy_of
from kangban.settings import Settings

NOW = datetime(2026, 5, 3, tzinfo=UTC)
BORN = {"gran": 1944, "mum": 1984, "dad": 1983, "teen": 2011, "kid": 2016, "uncle": 1980, "baby": 2024, "aunt": 1990}
LICENCE = Licence("110", ("all",), date(2030, 1, 1))
QUESTIONS = (
    ("nainai", "感冒发烧，家里有布洛芬，能吃吗？"),
    ("baba", "空腹血糖 8.6 高吗"),
    ("mama", "胃疼，能吃布洛芬吗"),
)
ROUNDS = 20


def family() -> tuple[Policy, list[Actor]]:
    roles = [role for role in get_args(Role) if role != "system"]
    own: dict[str, str | None] = {"manager": "mum", "adult": "dad", "elder": "gran", "teen": "teen", "child": "kid"}
    places = [Membership(f"m-{r}", f"a-{r}", "home", r, own.get(r), LICENCE) for r in roles]
    bodies: list[tuple[str, Body, datetime]] = []
    for member, year in BORN.items():
        bodies.append((member, Patient(member, born_on=date(year, 6, 1)), NOW - timedelta(days=900)))
        bodies.append((member, Consent("health_data", "record", True), NOW - timedelta(days=900)))
        for day, role in itertools.product(range(0, 800, 40), ("helper", "doctor")):
            word = Consent("share", f"a-{role}", day % 80 == 0, ("medicines", "allergies"), ("view", "ask"))
            bodies.append((member, word, NOW - timedelta(days=day)))
    log = [
        Entry(f"e{n}", "home", member, body, at, at, Provenance("a-manager", "person"))
        for n, (member, body, at) in enumerate(bodies)
    ]
    actors = [Actor(p.account_id, p.role, "home", p.role, p.member_id, LICENCE) for p in places]
    return policy_of("home", log, places), actors


def _decisions() -> list[float]:
    policy, actors = family()
    asked = list(itertools.product(actors, BORN, GROUP_OF, get_args(Purpose)))
    spent: list[float] = []
    for actor, member, kind, purpose in asked:
        started = time.perf_counter()
        decide(policy, actor, member, kind, purpose, NOW)
        spent.append((time.perf_counter() - started) * 1e6)
    return spent


async def _turns() -> tuple[list[float], list[float]]:
    """Turns of Kangban itself, which nobody restricts, and of a person, taken in turn on one store."""
    spent: dict[str, list[float]] = {"system": [], "person": []}
    with tempfile.TemporaryDirectory() as folder:
        opened = await open_doors(Settings(data_dir=Path(folder), demo=True))
        houses = {"system": as_system(opened.house), "person": seen_by(opened.house, demo_actor("demo"))}
        for number in range(ROUNDS):
            for (member, text), (name, house) in itertools.product(QUESTIONS, houses.items()):
                started = time.perf_counter()
                async for _ in chat_turn(house, Question(member, text, f"{name}{number}", f"{name}{number}")):
                    pass
                if number:  # the first round warms up
                    spent[name].append((time.perf_counter() - started) * 1000)
        await close_house(opened.house)
    return spent["system"], spent["person"]


def run() -> dict[str, Any]:
    spent = sorted(_decisions())
    system, person = asyncio.run(_turns())
    slower = statistics.median(p / s for p, s in zip(person, system, strict=True))
    return {
        "decisions": len(spent),
        "access decision, median": {"value": spent[len(spent) // 2], "unit": "µs"},
        "access decision, p99": {"value": spent[int(len(spent) * 0.99)], "unit": "µs", "limit": 50},
        "chat turn of Kangban itself, median": {"value": statistics.median(system), "unit": "ms"},
        "chat turn of a person, median": {"value": statistics.median(person), "unit": "ms"},
        "chat turn, what access and its audit add": {"value": (slower - 1) * 100, "unit": "%", "limit": 10},
    }
