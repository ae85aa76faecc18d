"""Addresses → pages."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI
from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kangban.journeys.family import export
from kangban.journeys.medicine_list import medicine_list
from kangban.kernel.errors import KangbanError, NotPermitted
from kangban.web.account import pages as account_pages
from kangban.web.cabinet.doctor_list import list_page
from kangban.web.cabinet.page import cabinet_page
from kangban.web.chat.page import chat_page
from kangban.web.desk.page import desk_page
from kangban.web.emergency import emergency_page
from kangban.web.family.page import family_page
from kangban.web.household import Household
from kangban.web.library.page import library_page
from kangban.web.notices import notices_page
from kangban.web.plain_pages import error_page, language_of
from kangban.web.reports.page import reports_page
from kangban.web.reports.paper import picture_of
from kangban.web.sessions import visitor_of
from kangban.web.visit import Visit, enter
from kangban.web.workshop import downloads
from kangban.web.workshop.agents import agents_page
from kangban.web.workshop.editor import editor_page
from kangban.web.workshop.playground import playground_page
from kangban.web.workshop.runs import runs_page
from kangban.web.workshop.tools import tools_page
from kangban.web.workshop.versions import versions_page
from kangban.web.workshop.whose import first_visit

if TYPE_CHECKING:
    from nicegui import App

LOG = logging.getLogger("kangban.web")


def add(outer: FastAPI, household: Household) -> None:
    """What is no page of the family: accounts, the export, the list for the doctor, pictures of reports."""
    account_pages.add(outer, household)
    downloads.add(outer, household)

    @outer.get("/medicine-list")
    async def listed(request: Request, who: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        lang = language_of(request, household.settings.lang)
        try:
            visitor = visitor_of(request)
            if visitor is None or not visitor.actor.family_id:
                raise NotPermitted("nobody of a family is logged in")
            return list_page(await medicine_list(await household.house(visitor), who), who, lang)
        except KangbanError as error:
            return error_page(lang, error.http_status)

    @outer.get("/report-page")
    async def pictured(request: Request, report: str, page: int) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            visitor = visitor_of(request)
            if visitor is None or not visitor.actor.family_id:
                raise NotPermitted("nobody of a family is logged in")
            return await picture_of(await household.house(visitor), report, page)
        except KangbanError as error:
            return error_page(language_of(request, household.settings.lang), error.http_status)

    @outer.get("/export")
    async def exported(request: Request, who: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        try:
            visitor = visitor_of(request)
            if visitor is None or not visitor.actor.family_id:
                raise NotPermitted("nobody of a family is logged in")
            text = await export(await household.house(visitor), who)
        except KangbanError as error:
            return error_page(language_of(request, household.settings.lang), error.http_status)
        headers = {"Content-Disposition": 'attachment; filename="kangban-member.json"', "Cache-Control": "no-store"}
        return Response(text, media_type="application/json; charset=utf-8", headers=headers)


def add_pages(pages: App, household: Household) -> None:
    """The family's pages, the desk, and what is shown when one is missing or broken."""
    draws: dict[str, Callable[[Visit], Awaitable[None]]] = {
        "/": chat_page,
        "/family": family_page,
        "/cabinet": cabinet_page,
        "/desk": desk_page,
        "/desk/{answer}": desk_page,
        "/reports": reports_page,
        "/reports/{report}": reports_page,
        "/library": library_page,
        "/workshop": agents_page,
        "/workshop/new": editor_page,
        "/workshop/agents/{name}": editor_page,
        "/workshop/agents/{name}/versions": versions_page,
        "/workshop/tools": tools_page,
        "/workshop/tools/{tool}": tools_page,
        "/workshop/try": playground_page,
        "/workshop/runs": runs_page,
        "/workshop/runs/{run}": runs_page,
        "/notices": notices_page,
        "/emergency": emergency_page,
    }
    for path, draw in draws.items():
        ui.page(path)(_page(household, draw))

    async def missing(request: Request, _error: Exception) -> Response:
        return error_page(language_of(request, household.settings.lang), 404)

    async def broken(request: Request, error: Exception) -> Response:
        LOG.error("a page failed: %s", type(error).__name__)
        return error_page(language_of(request, household.settings.lang), 500)

    pages.add_exception_handler(404, missing)
    pages.add_exception_handler(Exception, broken)


def _page(
    household: Household, draw: Callable[[Visit], Awaitable[None]]
) -> Callable[[Request], Awaitable[Response | None]]:
    async def page(request: Request) -> Response | None:
        visitor = visitor_of(request)
        if visitor is not None and not visitor.actor.family_id:
            return RedirectResponse("/people", 303)  # who keeps the server is in no family and sees no record
        if (seated := first_visit(request, visitor)) is not None:
            return seated
        try:
            await draw(await enter(household, request))
        except KangbanError as error:
            return error_page(language_of(request, household.settings.lang), error.http_status)
        except Exception as error:  # noqa: BLE001 - caught here, or the trace with its values would be printed
            place = traceback.extract_tb(error.__traceback__)[-1]
            LOG.error("a page failed: %s at %s:%s", type(error).__name__, place.name, place.lineno)
            return error_page(language_of(request, household.settings.lang), 500)
        return None

    return page
