"""What leaves the workshop as a file: an agent as YAML, a run as JSON, and what tools made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from kangban.journeys.workshop.history import run as one_run
from kangban.journeys.workshop.keeping import load
from kangban.journeys.workshop.kept import Workshop, workshop_of
from kangban.journeys.workshop.papers import write_yaml
from kangban.kernel.errors import InvalidInput, KangbanError, NotPermitted
from kangban.kernel.media import sniff
from kangban.web.household import Household
from kangban.web.plain_pages import error_page, language_of
from kangban.web.sessions import visitor_of
from kangban.web.workshop.passing import MADE
from kangban.web.workshop.whose import ROOT, owner_for

# What a browser may draw itself: pixels and sound, and nothing that holds a script.
_SHOWN = (
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp",
    "audio/wav", "audio/mpeg", "audio/ogg", "audio/mp4", "audio/webm",
)  # fmt: skip
_Give = Callable[[Workshop, str, Request], Awaitable[Response]]


def add(outer: FastAPI, household: Household) -> None:
    """The addresses of files; each asks who is there and whose it is."""
    for path, give in (("export", _agent), ("export-run", _run), ("made", _made)):
        outer.get(f"{ROOT}/{path}")(_guarded(household, give))


def _guarded(household: Household, give: _Give) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            visitor = visitor_of(request)
            if visitor is None or not visitor.actor.family_id:
                raise NotPermitted("nobody of a family is logged in")
            house = await household.house(visitor)
            return await give(workshop_of(house), owner_for(house, request), request)
        except KangbanError as error:
            return error_page(language_of(request, household.settings.lang), error.http_status)

    return answer


async def _agent(workshop: Workshop, owner: str, request: Request) -> Response:
    told = request.query_params.get("version", "")
    if told and not (told.isdecimal() and len(told) < 9):
        raise InvalidInput("a version is a number", field="version")
    found = await load(workshop, request.query_params.get("name", ""), owner, int(told) if told else None)
    return _file(write_yaml(found.definition).encode(), "text/yaml; charset=utf-8", f"{found.definition.name}.yaml")


async def _run(workshop: Workshop, owner: str, request: Request) -> Response:
    found = await one_run(workshop, request.query_params.get("run", ""), owner)
    # The owner is how it is found here, and nobody else's business.
    written = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(found, owner="")))
    return _file(written, "application/json; charset=utf-8", f"{found.id}.json")


async def _made(_workshop: Workshop, owner: str, request: Request) -> Response:
    found = MADE.get(owner, request.query_params.get("ref", ""))
    kind = sniff(found.content)
    if kind in _SHOWN:
        return Response(found.content, media_type=kind)
    return _file(found.content, "application/octet-stream", found.name or "file")


def _file(content: bytes, media_type: str, name: str) -> Response:
    told = f"attachment; filename*=UTF-8''{quote(name[:120], safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": told, "Cache-Control": "no-store"})
