"""Who saw and did what, as the family reads it; erasing a person; taking away what is old."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from kangban.adapters.blob_files import FileBlobs
from kangban.adapters.fhir_audit import write_bundle
from kangban.adapters.store import open_stores, sqlite_url
from kangban.app import close_house, keep_heads, open_doors
from kangban.clinical.access import Actor, Membership
from kangban.clinical.account import Account, Session
from kangban.clinical.notice import Notice
from kangban.clinical.record import Condition, Patient, Transmission
from kangban.journeys import family
from kangban.journeys.accounts.local import local_actor
from kangban.journeys.attachments import Upload
from kangban.journeys.auditing import exporting, reading, retention
from kangban.journeys.auditing.verifying import heads, verify
from kangban.journeys.chat_turn import Question, chat_turn
from kangban.journeys.house import House, as_system, for_purpose, get_member, seen_by
from kangban.journeys.turn_events import UrgencyJudged
from kangban.kernel.clock import FixedClock
from kangban.kernel.errors import Conflict, NotFound, NotPermitted
from kangban.record.chain import DROPPED, Head
from kangban.record.merge import fact_entry, retract
from kangban.settings import Settings
from tests.support.houses import NOW, memory_house
from tests.support.stores import SAID

SECRET = "罕见的克雅氏病"


@pytest.fixture
async def at_home(tmp_path: Path) -> AsyncIterator[House]:
    opened = await open_doors(Settings(data_dir=tmp_path))
    yield seen_by(opened.house, local_actor("home", "cli"))
    await close_house(opened.house)


@pytest.fixture
async def in_plain_files(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose bytes can be read, so that a search for a word finds it."""
    stores = await open_stores(sqlite_url(tmp_path / "record.sqlite3"))
    bare = msgspec.structs.replace(
        memory_house(), store=stores.records, accounts=stores.accounts, audit=stores.audit, notices=stores.notices,
        blobs=FileBlobs(tmp_path / "files"),
    )  # fmt: skip
    yield seen_by(bare, local_actor("home", "cli"))
    await stores.close()


def in_memory() -> tuple[House, FixedClock]:
    clock = FixedClock(NOW)
    return seen_by(memory_house(clock=clock), local_actor("home", "cli")), clock


async def gran_of(house: House) -> str:
    return await family.add_member(house, Patient("李秀英", "奶奶"), client_id="gran", consent=True)


async def codes(house: House) -> list[str]:
    return [link.event.what for link in await house.audit.chain(house.family_id)]


async def ask(house: House, member_id: str, text: str, uploads: tuple[Upload, ...] = ()) -> None:
    async for _ in chat_turn(house, Question(member_id, text, "c1", uploads=uploads)):
        pass


async def test_a_look_is_one_line_for_ten_minutes():
    house, clock = in_memory()
    gran = await gran_of(house)
    for _ in range(3):
        await get_member(seen_by(house, house.actor), gran)
    once = (await codes(house)).count("entry.seen")
    clock.move(timedelta(minutes=11))
    await get_member(seen_by(house, house.actor), gran)
    assert ((await codes(house)).count("entry.seen"), once) == (2, 1)


async def test_the_family_reads_who_did_what_newest_first_with_names():
    house, clock = in_memory()
    gran = await gran_of(house)
    entry = await family.write_fact(house, gran, Condition("高血压"))
    clock.move(timedelta(minutes=1))
    await family.correct_fact(house, entry, Condition("高血压二级"))
    await family.export(house, gran)
    await house.accounts.add_account(Account("local", "mum", "李妈妈"))
    lines = await reading.of_member(house, gran)
    assert [line.number for line in lines] == sorted((line.number for line in lines), reverse=True)
    assert {"entry.written", "entry.corrected", "export.made", "entry.seen", "audit.seen"} <= {x.what for x in lines}
    assert {line.name for line in lines} == {"李妈妈"}
    assert {line.member_id for line in lines} == {gran}
    assert len(await reading.of_member(house, gran, limit=2)) == 2
    assert "高血压" not in str(lines)
    with pytest.raises(NotFound):
        await reading.of_member(house, "")


async def test_a_chat_turn_says_what_was_asked_and_by_which_rules_it_was_answered(at_home):
    gran = await gran_of(at_home)
    await ask(at_home, gran, "奶奶在吃华法林，感冒发烧，家里有布洛芬，能吃吗？")
    found = {link.event.what: link.event for link in await at_home.audit.chain("home")}
    asked = found["chat.asked"]
    answered = found.get("answer.released") or found["answer.amended"]
    assert (asked.member_id, asked.purpose, asked.account_id) == (gran, "ask", "local")
    assert (answered.account_id, answered.model) == ("local", "offline")
    assert any(rule.startswith("packs@") for rule in answered.rules)
    assert len(answered.rules) > 1
    assert "AnswerGiven" in answered.kinds
    stored = {e.id for e in await as_system(at_home).store.entries("home", gran)}
    assert set(answered.entries) <= stored
    before = len(await at_home.audit.chain("home"))
    await ask(at_home, gran, "奶奶在吃华法林，感冒发烧，家里有布洛芬，能吃吗？")
    assert [c for c in (await codes(at_home))[before:] if c.startswith(("chat.", "answer."))] == []


async def test_erasing_a_person_leaves_no_value_anywhere_and_every_chain_whole(in_plain_files, tmp_path):
    gran = await gran_of(in_plain_files)
    await family.write_fact(in_plain_files, gran, Condition(SECRET))
    await ask(in_plain_files, gran, f"奶奶有{SECRET}，怎么办", (Upload("报告.txt", f"诊断：{SECRET}".encode()),))
    system = as_system(in_plain_files)
    sent = fact_entry(
        "home", gran, Transmission("m1", "model", "host", "mainland", SECRET), true_at=NOW, known_at=NOW,
        provenance=SAID, client_id="sent",
    )  # fmt: skip
    await system.store.append([sent])
    await in_plain_files.notices.put([Notice("n1", "home", "local", "review.waiting", NOW, path=f"/member/{gran}")])
    await in_plain_files.accounts.put_membership(Membership("p1", "acc", "home", "elder", gran))
    with contextlib.closing(sqlite3.connect(tmp_path / "record.sqlite3")) as file:
        file.execute("VACUUM INTO ?", (str(tmp_path / "record.sqlite3.before-0009"),))
    everything = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert sum(SECRET.encode() in content for content in everything.values()) >= 3, "database, copy and file"
    seen = (await heads(in_plain_files.audit))["home"]
    # Somebody with an account: the person at this machine has no say any more, and the manager has.
    await in_plain_files.accounts.put_membership(Membership("p2", "mum", "home", "manager", None))
    mum = seen_by(in_plain_files, Actor("mum", "妈妈", "home", "manager"))
    with pytest.raises((NotFound, NotPermitted)):
        await family.delete(seen_by(in_plain_files, Actor("acc", "奶奶的护工", "home", "helper")), gran)
    await in_plain_files.accounts.remove_membership("p1")
    assert await family.delete(mum, gran) >= 5
    assert SECRET.encode() not in all_bytes(tmp_path)
    assert "李秀英".encode() not in all_bytes(tmp_path)
    assert await system.store.entries("home", gran, include_superseded=True) == []
    assert await in_plain_files.notices.of_account("local", "home", NOW + timedelta(days=9)) == []
    report = await verify(in_plain_files.audit, "home", (seen,))
    assert report.ok
    assert [(x.what, x.name) for x in await reading.of_member(mum, gran) if x.what == "entry.erased"] == [
        ("entry.erased", "")
    ]


async def test_a_person_erased_in_the_middle_of_a_turn_stays_erased(in_plain_files, tmp_path):
    gran = await gran_of(in_plain_files)
    turn = chat_turn(in_plain_files, Question(gran, f"奶奶有{SECRET}，怎么办", "c1"))
    async for step in turn:
        if isinstance(step, UrgencyJudged):
            break
    await family.delete(in_plain_files, gran)
    with pytest.raises((NotFound, NotPermitted)):
        async for _ in turn:
            pass
    assert await as_system(in_plain_files).store.entries("home", gran, include_superseded=True) == []
    await in_plain_files.store.inner.close()
    assert SECRET.encode() not in all_bytes(tmp_path)


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_an_erased_persons_account_has_no_place_but_whoever_looks_after_the_family_stays():
    house, _ = in_memory()
    gran = await gran_of(house)
    places = [Membership("p1", "mum", "home", "manager", gran), Membership("p2", "gran", "home", "elder", gran)]
    for place in places:
        await house.accounts.put_membership(place)
    await family.delete(seen_by(house, Actor("mum", "妈妈", "home", "manager", gran)), gran)
    kept = await house.accounts.memberships(family_id="home")
    assert [(place.account_id, place.member_id) for place in kept] == [("mum", None)]
    assert (await codes(house))[-2:] == ["membership.changed", "membership.ended"]


async def test_the_export_is_fhir_and_holds_only_whose_audit_may_be_read():
    house, _ = in_memory()
    gran = await gran_of(house)
    dad = await family.add_member(house, Patient("李建国", "爸爸"), client_id="dad", consent=True)
    bundle = msgspec.json.decode(await exporting.fhir(house, write_bundle, member_id=gran))
    told = [each["resource"] for each in bundle["entry"]]
    numbers = [extension["valueInteger"] for r in told for extension in r["extension"] if "number" in extension["url"]]
    assert numbers == sorted(numbers)
    assert {r["resourceType"] for r in told} == {"AuditEvent"}
    assert gran in str(bundle)
    assert dad not in str(bundle)
    await house.accounts.put_membership(Membership("p1", "dad", "home", "adult", dad))
    for one in (Actor("dad", "爸爸", "home", "adult", dad), Actor("local", "", "home", "manager")):
        with pytest.raises((NotFound, NotPermitted)):
            await exporting.fhir(seen_by(house, one), write_bundle, member_id=gran)
        with pytest.raises((NotFound, NotPermitted)):
            await reading.of_member(seen_by(house, one), gran)
        with pytest.raises(NotPermitted):
            await retention.apply(seen_by(house, one))


async def test_retention_takes_what_is_old_and_nothing_else():
    house, clock = in_memory()
    gran = await gran_of(house)
    kept = await family.write_fact(house, gran, Condition("青光眼"))
    wrong = await family.write_fact(house, gran, Condition("写错了"))
    await family.withdraw_fact(house, wrong)
    await ask(house, gran, "奶奶头疼", (Upload("a.txt", "旧的说明".encode()),))
    await house.notices.put([Notice("n1", "home", "local", "review.waiting", NOW)])
    await house.accounts.put_membership(Membership("p1", "mum", "home", "manager", None))
    await house.accounts.put_session(Session("s1", "mum", "home", NOW, NOW, NOW))
    mum = seen_by(house, Actor("mum", "妈妈", "home", "manager"))
    assert (await retention.plan(mum)).entries == {}
    clock.move(timedelta(days=3 * 366))
    with pytest.raises(Conflict) as still:
        await retention.apply(mum)
    assert still.value.key == "audit.retention_clock"
    await get_member(mum, gran)
    planned = await retention.plan(mum)
    assert set(planned.entries) <= {"AnswerGiven", "Communication", "Proposal"}
    assert planned.entries["Communication"] == 1
    done = await retention.apply(mum)
    assert (done.entries, done.audit, done.notices, done.sessions) == (planned.entries, planned.audit, 1, 1)
    assert done.audit > 3
    again = await retention.apply(mum)
    assert (again.entries, again.audit, again.notices, again.sessions) == ({}, 0, 0, 0)
    left = {e.id for e in await as_system(house).store.entries("home", include_superseded=True)}
    assert {kept, wrong} <= left
    assert (await verify(house.audit, "home")).ok
    assert (await codes(house))[-2:].count(DROPPED) == 1
    clock.move(timedelta(days=13 * 366))
    await get_member(mum, gran)
    last = await retention.apply(mum)
    assert last.entries["Condition"] == 2
    assert [e.id for e in await as_system(house).store.entries("home", kinds=["Condition"])] == [kept]
    assert (await verify(house.audit, "home")).ok


async def test_files_go_with_the_last_entry_that_names_them():
    house, clock = in_memory()
    gran = await gran_of(house)
    await ask(house, gran, "看看", (Upload("a.txt", "旧的说明".encode()),))
    [document] = await as_system(house).store.entries("home", kinds=["DocumentReference"])
    await as_system(house).store.append([retract(document, known_at=clock.now(), provenance=SAID)])
    clock.move(timedelta(days=16 * 366))
    await get_member(for_purpose(house, "view"), gran)
    assert (await retention.apply(house)).files == 1
    with pytest.raises(NotFound):
        await house.blobs.get(document.body.sha256)


async def test_a_broken_chain_is_evidence_and_nothing_is_taken_away():
    house, clock = in_memory()
    gran = await gran_of(house)
    await ask(house, gran, "奶奶头疼")
    chains = house.audit._chains["home"]
    chains[1] = msgspec.structs.replace(chains[1], event=msgspec.structs.replace(chains[1].event, account_id="dad"))
    clock.move(timedelta(days=5 * 366))
    before = await as_system(house).store.entries("home", include_superseded=True)
    with pytest.raises(Conflict) as caught:
        await retention.apply(house)
    assert caught.value.key == "audit.retention_broken"
    assert "at 2" in caught.value.message
    assert await as_system(house).store.entries("home", include_superseded=True) == before


async def test_a_server_writes_down_where_the_chains_end(at_home, tmp_path):
    settings = Settings(data_dir=tmp_path)
    await gran_of(at_home)
    await keep_heads(settings, at_home)
    file = tmp_path / "home" / "audit.heads.json"
    written = msgspec.json.decode(file.read_bytes(), type=dict[str, Head])
    assert written == await heads(at_home.audit)
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("not json")
    await keep_heads(settings, at_home)  # neither start nor stop fails, and what is there is not written over
    assert file.read_text() == "not json"
