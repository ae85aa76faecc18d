"""While an answer is held, no piece of it is anywhere but before its reviewers: not while, not after it was refused."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban import worker
from kangban.agent.scripted import ScriptedCall, ScriptedMessage, ScriptedModel
from kangban.app import close_house, open_doors
from kangban.clinical.access import Purpose
from kangban.journeys import family as keeping
from kangban.journeys.accounts.keys import make_key
from kangban.journeys.auditing import reading
from kangban.journeys.chat_turn import Question, chat_turn, find_answer
from kangban.journeys.conversation import read_conversation
from kangban.journeys.house import for_purpose, seen_by
from kangban.journeys.replay import replay_case
from kangban.journeys.reviewing import deciding, queue, watching
from kangban.journeys.turn_events import TurnDone, TurnEvent
from kangban.kernel.errors import KangbanError
from kangban.ports.chat_model import ChatRequest
from kangban.record.access import PURPOSES
from kangban.record.accessed import AccessedStore
from kangban.settings import Settings
from tests.cli.script import Script
from tests.support.inbox import Inbox
from tests.support.reviews import ASKED, PLACES, Practice, furnish, minutes
from tests.support.stores import Doors

WINDOW = 12
PLANT = "琥珀色风车磨坊第七盏铜灯笼在蓝雪里摇晃着走过去"
PLANT_EN = "amber windmill lanterns whirling across a copper glacier"
FAMILY_ROLES = ("ma", "ba", "he", "op")
OUTSIDERS = (*FAMILY_ROLES, "old", "ph", "nu")


def pieces(text: str) -> set[str]:
    return {text[n : n + WINDOW] for n in range(len(text) - WINDOW + 1)}


PIECES = pieces(PLANT) | pieces(PLANT_EN)


def leaks(seen: object) -> set[str]:
    """Planted pieces in anything that can be looked at, escaped or not."""
    text = seen if isinstance(seen, str) else msgspec.json.encode(seen).decode()
    plain = text
    with contextlib.suppress(UnicodeError):
        plain = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    both = f"{text}\n{plain}\n{''.join(text.split())}"
    return {one for one in PIECES if one in both}


def said(plant: str) -> str:
    if plant == PLANT:
        return f"奶奶可以吃布洛芬，{plant}一次吃一粒就行。\n【问】{plant}，明白吗？\n【选】{plant[:20]}|好的"
    return f"She can take ibuprofen, {plant}, it is perfectly safe.\nQ: {plant}?\nOPTIONS: {plant[:30]}|OK"


CALLS = (
    None,
    ("check_medication", {"medicines": [{"name": "@"}]}),
    ("check_medication", {"medicines": [{"name": "布洛芬", "dose": "@"}], "also_taking": [{"name": "@"}]}),
    ("check_medication", {"medicines": [{"name": "布洛芬"}], "@": "@"}),
    ("add_to_record", {"kind": "condition", "name": "@"}),
    ("add_to_record", {"kind": "medicine", "name": "华法林", "dose": "@"}),
    ("add_to_record", {"kind": "observation", "name": "@", "value": 1, "unit": "@"}),
    ("search_knowledge", {"query": "@"}),
    ("check_food", {"foods": ["@"]}),
    ("judge_lab_value", {"name": "@", "value": 1}),
    ("calculate", {"what": "convert", "amount": "@", "to_unit": "@"}),
    ("triage", {"text": "@"}),
    ("@", {"@": "@"}),
)


def planted(value: object, plant: str) -> object:
    return json.loads(json.dumps(value, ensure_ascii=False).replace("@", plant))


class Held(msgspec.Struct):
    """A family on the disk with one answer held, and everything that was seen on the way."""

    family: Practice
    script: Script
    inbox: Inbox
    key: str
    message_id: str
    answer_id: str
    seen: list[object]


@contextlib.asynccontextmanager
async def holding(folder: Path, call: tuple[str, dict[str, object]] | None, plant: str) -> AsyncIterator[Held]:
    opened = await open_doors(Settings(data_dir=folder))
    store = opened.house.store
    assert isinstance(store, AccessedStore)
    doors = Doors(store.inner, opened.house.accounts, opened.house.audit, opened.house.notices)
    inbox = Inbox()
    urls = dict.fromkeys(("ma", "dr", "ph", "nu"), inbox.url)
    family = await furnish(doors, people=tuple(PLACES), urls=urls)

    def play(request: ChatRequest) -> ScriptedMessage:
        if call is not None and request.messages[-1].role != "tool":
            name, arguments = planted(list(call), plant)  # type: ignore[misc]
            return ScriptedMessage(calls=(ScriptedCall(name, arguments),), text=plant)
        return ScriptedMessage(text=said(plant))

    asker = msgspec.structs.replace(family.as_("ma"), model=ScriptedModel(play, name="scripted"))
    events: list[TurnEvent] = [e async for e in chat_turn(asker, Question(family.member, ASKED, "c1"))]
    done = events[-1]
    assert isinstance(done, TurnDone)
    assert done.answer.review == "waiting", [c for c in done.answer.checks if c.outcome == "fail"]
    groups = ("identity", "medicines", "conversations", "conclusions", "reviews", "consents", "transmissions")
    secret, _ = await make_key(
        opened.gate, family.as_("ma").actor, name="cli", scopes=("view", "export", "ask", "audit", *groups),
        expires_at=opened.gate.clock.now() + timedelta(days=3),
    )  # fmt: skip
    yield Held(family, Script(folder), inbox, secret, done.message_id, done.answer.id, list(events))
    inbox.close()
    await close_house(opened.house)


async def attempt(work: object) -> object:
    """What somebody gets: an answer, or an error with every word it carries."""
    try:
        return msgspec.to_builtins(await work)  # type: ignore[misc]
    except KangbanError as error:
        return [error.message, error.field, error.key, repr(error), str(error.__cause__), str(error.__context__)]


async def sweep(held: Held) -> dict[str, object]:
    """Everything anybody but the reviewers of this item can reach."""
    family, got = held.family, {}
    later = family.clock.now() + timedelta(days=400)
    for who in OUTSIDERS:
        house = family.as_(who)
        for purpose in sorted(PURPOSES):
            if who in ("ph", "nu") and purpose == "review":
                continue  # they read reviews; the desk below shows them those within their scope
            purposed: Purpose = purpose  # type: ignore[assignment]
            seen = seen_by(house, house.actor, purposed)
            got[f"{who} entries for {purpose}"] = await attempt(seen.store.entries("home", include_superseded=True))
            of_member = seen.store.entries("home", family.member, include_superseded=True)
            got[f"{who} member for {purpose}"] = await attempt(of_member)
        got[f"{who} export"] = await attempt(keeping.export(house, family.member))
        got[f"{who} talk"] = await attempt(read_conversation(house, family.member))
        got[f"{who} answer"] = await attempt(find_answer(house, held.message_id))
        got[f"{who} state"] = await attempt(watching.state_of(house, held.answer_id))
        got[f"{who} desk"] = await attempt(queue.waiting(house))
        got[f"{who} item"] = await attempt(queue.find_item(house, held.answer_id))
        got[f"{who} proposals"] = await attempt(keeping.proposals(house, family.member))
        got[f"{who} replay"] = await attempt(replay_case(house, family.member))
        got[f"{who} audit"] = await attempt(reading.of_member(house, family.member))
        got[f"{who} family audit"] = await attempt(reading.of_family(house))
        got[f"{who} notices"] = await family.doors.notices.of_account(who, "home", later, limit=1000)
        for item in await family.system.store.entries("home", include_superseded=True):
            if who in ("ma", "he", "op"):
                got[f"{who} get {item.id}"] = await attempt(for_purpose(house, "view").store.get("home", item.id))
    for who in ("dr", "dr2"):
        got[f"{who} notices"] = await family.doors.notices.of_account(who, "home", later, limit=1000)
    for chain in ("home", ""):
        got[f"chain {chain}"] = await family.doors.audit.chain(chain)
    for plant in (PLANT, PLANT_EN):
        got[f"search {plant}"] = family.system.search.search(plant, 20)
    got["pushed"] = held.inbox.got
    return got


async def next_turn(held: Held, client_id: str) -> list[object]:
    """What a model and the family hear of the next turn of the same talk."""
    heard: list[object] = []

    def play(request: ChatRequest) -> str:
        heard.append(request.messages)
        return "今天去看医生。"

    house = msgspec.structs.replace(held.family.as_("ma"), model=ScriptedModel(play, name="scripted"))
    events = [e async for e in chat_turn(house, Question(held.family.member, "还有什么要注意的？", client_id))]
    assert heard
    return [*heard, *events]


def dirty(got: dict[str, object]) -> list[str]:
    return [where for where, seen in got.items() if leaks(seen)]


@pytest.mark.parametrize(("call", "plant"), [*((c, PLANT) for c in CALLS), (None, PLANT_EN), (CALLS[4], PLANT_EN)])
async def test_nothing_of_it_is_seen_while_it_waits(
    tmp_path: Path, call: tuple[str, dict[str, object]] | None, plant: str, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    async with holding(tmp_path, call, plant) as held:
        found = await queue.find_item(held.family.as_("dr"), held.answer_id)
        assert leaks(found), "the reviewer reads it, so the search for it works"
        assert not leaks(held.seen), "no event of the stream holds a piece"
        await worker.once(held.family.opened, held.family.clock)
        assert held.inbox.got
        assert not leaks(await next_turn(held, "c2"))
        assert dirty(await sweep(held)) == []
    assert not leaks(caplog.text)
    assert not leaks("".join(capfd.readouterr()))


@pytest.mark.parametrize("end", ["asked", "rejected", "edited", "expired", "refused by the guard"])
async def test_nor_when_it_was_not_let_out(tmp_path: Path, end: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with holding(tmp_path, CALLS[2], PLANT) as held:
        family = held.family
        version = (await queue.find_item(family.as_("dr"), held.answer_id)).entry.id
        errors: list[object] = []
        if end == "expired":
            family.clock.move(minutes(121))
            await worker.once(family.opened, family.clock)
        elif end == "refused by the guard":
            for decision, text in (("approve", ""), ("edit", said(PLANT))):
                work = deciding.decide(
                    family.as_("dr"),
                    version,
                    decision=decision,
                    reason="source_checked",
                    text=text,  # type: ignore[arg-type]
                )
                errors.append(await attempt(work))
            assert all(isinstance(e, list) for e in errors)
        else:
            what, reason, text, note = {
                "asked": ("ask", "unclear", "", "体温多少？"),
                "rejected": ("reject", "unsafe", "", "请当面来看。"),
                "edited": ("edit", "corrected", "今天去看医生。先不要吃布洛芬。", ""),
            }[end]
            await deciding.decide(family.as_("dr"), version, decision=what, reason=reason, text=text, note=note)  # type: ignore[arg-type]
        await worker.once(family.opened, family.clock)
        assert dirty(await sweep(held)) == []
        assert not leaks(errors)
        assert not leaks(await next_turn(held, "c2"))
    assert not leaks(caplog.text)


async def test_nor_on_the_command_line(tmp_path: Path) -> None:
    async with holding(tmp_path, CALLS[4], PLANT) as held:
        member = held.family.member
        commands = (
            ("record", "show", member, "--json"), ("record", "export", member, "--json"), ("record", "export", member),
            ("case", "replay", member, "--json"), ("audit", "show", "--json"), ("audit", "export", "--fhir"),
            ("reviews", "list", "--json"), ("reviews", "show", held.answer_id, "--json"),
            ("members", "list", "--json"), ("consents", "list", member, "--json"),
            ("search", PLANT, "--json"), ("doctor", "--json"),
        )  # fmt: skip
        codes: dict[str, int] = {}
        for words in commands:
            ran = held.script.run(*words, KANGBAN_API_KEY=held.key)
            codes[" ".join(words[:2])] = ran.code
            told = ran.out.decode()
            if words[0] == "search":
                told = told.replace(PLANT, "")  # the query itself comes back
            assert not leaks(told + ran.err), words
        assert codes["record export"] == 0, "the commands do reach the record"
        assert codes["reviews show"] == 0
        assert codes["reviews list"] == 3
