"""While an answer is held, no piece of it is in any answer of the interface, its streams or a calendar but its desk's."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest

from kangban.agent.scripted import ScriptedModel
from kangban.api.table import ENDPOINTS
from kangban.journeys.accounts.feeds import make_feed
from kangban.journeys.reviewing import deciding, queue
from tests.attacks.test_hold_leaks import CALLS, OUTSIDERS, PLANT, holding, leaks, said
from tests.support.api_bodies import body_of
from tests.support.api_desk import ApiDesk
from tests.support.reviews import ASKED

ENDS_IT = {"eraseMember", "decideReview", "claimReview", "endMembership", "changeMembership", "withdrawConsent"}
QUERIES = ("", "?limit=200", "?history=true&limit=200", "?kind=ReviewItem", "?kind=AnswerGiven", "?kind=DetectedIssue")


async def heard(desk: ApiDesk, who: str, ids: dict[str, str]) -> dict[str, str]:
    """Every answer somebody gets of every endpoint, asked about the held answer, by session and by key."""
    got: dict[str, str] = {}
    key = await desk.key(who)
    for one in ENDPOINTS:
        if one.name in ENDS_IT:
            continue
        path = one.path
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", value)
        for query in QUERIES if one.name == "listEntries" else ("?query=x" if one.name == "search" else "",):
            body = body_of(one.name, {"review": ids["review"], "member": ids["member"]})
            for way in ({"who": who}, {"key": key}):
                answer = await desk.call(one.method, path + query, body=body, **way)  # type: ignore[arg-type]
                got[f"{who} {one.method} {path}{query} {[*way]}"] = answer.text + str(answer.headers)
    return got


@pytest.mark.parametrize("call", [CALLS[0], CALLS[2], CALLS[4]])
async def test_no_answer_of_the_interface_holds_a_piece(
    tmp_path: Path, call: tuple[str, dict[str, object]] | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with holding(tmp_path, call, PLANT) as held:
        desk = ApiDesk(held.family.opened.house, held.family.opened.gate)
        entries = [e.id for e in await held.family.system.store.entries("home", include_superseded=True)]
        review = (await queue.find_item(held.family.as_("dr"), held.answer_id)).entry.id
        assert leaks((await desk.call("GET", f"/reviews/{review}", "dr")).text), "its reviewer reads it here"
        ids = {
            "member": held.family.member, "entry": review, "proposal": review, "review": review,
            "answer": held.answer_id, "notice": "n", "key": "k", "calendar": "c", "membership": "m", "scope": "share",
            "invitation": "i",
        }  # fmt: skip
        got: dict[str, str] = {}
        for who in OUTSIDERS:
            got |= await heard(desk, who, ids)
        for who in ("ma", "he", "op"):
            for entry in entries:
                got[f"{who} {entry}"] = (await desk.call("GET", f"/entries/{entry}", who)).text
        assert [where for where, text in got.items() if leaks(text)] == []
        assert sum(len(text) for text in got.values()) > 10_000, "there were answers"
    assert not leaks(caplog.text)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
async def test_neither_a_stream_nor_an_answer_of_the_turn_itself_holds_a_piece(tmp_path: Path, accept: str) -> None:
    async with holding(tmp_path, None, PLANT) as held:
        lying = msgspec.structs.replace(
            held.family.opened.house, model=ScriptedModel(lambda _r: said(PLANT), name="scripted")
        )
        desk = ApiDesk(lying, held.family.opened.gate)
        path, body = f"/members/{held.family.member}/ask", {"text": ASKED, "client_id": "client-9"}
        for _ in range(2):  # the second time the stored answer
            got = await desk.call("POST", path, "ma", body=body, headers={"Accept": accept})
            assert got.status == 200, got.text
            assert '"review":"waiting"' in got.text
            assert not leaks(got.text)


async def test_no_calendar_holds_a_piece_whoever_it_belongs_to(tmp_path: Path) -> None:
    async with holding(tmp_path, None, PLANT) as held:
        desk = ApiDesk(held.family.opened.house, held.family.opened.gate)
        for who in (*OUTSIDERS, "dr"):
            token, _ = await make_feed(held.family.opened.gate, held.family.as_(who).actor, "phone")
            got = await desk.call("GET", f"/{token}.ics", base="/calendar")
            assert got.status == 200
            assert not leaks(got.text)
            assert ("BEGIN:VEVENT" in got.text) == (who == "dr"), "a reviewer's calendar says that something is due"


async def test_nor_after_it_was_rejected(tmp_path: Path) -> None:
    async with holding(tmp_path, CALLS[2], PLANT) as held:
        version = (await queue.find_item(held.family.as_("dr"), held.answer_id)).entry.id
        after = await deciding.decide(held.family.as_("dr"), version, decision="reject", reason="unsafe")
        desk = ApiDesk(held.family.opened.house, held.family.opened.gate)
        ids = {
            "member": held.family.member, "entry": version, "proposal": version, "review": after.id,
            "answer": held.answer_id, "notice": "n", "key": "k", "calendar": "c", "membership": "m", "scope": "share",
            "invitation": "i",
        }  # fmt: skip
        for who in ("ma", "he"):
            got = await heard(desk, who, ids)
            assert [where for where, text in got.items() if leaks(text)] == []
