"""Whose is it? Asked before anything else of a report is shown or done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kangban.clinical.kept_report import Reading
from kangban.clinical.person import Sex
from kangban.clinical.report import ReportPatient
from kangban.journeys.house import Member
from kangban.journeys.reports.belonging import keep_here, move
from kangban.journeys.reports.erase import erase_report
from kangban.web.elements import Tag, button, quoted, run
from kangban.web.names import call_name
from kangban.web.reports.head import ADDRESS, address_of, move_form, others_of
from kangban.web.reports.paper import draw_paper
from kangban.web.sure import sure_button
from kangban.web.visit import Visit


async def draw_whose(visit: Visit, reading: Reading) -> None:
    """The question, what speaks for it, and its four answers."""
    member = visit.who
    if member is None:
        return
    text = visit.text
    others = await others_of(visit, member.id)
    with Tag("section", classes="sec whose", aria_labelledby="whose"):
        Tag("h2", text("web_reports.whose"), id="whose")
        Tag("p", text("web_reports.whose_why"), "small")
        with Tag("div", classes="row"):
            for one in reading.body.whose.differs:
                Tag("span", text(f"report.whose.{one}"), "mark no")
        with Tag("div", classes="two-facts"):
            _facts(visit, text("web_reports.on_paper"), _printed(visit, reading.body.report.printed.patient))
            _facts(visit, text("web_reports.on_record", name=call_name(member)), _known(visit, member))
        with Tag("div", classes="row"):
            for match in (one for one in others if one.id in reading.body.whose.matches):
                button(text("web_reports.is_theirs", name=call_name(match)), "btn p").on(
                    "click", visit.guarded(_mover(visit, reading, match)), js_handler="() => emit()"
                )
            button(text("web_reports.keep", name=call_name(member)), "btn").on(
                "click", visit.guarded(_keeper(visit, reading)), js_handler="() => emit()"
            )
        with Tag("div", classes="row"):
            rest = [one for one in others if one.id not in reading.body.whose.matches]
            if rest:
                move_form(visit, reading, rest)
            sure_button(visit, text("web_reports.discard"), text("web_reports.delete_sure"), _discarder(visit, reading))
    with Tag("section", classes="sec"):
        await draw_paper(visit, reading)


def _facts(visit: Visit, head: str, facts: list[tuple[str, str]]) -> None:
    with Tag("div"):
        Tag("h3", head)
        with Tag("dl", classes="facts-of"):
            for name, value in facts:
                Tag("dt", visit.say(f"field.{name}"))
                Tag("dd", value or visit.text("web_reports.not_printed"))


def _printed(visit: Visit, patient: ReportPatient) -> list[tuple[str, str]]:
    born = patient.born_on.isoformat() if patient.born_on else ""
    age = " · ".join(one for one in (born, patient.age) if one)
    return [("name", patient.name), ("sex", _sex(visit, patient.sex)), ("born_on", age)]


def _known(visit: Visit, member: Member) -> list[tuple[str, str]]:
    known = member.patient
    born = known.born_on.isoformat() if known.born_on else ""
    return [("name", known.name), ("sex", _sex(visit, known.sex)), ("born_on", born)]


def _sex(visit: Visit, sex: Sex | None) -> str:
    return visit.say(sex) if sex else ""


def _mover(visit: Visit, reading: Reading, to: Member) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        there = await move(visit.house, reading.id, to.id)
        run(f"location.assign({quoted(address_of(there))})")

    return work


def _keeper(visit: Visit, reading: Reading) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        await keep_here(visit.house, reading.id, version=reading.version)
        run(f"location.assign({quoted(address_of(reading, 'check'))})")

    return work


def _discarder(visit: Visit, reading: Reading) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        await erase_report(visit.house, reading.id)
        run(f"location.assign({quoted(visit.at(ADDRESS, reading.member_id))})")

    return work
