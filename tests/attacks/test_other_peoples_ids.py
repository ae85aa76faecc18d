"""IDOR, generated: every endpoint that names a thing, with every kind of id that is somebody else's."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kangban.api.call import Endpoint
from kangban.api.table import ENDPOINTS
from kangban.clinical.notice import Notice
from kangban.journeys.accounts.inviting import invite
from kangban.journeys.accounts.login import actor_of
from kangban.journeys.reviewing import queue
from tests.support.api_bodies import body_of
from tests.support.reviews import NOW
from tests.support.two_families import OTHER, SECRET, Town, town

NAMED = [one for one in ENDPOINTS if "{" in one.path]
SPEAKS_OF = [one for one in ENDPOINTS if one.name in ("triage", "checkMedicines", "adviseBox", "checkDraft")]
# What grandmother lent the helper, and nothing but it.
LENT = {
    "showMember",
    "listEntries",
    "listReports",
    "writeEntry",
    "listProposals",
    "listTransmissions",
    "readConversation",
}


async def furnished(here: Town) -> None:
    """Everything an id can stand for: a held answer, a notice, a key, an invitation, all of them somebody's."""
    held = await here.family.held()
    here.ids |= {"review": held.entry.id, "answer": held.item.answer_id}
    gate = here.family.opened.gate
    neighbour = await actor_of(gate, "xm", OTHER, door="page")
    assert neighbour is not None
    await invite(gate, neighbour, role="adult")
    link = (await gate.accounts.links(purpose="invite", family_id=OTHER))[0]
    await here.desk.key("xm", family_id=OTHER)
    key = (await gate.accounts.keys("xm"))[0]
    await here.family.doors.notices.put([Notice("n-x", OTHER, "xm", "review.notice.held", NOW)])
    await here.family.doors.notices.put([Notice("n-ma", "home", "ma", "review.notice.held", NOW)])
    here.ids |= {"x_invitation": link.id, "x_key": key.id}


async def everything(here: Town) -> str:
    """All that is kept of both families, but the audit and what is only looking."""
    doors = here.family.doors
    kept: list[Any] = [
        await doors.records.entries(family, include_superseded=True) for family in ("home", OTHER)
    ]  # fmt: skip
    for family in ("home", OTHER):
        kept.append(await doors.accounts.memberships(family_id=family))
        kept.append(await doors.accounts.links(purpose="invite", family_id=family))
    for account in await doors.accounts.accounts():
        keys = [msgspec.structs.replace(key, last_used_at=None) for key in await doors.accounts.keys(account.id)]
        kept.append([account.id, account.name, account.operator, account.active, keys])
        kept.append(await doors.accounts.links(purpose="calendar", account_id=account.id, family_id=OTHER))
        kept += [await doors.notices.of_account(account.id, family, NOW) for family in ("home", OTHER)]
    return msgspec.json.encode(kept).decode()


THEIRS = {
    "member": "{x_member}", "entry": "{x_entry}", "proposal": "{x_entry}", "scope": "health_data",
    "review": "{x_entry}", "answer": "{x_entry}", "notice": "n-x", "key": "{x_key}", "calendar": "{x_feed}",
    "membership": "m-xm", "invitation": "{x_invitation}", "report": "{x_entry}",
}  # fmt: skip


def address(one: Endpoint, ids: dict[str, str]) -> str:
    path = one.path
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.mark.parametrize("way", ["session", "key"])
@pytest.mark.parametrize("one", NAMED, ids=lambda one: one.name)
async def test_another_familys_things_are_not_there(one: Endpoint, way: str) -> None:
    async with town() as here:
        await furnished(here)
        path = address(one, {name: value.format(**here.ids) for name, value in THEIRS.items()})
        body = body_of(one.name, {"review": here.ids["x_entry"], "member": here.ids["x_member"]})
        before = await everything(here)
        if way == "session":
            got = await here.desk.call(one.method, path, "ma", body=body)
        else:
            secret = await here.desk.key("ma")
            before = await everything(here)
            got = await here.desk.call(one.method, path, key=secret, body=body)
        assert got.status in (403, 404), (path, got.status, got.text)
        assert SECRET not in got.text
        assert "邻居" not in got.text
        assert await everything(here) == before, "and nothing has changed"


@pytest.mark.parametrize("one", NAMED, ids=lambda one: one.name)
async def test_who_was_lent_something_reaches_it_and_no_more(one: Endpoint) -> None:
    async with town() as here:
        await furnished(here)
        ids = {
            "member": here.ids["nainai"], "entry": here.ids["review"], "proposal": here.ids["entry"],
            "scope": "share", "review": here.ids["review"], "answer": here.ids["answer"], "notice": "n-ma",
            "key": here.ids["x_key"], "calendar": here.ids["x_feed"], "membership": "m-ma",
            "invitation": here.ids["x_invitation"], "report": here.ids["entry"],
        }  # fmt: skip
        body = body_of(one.name, {"review": here.ids["review"], "member": here.ids["nainai"]})
        before = await everything(here)
        got = await here.desk.call(one.method, address(one, ids), "he", body=body)
        if one.name in LENT - {"writeEntry"}:
            assert got.status == 200, got.text
            for hidden in ("琥珀色风车", "draft", "Communication", "AnswerGiven", "Consent"):
                assert hidden not in got.text
        elif one.name == "addReport":
            # Whoever helps may bring papers and take back their own; here nothing reads them.
            assert got.status == 503, got.text
        else:
            # A weight was not lent either: of writing, only medicines were.
            assert got.status in (403, 404), (one.name, got.status, got.text)
        assert await everything(here) == before


@pytest.mark.parametrize("one", SPEAKS_OF, ids=lambda one: one.name)
@pytest.mark.parametrize("whose", ["x_member", "teen"])
async def test_a_person_named_in_the_body_is_nobody_to_who_may_not_see_them(one: Endpoint, whose: str) -> None:
    async with town() as here:
        body = body_of(one.name, {"member": here.ids[whose]})
        assert (await here.desk.call("POST", one.path, "he", body=body)).status == 404


@pytest.mark.parametrize("who", ["ma", "ba", "te", "he", "nu", "ph", "old", "op", "xm", "xd"])
async def test_the_held_item_opens_for_its_reviewers_alone(who: str) -> None:
    async with town() as here:
        held = await here.family.held()
        for named in (held.entry.id, held.item.answer_id, held.item.message_id):
            for got in (
                await here.desk.call("GET", f"/reviews/{named}", who),
                await here.desk.call("POST", f"/reviews/{named}/claim", who, body={"version": named}),
            ):
                assert got.status in (403, 404), got.text
                assert "布洛芬" not in got.text
        assert (await here.desk.call("GET", f"/reviews/{held.entry.id}", "dr")).status == 200
        assert (await queue.find_item(here.family.as_("dr"), held.item.answer_id)).entry.id == held.entry.id
