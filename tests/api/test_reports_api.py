"""Reports over the interface: brought, confirmed, read afresh, given away, erased; and corrections that lose nothing."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from kangban.clinical.record import Observation, Patient
from kangban.journeys.family import add_member, write_fact
from tests.support.api_desk import ApiDesk
from tests.support.papers import BLOOD, KIDNEY, Papers, paper
from tests.support.reviews import PLACES, Practice, furnish
from tests.support.stores import opened_doors


class Room(msgspec.Struct):
    """A family behind the interface, with a reader of invented papers."""

    family: Practice
    desk: ApiDesk
    papers: Papers
    dad: str

    async def add(self, content: bytes, **more: object) -> msgspec.Struct:
        body = {"name": "r.pdf", "content": base64.b64encode(content).decode(), **more}
        return await self.desk.call("POST", f"/members/{self.dad}/reports", "ma", body=body)  # type: ignore[return-value]


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened_doors("memory", Path()) as doors:
        family = await furnish(doors, people=tuple(PLACES), urls={})
        papers = Papers()
        house = msgspec.structs.replace(family.opened.house, readers=(papers,))
        desk = ApiDesk(house, family.opened.gate)
        dad = await add_member(
            family.as_("ma"), Patient("沈建国", "爸爸", "male", date(1980, 1, 5)), client_id="dad-000", consent=True
        )
        yield Room(family, desk, papers, dad)


async def test_a_report_from_a_file_to_nothing_left(room):
    got = await room.add(room.papers.put(paper()))
    assert got.status == 201, got.text
    (one,) = got.json["reports"]
    assert (one["status"], one["whose"]["verdict"], len(one["lines"])) == ("preliminary", "same", 3)
    path = f"/reports/{one['id']}"
    change = {"line": "row:1", "say": "accept", "result": "11.8"}
    done = await room.desk.call("POST", f"{path}/lines", "ma", body={"version": one["version"], "changes": [change]})
    assert done.json["lines"][1]["value"] == 11.8
    done = await room.desk.call("POST", f"{path}/lines", "ma", body={"version": done.json["version"], "sure": True})
    assert done.json["status"] == "final"
    late = {"version": one["version"], "changes": [{"line": "row:1", "say": "undo"}]}
    assert (await room.desk.call("POST", f"{path}/lines", "ma", body=late)).status == 409
    listed = (await room.desk.call("GET", f"/members/{room.dad}/reports", "ma")).json["reports"]
    assert [r["id"] for r in listed] == [one["id"]]
    assert (await room.desk.call("POST", f"{path}/reading", "ma")).json["reports"][0]["version"] == done.json["version"]
    assert (await room.desk.call("GET", path, "ma")).json["version"] == done.json["version"]
    assert (await room.desk.call("DELETE", path, "ma")).json["entries"] > 3
    assert (await room.desk.call("GET", path, "ma")).status == 404


async def test_somebody_elses_is_said_to_be_theirs_or_moved(room):
    got = await room.add(room.papers.put(paper(name="王五")))
    (one,) = got.json["reports"]
    assert one["whose"]["differs"] == ["name"]
    path = f"/reports/{one['id']}"
    sure = {"version": one["version"], "sure": True}
    assert (await room.desk.call("POST", f"{path}/lines", "ma", body=sure)).status == 422
    kept = await room.desk.call("PUT", f"{path}/owner", "ma", body={"member": room.dad})
    assert kept.json["whose"]["verdict"] == "kept"
    moved = await room.desk.call("PUT", f"{path}/owner", "ma", body={"member": room.family.member})
    assert moved.json["member"] == room.family.member
    assert (await room.desk.call("GET", f"/members/{room.dad}/reports", "ma")).json["reports"] == []


async def test_two_people_on_one_page_need_a_word(room):
    content = room.papers.put(paper(BLOOD), paper(KIDNEY, name="李秀英", sex="女", age="75岁", number=1))
    assert (await room.add(content)).status == 422
    assert len((await room.add(content, together=True)).json["reports"]) == 2


async def test_what_is_no_file_is_refused_and_a_large_one_is_taken(room):
    for content in (b"", b"\x00\x01\x02", b"%PDF-1.7 unknown"):
        assert (await room.add(content)).status == 422
    large = room.papers.put(paper(), label="x" * 400_000)
    assert (await room.add(large)).status == 201
    assert (
        await room.desk.call("POST", f"/members/{room.dad}/reports", "ma", body={"name": "x", "content": "%"})
    ).status == 422


async def test_a_correction_keeps_what_it_does_not_name(room):
    mum = room.family.as_("ma")
    pressure = Observation(
        "sbp", 150.0, "mm[Hg]", low=90.0, high=140.0, printed="150 mmHg", body_position="sitting", body_site="left_arm"
    )
    entry = await write_fact(mum, room.dad, pressure)
    told = {"type": "Observation", "code": "sbp", "value": 130, "unit": "mm[Hg]", "body_site": "right_arm"}
    got = await room.desk.call("PUT", f"/entries/{entry}", "ma", body={"body": told})
    assert got.status == 200, got.text
    (now,) = await mum.store.entries("home", room.dad, kinds=["Observation"])
    assert now.body == Observation(
        "sbp", 130.0, "mm[Hg]", low=90.0, high=140.0, body_position="sitting", body_site="right_arm"
    )
    other = {"type": "Observation", "code": "weight", "value": 70, "unit": "kg"}
    await room.desk.call("PUT", f"/entries/{now.id}", "ma", body={"body": other})
    (now,) = await mum.store.entries("home", room.dad, kinds=["Observation"])
    assert now.body == Observation("weight", 70.0, "kg")
