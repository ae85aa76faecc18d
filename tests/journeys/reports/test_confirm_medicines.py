"""Medicine lines of a paper: each waits for its own word, and an old order does not start again by itself."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from kangban.clinical.record import MedicationRequest, Provenance
from kangban.clinical.report import PrintedMedicine
from kangban.journeys.reports.confirm import LineChange, accept_sure, decide
from kangban.journeys.reports.facts import request_of
from kangban.journeys.reports.understanding import family_of, understood
from kangban.kernel.clock import FixedClock
from kangban.record.merge import correct
from tests.journeys.reports.test_confirm import Home, furnished
from tests.support.houses import NOW, memory_house
from tests.support.papers import Papers


@pytest.fixture
async def home() -> Home:
    clock, papers = FixedClock(NOW), Papers()
    house = msgspec.structs.replace(memory_house(clock=clock), readers=(papers,))
    return await furnished(house, papers, clock)


async def test_a_medicine_line_waits_for_its_own_word_and_becomes_an_order(home):
    one = await home.read()
    line = PrintedMedicine("阿莫西林胶囊", 1, (0.1, 0.1, 0.5, 0.2), 0.99, "0.5g*24粒", "0.5g", "每日3次")
    printed = msgspec.structs.replace(one.body.report.printed, medicines=(line,))
    body = msgspec.structs.replace(one.body, report=msgspec.structs.replace(one.body.report, printed=printed))
    old = await home.mum.store.get("home", one.version)
    new = correct(old, body, known_at=home.clock.now(), provenance=Provenance("acc-mum", "document"))
    await home.mum.store.append([new])
    seen = await accept_sure(home.mum, one.id, version=new.id)
    assert not await home.mum.store.entries("home", home.dad, kinds=["MedicationRequest"])
    await decide(home.mum, one.id, [LineChange("medicine:0", "accept")], version=seen.version)
    (order,) = await home.mum.store.entries("home", home.dad, kinds=["MedicationRequest"])
    assert isinstance(order.body, MedicationRequest)
    assert (order.body.name, order.body.per_day) == ("阿莫西林胶囊", 3.0)
    assert order.body.requester == "康宁市第一医院"
    assert order.provenance.document_id == one.body.document_id


@pytest.mark.parametrize(
    ("days", "ago", "status"),
    [
        ("7天", 8, "stopped"),
        ("7天", 6, "active"),
        ("", 800, "stopped"),
        ("", 29, "active"),
        ("14 days", 15, "stopped"),
        ("x", 99, "stopped"),
        ("2周", 13, "active"),
        ("2周", 15, "stopped"),
        ("3个月", 80, "active"),
    ],
)
def test_an_order_whose_days_are_over_has_stopped(days: str, ago: int, status: str) -> None:
    line = PrintedMedicine("头孢克洛", 1, (0.1, 0.1, 0.5, 0.2), 0.99, dose="1  片", frequency="tid", days=days)
    order = request_of(line, "", timedelta(days=ago))
    assert (order.status, order.dose, order.per_day) == (status, "1 片", 3.0)


def test_an_old_order_is_active_only_where_a_person_says_so() -> None:
    line = PrintedMedicine("氨氯地平片", 1, (0.1, 0.1, 0.5, 0.2), 0.99, dose="5mg", frequency="qd")
    assert request_of(line, "", timedelta(days=400), taking=True).status == "active"
    assert request_of(line, "", timedelta(days=1), taking=False).status == "stopped"


async def test_an_old_order_says_that_it_is_old_and_waits_for_a_word(home):
    line = PrintedMedicine("氨氯地平片", 1, (0.1, 0.1, 0.5, 0.2), 0.99, dose="5mg", frequency="每日1次")
    home.clock.move(timedelta(days=90))
    one = await home.read()
    family = await family_of(home.mum, home.dad)
    printed = msgspec.structs.replace(one.body.report.printed, kind="prescription", medicines=(line,))
    body = await understood(home.mum, family, printed, document_id=one.body.document_id, number=1, count=1)
    assert body.report.printed.medicines[0].doubts == ("old",)
    old = await home.mum.store.get("home", one.version)
    new = correct(old, body, known_at=home.clock.now(), provenance=Provenance("acc-mum", "document"))
    await home.mum.store.append([new])
    seen = await decide(home.mum, one.id, [LineChange("medicine:0", "accept")], version=new.id)
    (order,) = await home.mum.store.entries("home", home.dad, kinds=["MedicationRequest"])
    assert isinstance(order.body, MedicationRequest)
    assert order.body.status == "stopped"
    seen = await decide(home.mum, one.id, [LineChange("medicine:0", "undo")], version=seen.version)
    await decide(home.mum, one.id, [LineChange("medicine:0", "accept", taking=True)], version=seen.version)
    (order,) = await home.mum.store.entries("home", home.dad, kinds=["MedicationRequest"])
    assert isinstance(order.body, MedicationRequest)
    assert order.body.status == "active"
