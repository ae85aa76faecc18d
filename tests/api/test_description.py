"""The description is true: made-up requests to every endpoint, as anybody, are answered as it says, and none breaks it."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from kangban.api.call import Endpoint
from kangban.api.description import document
from kangban.api.table import ENDPOINTS
from kangban.clinical.record import Observation
from kangban.journeys.family import write_fact
from tests.support.api_desk import ApiDesk
from tests.support.reviews import PLACES, Practice, furnish
from tests.support.stores import opened_doors

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    negative_data_rejection,
]  # fmt: skip
EXAMPLES = 6
LOSES_ITS_SUBJECT = {"eraseMember", "endMembership"}  # a real id would leave nothing to ask about


class World:
    """A fresh family behind the interface, and real ids for the addresses."""

    def __init__(self, held: bool) -> None:
        self.family, self.ids = asyncio.run(self._make(held))
        self.desk = ApiDesk(self.family.opened.house, self.family.opened.gate)

    async def _make(self, held: bool) -> tuple[Practice, dict[str, str]]:
        async with opened_doors("memory", Path()) as doors:
            family = await furnish(doors, people=tuple(PLACES), urls={})
        entry = await write_fact(family.as_("ma"), family.member, Observation("weight", 56.5, "kg"))
        ids = {"member": family.member, "entry": entry, "membership": "m-ba", "scope": "health_data"}
        if held:
            waiting = await family.held()
            ids |= {"review": waiting.item.answer_id, "answer": waiting.item.answer_id}
        return family, ids

    def headers(self, who: str) -> dict[str, str]:
        if who == "nobody":
            return {}
        if who == "helper's key":
            return {"Authorization": f"Bearer {asyncio.run(self.desk.key('he'))}"}
        return {
            "Cookie": f"kangban_session={asyncio.run(self.desk.token(who))}",
            "X-Kangban-CSRF": asyncio.run(self.desk.proof(who)),
        }


def described(app: Any) -> Any:
    told = json.loads(document())
    told.pop("security")  # who asks is said by the headers of each test
    schema = schemathesis.openapi.from_dict(told)
    schema.app = app
    return schema


ASKED = [
    (one, who)
    for one in ENDPOINTS
    for who in ("ma", "dr", "helper's key", "nobody")
    if who != "dr" or "/reviews" in one.path
]


@pytest.mark.parametrize(("one", "who"), ASKED, ids=[f"{one.name}-{who}" for one, who in ASKED])
def test_every_endpoint_answers_as_described(one: Endpoint, who: str) -> None:
    world = World(held="/reviews" in one.path or "/answers" in one.path)
    operation = described(world.desk.app)[one.path][one.method]
    headers = world.headers(who)
    turns = itertools.count()
    strategy = operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )

    @settings(
        max_examples=EXAMPLES if who != "nobody" else 2, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(case=strategy)
    def run(case: Any) -> None:
        if next(turns) % 3 and one.name not in LOSES_ITS_SUBJECT:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = world.ids.get(name, case.path_parameters[name])
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        if who == "nobody":
            assert answer.status_code == 401, answer.text

    run()
