"""Translation by each service, and what happens to amounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from kangban.app import make_outside
from kangban.clinical.person import UNKNOWN_PERSON
from kangban.kernel.errors import InvalidInput, Unavailable
from kangban.ports.chat_model import ChatRequest, Finished, Place, TextDelta
from kangban.ports.tool import ToolContext
from kangban.toolbox.web.translation import translate
from tests.contract.web_tools.conftest import Call

DOSE = "每日两次，每次 500 mg"


class Translator:
    """A model that translates one sentence."""

    name = "translator"
    place: Place = "this_machine"

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[ChatRequest] = []

    async def stream(self, request: ChatRequest) -> AsyncIterator[Any]:
        self.asked.append(request)
        yield TextDelta(self.answer)
        yield Finished()

    async def close(self) -> None: ...


async def test_the_service_that_is_set_up_is_taken(call: Call, settings_of: Any) -> None:
    found = (await call("translate", text=DOSE, target="en")).content
    assert found == {"text": "Twice a day, 500 mg each", "target": "en", "by": "libretranslate"}
    without = settings_of(KANGBAN_TOOL_URL_LIBRETRANSLATE="")
    with pytest.raises(Unavailable, match="deepl_key"):
        await call("translate", text=DOSE, target="fr", settings=without)
    other = await call(
        "translate", text=DOSE, target="en-gb", source="zh", settings=without, secrets={"deepl_key": "good:fx"}
    )
    assert other.content["by"] == "deepl"


async def test_an_amount_that_changed_on_the_way_is_told(call: Call) -> None:
    assert (await call("translate", text="0.5 片", target="en")).content["numbers_changed"] == ["0.5"]


async def test_the_configured_model_translates(settings_of: Any) -> None:
    model = Translator("Twice a day, 500 mg each")
    outside = msgspec.structs.replace(make_outside(settings_of()), model=model)
    context = ToolContext("home", "m", UNKNOWN_PERSON, "zh", outside)
    found = await translate.call(context, {"text": DOSE, "target": "en", "by": "model"})
    assert found.content["text"] == "Twice a day, 500 mg each"
    assert DOSE in model.asked[0].messages[1].content
    model.answer = " "
    with pytest.raises(Unavailable):
        await translate.call(context, {"text": DOSE, "target": "en", "by": "model"})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": "a", "target": "xx", "by": "libretranslate"}, InvalidInput), ({"text": "a", "target": "auto"}, InvalidInput),
        ({"text": "a", "target": "english!"}, InvalidInput), ({"text": "quota", "target": "en", "by": "deepl"}, Unavailable),
        ({"text": "slow down", "target": "en"}, Unavailable), ({"text": "garbage", "target": "en"}, Unavailable),
        ({"text": "fall over", "target": "en", "by": "deepl"}, Unavailable), ({"text": "a", "target": "en", "by": "model"}, Unavailable),
        ({"text": "", "target": "en"}, InvalidInput),
    ],
)  # fmt: skip
async def test_what_cannot_be_translated(call: Call, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        await call("translate", **arguments, secrets={"deepl_key": "good"})
